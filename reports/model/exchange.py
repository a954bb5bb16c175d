"""One request that was sent and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import httpx

from peertube_conformance.reports.model.situation import Situation
from peertube_conformance.reports.model.variables import shown
from peertube_conformance.spec import Defect, Operation

PROBLEM_JSON = "application/problem+json"
# What a request is sent for, where it is not simply to be answered.
Purpose = Defect | Situation


class Intent(StrEnum):
    """What the harness meant the request to be, judged on the bytes that were sent."""

    VALID = "valid"
    INVALID = "invalid"
    PROVOKED = "provoked"
    UNAUTHORISED = "unauthorised"
    ARRANGED = "arranged"


@dataclass(frozen=True, slots=True)
class Request:
    """The request as it was sent: absolute URL, headers in order, body bytes.

    `marked_target` and `marked_body` are path with query, and body, with marks where values of this run stand.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    marked_target: str = ""
    marked_body: bytes = b""


@dataclass(frozen=True)
class Response:
    """The response as it was received; `elapsed` is in seconds."""

    status: int
    headers: httpx.Headers
    body: bytes = b""
    elapsed: float = 0.0

    @cached_property
    def media_type(self) -> str:
        """The media type without parameters, lower-case; empty where there is none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @cached_property
    def is_json(self) -> bool:
        """Whether the media type is JSON or has the `+json` suffix (RFC 6839 section 3.1)."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @cached_property
    def json(self) -> Any:
        """The decoded JSON body; None where it is `null` or not JSON (see `has_json`)."""
        return self._decoded[1]

    @cached_property
    def has_json(self) -> bool:
        """Whether the body is a JSON text: UTF-8 without a byte order mark, no NaN (RFC 8259 sections 3, 6, 8.1)."""
        return self._decoded[0]

    @cached_property
    def _decoded(self) -> tuple[bool, Any]:
        try:
            return True, json.loads(self.body.decode(), parse_constant=_refused)
        except (ValueError, RecursionError):
            return False, None

    @cached_property
    def problem(self) -> Mapping[str, Any]:
        """The problem details object (RFC 9457 section 3); empty where the body is not a JSON object."""
        return self.json if isinstance(self.json, dict) else {}


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its response, and what the harness knows about them.

    `response` is None where none arrived; `failure` then says why, in one sentence. `purpose` is the defect that
    the request has or the situation that it meets; None where it has none and meets none. `expects` is
    the status that a provoking request must be answered with. `counted` is False where the harness caused the answer
    itself (its own 429) and checks of content do not apply. `cause` is the part of a valid request that makes the server
    fail (`/query/sort/-hot`), where that was found.
    """

    operation: Operation
    request: Request
    response: Response | None
    intent: Intent = Intent.ARRANGED
    role: str = "anonymous"
    failure: str = ""
    purpose: Purpose | None = None
    expects: int | None = None
    sent_at: float = 0.0
    counted: bool = True
    cause: str = ""

    @property
    def defect(self) -> Defect | None:
        """Where and how the request breaks the contract on purpose."""
        return self.purpose if isinstance(self.purpose, Defect) else None

    @property
    def situation(self) -> Situation | None:
        """What the request meets on purpose."""
        return self.purpose if isinstance(self.purpose, Situation) else None

    @property
    def status(self) -> int | None:
        """The status code, None where no response arrived."""
        return None if self.response is None else self.response.status

    @property
    def members(self) -> Mapping[str, Any]:
        """The JSON object that was answered; empty where there is none."""
        answer = None if self.response is None else self.response.json
        return answer if isinstance(answer, dict) else {}

    @property
    def summary(self) -> str:
        """Method, path and query with this run's ids replaced by their variables."""
        return f"{self.request.method} {shown(self.request.marked_target)}"
