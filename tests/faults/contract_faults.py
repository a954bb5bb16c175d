"""Faults that follow from the contract: what each operation promises, broken in one point.

Derived, not listed: the same contract gives the same faults under the same ids (`getVideo.body.uuid.dropped`). What no
answer can show is no fault, and is left out by rule:

- members that may be missing, of any type, or of any value, since an answer without them keeps to the contract;
- members that the operation's example does not have, and those of things that no operation makes (imported videos,
  synchronisations of channels, reports of abuse), since nobody says, or sees, where they would be;
- bounds of values that name a thing, since there is no such thing beyond them, and the answer is a refusal all the same;
- bounds that no request breaks alone (a shorter text that the pattern refuses as well, one of several forms of a body),
  empty lists in a query, which nobody can write down, and required path parameters, since a path without them is
  another path;
- roles of operations that are open to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from peertube_conformance.spec import Contract, Operation

STATUS, BODY, HEADERS = "status", "body", "headers"
AUTH, NEGOTIATION = "auth and roles", "content negotiation"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ContractFault:
    """A promise of an operation that is broken.

    `kind` says how, `where` is the pointer in body, header or request, and `how` what else there is to know. `breaks`
    are the requirements of which any may tell it, `at` where its finding must point to, and `phase` the phase of the
    operation whose requests show it. A single request shows any of them.
    """

    id: str
    operation_id: str
    kind: str
    group: str
    breaks: tuple[str, ...]
    at: str
    phase: str
    where: str = ""
    how: Any = field(default=None, compare=False)

    single = True


def contract_faults(contract: Contract) -> list[ContractFault]:
    """Every fault that the contract gives, by operation, in its order."""
    # These modules need the class above.
    from tests.faults.access_faults import access_faults  # noqa: PLC0415
    from tests.faults.request_faults import request_faults  # noqa: PLC0415
    from tests.faults.response_faults import response_faults  # noqa: PLC0415

    found: dict[str, ContractFault] = {}
    for operation in contract.operations:
        for fault in (*response_faults(operation), *request_faults(operation), *access_faults(operation)):
            if fault.id in found:
                raise ValueError(f"the fault {fault.id} is there twice")
            found[fault.id] = fault
    return list(found.values())


def sample(things: Sequence[_T], count: int) -> list[_T]:
    """About `count` of the items, evenly over all: the same ones each time."""
    if count >= len(things):
        return list(things)
    return [things[index * len(things) // count] for index in range(count)]


def dotted(pointer: str) -> str:
    """Converts a pointer to its form in ids: `/data/*/uuid` is `data.uuid`."""
    return ".".join(part for part in pointer.split("/") if part and part != "*")


def success(operation: Operation) -> tuple[int, str, Any]:
    """The first documented success: its status, media type (empty without a body), and example or None."""
    status = operation.success_statuses[0]
    content = operation.definition["responses"][str(status)].get("content", {})
    for media_type, media in content.items():
        return status, media_type, media.get("example")
    return status, "", None


def members(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside a JSON value with its pointer; of an array only the first item's."""
    if isinstance(value, dict):
        for name, member in value.items():
            at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield at, member
            yield from members(member, at)
    elif isinstance(value, list) and value:
        yield from members(value[0], f"{pointer}/*")
