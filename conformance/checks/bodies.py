"""Checks of response bodies against the documented media types and schemas."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from peertube_conformance.conformance.checks.registry import InPart, answered, as_asked, check, starred
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.spec.judgement_limits import LIMITS
from peertube_conformance.spec.messages.validate import Violation, body_violations

_BODILESS = frozenset({204, 304})
_MAX_FINDINGS = 20
# Keywords that judge a value by all that is in it.
_COMBINING = frozenset({"anyOf", "oneOf", "not", "contains"})


def _documented_with_content(exchange: Exchange) -> bool:
    if not as_asked(exchange) or exchange.request.method == "HEAD" or exchange.status in _BODILESS:
        return False
    documented = exchange.operation.response_for(exchange.status or 0)
    return documented is not None and bool(documented.content)


def _says_json(exchange: Exchange) -> bool:
    return (
        answered(exchange) and exchange.response is not None and exchange.response.is_json and _expects_body(exchange)
    )


def _expects_body(exchange: Exchange) -> bool:
    return exchange.request.method != "HEAD" and exchange.status not in _BODILESS


def _documented_json(exchange: Exchange) -> bool:
    return (
        _documented_with_content(exchange)
        and exchange.response is not None
        and exchange.response.is_json
        and exchange.response.has_json
        and exchange.response.media_type in exchange.operation.response_for(exchange.response.status).content  # type: ignore[union-attr]
    )


@check("PT-BODY-01", on=_documented_with_content)
def documented_media_type(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 8.3. Error responses are judged by problem_details_media_type alone."""
    response = exchange.response
    documented = exchange.operation.response_for(exchange.status or 0)
    if response is None or documented is None or response.status >= 400:
        return
    if response.media_type not in documented.content:
        expected = sorted(documented.content)
        yield Finding("/response/headers/content-type", "undocumented media type", expected, response.media_type)


@check("PT-BODY-02", on=_documented_json)
def body_matches_schema(exchange: Exchange) -> Iterator[Finding | InPart]:
    """Reference, response schemas: members, types, formats, bounds, enumeration values."""
    response = exchange.response
    assert response is not None
    seen: set[str] = set()
    parts: list[str] = []
    found = body_violations(
        exchange.operation, response.status, response.media_type, response.json, in_part=parts.append
    )
    yield from map(InPart, parts)
    for violation in found:
        if response.read_json.is_cut and _is_of_the_cut(violation):
            continue
        at = starred(f"/response/body{violation.defect.pointer}")
        if at not in seen and len(seen) < _MAX_FINDINGS:
            seen.add(at)
            yield Finding(at, violation.message[:300], violation.defect.keyword, _short(violation.value))


@check("PT-BODY-03", on=lambda exchange: answered(exchange) and not _expects_body(exchange))
def no_body_where_none_may_be(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 6.4.1."""
    if exchange.response is not None and exchange.response.body:
        yield Finding("/response/body", "a body where none is allowed", 0, len(exchange.response.body))


@check("PT-BODY-04", on=_says_json)
def json_is_well_formed(exchange: Exchange) -> Iterator[Finding]:
    """RFC 8259 section 2; an empty body is not a JSON text."""
    response = exchange.response
    if response is not None and not response.has_json:
        what = "the body is empty" if not response.body else "the body is not JSON"
        yield Finding("/response/body", f"{what}, but is declared as {response.media_type}", "a JSON text", what)


@check("PT-BODY-05", on=lambda exchange: _says_json(exchange) and exchange.response.has_json)  # type: ignore[union-attr]
def json_is_not_too_deep(exchange: Exchange) -> Iterator[Finding | InPart]:
    """RFC 8259 section 9: parsers may limit the depth of nesting, and those in use do."""
    assert exchange.response is not None
    if exchange.response.read_json.is_cut:
        expected = f"at most {LIMITS.nesting} levels"
        yield Finding("/response/body", f"the body is nested deeper than {LIMITS.nesting} levels", expected, "more")
        yield InPart(f"the first {LIMITS.nesting} levels of the body")


def _is_of_the_cut(violation: Violation) -> bool:
    """Whether a violation may come from the null that stands for what is nested too deeply."""
    return violation.defect.pointer.count("/") >= LIMITS.nesting or violation.defect.keyword in _COMBINING


def _short(value: object) -> object:
    if isinstance(value, dict):
        return {"members": sorted(islice(value, 1000))[:40]}
    if isinstance(value, list):
        value = value[:200]
    text = repr(value)
    return value if len(text) <= 200 else f"{text[:200]}…"
