"""Known deviations: entries that can never be met, or that blame two parties for one thing, are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import Deviation, DeviationError, check_deviations, load_deviations
from peertube_conformance.spec.requirements import load_requirements

OPERATIONS = {"getVideos", "getVideo"}
REQUIREMENTS = {"PT-STATUS-01", "PT-STATUS-02"}


def known(name: str, *fingerprint: str, party: str = "server", versions: tuple[str, str] = ("", "")) -> Deviation:
    return Deviation(name, fingerprint, party, "Because.", "Seen.", versions)


def test_the_entries_of_the_contract_can_all_be_met() -> None:
    contract = load_contract(None)
    assert contract.deviations is not None
    entries = load_deviations([contract.deviations])
    check_deviations(entries, {operation.id for operation in contract.operations}, load_requirements())


@pytest.mark.parametrize(
    ("pattern", "reported"),
    [
        ("getVidoes|PT-STATUS-01|500|/request", "operation 'getVidoes'"),
        ("getVideos|PT-STATUS-77|500|/request", "requirement 'PT-STATUS-77'"),
        ("getVideos", "requirement ''"),
        ("list*|*|500|*", "operation 'list*'"),
    ],
)
def test_an_entry_that_no_finding_can_have_is_refused(pattern: str, reported: str) -> None:
    with pytest.raises(DeviationError, match="the deviation mistaken names the ") as refused:
        check_deviations([known("mistaken", pattern)], OPERATIONS, REQUIREMENTS)
    assert reported in str(refused.value)


@pytest.mark.parametrize("pattern", ["getVideos|PT-STATUS-01|500|/request", "*|*|500|*", "get*|PT-STATUS-*|*|*"])
def test_an_entry_that_a_finding_can_have_is_taken(pattern: str) -> None:
    check_deviations([known("right", pattern)], OPERATIONS, REQUIREMENTS)


ONE = "getVideos|PT-STATUS-01|500|/request"
ALL = "*|PT-STATUS-01|500|*"


@pytest.mark.parametrize("patterns", [(ONE, ALL), (ALL, ONE), (ONE, ONE)])
def test_two_parties_are_not_both_at_fault(patterns: tuple[str, str]) -> None:
    entries = [known("first", patterns[0]), known("second", patterns[1], party="document")]
    with pytest.raises(DeviationError, match="first and second name different parties"):
        check_deviations(entries, OPERATIONS, REQUIREMENTS)


def test_one_party_may_be_named_twice_and_two_for_different_findings_or_releases() -> None:
    check_deviations([known("first", ONE), known("second", ALL)], OPERATIONS, REQUIREMENTS)
    other = "getVideo|PT-STATUS-01|500|/request"
    check_deviations([known("first", ONE), known("second", other, party="proxy")], OPERATIONS, REQUIREMENTS)
    early, late = ("", "6.2.0"), ("6.2.1", "")
    entries = [known("first", ONE, versions=early), known("second", ONE, party="document", versions=late)]
    check_deviations(entries, OPERATIONS, REQUIREMENTS)


def test_the_file_of_a_person_is_told_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- {id: a, fingerprint: x, party: nobody, reason: r, evidence: e}\n")
    with pytest.raises(DeviationError, match=r"mine\.yaml: a: party is one of document, proxy, server"):
        load_deviations([path])
