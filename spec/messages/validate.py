"""Validates requests and responses against the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal
from weakref import WeakKeyDictionary

from peertube_conformance.spec.contract import Operation
from peertube_conformance.spec.defect import Defect, Location
from peertube_conformance.spec.jsonschema.bounded_errors import bounded_errors
from peertube_conformance.spec.jsonschema.pointers import token
from peertube_conformance.spec.jsonschema.validators import Schema
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.request_body_decoding import FilePart, MalformedBody, read_json, well_formed
from peertube_conformance.spec.messages.request_decoding import (
    MULTIPART,
    DecodedRequest,
    UnsupportedMediaType,
    accepted_media_type,
    decoded,
    fill_defaults,
    header_value,
    is_json,
    read_body,
)
from peertube_conformance.spec.path_templates import path_values

_LOCATIONS: tuple[Location, ...] = ("path", "query", "header", "cookie")
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Violation:
    """A defect of a request or response, with a sentence about it and the invalid value."""

    defect: Defect
    message: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Schemas of an operation's parameters, one object schema per location, and the (location, name) pairs whose value
    may be empty.
    """

    schemas: Mapping[Location, Schema]
    may_be_empty: frozenset[tuple[str, str]]


_PLANS: WeakKeyDictionary[Operation, _Plan] = WeakKeyDictionary()


def _plan(operation: Operation) -> _Plan:
    plan = _PLANS.get(operation)
    if plan is None:
        schemas: dict[Location, Schema] = {}
        for location in _LOCATIONS:
            declared = {
                parameter.name.lower() if location == "header" else parameter.name: parameter
                for parameter in operation.parameters
                if parameter.location == location
            }
            if declared:
                schemas[location] = {
                    "type": "object",
                    "properties": {name: parameter.schema for name, parameter in declared.items()},
                    "required": [name for name, parameter in declared.items() if parameter.required],
                }
        empty = frozenset((p.location, p.name) for p in operation.parameters if p.allow_empty)
        plan = _PLANS[operation] = _Plan(schemas, empty)
    return plan


def decode(operation: Operation, request: WireRequest) -> DecodedRequest:
    """Decodes a request into the contract's types, with defaults filled in; invalid values stay as they were sent.

    Raises:
        UnsupportedMediaType: the body is of none of the documented media types.
        MalformedBody: the body cannot be parsed as its media type.
    """
    found = decoded(operation, request)
    read_body(operation, request, found)
    if found.body_schema is not None:
        fill_defaults(operation.schemas, found.body_schema, found.body)
    return found


def violations(operation: Operation, request: WireRequest) -> list[Violation]:
    """Validates a request against its operation; returns every violation, none if it is valid.

    The request is decoded as an HTTP server would decode it, so `?start=5` holds an integer. Credentials are not
    checked.
    """
    return examine(operation, request)[1]


def examine(operation: Operation, request: WireRequest) -> tuple[DecodedRequest, list[Violation]]:
    """Decodes and validates a request in one pass. A body that cannot be decoded is a violation, and None in the
    decoded request.
    """
    found = decoded(operation, request)
    broken = list(_path_violations(operation, request))
    broken += _parameter_violations(operation, found)
    try:
        read_body(operation, request, found)
    except UnsupportedMediaType as error:
        broken.append(Violation(Defect("body", "", "mediaType"), str(error), error.media_type))
    except MalformedBody as error:
        broken.append(Violation(Defect("body", "", "malformed"), str(error)))
    else:
        broken += _body_violations(operation, found)
        if found.body_schema is not None:
            fill_defaults(operation.schemas, found.body_schema, found.body)
    return found, broken


def _path_violations(operation: Operation, request: WireRequest) -> Iterator[Violation]:
    values = path_values(operation.path, request.path)
    if values is None:
        yield Violation(Defect("path", "", "template"), f"the path does not fit {operation.path}", request.path)
        return
    for name, value in values.items():
        try:
            value.decode()
        except UnicodeDecodeError:
            yield Violation(Defect("path", f"/{token(name)}", "encoding"), "the value is not UTF-8", value)


def _parameter_violations(operation: Operation, found: DecodedRequest) -> Iterator[Violation]:
    plan = _plan(operation)
    values: Mapping[Location, Mapping[str, Any]] = {
        "path": found.path,
        "query": found.query,
        "header": found.headers,
        "cookie": found.cookies,
    }
    for location, schema in plan.schemas.items():
        sent = values[location]
        judged = {
            name: sent[name]
            for name in schema["properties"]
            if name in sent and not (sent[name] == "" and (location, name) in plan.may_be_empty)
        }
        # An empty value that is allowed to be empty still counts as sent.
        missing = {name for name in sent if name not in judged}
        for violation in _schema_violations(operation, location, schema, judged, "request"):
            if not (violation.defect.keyword == "required" and violation.defect.field in missing):
                yield violation


def _body_violations(operation: Operation, found: DecodedRequest) -> Iterator[Violation]:
    schema = found.body_schema
    if schema is None:
        if operation.body_required:
            yield Violation(Defect("body", "", "required"), "a body is required")
        return
    body = found.body
    if found.media_type == MULTIPART:
        body = {**body, **{name: part.data.decode("latin-1") for name, part in found.files.items()}}
        yield from _file_violations(operation, found, schema)
    elif isinstance(body, bytes):
        body = body.decode("latin-1")
    yield from _schema_violations(operation, "body", schema, body, "request")


def _file_violations(operation: Operation, found: DecodedRequest, schema: Schema) -> Iterator[Violation]:
    declared = operation.schemas.properties(schema)
    encoding: Mapping[str, Any] = {}
    kind = accepted_media_type(MULTIPART, operation.request_bodies)
    if kind is not None:
        encoding = operation.definition["requestBody"]["content"][kind].get("encoding", {})
    for name, property_schema in declared.items():
        pointer = f"/{token(name)}"
        part: FilePart | None = found.files.get(name)
        if not operation.schemas.is_file(property_schema):
            if part is not None:
                yield Violation(Defect("body", pointer, "file"), "a file was sent instead of text", part.filename)
        elif part is None:
            if name in found.body:
                yield Violation(Defect("body", pointer, "file"), "text was sent instead of a file", found.body[name])
        elif stated := str(encoding.get(name, {}).get("contentType", "")):
            sent = part.content_type.partition(";")[0].strip().lower()
            if accepted_media_type(sent, stated.split(",")) is None:
                yield Violation(Defect("body", pointer, "contentMediaType"), f"{sent} is not {stated}", sent)


def body_violations(
    operation: Operation,
    status: int,
    media_type: str | None,
    data: Any,
    *,
    in_part: Callable[[str], None] = lambda _part: None,
) -> list[Violation]:
    """Validates a response body against its operation; returns every violation.

    Of a large body those of its first items are returned, and `in_part` is called with what was looked at.

    `data` is the JSON value, or bytes; None or no bytes mean no body, and the bytes of a partial one (206) are not
    validated. An undocumented status is one violation, `status`; nothing else is validated then.
    """
    response = operation.response_for(status)
    if response is None:
        known = ", ".join(operation.responses)
        return [Violation(Defect("body", "", "status"), f"status {status} is not documented ({known} are)", status)]
    absent = data is None or (isinstance(data, bytes) and not data)
    if not response.content:
        return [] if absent else [Violation(Defect("body", "", "content"), f"status {status} has no documented body")]
    essence = (media_type or "").partition(";")[0].strip().lower()
    kind = accepted_media_type(essence, response.content)
    if kind is None:
        message = f"{essence or 'no media type'} was sent, documented is {' or '.join(response.content)}"
        return [Violation(Defect("body", "", "mediaType"), message, media_type)]
    if isinstance(data, bytes):
        schema = response.content[kind]
        if status == HTTPStatus.PARTIAL_CONTENT:
            return []
        if is_json(essence):
            try:
                data = read_json(data)
            except MalformedBody as error:
                return [Violation(Defect("body", "", "malformed"), str(error))]
        elif operation.schemas.types(schema) == {"string"} and not operation.schemas.is_file(schema):
            data = data.decode("utf-8", "replace")
        else:
            return []
    return list(_schema_violations(operation, "body", response.content[kind], data, "response", in_part=in_part))


def header_violations(operation: Operation, status: int, headers: Mapping[str, str]) -> list[Violation]:
    """Validates the documented response headers; returns every missing or invalid one. Names match in any case."""
    response = operation.response_for(status)
    if response is None:
        return []
    sent = {name.lower(): value for name, value in headers.items()}
    broken: list[Violation] = []
    for name, header in response.headers.items():
        pointer = f"/{token(name)}"
        if name not in sent:
            if header.get("required"):
                broken.append(Violation(Defect("header", pointer, "required"), f'"{name}" is a required header'))
            continue
        schema = header.get("schema", {})
        value = header_value(operation.schemas, schema, sent[name])
        broken += [
            replace(found, defect=replace(found.defect, pointer=pointer + found.defect.pointer))
            for found in _schema_violations(operation, "header", schema, value, "response")
        ]
    return broken


def _schema_violations(
    operation: Operation,
    location: Location,
    schema: Schema,
    value: Any,
    direction: Literal["request", "response"],
    *,
    in_part: Callable[[str], None] = lambda _part: None,
) -> Iterator[Violation]:
    validator = operation.schemas.validator(schema, direction)
    try:
        if validator.is_valid(value):
            return
        found = bounded_errors(validator, value)
    except UnicodeEncodeError:
        # JSON can escape lone surrogates (`"\ud800"`), which UTF-8 cannot encode.
        yield from _schema_violations(operation, location, schema, well_formed(value), direction, in_part=in_part)
        return
    if found.part:
        in_part(found.part)
    for error in found.errors:
        pointer = "".join(f"/{token(key)}" for key in error.instance_path)
        keyword = error.kind.name
        message = error.message if len(error.message) <= _LONGEST_MESSAGE else error.message[:_LONGEST_MESSAGE] + "…"
        if keyword == "required":
            name = error.kind.as_dict()["property"]
            yield Violation(Defect(location, f"{pointer}/{token(name)}", keyword), message)
        else:
            yield Violation(Defect(location, pointer, keyword), message, error.instance)
