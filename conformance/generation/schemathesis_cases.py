"""Converts the cases that Schemathesis draws to request drafts."""

from __future__ import annotations

import mimetypes
from typing import Any
from urllib.parse import unquote

from schemathesis.core import NOT_SET

from peertube_conformance.fixtures.messages.request_draft import UNSET, Draft, Upload
from peertube_conformance.spec import Operation

_MULTIPART = "multipart/form-data"


def draft_of(operation: Operation, case: Any) -> Draft:
    """Converts a case to a draft, with path parameters as they were drawn."""
    return Draft(
        operation,
        # Schemathesis percent-encodes path parameters as it draws them; a draft is encoded when it is sent.
        path={n: unquote(v) if isinstance(v, str) else v for n, v in dict(case.path_parameters or {}).items()},
        query=_undone(dict(case.query or {})),
        headers={str(name): str(value) for name, value in dict(case.headers or {}).items()},
        body=UNSET if case.body is NOT_SET else _body(operation, case),
        media_type=case.media_type,
    )


def _body(operation: Operation, case: Any) -> Any:
    if case.media_type != _MULTIPART or not isinstance(case.body, dict):
        return _plain(case.body)
    content = operation.definition.get("requestBody", {}).get("content", {}).get(_MULTIPART, {})
    declared = operation.schemas.properties(content.get("schema", {}))
    kinds = {name: str(how.get("contentType", "")) for name, how in content.get("encoding", {}).items()}
    # Undeclared members are of use in JSON; in a form their names only test the parser of the library.
    members = {name: value for name, value in case.body.items() if name in declared or not declared}
    return {name: _file(_plain(value), kinds.get(name, "")) for name, value in members.items()}


def _file(value: Any, kinds: str) -> Any:
    """Wraps binary data as a file of the first media type that the contract names for it."""
    if isinstance(value, str) and kinds:
        value = value.encode("utf-8", "surrogatepass")
    if not isinstance(value, bytes):
        return value
    kind = kinds.partition(",")[0].strip() or "application/octet-stream"
    return Upload(f"file{mimetypes.guess_extension(kind) or '.bin'}", kind, value)


def _undone(query: dict[str, Any]) -> dict[str, Any]:
    """Removes parameters that Schemathesis left undefined (NOT_SET)."""
    return {name: value for name, value in query.items() if value is not NOT_SET}


def _plain(value: Any) -> Any:
    """Converts a body to plain Python values; Schemathesis wraps binary data in its own objects."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    data = getattr(value, "data", None)
    return data if isinstance(data, bytes) else value
