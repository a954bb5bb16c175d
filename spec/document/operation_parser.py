"""Parses the operations of a bundled OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from peertube_conformance.spec.contract import (
    SAFE_METHODS,
    Authentication,
    Effect,
    Operation,
    Parameter,
    ResponseSpec,
    Role,
)
from peertube_conformance.spec.document.bundle import METHODS
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.pointers import resolve
from peertube_conformance.spec.jsonschema.validators import Schemas
from peertube_conformance.spec.version_numbers import Version, parse_version

# OpenAPI 3.1 section 4.8.12.2: header parameters of these names are ignored.
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
_DEFAULT_STYLE = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_OLDEST: Version = (1, 0, 0)


def operations_of(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """Parses every operation of a bundled document, in the document's order.

    Raises:
        ContractError: an operation cannot be parsed; it is named.
    """
    schemas = Schemas(document)
    found = []
    for path, item in document["paths"].items():
        shared = item.get("parameters", ())
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                try:
                    found.append(
                        _operation(document, schemas, method.upper(), path, definition=item[method], shared=shared)
                    )
                except (LookupError, ValueError, TypeError, AttributeError) as error:
                    raise ContractError(
                        f"{method.upper()} {path} cannot be read ({error}): correct it in the document."
                    ) from error
    return tuple(found)


def _operation(
    document: Mapping[str, Any],
    schemas: Schemas,
    method: str,
    path: str,
    *,
    definition: Mapping[str, Any],
    shared: Iterable[Any],
) -> Operation:
    body = resolve(document, definition.get("requestBody", {}))
    security = definition.get("security", document.get("security", ()))
    authentication = authentication_of(security)
    stated = definition.get("x-role")
    elevated = definition.get("x-elevated-role")
    tags = definition.get("tags") or [""]
    return Operation(
        id=definition["operationId"],
        method=method,
        path=path,
        tag=tags[0],
        summary=definition.get("summary", ""),
        role=Role(stated) if stated else _role_of(security, authentication),
        elevated_role=Role(elevated) if elevated else None,
        authentication=authentication,
        since=parse_version(str(definition["x-since"])) if "x-since" in definition else _OLDEST,
        capability=definition.get("x-capability"),
        rate_limits=tuple(definition.get("x-rate-limit", ())),
        effect=Effect(definition["x-effect"]) if "x-effect" in definition else _effect_of(method),
        creates=definition.get("x-creates"),
        parameters=tuple(_parameters(document, (*shared, *definition.get("parameters", ())))),
        request_bodies={kind: media.get("schema", {}) for kind, media in body.get("content", {}).items()},
        body_required=bool(body.get("required", False)),
        responses={
            str(status): _response(document, str(status), response)
            for status, response in definition.get("responses", {}).items()
        },
        definition=definition if body is definition.get("requestBody", body) else {**definition, "requestBody": body},
        schemas=schemas,
    )


def _parameters(document: Mapping[str, Any], nodes: Iterable[Any]) -> Iterable[Parameter]:
    """Parses the parameters of path item and operation; of two with one name and location the latter counts."""
    found: dict[tuple[str, str], Parameter] = {}
    for node in nodes:
        entry = resolve(document, node)
        name, location = entry["name"], entry["in"]
        if location == "header" and name.lower() in _IGNORED_HEADERS:
            continue
        style = entry.get("style", _DEFAULT_STYLE[location])
        schema = entry.get("schema")
        if schema is None:
            schema = next((media.get("schema", {}) for media in entry.get("content", {}).values()), {})
        found[location, name] = Parameter(
            name=name,
            location=location,
            required=bool(entry.get("required", False)),
            schema=schema,
            resource=entry.get("x-resource"),
            example=_example(document, entry, schema),
            style=style,
            explode=bool(entry.get("explode", style == "form")),
            allow_empty=bool(entry.get("allowEmptyValue", False)),
        )
    return found.values()


def _example(document: Mapping[str, Any], entry: Mapping[str, Any], schema: Any) -> Any:
    if "example" in entry:
        return entry["example"]
    for named in entry.get("examples", {}).values():
        return resolve(document, named).get("value")
    if isinstance(schema, Mapping):
        return schema.get("example", next(iter(schema.get("examples", ())), None))
    return None


def _response(document: Mapping[str, Any], status: str, node: Any) -> ResponseSpec:
    response = resolve(document, node)
    return ResponseSpec(
        status=status.upper() if status != "default" else status,
        description=response.get("description", ""),
        content={kind: media.get("schema", {}) for kind, media in response.get("content", {}).items()},
        headers={name.lower(): resolve(document, header) for name, header in response.get("headers", {}).items()},
        unwitnessed=response.get("x-unwitnessed"),
        refuses_valid=response.get("x-refuses-valid"),
    )


def authentication_of(security: Iterable[Mapping[str, Any]]) -> Authentication:
    """The authentication that a `security` list asks for; an empty alternative makes credentials optional."""
    alternatives = list(security)
    if not alternatives or not any(alternatives):
        return Authentication.NONE
    return Authentication.REQUIRED if all(alternatives) else Authentication.OPTIONAL


def _role_of(security: Iterable[Mapping[str, Any]], authentication: Authentication) -> Role:
    if authentication is not Authentication.REQUIRED:
        return Role.ANONYMOUS
    scopes = {scope for alternative in security for names in alternative.values() for scope in names}
    # Several scopes are all needed (OpenAPI 3.1 section 4.8.30), so the highest one decides.
    named = [role for role in (Role.ADMIN, Role.MODERATOR) if role in scopes]
    return named[0] if named else Role.USER


def _effect_of(method: str) -> Effect:
    if method in SAFE_METHODS:
        return Effect.NONE
    return Effect.CREATE if method == "POST" else Effect.RESOURCE
