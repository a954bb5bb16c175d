"""What is drawn is of a size that every server takes: a refusal for another reason would say nothing of the contract."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from peertube_conformance.conformance.generation import schemathesis_driver
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import load_contract

CONTRACT = load_contract(None)
OPERATION = CONTRACT.operation("getAccountVideos")


def longest(drafts: Iterable[Draft]) -> int:
    requests = [draft.request("http://localhost") for draft in drafts]
    assert requests
    return max(
        len(request.url.encode("utf-8", "surrogatepass"))
        + sum(len(f"{name}: {value}".encode("utf-8", "surrogatepass")) for name, value in request.headers)
        for request in requests
    )


def test_heads_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    valid = list(Generator(CONTRACT, 1).valid(OPERATION, 40))
    invalid = [defect.drawn for defect in Generator(CONTRACT, 1).defects(OPERATION, 150, 3)]
    assert max(longest(valid), longest(invalid)) <= 8_000
    limit = min(longest(valid), longest(invalid)) - 1
    monkeypatch.setattr(schemathesis_driver, "_MOST_IN_HEAD", limit)
    assert longest(Generator(CONTRACT, 1).valid(OPERATION, 40)) <= limit
    drafts = [defect.drawn for defect in Generator(CONTRACT, 1).defects(OPERATION, 150, 3)]
    assert longest(drafts) <= limit
    assert len(drafts) < len(invalid)
