"""The table of roles has every caller of every operation, each asked for once or left out for a reason."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.execution.access_matrix import ACCESS, ROLES, VALID, Caller, cells
from peertube_conformance.spec import Operation, load_contract
from peertube_conformance.spec.contract import Authentication

OPERATIONS = load_contract(None).operations


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_caller_has_a_cell(operation: Operation) -> None:
    found = cells(operation)
    assert [cell.caller for cell in found] == list(Caller)
    for cell in found:
        assert cell.asked_by in {VALID, ACCESS, ROLES} or cell.why_not
        assert cell.status in {0, 401, 403}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_whoever_is_refused_is_documented_to_be(operation: Operation) -> None:
    refused = {cell.status for cell in cells(operation) if cell.status}
    assert {str(status) for status in refused} <= set(operation.responses)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_higher_role_is_never_refused_where_a_lower_one_is_let_in(operation: Operation) -> None:
    ranked = {cell.caller: cell for cell in cells(operation)}
    if operation.authentication is not Authentication.NONE and not ranked[Caller.MODERATOR].on_others:
        let_in = [ranked[caller].status == 0 for caller in (Caller.USER, Caller.MODERATOR, Caller.ADMIN)]
        assert let_in == sorted(let_in)


@pytest.mark.parametrize(
    ("operation_id", "let_in"),
    [
        ("getVideo", set(Caller) - {Caller.WRONG_TOKEN, Caller.REVOKED_TOKEN}),
        ("getUserInfo", {Caller.USER, Caller.OTHER_USER, Caller.MODERATOR, Caller.ADMIN}),
        ("putVideo", {Caller.USER, Caller.MODERATOR, Caller.ADMIN}),
        ("listUserExports", {Caller.USER, Caller.ADMIN}),
        ("getAccountRatings", {Caller.USER}),
        ("getUsers", {Caller.MODERATOR, Caller.ADMIN}),
        ("getCustomConfig", {Caller.ADMIN}),
    ],
)
def test_rows_of_the_table(operation_id: str, let_in: set[Caller]) -> None:
    operation = load_contract(None).operation(operation_id)
    assert {cell.caller for cell in cells(operation) if not cell.status and not cell.why_not} == let_in
