"""Bundles an OpenAPI document of many files into one.

References to other files become `#/components/...`; path items, request bodies and responses are inlined,
so that a response can carry `x-` members next to its `$ref` and headers of its own operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from peertube_conformance.spec.document.yaml_files import read_yaml
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.pointers import lookup, rewritten

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
RATE_HEADERS = {
    "X-RateLimit-Limit": "RateLimitLimit",
    "X-RateLimit-Remaining": "RateLimitRemaining",
    "X-RateLimit-Reset": "RateLimitReset",
}
_RETRY = {"Retry-After": "RetryAfter"}

Section = Literal["schemas", "parameters", "headers", "examples"]


def bundle(root: Path) -> dict[str, Any]:
    """Bundles the document at `root` with every file it refers to, and expands `x-rate-limit` into headers and a 429
    response.

    Raises:
        ContractError: a file is missing or not YAML, the target of a reference does not exist, or two files define
        different components of one name.
    """
    return _Bundler(root.resolve()).bundled()


class _Bundler:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[Path, Any] = {}
        self._beside: dict[tuple[Path, str], Path] = {}
        self._origins: dict[tuple[str, str], Path] = {}
        self._components: dict[str, dict[str, Any]] = {}

    def bundled(self) -> dict[str, Any]:
        source = self._file(self._root)
        if not isinstance(source, dict):
            raise ContractError(f"{self._root} is not an OpenAPI document: its top level must be an object.")
        for section, entries in source.get("components", {}).items():
            for name, entry in entries.items():
                self._origins[section, name] = self._origin(name, entry)
                self._components.setdefault(section, {})[name] = entry
        for section, entries in list(self._components.items()):
            for name, entry in list(entries.items()):
                entries[name] = self._component(section, entry)
        document = {key: value for key, value in source.items() if key not in {"paths", "components"}}
        document["paths"] = {path: self._path_item(item, self._root) for path, item in source.get("paths", {}).items()}
        document["components"] = self._components
        expand_rate_limits(document)
        return document

    def _origin(self, name: str, entry: Any) -> Path:
        """The file a component of the root comes from; an alias of the same name counts as its target."""
        reference = entry.get("$ref", "#") if isinstance(entry, Mapping) else "#"
        file, _, pointer = reference.partition("#")
        target = (self._root.parent / file).resolve()
        return target if file and name == _name(target, pointer) else self._root

    def _component(self, section: str, entry: Any) -> Any:
        place: Callable[[Any, Path], Any] = {"responses": self._response, "requestBodies": self._request_body}.get(
            section, self._hoisted
        )
        if isinstance(entry, Mapping) and not str(entry.get("$ref", "#")).startswith("#"):
            found, file = self._target(entry["$ref"], self._root)
            return place(found, file)
        return place(entry, self._root)

    def _file(self, path: Path) -> Any:
        if path not in self._files:
            self._files[path] = read_yaml(path)
        return self._files[path]

    def _named(self, name: str, base: Path) -> Path:
        """The file that a reference in the file `base` names; cached, so that each path is resolved only once."""
        if not name:
            return base
        known = self._beside.get((base, name))
        if known is None:
            known = self._beside[base, name] = (base.parent / name).resolve()
        return known

    def _target(self, reference: str, base: Path) -> tuple[Any, Path]:
        """The target of a reference and the file it is in; chains of references are followed."""
        name, _, pointer = reference.partition("#")
        file = self._named(name, base)
        try:
            value = lookup(self._file(file), pointer)
        except LookupError:
            raise ContractError(
                f"{base} refers to {reference}, which does not exist: correct it or add the target."
            ) from None
        if isinstance(value, Mapping) and set(value) == {"$ref"}:
            return self._target(value["$ref"], file)
        return value, file

    def _in_place(self, node: Any, base: Path) -> tuple[Any, Path]:
        """The node with its reference replaced by the target; siblings of `$ref` win over its members."""
        if isinstance(node, Mapping) and "$ref" in node:
            target, file = self._target(node["$ref"], base)
            siblings = {key: self._hoisted(value, base) for key, value in node.items() if key != "$ref"}
            if siblings:
                # References are those of the bundled document by now, as the root file's are.
                return {**self._hoisted(target, file), **siblings}, self._root
            return target, file
        return node, base

    def _path_item(self, node: Any, base: Path) -> dict[str, Any]:
        item, file = self._in_place(node, base)
        return {
            key: self._operation(value, file) if key in METHODS else self._hoisted({key: value}, file)[key]
            for key, value in item.items()
        }

    def _operation(self, operation: Mapping[str, Any], base: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in operation.items():
            if key == "responses":
                built[key] = {str(status): self._response(item, base) for status, item in value.items()}
            elif key == "requestBody":
                built[key] = self._request_body(value, base)
            elif key == "parameters":
                built[key] = [self._parameter(item, base) for item in value]
            else:
                built[key] = self._hoisted({key: value}, base)[key]
        return built

    def _response(self, node: Any, base: Path) -> dict[str, Any]:
        response, file = self._in_place(node, base)
        return dict(self._hoisted(response, file))

    def _parameter(self, node: Any, base: Path) -> Any:
        if isinstance(node, Mapping) and "$ref" in node and len(node) > 1:
            node, base = self._in_place(node, base)
        return self._hoisted(node, base)

    def _request_body(self, node: Any, base: Path) -> dict[str, Any]:
        body, file = self._in_place(node, base)
        return dict(self._hoisted(body, file))

    def _hoisted(self, node: Any, base: Path) -> Any:
        """A copy of the node in which references to files are references to components."""
        return rewritten({"": node}, lambda reference: self._reference(reference, base), named=True)[""]

    def _reference(self, reference: str, base: Path) -> str:
        name, _, pointer = reference.partition("#")
        file = self._named(name, base)
        if file == self._root:
            return f"#{pointer}"
        section = _section(file)
        first, rest = _name(file, pointer), pointer.split("/")[2:]
        known = self._origins.setdefault((section, first), file)
        if known != file:
            raise ContractError(f"{known} and {file} both define {first}: rename one of them.")
        entries = self._components.setdefault(section, {})
        if first not in entries:
            value, origin = self._target(f"{name}#/{first}" if pointer.strip("/") else f"{name}#", base)
            # Entered before its own references are followed, or recursive schemas would never end.
            entries[first] = {}
            entries[first] = self._hoisted(value, origin)
        if rest:
            self._target(reference, base)
        return "/".join((f"#/components/{section}", first, *rest))


def _name(file: Path, pointer: str) -> str:
    """The component name of a reference's target: the pointer's first key, or the file's name for the whole file."""
    return pointer.strip("/").split("/")[0] or file.stem


def _section(file: Path) -> Section:
    """The section of `components` that the entries of a file go to, by the file's name or else its folder."""
    for word in (file.stem, file.parent.name):
        if word in {"parameters", "headers", "examples"}:
            return word  # type: ignore[return-value]
    return "schemas"


def expand_rate_limits(document: dict[str, Any]) -> None:
    """Adds the X-RateLimit headers to every response of an operation with a non-empty `x-rate-limit`, and a 429 to the
    operation.

    Raises:
        ContractError: the document's components lack the headers or the response.
    """
    components = document.get("components", {})
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if not operation or not operation.get("x-rate-limit"):
                continue
            headers, responses = components.get("headers", {}), components.get("responses", {})
            missing = [name for name in (*RATE_HEADERS.values(), *_RETRY.values()) if name not in headers]
            missing += ["TooManyRequests"] if "TooManyRequests" not in responses else []
            if missing:
                raise ContractError(
                    f"{method.upper()} {path} has x-rate-limit, but the document's components lack "
                    f"{', '.join(missing)}: add them."
                )
            limited = operation["responses"]
            limited.setdefault("429", dict(responses["TooManyRequests"]))
            for status, response in limited.items():
                wanted = {**RATE_HEADERS, **(_RETRY if status == "429" else {})}
                references = {name: {"$ref": f"#/components/headers/{entry}"} for name, entry in wanted.items()}
                response["headers"] = {**references, **response.get("headers", {})}
