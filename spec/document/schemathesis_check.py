"""Checks that Schemathesis can load every operation of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peertube_conformance.spec.errors import ContractError


def unloadable(document: Mapping[str, Any]) -> dict[str, str]:
    """Operations (`GET /path`) that Schemathesis cannot generate requests for and would drop silently, each with the
    reason.

    Takes about a second, most of it for importing Schemathesis.
    """
    import schemathesis  # noqa: PLC0415
    from schemathesis.core.result import Err  # noqa: PLC0415

    schema = schemathesis.openapi.from_dict(dict(document))
    reasons = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            error = result.err()
            method, path = getattr(error, "method", None), getattr(error, "path", None)
            name = f"{(method or '').upper()} {path or ''}".strip() or "an operation"
            reasons[name] = str(error).splitlines()[0]
    return reasons


def check_loadable(document: Mapping[str, Any], source: str) -> None:
    """Checks that Schemathesis can test every operation of a document.

    Raises:
        ContractError: some cannot be tested; names the first and how many others there are.
    """
    reasons = unloadable(document)
    if reasons:
        name, reason = next(iter(reasons.items()))
        others = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
        raise ContractError(f"{source}: {name}{others} cannot be tested ({reason}); correct the document.")
