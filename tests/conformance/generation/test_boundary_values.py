"""Requests beyond the bounds of the contract have the one defect that they are said to have."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.generation.boundary_values import beyond
from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import Defect, load_contract

CONTRACT = load_contract(None)


def _request(operation_id: str, **parts: object) -> Draft:
    operation = CONTRACT.operation(operation_id)
    draft = Draft(operation, **parts)  # type: ignore[arg-type]
    for media_type, example in operation.request_examples.items():
        draft.media_type, draft.body = media_type, dict(example)
        break
    assert found_in(draft) == []
    return draft


@pytest.mark.parametrize("operation_id", ["addUser", "registerUser", "requestRegistration"])
def test_each_request_has_one_defect(operation_id: str) -> None:
    base = _request(operation_id)
    found = dict(beyond(base))
    assert len(found) > 5
    for broken, spoil in found.items():
        assert {violation.defect for violation in found_in(spoil(base))} == {broken}
    assert found_in(base) == []


def test_bounds_of_parameters_are_met() -> None:
    found = {broken for broken, _ in beyond(_request("getVideos"))}
    assert {
        Defect("query", "/count", "maximum"),
        Defect("query", "/start", "minimum"),
        Defect("query", "/sort", "enum"),
    } <= found


def test_what_is_required_is_left_out() -> None:
    found = {broken for broken, _ in beyond(_request("addUser"))}
    assert {Defect("body", "/username", "required"), Defect("body", "/email", "required")} <= found


def test_members_of_what_is_optional_are_met() -> None:
    video = "9c9de5e8-0a1e-484a-b099-e80766180a6d"
    found = {broken for broken, _ in beyond(_request("putVideo", path={"id": video}))}
    assert Defect("body", "/scheduleUpdate/privacy", "enum") in found


def test_what_must_stand_beside_a_member_does() -> None:
    found = {broken for broken, _ in beyond(_request("putUserInfo"))}
    assert Defect("body", "/password", "minLength") in found


def test_headers_are_met() -> None:
    headers = {"X-Upload-Content-Length": "17238", "X-Upload-Content-Type": "application/zip"}
    found = {broken for broken, _ in beyond(_request("userImportResumableInit", path={"userId": 5}, headers=headers))}
    assert Defect("header", "/x-upload-content-length", "maximum") in found
