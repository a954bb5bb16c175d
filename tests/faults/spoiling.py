"""Puts faults into the embedded instance of this process, switchable while it serves."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance import application, handlers
from peertube_conformance.fixtures.instance.application import Application
from peertube_conformance.fixtures.instance.http import routing
from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem, json_answer
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.spec import Operation, examine
from peertube_conformance.spec.messages.raw_request import WireRequest
from tests.faults.access_faults import LOW_ROLE, NOBODY, SOMEBODY_ELSE, WRONG_TOKEN
from tests.faults.answers import without
from tests.faults.contract_faults import ContractFault, success
from tests.faults.registry import Fault, load
from tests.faults.response_faults import changed

AnyFault = Fault | ContractFault
Active = Callable[[], AnyFault | None]
_OCTETS = b"\x00\x00\x00\x18ftypisom"


@dataclass(frozen=True, slots=True)
class _LetIn:
    """Takes the place of a request that should have been refused."""

    operation: Operation


@contextmanager
def spoilable(active: Active) -> Iterator[None]:
    """Gives instances made inside the context the active fault, if any."""
    handlers.load()
    load()
    before = dict(routing._HANDLERS), Application._answer, Application._request
    checked = vars(application)["checked"]
    for operation_id, (handler, refusal) in before[0].items():
        routing._HANDLERS[operation_id] = (_switched(handler, operation_id, active), refusal)
    Application._answer = _answering(before[1], active)  # type: ignore[method-assign]
    Application._request = _asking(before[2], active)  # type: ignore[method-assign]
    try:
        yield
    finally:
        routing._HANDLERS.update(before[0])
        Application._answer, Application._request = before[1:]  # type: ignore[method-assign]
        vars(application)["checked"] = checked


def _switched(handler: Any, operation_id: str, active: Active) -> Any:
    def switched(request: Any) -> Any:
        if isinstance(request, _LetIn):
            return accepted(request.operation)
        fault = active()
        if isinstance(fault, Fault):
            return fault.spoiled(handler, request) if operation_id in fault.on else handler(request)
        if fault is None or fault.operation_id != operation_id:
            return handler(request)
        return _spoiled(fault, handler, request)

    return switched


def _answering(answer: Any, active: Active) -> Any:
    async def spoiled(self: Application, scope: Any, receive: Any) -> Any:
        right = await answer(self, scope, receive)
        fault = active()
        if not isinstance(fault, Fault) or fault.on:
            return right
        return fault.spoiled(lambda _request: right, Request(scope))

    return spoiled


def _asking(ask: Any, active: Active) -> Any:
    """Wraps request checking so that callers are admitted, and requests accepted, that should be refused."""

    def asked(self: Application, route: Any, wire: WireRequest, raw: Request, *, too_large: bool) -> Any:
        fault = active()
        if not isinstance(fault, ContractFault) or fault.operation_id != route.operation.id:
            return ask(self, route, wire, raw, too_large=too_large)
        try:
            if fault.phase == "invalid":
                vars(application)["checked"] = _lenient(checked, fault)
            return ask(self, route, wire, raw, too_large=too_large)
        except Problem as problem:
            if isinstance(problem, _Overlooked) or _let_in(fault, problem, wire):
                return _LetIn(route.operation)
            raise
        finally:
            vars(application)["checked"] = checked

    checked = vars(application)["checked"]
    return asked


class _Overlooked(Problem):
    """The only errors of a request are those that the fault does not check."""


def _lenient(checked: Any, fault: ContractFault) -> Any:
    def lenient(route: Any, request: WireRequest) -> Any:
        broken = examine(route.operation, request)[1]
        if broken and all(
            violation.defect.keyword == fault.how and violation.defect.starred.place == fault.where
            for violation in broken
        ):
            raise _Overlooked(400, "overlooked")
        return checked(route, request)

    return lenient


def _let_in(fault: ContractFault, problem: Problem, wire: WireRequest) -> bool:
    token = wire.fields.get("authorization")
    if fault.where == NOBODY:
        return problem.status == 401 and not token
    if fault.where == WRONG_TOKEN:
        return problem.status == 401 and bool(token)
    return fault.where == LOW_ROLE and problem.status == 403


def _spoiled(fault: ContractFault, handler: Any, request: ApiRequest) -> Any:
    try:
        answer = handler(request)
    except Problem as problem:
        if fault.where == SOMEBODY_ELSE and problem.status in {403, 404}:
            return accepted(request.operation)
        if fault.kind == "status.404.replaced" and problem.status == 404:
            problem.status, problem.code, problem.type = fault.how, None, None
        raise
    kind = fault.kind.split(".")
    if kind[0] == "body":
        return _with_members(answer, fault)
    if kind[0] not in {"media-type", "header", "status"} or fault.phase == "refusals":
        return answer
    response = answer if isinstance(answer, Response) else json_answer(answer)
    if not 200 <= response.status_code < 300:
        return response
    if kind[0] == "media-type":
        response.headers["content-type"] = "text/x-other"
    elif kind[0] == "status":
        response.status_code = fault.how
    else:
        without(response, fault.where)
    return response


def _with_members(answer: Any, fault: ContractFault) -> Any:
    if isinstance(answer, dict | list):
        plain = json.loads(bytes(json_answer(answer).body))
        return changed(plain, fault.where, fault.how)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if not is_json or not isinstance(answer.body, bytes) or not 200 <= answer.status_code < 300:
        return answer
    headers = {n: v for n, v in answer.headers.items() if n not in {"content-length", "content-type"}}
    spoiled = changed(json.loads(answer.body), fault.where, fault.how)
    return json_answer(spoiled, answer.status_code, headers)


def accepted(operation: Operation) -> Response:
    """The response to a caller admitted by a fault: the documented success, which changes nothing."""
    status, media_type, example = success(operation)
    if media_type == "application/json":
        return json_answer(copy.deepcopy(example), status)
    if not media_type:
        return Response(status_code=status)
    text = example.encode() if isinstance(example, str) else _OCTETS
    return Response(text, status, media_type=media_type.replace("*", "x"))


def tells(fault: AnyFault, finding: Finding) -> bool:
    """Whether a finding shows this fault, and not something else that is wrong beside it."""
    if finding.requirement not in fault.breaks:
        return False
    if isinstance(fault, Fault):
        return True
    return finding.operation_id == fault.operation_id and finding.at == fault.at
