"""Which changes between two releases their contracts announce."""

from __future__ import annotations

from peertube_conformance.reports.changes import Announced, Change, Kind
from peertube_conformance.reports.documented import schema_at
from peertube_conformance.spec import Contract, Operation, Version, parse_version

_OPERATION = "operation"


def announced_between(before: Contract, after: Contract, server_version: str = "") -> Announced:
    """Says of a change whether the later contract has it and the earlier has not.

    `server_version` is that of the earlier run: an operation is also announced where it is said to be newer.
    """
    earlier = _version(server_version)

    def is_announced(change: Change) -> bool:
        new = _operation(after, change.operation_id)
        old = _operation(before, change.operation_id) or (new and _same_route(before, new))
        if change.subject == _OPERATION:
            if change.kind is Kind.GONE:
                return new is None and old is not None
            is_newer = new is not None and earlier is not None and new.since > earlier
            return new is not None and (old is None or is_newer)
        if old is None or new is None or not change.status.isdigit():
            return False
        if change.kind is Kind.STATUS:
            return change.status in new.responses and change.status not in old.responses
        if change.kind is Kind.SHAPE and change.pointer:
            return _declared(old, change) != _declared(new, change)
        return False

    return is_announced


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
    schema = schema_at(operation, change.status, change.pointer)
    return None if schema is None else operation.schemas.types(schema)
