"""Check of response headers: the documented ones are present, in their documented form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.conformance.checks.registry import as_asked, check
from peertube_conformance.reports import Exchange, Finding


def _documents_headers(exchange: Exchange) -> bool:
    """Whether the response documents headers that can be judged: required ones, or optional ones that are present."""
    documented = exchange.operation.response_for(exchange.status or 0) if as_asked(exchange) else None
    return documented is not None and any(
        header.get("required") or name in exchange.response.headers  # type: ignore[union-attr]
        for name, header in documented.headers.items()
        if not _judged_elsewhere(name)
    )


def _judged_elsewhere(name: str) -> bool:
    return name.startswith("x-ratelimit-") or name in {"retry-after", "www-authenticate"}


@check("PT-HEAD-01", on=_documents_headers)
def documented_headers(exchange: Exchange) -> Iterator[Finding]:
    """Reference, response headers. Rate-limit headers and challenges have checks of their own."""
    response = exchange.response
    assert response is not None
    documented = exchange.operation.response_for(response.status)
    assert documented is not None
    for name, header in documented.headers.items():
        at = f"/response/headers/{name}"
        if _judged_elsewhere(name):
            continue
        if name not in response.headers:
            if header.get("required"):
                yield Finding(at, f"{name} is missing", "the header", None)
            continue
        schema = exchange.operation.schemas.resolved(header.get("schema", {}))
        value = _typed(response.headers[name], schema)
        for error in exchange.operation.schemas.validator(schema).iter_errors(value):
            yield Finding(at, f"{name}: {error.message}"[:300], dict(schema), value)


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    if schema.get("type") == "integer" and text.lstrip("-").isdigit():
        return int(text)
    return text
