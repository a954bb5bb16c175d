"""Values that pass a careless validator are put wherever the contract does not allow them, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.conformance.generation.edge_cases import edge_case_mutations
from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import load_contract

CONTRACT = load_contract(None)
_VIDEO = "9c9de5e8-0a1e-484a-b099-e80766180a6d"


def _tried(operation_id: str, **parts: Any) -> dict[str, list[Any]]:
    """The values by the place where the contract is broken."""
    operation = CONTRACT.operation(operation_id)
    base = Draft(operation, **parts)
    if base.media_type is None:
        for media_type, example in operation.request_examples.items():
            base.media_type, base.body = media_type, dict(example)
            break
    assert found_in(base) == []
    found: dict[str, list[Any]] = {}
    for spoil in edge_case_mutations(base):
        first, *more = found_in(spoil(base))
        where = (first.defect.location, first.defect.field)
        assert all((other.defect.location, other.defect.field) == where for other in more)
        found.setdefault(first.defect.place, []).append(first.value)
    assert found_in(base) == []
    return found


def test_null_and_numbers_stand_where_texts_belong() -> None:
    given = _tried("requestTwoFactor", path={"id": 5})["body/currentPassword"]
    assert None in given
    assert any(isinstance(value, int) and value for value in given)


def test_null_is_an_item_too() -> None:
    assert _tried("createStudioTask", path={"id": _VIDEO})["body/tasks/0"] == [None]


def test_null_is_kept_out_where_it_is_allowed() -> None:
    found = _tried("putVideo", path={"id": _VIDEO})
    assert None in found["body/commentsPolicy"]
    assert None not in found["body/originallyPublishedAt"]
    assert None not in found.get("body/support", [])


def test_days_that_no_calendar_has() -> None:
    assert {"2030-02-30T12:00:00Z", "2030-W01"} <= set(_tried("clearMyHistory")["body/beforeDate"])


def test_texts_that_are_no_instants_get_no_days() -> None:
    assert not any("2030" in str(value) for value in _tried("addCommentThread", path={"id": _VIDEO})["body/text"])


def test_numbers_that_are_written_with_an_exponent() -> None:
    assert _tried("listMyHistory") == {"query/start": [10**22]}


def test_the_id_0() -> None:
    assert 0 in _tried("putVideo", path={"id": _VIDEO})["body/channelId"]


def test_more_behind_the_host_of_a_handle() -> None:
    handles = [value for value in _tried("addSubscription")["body/uri"] if isinstance(value, str)]
    assert [handle.partition("@")[2] for handle in handles] == ["localhost:9000/behind"]


@pytest.mark.parametrize("operation_id", ["getSyndicatedVideos", "getSyndicatedComments"])
def test_unknown_names_with_a_dot(operation_id: str) -> None:
    assert _tried(operation_id, path={"format": "rss"}) == {"path/format": ["0.5"]}


def test_forms_know_neither_null_nor_numbers() -> None:
    found = _tried("putVideo", path={"id": _VIDEO}, body={"name": "A walk"}, media_type="multipart/form-data")
    assert "body/name" not in found
