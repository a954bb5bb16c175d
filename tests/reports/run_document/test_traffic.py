"""Figures of workers add up, except for waits, which happen at the same time."""

from __future__ import annotations

from peertube_conformance.reports.run_document.traffic import Traffic


def test_a_run_waited_as_long_as_the_worker_that_waited_longest() -> None:
    traffic = Traffic()
    # The first worker has two targets.
    for worker, seconds in (("gw0", 10.0), ("gw0", 5.0), ("gw1", 12.0)):
        figures = {"requests": 2, "throttledSeconds": seconds, "self429": 1, "provoked429": 3}
        traffic.add({"worker": worker, **figures})
    assert traffic.to_json() == {
        "requests": 6,
        "throttledSeconds": 27.0,
        "waitedSeconds": 15.0,
        "workers": 2,
        "self429": 3,
        "provoked429": 9,
    }


def test_lines_of_earlier_versions_are_read() -> None:
    traffic = Traffic()
    traffic.add({"requests": 10, "throttledSeconds": 1.25, "self429": 1})
    assert traffic.to_json() | {"provoked429": 0, "waitedSeconds": 1.25} == traffic.to_json()
