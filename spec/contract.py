"""The contract's public types: operations, the roles that may call them, and their documented responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from peertube_conformance.spec.jsonschema.validators import Schemas
from peertube_conformance.spec.path_templates import Routes
from peertube_conformance.spec.version_numbers import Version

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Role(StrEnum):
    """Least role that may call an operation; ordered, `Role.USER < Role.ADMIN`.

    OWNER is a user acting on their own resources.
    """

    ANONYMOUS = "anonymous"
    USER = "user"
    OWNER = "owner"
    MODERATOR = "moderator"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """The role's position in the order, from 0."""
        return list(Role).index(self)

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Role) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Role) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Role) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Role) else NotImplemented


class Authentication(StrEnum):
    """Whether an operation ignores credentials, accepts them or requires them, as its `security` says."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Effect(StrEnum):
    """The effect of a call: it creates a resource, or changes the named resources, the caller's own account, the whole
    instance, or nothing that lasts.
    """

    NONE = "none"
    CREATE = "create"
    RESOURCE = "resource"
    SELF = "self"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation. `location` is path, query, header or cookie; `style` and `explode` are as in
    OpenAPI, with defaults filled in.
    """

    name: str
    location: str
    required: bool
    schema: Mapping[str, Any]
    resource: str | None = None
    example: Any = None
    style: str = "form"
    explode: bool = True
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """One documented response of an operation. `status` is a code, a class such as `2XX`, or `default`; `content` maps
    media types to schemas, `headers` maps lower-case names to header objects.
    """

    status: str
    description: str
    content: Mapping[str, Mapping[str, Any]]
    headers: Mapping[str, Mapping[str, Any]]
    unwitnessed: str | None = None
    refuses_valid: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Operation:
    """An OpenAPI operation: method, path template (`path`, from the server root), and all the contract says of it.

    `elevated_role` is the least role that may do it to other people's resources, None when nobody may. `since`
    is the first release that has it. `capability` names the feature an instance may switch off. `rate_limits`
    names the buckets a call is counted in, outermost first. `creates` is the kind of resource created.
    `request_bodies` maps media types to schemas. `definition` is the operation object of the bundled
    document, without the parameters of its path item.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    role: Role
    elevated_role: Role | None
    authentication: Authentication
    since: Version
    capability: str | None
    rate_limits: tuple[str, ...]
    effect: Effect
    creates: str | None
    parameters: tuple[Parameter, ...]
    request_bodies: Mapping[str, Mapping[str, Any]]
    body_required: bool
    responses: Mapping[str, ResponseSpec]
    definition: Mapping[str, Any]
    schemas: Schemas

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self}>"

    @property
    def is_safe(self) -> bool:
        """Whether the method is safe, that is, only reads (RFC 9110 section 9.2.1)."""
        return self.method in SAFE_METHODS

    @property
    def success_statuses(self) -> tuple[int, ...]:
        """The documented 2xx codes, ascending; classes and `default` are not codes."""
        return tuple(sorted(int(code) for code in self.responses if code.isdigit() and code[0] == "2"))

    @property
    def request_examples(self) -> Mapping[str, Any]:
        """The examples of the request body by media type; media types without one are left out."""
        content = self.definition.get("requestBody", {}).get("content", {})
        return {kind: media["example"] for kind, media in content.items() if "example" in media}

    def response_for(self, status: int) -> ResponseSpec | None:
        """The response documented for the code itself, else for its class (`2XX`), else `default`, else None."""
        responses = self.responses
        return responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")

    def parameter(self, location: str, name: str) -> Parameter | None:
        """The declared parameter of this location and name, or None. Header names match in any case."""
        for parameter in self.parameters:
            if parameter.location == location and (
                parameter.name == name or (location == "header" and parameter.name.lower() == name.lower())
            ):
                return parameter
        return None


@dataclass(frozen=True, slots=True)
class Repair:
    """A defect of a document and how it was repaired before the document was used."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Contract:
    """The contract of one PeerTube version: its OpenAPI document and the operations parsed from it.

    `version` is what the document states ("6.2.0"), `source` where it came from, `document` the one
    OpenAPI 3.1 document that everything is bundled in, `repairs` what had to be repaired, `deviations` the file
    of known deviations, None for foreign documents.
    """

    version: str
    source: str
    document: Mapping[str, Any] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)
    repairs: tuple[Repair, ...] = ()
    deviations: Path | None = None

    @cached_property
    def _by_id(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def _routes(self) -> Routes[Operation]:
        return Routes((operation.method, operation.path, operation) for operation in self.operations)

    def operation(self, operation_id: str) -> Operation:
        """The operation with this operationId.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[operation_id]

    def match(self, method: str, url_path: str) -> Operation | None:
        """The operation that a method and a path (percent-encoded, from the server root) belong to, or None."""
        found = self._routes.find(method.upper(), url_path)
        return found[0] if found else None

    def at(self, url_path: str) -> tuple[Operation, ...]:
        """The operations of a path (percent-encoded, from the server root), whatever their methods."""
        found = (self.match(method, url_path) for method in sorted({each.method for each in self.operations}))
        return tuple(operation for operation in found if operation is not None)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags, in the document's order."""
        return tuple(tag["name"] for tag in self.document.get("tags", ()))
