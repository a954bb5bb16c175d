"""Checks of error responses by RFC 9457 (which obsoletes RFC 7807) and the reference, "Errors"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from peertube_conformance.conformance.checks.registry import InPart, check, errors, problems
from peertube_conformance.reports import Exchange, Finding, Intent
from peertube_conformance.reports.model.exchange import PROBLEM_JSON
from peertube_conformance.spec.judgement_limits import LIMITS
from peertube_conformance.spec.synthetic_operations import is_outside

_BLANK = "about:blank"
_URI_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_LOCATIONS = frozenset({"params", "body", "header", "headers", "query", "cookies"})
_PLACES = {"path": "params", "query": "query", "body": "body", "header": "headers", "cookie": "cookies"}
# Each alternative takes time in proportion to the text: none can begin inside of what another attempt has passed over.
_INSIDE = re.compile(
    r"(?P<trace>\n[ \t]++at [\w.<>\[\] ]{1,200} \(|Traceback \(most recent call last\))"
    r"|(?P<sql>\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.{1,200}\b(?:FROM|WHERE|VALUES|SET)\b"
    r"|invalid input syntax for|out of range for type|violates \w+ constraint|column \S+ does not exist)"
    r"|(?P<path>\b(?:ENOENT|EACCES|EISDIR|ENOTDIR)\b"
    r"|(?<![\w./@-])[\w./@-]*/[\w.@-]++/(?:node_modules|dist|site-packages|server)/[\w./@-]+)"
    r"|(?P<code>Cannot read propert|is not a function\b|is not iterable|undefined \(reading)",
    re.DOTALL,
)
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
# Phrases of RFC 9110 and of its predecessors, which servers and libraries still use.
_OTHER_PHRASES: Mapping[int, set[str]] = {
    413: {"Content Too Large", "Payload Too Large", "Request Entity Too Large"},
    416: {"Range Not Satisfiable", "Requested Range Not Satisfiable"},
    422: {"Unprocessable Content", "Unprocessable Entity"},
}


def _validation(exchange: Exchange) -> bool:
    return problems(exchange) and "invalid-params" in exchange.response.problem  # type: ignore[union-attr]


def _refused_invalid(exchange: Exchange) -> bool:
    return (
        problems(exchange)
        and exchange.status == 400
        and exchange.intent is Intent.INVALID
        and exchange.defect is not None
        and exchange.defect.field != ""
    )


def _member(exchange: Exchange, name: str) -> Any:
    assert exchange.response is not None
    return exchange.response.problem.get(name)


def _of_the_api(exchange: Exchange) -> bool:
    """Whether the exchange must follow the API's error rules; undocumented operations do only below the API's path."""
    operation = exchange.operation
    return errors(exchange) and (not is_outside(operation) or operation.path.startswith("/api/"))


@check("PT-ERR-01", on=_of_the_api)
def problem_details_media_type(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 3: the media type is application/problem+json."""
    assert exchange.response is not None
    if exchange.response.media_type != PROBLEM_JSON:
        yield Finding(
            "/response/headers/content-type",
            "an error without problem details",
            PROBLEM_JSON,
            exchange.response.media_type,
        )


@check("PT-ERR-02", on=problems)
def type_is_a_uri_reference(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 3.1.1; absent means about:blank."""
    value = _member(exchange, "type")
    if value is not None and not (isinstance(value, str) and _URI_REFERENCE.fullmatch(value)):
        yield Finding("/response/body/type", "type is not a URI reference", "a URI reference", value)


@check("PT-ERR-03", on=problems)
def status_member_repeats_the_status(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 3.1.2."""
    if _member(exchange, "status") != exchange.status:
        yield Finding(
            "/response/body/status", "status differs from the response's", exchange.status, _member(exchange, "status")
        )


@check("PT-ERR-04", on=problems)
def title_is_there(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 3.1.3; the reference shows it in every example."""
    if not _is_text(_member(exchange, "title")):
        yield Finding("/response/body/title", "the problem has no title", "a short text", _member(exchange, "title"))


@check("PT-ERR-05", on=lambda e: problems(e) and _member(e, "type") == _BLANK and _is_text(_member(e, "title")))
def blank_type_has_the_phrase_as_title(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 4.2.1; phrases of earlier HTTP specifications are accepted."""
    status = exchange.status or 0
    known = _OTHER_PHRASES.get(status, set()) | ({_PHRASES[status]} if status in _PHRASES else set())
    if known and _member(exchange, "title") not in known:
        yield Finding(
            "/response/body/title", "title is not the status phrase", sorted(known), _member(exchange, "title")
        )


@check("PT-ERR-06", on=problems)
def detail_is_there(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9457 section 3.1.4; the reference's errors all have it."""
    if not _is_text(_member(exchange, "detail")):
        yield Finding("/response/body/detail", "the problem has no detail", "a text", _member(exchange, "detail"))


@check("PT-ERR-07", on=lambda e: problems(e) and not is_outside(e.operation))
def docs_names_the_operation(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Errors": the link ends in `#operation/` and the operationId."""
    docs = _member(exchange, "docs")
    if not (isinstance(docs, str) and docs.endswith(f"#operation/{exchange.operation.id}")):
        yield Finding("/response/body/docs", "no link to this operation's documentation", exchange.operation.id, docs)


@check("PT-ERR-08", on=_validation)
def invalid_params_say_where_and_what(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Validation errors": `location` and `msg` of each entry; `value` where one was sent."""
    entries = _member(exchange, "invalid-params")
    if not isinstance(entries, dict) or not entries:
        yield Finding(
            "/response/body/invalid-params", "invalid-params is not an object with entries", "object", entries
        )
        return
    for entry in entries.values():
        location = entry.get("location") if isinstance(entry, dict) else None
        if location not in _LOCATIONS:
            yield Finding("/response/body/invalid-params/location", "unknown location", sorted(_LOCATIONS), location)
        if not isinstance(entry, dict) or not _is_text(entry.get("msg")):
            yield Finding("/response/body/invalid-params/msg", "an entry without a message", "a text", entry)


@check("PT-ERR-09", on=_validation)
def invalid_params_name_the_field(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Validation errors": the member `param` repeats the name under which the entry stands."""
    entries = _member(exchange, "invalid-params")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict) or entry.get("param") != name:
            members = sorted(entry) if isinstance(entry, dict) else entry
            yield Finding("/response/body/invalid-params/param", "param does not name the field", name, members)
            return


@check("PT-ERR-10", on=_refused_invalid)
def refused_field_is_named(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Validation errors": the field concerned by the error, and its location."""
    assert exchange.defect is not None
    place, field = _PLACES[exchange.defect.location], exchange.defect.field
    entries = _member(exchange, "invalid-params")
    named = entries if isinstance(entries, dict) else {}
    matching = [e for n, e in named.items() if re.split(r"[.\[]", n)[0] == field and isinstance(e, dict)]
    if not matching:
        yield Finding("/response/body/invalid-params", "the refused field is not named", field, sorted(named))
    elif not any(str(entry.get("location", "")).rstrip("s") == place.rstrip("s") for entry in matching):
        actual = matching[0].get("location")
        yield Finding(
            "/response/body/invalid-params/location", "the field is named at the wrong location", place, actual
        )


@check("PT-ERR-11", on=lambda exchange: problems(exchange) and "error" in exchange.response.problem)  # type: ignore[union-attr]
def deprecated_error_equals_detail(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Deprecated error fields"."""
    if _member(exchange, "error") != _member(exchange, "detail"):
        yield Finding(
            "/response/body/error", "error differs from detail", _member(exchange, "detail"), _member(exchange, "error")
        )


@check("PT-ERR-23", on=lambda exchange: problems(exchange) and _is_text(_member(exchange, "code")))
def type_and_code_name_one_error(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Errors": the type is the section of the errors with the code as its last part."""
    kind, code = _member(exchange, "type"), _member(exchange, "code")
    if not (isinstance(kind, str) and kind.rpartition("/")[2] == code):
        yield Finding("/response/body/type", "type and code name different errors", code, kind)


@check("PT-ERR-12", on=errors)
def nothing_of_the_inside(exchange: Exchange) -> Iterator[Finding | InPart]:
    """RFC 9457 section 5: no stack trace, SQL, error text of the language, or file path."""
    assert exchange.response is not None
    own = exchange.request.body.decode("utf-8", "replace") + exchange.request.url
    body, most = exchange.response.body, LIMITS.searched_bytes
    if len(body) > most:
        yield InPart(
            f"the first {most:,} of {len(body):,} bytes of the error response, which are searched for internals"
        )
    text = body[:most].decode("utf-8", "replace").replace("\\n", "\n")
    found = _INSIDE.search(text)
    if found is not None and found[0] not in own:
        kind = next(name for name, value in found.groupdict().items() if value)
        yield Finding("/response/body", f"the response reveals internals ({kind})", "no internals", found[0][:120])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""
