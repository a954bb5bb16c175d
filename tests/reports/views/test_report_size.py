"""A long run is told in seconds, in little memory, on a page that a browser can bear."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.report_size import measured


@pytest.mark.nightly
def test_a_hundred_thousand_exchanges(tmp_path: Path) -> None:
    figures = measured(tmp_path)
    assert figures["exchanges"] == 100_000
    # Others may use the machine meanwhile: what counts is the time that this process had.
    assert figures["cpuSeconds"] < 10
    assert figures["megabytes"] < 500
    assert figures["pageMegabytes"] < 5


@pytest.mark.nightly
def test_a_page_takes_no_more_memory_for_more_exchanges(tmp_path: Path) -> None:
    few, many = (measured(tmp_path / str(number), number) for number in (7_000, 14_000))
    assert many["megabytes"] < few["megabytes"] + 20
    assert many["pageMegabytes"] < 5
