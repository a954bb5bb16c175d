"""Lint rules for the operations of the project's own contracts, beyond being valid OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from peertube_conformance.spec.contract import SAFE_METHODS, Authentication, Contract, Effect, Operation, Role
from peertube_conformance.spec.jsonschema.pointers import resolve
from peertube_conformance.spec.lint.personal_rules import personal_breaches
from peertube_conformance.spec.lint.schema_rules import anything_goes, example_breaches, unbounded_integers
from peertube_conformance.spec.messages.request_decoding import is_json

BUCKETS = frozenset({"api", "login", "register", "ask-send-email", "feeds", "well-known", "client-log"})
PROBLEM = "application/problem+json"
_SINCE = re.compile(r"\d+\.\d+\.\d+")
_EXTENSIONS = frozenset(
    {
        "x-role",
        "x-elevated-role",
        "x-since",
        "x-capability",
        "x-rate-limit",
        "x-effect",
        "x-creates",
        "x-resource",
        "x-unwitnessed",
        "x-refuses-valid",
    }
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of a lint rule: the rule's name, the operation or file, and what is wrong."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.rule}]"


Rule = Callable[[Contract, Operation], Iterator[str]]
RULES: dict[str, Rule] = {}


def _rule(name: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES[name] = rule
        return rule

    return register


def breaches(contract: Contract) -> list[Breach]:
    """Applies every rule to every operation of a contract; the breaches, in the document's order."""
    return [
        Breach(name, str(operation), what)
        for operation in contract.operations
        for name, rule in RULES.items()
        for what in rule(contract, operation)
    ]


@_rule("operation-id")
def _operation_id(contract: Contract, operation: Operation) -> Iterator[str]:
    others = [str(other) for other in contract.operations if other.id == operation.id and other is not operation]
    if others:
        yield f"operationId {operation.id} also belongs to {others[0]}"


@_rule("tag")
def _tag(contract: Contract, operation: Operation) -> Iterator[str]:
    tags = operation.definition.get("tags", [])
    if not tags:
        yield "has no tag"
    yield from (f"tag {tag} is not listed in the root" for tag in tags if tag not in contract.tags)


@_rule("summary")
def _summary(_: Contract, operation: Operation) -> Iterator[str]:
    if not operation.summary.strip() or "\n" in operation.summary.strip():
        yield "needs a summary of one line"


@_rule("role")
def _role(_: Contract, operation: Operation) -> Iterator[str]:
    if "x-role" not in operation.definition:
        yield "x-role is missing"
    if operation.elevated_role and operation.role is not Role.OWNER:
        yield "x-elevated-role goes with x-role: owner only"
    if operation.elevated_role and operation.elevated_role < Role.MODERATOR:
        yield "x-elevated-role is moderator or admin"


@_rule("security")
def _security(_: Contract, operation: Operation) -> Iterator[str]:
    if "security" not in operation.definition:
        yield "security is missing; write [] where credentials are ignored"
        return
    needs_user = operation.role is not Role.ANONYMOUS
    if needs_user != (operation.authentication is Authentication.REQUIRED):
        yield f"x-role {operation.role} does not fit security: credentials are {operation.authentication}"


@_rule("since")
def _since(_: Contract, operation: Operation) -> Iterator[str]:
    if not _SINCE.fullmatch(str(operation.definition.get("x-since", ""))):
        yield 'x-since is missing or not a version such as "6.1.0"'


@_rule("effect")
def _effect(_: Contract, operation: Operation) -> Iterator[str]:
    stated = "x-effect" in operation.definition
    if operation.method in SAFE_METHODS:
        if stated:
            yield f"{operation.method} must not have x-effect"
        return
    if not stated:
        yield "x-effect is missing"
    if operation.effect is Effect.CREATE and operation.creates is None:
        yield "x-effect: create needs x-creates"
    # Changing a resource may create another one: an accepted registration becomes a user.
    if operation.creates is not None and operation.effect not in {Effect.CREATE, Effect.RESOURCE}:
        yield "x-creates needs x-effect: create or resource"


@_rule("rate-limit")
def _rate_limit(_: Contract, operation: Operation) -> Iterator[str]:
    stated = operation.definition.get("x-rate-limit")
    if not isinstance(stated, list):
        yield "x-rate-limit is missing; write [] where calls are not counted"
        return
    yield from (f"x-rate-limit {name} is not a known bucket" for name in stated if name not in BUCKETS)
    if operation.path.startswith("/api/v1/") and stated and stated[0] != "api":
        yield "x-rate-limit starts with api, the outermost bucket"


@_rule("extension")
def _extension(contract: Contract, operation: Operation) -> Iterator[str]:
    places: list[Mapping[str, Any]] = [operation.definition]
    places += [resolve(contract.document, node) for node in operation.definition.get("parameters", ())]
    places += [resolve(contract.document, node) for node in operation.definition.get("responses", {}).values()]
    for place in places:
        for key, value in place.items():
            if key.startswith("x-") and key not in _EXTENSIONS:
                yield f"{key} is not a known extension"
            elif key in {"x-unwitnessed", "x-refuses-valid"} and not (isinstance(value, str) and value.strip()):
                yield f"{key} must give the reason"


@_rule("responses")
def _responses(_: Contract, operation: Operation) -> Iterator[str]:
    codes = [int(code) for code in operation.responses if code.isdigit()]
    yield from (f"response {code} is not a status code" for code in operation.responses if not code.isdigit())
    if not any(code < 400 for code in codes):
        yield "documents no success"
    for code in codes:
        if code >= 500 and code != 503:
            yield f"promises a {code}"
        if code >= 400 and set(operation.responses[str(code)].content) != {PROBLEM}:
            yield f"response {code} must be {PROBLEM} only"


@_rule("shape")
def _shape(_: Contract, operation: Operation) -> Iterator[str]:
    for code, response in operation.responses.items():
        if code.startswith("2"):
            for kind, schema in response.content.items():
                if is_json(kind):
                    yield from (
                        f"response {code}: {at or 'the body'} allows any value"
                        for at in anything_goes(operation.schemas, schema)
                    )


@_rule("bounds")
def _bounds(_: Contract, operation: Operation) -> Iterator[str]:
    for parameter in operation.parameters:
        for at in unbounded_integers(operation.schemas, parameter.schema, both=True):
            yield f"parameter {parameter.name}{at} needs minimum and maximum"
    for schema in operation.request_bodies.values():
        for at in unbounded_integers(operation.schemas, schema, both=True):
            yield f"request body: {at} needs minimum and maximum"
    for code, response in operation.responses.items():
        for schema in response.content.values():
            for at in unbounded_integers(operation.schemas, schema, both=False):
                yield f"response {code}: {at or 'the body'} needs a minimum"


@_rule("example")
def _example(_: Contract, operation: Operation) -> Iterator[str]:
    yield from example_breaches(operation)


@_rule("personal")
def _personal(_: Contract, operation: Operation) -> Iterator[str]:
    yield from personal_breaches(operation)
