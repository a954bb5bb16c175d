"""Decodes a raw request into typed parameters and a body, by the schemas of its operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from peertube_conformance.spec.contract import Operation, Parameter
from peertube_conformance.spec.jsonschema.validators import ANY, Schemas
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.request_body_decoding import (
    FilePart,
    MalformedBody,
    TypedPart,
    nested,
    read_json,
    read_multipart,
    read_pairs,
)
from peertube_conformance.spec.path_templates import path_values

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "simple": ",", "form": ","}
_MOST_DIGITS = 4000  # Python does not parse longer integers; none of them is within any bounds

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class UnsupportedMediaType(ValueError):
    """The body's `media_type` is none of the `accepted` ones."""

    def __init__(self, media_type: str | None, accepted: Iterable[str]) -> None:
        self.media_type = media_type
        self.accepted = tuple(accepted)
        super().__init__(f"{media_type or 'no media type'} was sent where {' or '.join(self.accepted)} is accepted")


@dataclass(slots=True)
class DecodedRequest:
    """A request's parameters and body in the contract's types, with defaults filled in; a value that does not fit its
    type is left as it was sent.

    `path`, `query` and `cookies` hold the declared parameters. `headers` holds every header by lower-case
    name. `body` is a JSON value, the fields of a form, text, bytes, or None for no body; `files` are the
    parts with a file name, by name. `media_type` is None without a body.
    """

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    files: dict[str, FilePart] = field(default_factory=dict)
    media_type: str | None = None
    body_schema: Mapping[str, Any] | None = None


def accepted_media_type(media_type: str, accepted: Iterable[str]) -> str | None:
    """The most specific of the accepted types or ranges (`image/*`) that a media type matches, or None."""
    ranges = {kind.partition(";")[0].strip().lower(): kind for kind in accepted}
    for candidate in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return None


def is_json(media_type: str) -> bool:
    """Whether the media type is JSON or has the suffix `+json` (`application/problem+json`)."""
    return media_type in {"application/json", "text/json"} or media_type.endswith("+json")


def coerced(schemas: Schemas, schema: Any, raw: Any, *, wrap: bool = False) -> Any:
    """Converts text to the JSON type its schema asks for; text that cannot be converted stays text.

    `1` and `0` count as booleans, and the word `null` as null, where the schema allows those. With `wrap`, a
    single value stands for a list of one.
    """
    types = schemas.types(schema)
    if isinstance(raw, str):
        if types is ANY or types == ANY:
            return raw
        candidates = list(_candidates(raw, types))
        if candidates and "string" not in types:
            return candidates[0]
        for candidate in candidates:
            if schemas.validator(schema, "request").is_valid(candidate):
                return candidate
        if wrap and "array" in types and "string" not in types:
            return [coerced(schemas, schemas.items(schema), raw)]
        return raw
    if isinstance(raw, list) and "array" in types:
        items = schemas.items(schema)
        return [coerced(schemas, items, item) for item in raw]
    if isinstance(raw, dict) and "object" in types:
        return {name: coerced(schemas, schemas.property(schema, name), item) for name, item in raw.items()}
    return raw


def _candidates(raw: str, types: frozenset[str]) -> Iterable[Any]:
    if "null" in types and raw == "null":
        yield None
    if "boolean" in types and raw in _BOOLEANS:
        yield _BOOLEANS[raw]
    if "integer" in types and _INTEGER.fullmatch(raw) and len(raw) <= _MOST_DIGITS:
        yield int(raw)
    if "number" in types and _NUMBER.fullmatch(raw) and not _INTEGER.fullmatch(raw):
        yield float(raw)


def decoded(operation: Operation, request: WireRequest) -> DecodedRequest:
    """Decodes the parameters and headers of a request, but not its body."""
    found = DecodedRequest(headers=dict(request.fields))
    schemas = operation.schemas
    segments = path_values(operation.path, request.path) or {}
    pairs = read_pairs(request.query)
    query = nested(pairs, frozenset(p.name for p in operation.parameters if p.location == "query"))
    cookies = _cookies(request.fields.get("cookie", ""))
    for parameter in operation.parameters:
        name, schema = parameter.name, parameter.schema
        if parameter.location == "path":
            if name in segments:
                found.path[name] = _value(schemas, parameter, segments[name].decode("utf-8", "replace"))
        elif parameter.location == "query":
            present, raw = _query_value(schemas, parameter, query)
            _put(schemas, found.query, name, schema, _value(schemas, parameter, raw), present=present)
        elif parameter.location == "header":
            name = name.lower()
            raw = request.fields.get(name)
            _put(schemas, found.headers, name, schema, _value(schemas, parameter, raw), present=raw is not None)
        elif parameter.location == "cookie":
            raw = cookies.get(name)
            _put(schemas, found.cookies, name, schema, _value(schemas, parameter, raw), present=raw is not None)
    return found


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _put(schemas: Schemas, target: dict[str, Any], name: str, schema: Any, value: Any, *, present: bool) -> None:
    if present:
        target[name] = value
        return
    for part in schemas.parts(schema):
        if "default" in part:
            target[name] = part["default"]
            return


def _query_value(schemas: Schemas, parameter: Parameter, query: dict[str, Any]) -> tuple[bool, Any]:
    if parameter.name in query:
        return True, query[parameter.name]
    if parameter.style == "form" and parameter.explode and schemas.types(parameter.schema) == {"object"}:
        # Each property of an exploded object is a query parameter of its own (RFC 6570 section 3.2.8).
        spread = {name: query[name] for name in schemas.properties(parameter.schema) if name in query}
        return bool(spread), spread
    return False, None


def _value(schemas: Schemas, parameter: Parameter, raw: Any) -> Any:
    if raw is None:
        return None
    separator = _SEPARATORS.get(parameter.style)
    takes_list = "array" in schemas.types(parameter.schema)
    delimited = parameter.location in {"path", "header"} or not parameter.explode
    if isinstance(raw, str) and takes_list and delimited and separator and schemas.types(parameter.schema) != ANY:
        raw = [item.strip(" ") for item in raw.split(separator)]
    return coerced(schemas, parameter.schema, raw, wrap=True)


def header_value(schemas: Schemas, schema: Any, raw: str) -> Any:
    """Converts the text of a header field to the type its schema asks for; lists are separated by commas."""
    header = Parameter(name="", location="header", required=False, schema=schema, style="simple", explode=False)
    return _value(schemas, header, raw)


def read_body(operation: Operation, request: WireRequest, found: DecodedRequest) -> None:
    """Decodes the body of a request into `found`.

    Raises:
        UnsupportedMediaType: the body is of none of the documented media types.
        MalformedBody: the body cannot be parsed as its media type.
    """
    media_type = request.media_type
    if not operation.request_bodies or (not request.content and not _may_be_empty(media_type)):
        return
    accepted = accepted_media_type(media_type or "application/octet-stream", operation.request_bodies)
    if accepted is None:
        raise UnsupportedMediaType(media_type, operation.request_bodies)
    media_type = media_type or "application/octet-stream"
    schema = operation.request_bodies[accepted]
    found.media_type, found.body_schema = media_type, schema
    if is_json(media_type):
        found.body = read_json(request.content)
    elif media_type == FORM:
        fields = nested(read_pairs(request.content.decode("utf-8", "replace")))
        found.body = coerced(operation.schemas, schema, fields)
    elif media_type == MULTIPART:
        pairs = read_multipart(request.content, request.fields["content-type"])
        found.files = {name: value for name, value in pairs if isinstance(value, FilePart)}
        fields = nested([(name, value) for name, value in pairs if not isinstance(value, FilePart)])
        encoding = operation.definition["requestBody"]["content"][accepted].get("encoding", {})
        found.body = {
            name: coerced(operation.schemas, operation.schemas.property(schema, name), _untyped(name, value, encoding))
            for name, value in fields.items()
        }
    elif media_type.startswith("text/"):
        found.body = request.content.decode("utf-8", "replace")
    else:
        found.body = request.content


def _may_be_empty(media_type: str | None) -> bool:
    """Whether a body of that type may have no bytes: text and form fields may be empty, a JSON value may not."""
    return media_type is not None and media_type != MULTIPART and not is_json(media_type)


def _untyped(name: str, value: Any, encoding: Mapping[str, Any]) -> Any:
    """Replaces parts that state a media type by their value: parsed JSON where the contract allows it, else text."""
    if isinstance(value, list):
        return [_untyped(name, item, encoding) for item in value]
    if isinstance(value, dict):
        return {key: _untyped(name, item, encoding) for key, item in value.items()}
    if not isinstance(value, TypedPart):
        return value
    stated = str(encoding.get(name, {}).get("contentType", ""))
    if is_json(value.content_type) and accepted_media_type(value.content_type, stated.split(",")):
        return read_json(value.text.encode())
    return value.text


def fill_defaults(schemas: Schemas, schema: Any, body: Any) -> None:
    """Adds the defaults of absent top-level properties to an object body, in place."""
    if isinstance(body, dict):
        for name, declared in schemas.properties(schema).items():
            if name not in body:
                for part in schemas.parts(declared):
                    if "default" in part:
                        body[name] = part["default"]
                        break


__all__ = [
    "FORM",
    "MULTIPART",
    "DecodedRequest",
    "MalformedBody",
    "UnsupportedMediaType",
    "accepted_media_type",
    "coerced",
    "decoded",
    "fill_defaults",
    "header_value",
    "is_json",
    "read_body",
]
