"""Prepares findings for the HTML page: expected beside actual, and the exchange with the wrong part marked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from peertube_conformance.reports.formatting import anchor, cleaned, on_one_line
from peertube_conformance.reports.views.confirmed_findings import confirmation_note
from peertube_conformance.reports.views.html.highlighting import Piece, pieces, query_pieces
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import Members

# Limit for the escaped text of exchanges and curl lines, so that the page stays below 5 MB whatever was found.
_MAX_PAGE_CHARACTERS = 2_500_000
_MAX_FINDINGS = 1000
_MAX_BODY = 4000
_MAX_VALUE = 2000
_ABOUT_STATUS = ("/response/status", "/request")
_REQUEST_BODY = "/request/body"
_RESPONSE_BODY = "/response/body"
_RESPONSE_HEADERS = "/response/headers/"
# What a reader calls the intents of requests.
_KINDS = {"provoked": "meant to cause an error", "unauthorised": "with too few rights", "arranged": "of a test or flow"}


@dataclass(frozen=True, slots=True)
class Header:
    """One header field, and whether the finding points to it."""

    name: str
    value: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """An exchange prepared for the page. `missing` names a header that was not sent, `absent` a member of the body."""

    id: str
    asked: str
    request_line: Sequence[Piece]
    request_headers: Sequence[Header]
    request_body: Sequence[Piece]
    status: str
    status_marked: bool
    milliseconds: float | None
    response_headers: Sequence[Header]
    response_body: Sequence[Piece]
    missing: str
    absent: str
    failure: str

    @property
    def size(self) -> int:
        """The number of escaped characters that the exchange takes on the page."""
        texts = [self.failure]
        texts += [f"{header.name}{header.value}" for header in (*self.request_headers, *self.response_headers)]
        texts += [piece.text for piece in (*self.request_line, *self.request_body, *self.response_body)]
        return sum(len(escape(text)) for text in texts)


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding prepared for the page; `curl` and `exchange` are left out where the page is full."""

    anchor: str
    members: Members
    tag: str
    message: str
    note: str
    expected: str
    actual: str
    curl: str
    needs: Sequence[str]
    exchange: ShownExchange | None

    @property
    def verdict(self) -> str:
        """`failed`, or `known` where a deviation explains it."""
        return "failed" if self.members["deviation"] is None else "known"


def shown_findings(findings: Iterable[Members], tags: dict[str, str]) -> tuple[list[ShownFinding], int]:
    """Prepares findings for the page; returns them, and the number of those that do not fit."""
    every = list(findings)
    room = _MAX_PAGE_CHARACTERS
    shown = []
    for finding in every[:_MAX_FINDINGS]:
        exchange = _exchange(finding)
        again = replay(finding)
        curl = again.text
        if exchange is not None and exchange.size > room:
            exchange = None
        room -= exchange.size if exchange is not None else 0
        if len(escape(curl)) > room:
            curl = ""
        room -= len(escape(curl))
        shown.append(
            ShownFinding(
                anchor=anchor("finding", finding["fingerprint"]),
                members=finding,
                tag=tags.get(finding["operationId"], ""),
                message=on_one_line(finding["message"]),
                note=confirmation_note(finding),
                expected=_value(finding["expected"]),
                actual=_value(finding["actual"]),
                curl=curl,
                needs=again.needs,
                exchange=exchange,
            )
        )
    return shown, len(every) - len(shown)


def _value(value: Any) -> str:
    if value is None:
        return "null or absent"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, indent=2)
    return cleaned(text if len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "…")


def _exchange(finding: Members) -> ShownExchange | None:
    seen = finding.get("exchange")
    if seen is None:
        return None
    request, response, pointer = seen["request"], seen["response"], finding["pointer"]
    wrong_header = _below(pointer, _RESPONSE_HEADERS).lower()
    answered = _headers(response["headers"], wrong_header) if response else []
    member = _below(pointer, _RESPONSE_BODY)
    answer = pieces(response["body"] if response else "", member, _MAX_BODY, finding["actual"])
    is_absent = bool(member) and bool(answer) and finding["actual"] is None and not any(one.marked for one in answer)
    kind = _KINDS.get(seen["intent"], seen["intent"])
    asked = f"{kind}{': ' + seen['violation'] if seen['violation'] else ''}, sent as {seen['role']}"
    return ShownExchange(
        id=seen["id"],
        asked=on_one_line(asked),
        request_line=query_pieces(f"{request['method']} {request['target']}", pointer),
        request_headers=_headers(request["headers"], ""),
        request_body=pieces(request["body"], _below(pointer, _REQUEST_BODY), _MAX_BODY),
        status=str(response["status"]) if response else "",
        status_marked=pointer.startswith(_ABOUT_STATUS),
        milliseconds=response["milliseconds"] if response else None,
        response_headers=answered,
        response_body=answer,
        missing=wrong_header if not any(header.marked for header in answered) else "",
        absent=member if is_absent else "",
        failure=on_one_line(seen["failure"]),
    )


def _below(pointer: str, prefix: str) -> str:
    """The part of the pointer after the prefix; empty where it points elsewhere."""
    return pointer.removeprefix(prefix) if pointer.startswith(prefix) else ""


def _headers(headers: Iterable[Sequence[str]], wrong: str) -> list[Header]:
    return [Header(cleaned(name), on_one_line(value), bool(wrong) and name.lower() == wrong) for name, value in headers]
