"""What the later of two contracts announces."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.reports.comparison.announced_changes import announced_between, announced_of
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.run_document.response_schemas import nullable, schemas_along
from peertube_conformance.spec import Contract, contract_of


def _document(*properties: str, statuses: tuple[str, ...] = ("200",)) -> dict[str, Any]:
    members = {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}
    members |= {name: {"type": "string"} for name in properties}
    video = {"type": "object", "properties": members}
    page = {"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/V"}}}}
    labels = {"type": "object", "additionalProperties": {"type": "string"}}
    content = {"application/json": {"schema": {"allOf": [page, {"properties": {"labels": labels}}]}}}
    responses = {status: {"description": "As documented.", "content": content} for status in statuses}
    return {
        "openapi": "3.1.0",
        "info": {"title": "small", "version": "6.2.0"},
        "tags": [{"name": "Video"}],
        "components": {"schemas": {"V": video}},
        "paths": {"/videos": {"get": {"operationId": "getVideos", "tags": ["Video"], "responses": responses}}},
    }


@pytest.fixture
def before() -> Contract:
    return contract_of(_document(), "before")


@pytest.fixture
def after() -> Contract:
    document = _document("language", statuses=("200", "404"))
    added = copy.deepcopy(document["paths"]["/videos"])
    added["get"] |= {"operationId": "getVideoIds", "x-since": "6.2.0"}
    return contract_of(document | {"paths": document["paths"] | {"/videos/ids": added}}, "after")


def shape(pointer: str) -> Change:
    return Change(Kind.SHAPE, "getVideos", f"200 {pointer}", "changed", status="200", pointer=pointer)


def test_a_new_member_is_announced(before: Contract, after: Contract) -> None:
    announced = announced_between(before, after)
    assert announced(shape("/data/*/language"))
    assert not announced(shape("/data/*/id"))
    assert not announced(shape("/data/*/elsewhere"))


def test_a_new_status_is_announced(before: Contract, after: Contract) -> None:
    announced = announced_between(before, after)
    reported = Change(Kind.STATUS, "getVideos", "valid (user)", "answered otherwise", status="404")
    assert announced(reported)
    assert not announced_between(after, after)(reported)
    assert not announced(Change(Kind.STATUS, "getVideos", "valid (user)", "none", status="no"))


def test_operations_are_announced(before: Contract, after: Contract) -> None:
    came = Change(Kind.NEW, "getVideoIds", "operation", "new")
    went = Change(Kind.GONE, "getVideoIds", "operation", "gone")
    assert announced_between(before, after)(came)
    assert announced_between(after, before)(went)
    assert not announced_between(after, after)(went)


@pytest.mark.parametrize(("version", "announced"), [("6.1.0", True), ("6.2.0", False), ("odd", False), ("", False)])
def test_an_operation_is_announced_where_it_is_newer_than_the_server(
    after: Contract, version: str, announced: bool
) -> None:
    came = Change(Kind.NEW, "getVideoIds", "operation", "new")
    assert announced_between(after, after, version)(came) is announced


def _since(document: dict[str, Any]) -> Contract:
    """Two members that came with 6.2.0, one in answers and one in requests."""
    properties = document["components"]["schemas"]["V"]["properties"]
    properties["policy"] = {"type": "object", "x-since": "6.2.0", "properties": {"id": {"type": "integer"}}}
    body = {"type": "object", "properties": {"policy": {"type": "integer", "x-since": "6.2.0"}}}
    content = {"application/json": {"schema": body}}
    document["paths"]["/videos"]["get"]["requestBody"] = {"content": content}
    return contract_of(document, "since")


@pytest.mark.parametrize(
    ("earlier", "later", "announced"),
    [
        ("6.1.0", "6.2.0", True),
        ("6.1.0", "6.3.0", True),
        ("6.1.0", "odd", True),
        ("6.0.0", "6.1.0", False),
        ("6.2.0", "6.3.0", False),
        ("6.3.0", "6.1.0", False),
        ("odd", "6.2.0", False),
    ],
)
def test_a_member_is_announced_where_it_came_between_the_servers(earlier: str, later: str, announced: bool) -> None:
    contract = _since(_document())
    says = announced_between(contract, contract, earlier, later)
    assert says(shape("/data/*/policy")) is announced
    assert says(shape("/data/*/policy/id")) is announced
    assert not says(shape("/data/*/id"))
    fix = Change(Kind.FIX, "getVideos", "f", "was accepted", status="200", level="must")
    assert says(replace(fix, pointer="/request/body/policy")) is announced
    assert says(replace(fix, pointer="/response/body/data/*/policy")) is announced
    assert not says(replace(fix, pointer="/response/status/404"))


def test_an_operation_that_was_not_tested_since_it_is_newer_is_announced(after: Contract) -> None:
    came = Change(Kind.NEW, "getVideoIds", "verdict", "was not tested before")
    assert announced_between(after, after, "6.1.0", "6.2.0")(came)
    assert not announced_between(after, after, "6.2.0", "6.3.0")(came)


def test_the_contracts_of_two_runs_are_read_again(sound: dict[str, Any], tmp_path: Path) -> None:
    bundled = {**sound, "contract": {**sound["contract"], "source": "bundled peertube-6.2"}}
    older = {**bundled, "target": {**bundled["target"], "serverVersion": "6.1.0"}}
    says = announced_of(older, bundled)
    assert says is not None
    assert says(Change(Kind.SHAPE, "getVideo", "", "added", status="200", pointer="/commentsPolicy"))
    lost = {**sound, "contract": {**sound["contract"], "source": str(tmp_path / "lost.yaml")}}
    assert announced_of(lost, bundled) is None


def test_members_of_bodies_are_found_in_the_contract(after: Contract) -> None:
    operation = after.operation("getVideos")
    assert [*schemas_along(operation, "200", "/data/*/id")][-1] == {"type": "integer"}
    assert [*schemas_along(operation, "200", "/labels/anything")][-1] == {"type": "string"}
    assert [*schemas_along(operation, "200", "/data/*/elsewhere/deeper")][-1] is None
    assert [*schemas_along(operation, "500", "/data")][-1] is None
    pointers = ["", "/data", "/data/*/id", "/data/*/name", "/data/*/elsewhere"]
    assert nullable(operation, "200", pointers) == ["/data/*/name"]
