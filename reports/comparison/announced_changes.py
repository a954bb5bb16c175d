"""Determines which changes between two releases their contracts announce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.reports.comparison.change import Announced, Change, Kind
from peertube_conformance.reports.run_document.response_schemas import schemas_along
from peertube_conformance.spec import Contract, Operation, Version, load_contract, parse_version
from peertube_conformance.spec.errors import ContractError

_OPERATION = "operation"
_VERDICT = "verdict"
_RESPONSE_BODY = "/response/body"
_REQUEST_BODY = "/request/body/"
_BUNDLED = "bundled peertube-"


def announced_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Announced | None:
    """A predicate for changes that the contracts of two run documents announce; None where one is no longer available."""
    try:
        contracts = [contract_of_run(document) for document in (before, after)]
    except ContractError:
        return None
    versions = [str(document["target"]["serverVersion"]) for document in (before, after)]
    return announced_between(contracts[0], contracts[1], *versions)


def announced_between(before: Contract, after: Contract, earlier: str = "", later: str = "") -> Announced:
    """A predicate for changes that the later contract documents and the earlier does not.

    `earlier` and `later` are the servers' versions: what the later contract says (`x-since`) was added after the one,
    and not after the other, is announced too.
    """
    first, last = _version(earlier), _version(later)

    def came(since: Version | None) -> bool:
        return since is not None and first is not None and first < since and (last is None or since <= last)

    def is_announced(change: Change) -> bool:
        new = _operation(after, change.operation_id)
        old = _operation(before, change.operation_id) or (new and _same_route(before, new))
        if change.subject == _OPERATION:
            if change.kind is Kind.GONE:
                return new is None and old is not None
            return new is not None and (old is None or came(new.since))
        if new is None:
            return False
        if change.subject == _VERDICT:
            return change.kind is Kind.NEW and came(new.since)
        if any(came(since) for since in _since(new, change)):
            return True
        if old is None or not change.status.isdigit():
            return False
        if change.kind is Kind.STATUS:
            return change.status in new.responses and change.status not in old.responses
        if change.kind is Kind.SHAPE and change.pointer:
            return _declared(old, change) != _declared(new, change)
        return False

    return is_announced


def contract_of_run(document: Mapping[str, Any]) -> Contract:
    """The contract that a run used; raises ContractError where it is no longer available."""
    return load_contract(str(document["contract"]["source"]).removeprefix(_BUNDLED))


def _since(operation: Operation, change: Change) -> Iterator[Version | None]:
    """Yields the `x-since` version of each schema on the path to the changed member; None where there is none."""
    pointer = change.pointer
    if change.is_finding and pointer.startswith(_REQUEST_BODY):
        name = pointer.removeprefix(_REQUEST_BODY).partition("/")[0]
        for body in operation.request_bodies.values():
            yield _since_of(operation.schemas.properties(body).get(name))
        return
    if change.is_finding:
        pointer = pointer.removeprefix(_RESPONSE_BODY) if pointer.startswith(_RESPONSE_BODY) else ""
    if pointer and change.status.isdigit():
        yield from map(_since_of, schemas_along(operation, change.status, pointer))


def _since_of(schema: Any) -> Version | None:
    return _version(str(schema["x-since"])) if isinstance(schema, Mapping) and "x-since" in schema else None


def _version(text: str) -> Version | None:
    try:
        return parse_version(text)
    except ValueError:
        return None


def _operation(contract: Contract, operation_id: str) -> Operation | None:
    return next((operation for operation in contract.operations if operation.id == operation_id), None)


def _same_route(contract: Contract, wanted: Operation) -> Operation | None:
    route = (wanted.method, wanted.path)
    return next((o for o in contract.operations if (o.method, o.path) == route), None)


def _declared(operation: Operation, change: Change) -> frozenset[str] | None:
    schema = [None, *schemas_along(operation, change.status, change.pointer)][-1]
    return None if schema is None else operation.schemas.types(schema)
