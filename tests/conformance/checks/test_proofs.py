"""Every check is proven both ways: right answers pass, and the one defect that it is for is caught."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from peertube_conformance.conformance.checks import CHECKS, Check, judge
from peertube_conformance.reports import Exchange
from tests.conformance.checks.exchanges import Proof, Proofs, Wrong
from tests.conformance.checks.proofs import (
    authentication,
    bodies,
    cors,
    headers,
    problem_details,
    rate_limits,
    status_codes,
)

TOPICS = (authentication, bodies, cors, headers, problem_details, rate_limits, status_codes)
PROOFS: Proofs = {name: proof for topic in TOPICS for name, proof in topic.PROOFS.items()}
BY_NAME = {check.name: check for check in CHECKS}


def _each(member: str) -> list[ParameterSet]:
    return [
        pytest.param(name, value, id=f"{name}-{number}")
        for name, proof in PROOFS.items()
        for number, value in enumerate(getattr(proof, member))
    ]


def test_every_check_is_proven() -> None:
    assert set(PROOFS) == {check.name for check in CHECKS}
    assert len(CHECKS) == len(BY_NAME), "two checks have one name"
    assert sum(len(topic.PROOFS) for topic in TOPICS) == len(PROOFS), "a check has two proofs"


@pytest.mark.parametrize(("name", "proof"), PROOFS.items(), ids=PROOFS)
def test_a_proof_goes_both_ways(name: str, proof: Proof) -> None:
    assert proof.right
    assert proof.wrong


@pytest.mark.parametrize(("name", "right"), _each("right"))
def test_a_right_answer_is_evidence_and_no_finding(name: str, right: Exchange) -> None:
    findings, evidence, _ = judge(right)
    assert BY_NAME[name].requirement in evidence
    assert not [finding for finding in findings if finding.check == name]


@pytest.mark.parametrize(("name", "case"), _each("wrong"))
def test_its_defect_is_caught_where_it_is(name: str, case: Wrong) -> None:
    findings, evidence, _ = judge(case.exchange)
    check = BY_NAME[name]
    own = [finding for finding in findings if finding.check == name]
    assert [finding.at for finding in own] == [case.at]
    assert check.requirement in evidence
    for finding in own:
        assert finding.message
        assert (finding.requirement, finding.level) == (check.requirement, check.level)
        assert (finding.operation_id, finding.status) == (case.exchange.operation.id, case.exchange.status)


@pytest.mark.parametrize(("name", "case"), _each("wrong"))
def test_no_other_check_takes_part(name: str, case: Wrong) -> None:
    findings, _, _ = judge(case.exchange)
    assert {finding.check for finding in findings} == {name} | case.also


@pytest.mark.parametrize(("name", "silent"), _each("silent"))
def test_what_says_nothing_is_no_evidence(name: str, silent: Exchange) -> None:
    check: Check = BY_NAME[name]
    assert not check.applies(silent)
