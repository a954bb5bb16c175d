"""Each known deviation explains what its evidence is about, and not another occurrence with the same fingerprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from peertube_conformance.spec import Contract, Defect, load_contract
from peertube_conformance.spec.deviations import Answer, Deviation, Occurrence, SentRequest, load_deviations
from peertube_conformance.spec.messages.raw_request import WireRequest

CASES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("deviation_cases.yaml").read_text())
# An entry with several conditions may have more pairs than one.
PAIRS = [
    pytest.param(name, pair, id=f"{name}-{number}" if number else name)
    for name, first in CASES.items()
    for number, pair in enumerate([first, *first.get("more", ())])
]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(None)


@pytest.fixture(scope="module")
def entries(contract: Contract) -> dict[str, Deviation]:
    assert contract.deviations is not None
    return {entry.id: entry for entry in load_deviations([contract.deviations])}


def occurrence(contract: Contract, sample: dict[str, Any]) -> Occurrence:
    """An occurrence from the members of a sample."""
    operation, requirement, status, at = sample["fingerprint"].split("|", 3)
    method, target = sample["request"].split(" ", 1)
    content = as_bytes(sample.get("body", b""))
    if depth := sample.get("deep"):
        content = b'{"beforeDate": ' + b"[" * depth + b"]" * depth + b"}"
    headers = {"content-type": "application/json"} | sample.get("headers", {})
    wire = WireRequest(method, target + "a" * sample.get("long", 0), headers, content)
    template = next((each.path for each in contract.operations if each.id == operation), "")
    keyword = sample.get("keyword")
    return Occurrence(
        operation=operation,
        requirement=requirement,
        status=int(status),
        at=at,
        expected=sample.get("expected"),
        actual=sample.get("actual"),
        request=SentRequest(wire, template),
        answer=Answer(sample.get("answer_headers", {}), as_bytes(sample.get("answer", b""))),
        defect=Defect("body", "", keyword) if keyword else None,
        situation=sample.get("situation", ""),
        caller=sample.get("caller", "anonymous"),
        instance=sample.get("instance", {}),
    )


def as_bytes(value: Any) -> bytes:
    """A body: text and bytes as they are, anything else as JSON."""
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def test_each_deviation_has_a_case(entries: dict[str, Deviation]) -> None:
    assert set(CASES) == set(entries)


@pytest.mark.parametrize(("name", "pair"), PAIRS)
def test_what_a_deviation_explains(
    name: str, pair: dict[str, Any], contract: Contract, entries: dict[str, Deviation]
) -> None:
    case = occurrence(contract, pair["explained"])
    assert [entry.id for entry in entries.values() if entry.explains(case)] == [name]


@pytest.mark.parametrize(("name", "pair"), PAIRS)
def test_what_no_deviation_explains(
    name: str, pair: dict[str, Any], contract: Contract, entries: dict[str, Deviation]
) -> None:
    case = occurrence(contract, pair["explained"] | pair["unexplained"])
    assert entries[name].matches(case.fingerprint)
    assert [entry.id for entry in entries.values() if entry.explains(case)] == []
