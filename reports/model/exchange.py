"""The model of one request and its response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import httpx

from peertube_conformance.reports.model.situation import Situation
from peertube_conformance.reports.model.variables import shown
from peertube_conformance.spec import Defect, Operation
from peertube_conformance.spec.messages.bounded_json import ReadJson, read_bounded

PROBLEM_JSON = "application/problem+json"
# The defect that a request has, or the situation that it meets, on purpose.
Purpose = Defect | Situation


class Intent(StrEnum):
    """What a request is meant to be, judged by the bytes that were sent."""

    VALID = "valid"
    INVALID = "invalid"
    PROVOKED = "provoked"
    UNAUTHORISED = "unauthorised"
    ARRANGED = "arranged"


@dataclass(frozen=True, slots=True)
class Request:
    """The request as it was sent: absolute URL, headers in order, body bytes.

    `marked_target` (path with query) and `marked_body` have marks of variables in place of values of this run.
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

    @property
    def json(self) -> Any:
        """The decoded JSON body; None where it is `null` or not JSON (see `has_json`)."""
        return self.read_json.value

    @property
    def has_json(self) -> bool:
        """Whether the body is a JSON text."""
        return self.read_json.is_json

    @cached_property
    def read_json(self) -> ReadJson:
        """The body as a JSON text, nested no deeper than the limit."""
        return read_bounded(self.body)

    @cached_property
    def problem(self) -> Mapping[str, Any]:
        """The problem details object (RFC 9457 section 3); empty where the body is not a JSON object."""
        return self.json if isinstance(self.json, dict) else {}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its response, and what the harness knows about them.

    `response` is None where none arrived; `failure` then says why, in one sentence, and `timed_out` whether the
    wait for it ended. `purpose` is the defect that the request has or the situation that it meets, if any.
    `expects` is the status that the response to a provoking request must have. `counted` is False where the harness
    caused the response itself (its own 429) and checks of content do not apply. `cause` is the part of a valid
    request that makes the server fail (`/query/sort/-hot`), where that was found.
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
    timed_out: bool = False

    @property
    def defect(self) -> Defect | None:
        """The defect that the request has on purpose, or None."""
        return self.purpose if isinstance(self.purpose, Defect) else None

    @property
    def situation(self) -> Situation | None:
        """The situation that the request meets on purpose, or None."""
        return self.purpose if isinstance(self.purpose, Situation) else None

    @property
    def status(self) -> int | None:
        """The status code, None where no response arrived."""
        return None if self.response is None else self.response.status

    @property
    def summary(self) -> str:
        """Method, path and query with this run's ids replaced by their variables."""
        return f"{self.request.method} {shown(self.request.marked_target)}"
