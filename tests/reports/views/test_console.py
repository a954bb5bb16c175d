"""The summary in the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.reports.views.console import lines


def test_a_sound_run_conforms(sound: dict[str, Any]) -> None:
    reported = lines(sound, 100)
    assert reported[0] == (
        "CONFORMS (4 of 4 tested): no findings; operations: 4 passed; 261 requirements without evidence"
    )
    assert reported[1] == "https://videos.example.com, PeerTube 6.2.0, tested with contract 6.2.0"
    assert "  Video       3/3" in reported
    assert not any("not tested" in line or "findings by" in line for line in reported)


def test_a_narrowed_run_says_what_was_chosen_beside_the_operations(sound: dict[str, Any]) -> None:
    narrowed = {
        "selection": {"operations": "getVideo*", "tags": "Video"},
        "narrowed": {"handWrittenTests": 42, "flows": 1},
    }
    reported = " ".join(" ".join(lines({**sound, **narrowed}, 120)).split())
    assert (
        "narrowed by --operations 'getVideo*' and --tags Video, with the 42 hand-written tests and 1 flow that judge them"
        in reported
    )


def test_a_faulty_run_does_not(faulty: dict[str, Any]) -> None:
    reported = lines(faulty, 100)
    assert reported[0].startswith("DOES NOT CONFORM (3 of 4 tested): 1 finding against 1 requirement in 1 operation;")
    text = "\n".join(reported)
    assert "getVideo 404: status differs from the response's [PT-ERR-03]" in text
    assert "at /response/body/status, seen 5 times" in text
    assert "expected 404, got 400" in text
    assert "set first: BASE_URL, VIDEO_ID, TOKEN" in text
    assert "1 operation, blocked: no video could be created: the quota is used up (delVideo)" in text
    assert "user pt-abc: answered 500" in text


def test_a_curl_line_stays_whole(faulty: dict[str, Any]) -> None:
    curl = faulty["findings"][0]["curl"]
    assert f"     {curl}" in lines(faulty, 60)


@pytest.mark.parametrize("width", [20, 60, 120])
def test_other_lines_keep_to_the_width(faulty: dict[str, Any], width: int) -> None:
    reported = [line for line in lines(faulty, width) if "curl" not in line]
    longest_word = max(len(word) for line in reported for word in line.split())
    assert max(map(len, reported)) <= max(width, 40, longest_word + 7)


def test_known_deviations_are_told_in_one_line(known: dict[str, Any]) -> None:
    reported = lines(known, 120)
    assert reported[0].startswith(
        "NOTHING FOUND (3 of 4 tested): no new findings, 1 known; operations: 2 passed, 1 with known deviations, 1 blo"
    )
    assert "known deviations: 1 finding (1 of behaviour) under stock-404" in reported
    assert "known deviations that no longer occur: gone-by-now" in reported


@pytest.mark.parametrize(
    ("change", "ending", "first"),
    [
        ({}, Ending(interrupted="a signal ended the run"), "INTERRUPTED (4 of 4 tested): a signal ended the run; "),
        ({"errors": ["it broke"]}, Ending(), "INCONCLUSIVE (4 of 4 tested): the harness failed: it broke; "),
        ({"tests": []}, Ending(), "NOTHING WAS TESTED (0 of 4 tested): no test ran; "),
    ],
)
def test_a_run_that_did_not_end_well_never_conforms(
    sound: dict[str, Any], change: dict[str, Any], ending: Ending, first: str
) -> None:
    assert lines(concluded(sound | change, ending), 200)[0].startswith(first)


def test_errors_of_the_harness_are_listed(sound: dict[str, Any]) -> None:
    errors = [f"test_{number}: it broke" for number in range(20)]
    reported = lines(concluded(sound | {"errors": errors}, Ending()), 200)
    assert "harness error: test_14: it broke" in reported
    assert "harness error: test_15: it broke" not in reported
    assert "and 5 more harness errors" in reported


def test_a_run_without_exchanges_tested_nothing(empty: dict[str, Any]) -> None:
    assert lines(empty, 100)[0].startswith("NOTHING WAS TESTED")


def test_only_so_many_findings_are_told(flood: dict[str, Any]) -> None:
    reported = lines(flood, 100)
    assert "the first 15 of 40 findings" in reported
    assert sum(line.lstrip().startswith("curl ") for line in reported) == 15


def test_the_target_cannot_steer_the_terminal(hostile: dict[str, Any]) -> None:
    text = "\n".join(lines(hostile, 100))
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("seconds", "reported"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (12.345, "12.3 s"),
        (59.96, "1 min 0 s"),
        (2490.693, "41 min 31 s"),
        (72_000.0, "1,200 min 0 s"),
    ],
)
def test_how_long_workers_waited_can_be_read(sound: dict[str, Any], seconds: float, reported: str) -> None:
    sound["budget"]["throttledSeconds"] = seconds
    sound["budget"]["waitedSeconds"] = seconds
    assert f"waited {reported} for rate limits;" in " ".join(" ".join(lines(sound, 100)).split())


def test_waits_of_workers_are_not_added_to_that_of_the_run(sound: dict[str, Any]) -> None:
    sound["budget"] |= {
        "throttledSeconds": 100.0,
        "waitedSeconds": 60.0,
        "workers": 2,
        "self429": 1,
        "provoked429": 114,
    }
    shown = " ".join(" ".join(lines(sound, 100)).split())
    assert (
        "waited 1 min 0 s for rate limits (1 min 40 s summed over 2 workers); 115 requests refused with 429, 114 of"
        in shown
    )
