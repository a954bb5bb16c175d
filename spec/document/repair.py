"""Repairs documents of other authors and reports each repair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from peertube_conformance.spec.contract import Repair
from peertube_conformance.spec.document.bundle import METHODS
from peertube_conformance.spec.document.extensions import completed
from peertube_conformance.spec.document.repair_links import mend_links
from peertube_conformance.spec.document.upgrade_3_0 import upgraded
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.pointers import lookup, resolve
from peertube_conformance.spec.jsonschema.validators import Schemas, dangling
from peertube_conformance.spec.path_templates import parameter_names

_WORD = re.compile(r"[A-Za-z0-9]+")
_PASSES = 16
_TEXT: Mapping[str, Any] = {"type": "string"}


def mended(parsed: Any, source: str, reference: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[Repair]]:
    """Repairs a parsed document into a valid OpenAPI 3.1 document; returns it with the list of repairs.

    `reference` is a bundled contract whose `x-` members fill in what the document does not state. No operation
    is dropped.

    Raises:
        ContractError: not an OpenAPI 3 document, or one with an operation that cannot be repaired; it is named.
    """
    document = _checked(parsed, source)
    repairs: list[Repair] = []
    _inline_path_items(document)
    repairs += _replace_dangling(document)
    upgraded(document)
    repairs += _prefix_paths(document)
    for path, method, operation, item in _operations(document):
        repairs += _mend_path_parameters(document, path, method, operation, item)
    repairs += _name_operations(document)
    repairs += mend_links(document)
    repairs += _mend_schemas(document)
    if reference is not None:
        completed(document, reference)
    return document, repairs


def _checked(parsed: Any, source: str) -> dict[str, Any]:
    if not isinstance(parsed, Mapping) or not ({"openapi", "swagger"} & set(parsed)):
        raise ContractError(
            f"{source} is not an OpenAPI document: it has no `openapi` member; give the address of one."
        )
    version = str(parsed.get("openapi", parsed.get("swagger")))
    if not version.startswith(("3.0", "3.1")):
        raise ContractError(f"{source} is written in version {version}: convert it to OpenAPI 3.0 or 3.1 first.")
    try:
        document: dict[str, Any] = _unshared(parsed)
    except RecursionError:
        raise ContractError(f"{source} contains itself through a YAML alias: write a $ref instead.") from None
    paths = document.get("paths")
    if not isinstance(paths, dict) or not paths:
        raise ContractError(f"{source} describes no operations: give a document that has `paths`.")
    for path, item in paths.items():
        broken = [method for method in METHODS if method in item] if isinstance(item, dict) else ["the path"]
        broken = [what for what in broken if not (isinstance(item, dict) and isinstance(item[what], dict))]
        if broken:
            raise ContractError(f"{source} has no description of {broken[0].upper()} {path}: describe it or remove it.")
    return document


def _unshared(value: Any) -> Any:
    """A deep copy in which no node is shared through YAML aliases, and every key is text."""
    if isinstance(value, Mapping):
        return {str(key): _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method.upper(), item[method], item


def _inline_path_items(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        if "$ref" in item:
            try:
                target = resolve(document, item)
            except LookupError:
                raise ContractError(
                    f"{path} refers to {item['$ref']}, which does not exist: correct the reference."
                ) from None
            document["paths"][path] = {**_unshared(target), **{k: v for k, v in item.items() if k != "$ref"}}


def _replace_dangling(document: dict[str, Any]) -> Iterator[Repair]:
    for _ in range(_PASSES):
        found = list(dangling(document))
        for at, node in found:
            reference = node.pop("$ref")
            where, kind = "/".join(at), at[-2] if len(at) > 1 else ""
            parent = lookup(document, "/" + "/".join(key.replace("~", "~0").replace("/", "~1") for key in at[:-1]))
            if kind == "parameters":
                if isinstance(parent, list):
                    parent.remove(node)
                else:
                    del parent[at[-1]]
                yield Repair(where, f"refers to {reference}, which does not exist; the parameter was removed")
                break  # indexes in the list have changed
            if kind == "responses":
                node.setdefault("description", "")
            elif at[-1] == "requestBody":
                node.setdefault("content", {"*/*": {}})
            elif kind == "headers":
                node.setdefault("schema", {})
            yield Repair(where, f"refers to {reference}, which does not exist; any value is allowed there")
        if not found:
            return


def _prefix_paths(document: dict[str, Any]) -> Iterator[Repair]:
    """Puts the path of the first server's URL in front of every path template, so that it starts at the root."""
    servers = document.get("servers") or [{"url": "/"}]
    prefix = urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")
    if not prefix or "{" in prefix:
        return
    document["paths"] = {prefix + path: item for path, item in document["paths"].items()}
    document["servers"] = [{"url": "/"}]
    yield Repair("servers", f"the server's URL ends in {prefix}, which was added before every path")


def _mend_path_parameters(
    document: Mapping[str, Any], path: str, method: str, operation: dict[str, Any], item: dict[str, Any]
) -> Iterator[Repair]:
    where = f"{method} {path}"
    wanted = parameter_names(path)
    declared: set[str] = set()
    for holder in (operation, item):
        kept = []
        for node in holder.get("parameters", ()):
            parameter = resolve(document, node)
            if not ({"name", "in"} <= parameter.keys()):
                yield Repair(where, "a parameter without name or location was removed")
                continue
            if parameter["in"] == "path" and parameter["name"] not in wanted:
                yield Repair(where, f"path parameter {parameter['name']} is not in the path; it was removed")
                continue
            if parameter["in"] == "path":
                declared.add(parameter["name"])
                if parameter.get("required") is not True:
                    parameter["required"] = True
                    yield Repair(where, f"path parameter {parameter['name']} was not marked as required")
            kept.append(node)
        if "parameters" in holder:
            holder["parameters"] = kept
    for name in dict.fromkeys(wanted):
        if name not in declared:
            added = {"name": name, "in": "path", "required": True, "schema": dict(_TEXT)}
            operation.setdefault("parameters", []).append(added)
            yield Repair(where, f"path parameter {name} was not declared; it was added as a string")


def _name_operations(document: Mapping[str, Any]) -> Iterator[Repair]:
    taken: set[str] = set()
    nameless = []
    for path, method, operation, _ in _operations(document):
        stated = operation.get("operationId")
        if not stated:
            nameless.append((path, method, operation))
        elif stated in taken:
            nameless.append((path, method, operation))
            yield Repair(f"{method} {path}", f"operationId {stated} belongs to two operations; it was replaced")
        else:
            taken.add(stated)
    for path, method, operation in nameless:
        base = generated_id(method, path)
        name, number = base, 2
        while name in taken:
            name, number = f"{base}{number}", number + 1
        operation["operationId"] = name
        taken.add(name)


def generated_id(method: str, path: str) -> str:
    """Generates an operationId from method and path: `GET /videos/{id}` is `getVideosById`."""
    words = [method.lower()]
    for segment in path.strip("/").split("/"):
        parts = [part[0].upper() + part[1:] for part in _WORD.findall(segment)]
        words += ["By", *parts] if segment.startswith("{") else parts
    return "".join(words)


def _mend_schemas(document: dict[str, Any]) -> Iterator[Repair]:
    """Removes invalid patterns from schemas, then replaces the schemas that still do not compile by `{}`."""
    probe = Schemas({})
    for at, holder in _patterns(document, ()):
        if not _compiles(probe, {"pattern": holder["pattern"]}):
            yield Repair(
                "/".join(at), f"pattern {holder.pop('pattern')} is not an ECMA-262 regular expression; it is ignored"
            )
    schemas = document.get("components", {}).get("schemas", {})
    probe = Schemas({})
    for name, schema in schemas.items():
        if not _compiles(probe, _without_references(schema)):
            schemas[name] = {}
            yield Repair(f"components/schemas/{name}", "is not a valid JSON Schema; any value is allowed there")
    probe = Schemas(document)
    for path, method, operation, _ in _operations(document):
        for holder in _schema_holders(document, operation):
            if not _compiles(probe, holder["schema"]):
                holder["schema"] = {}
                yield Repair(f"{method} {path}", "a schema is not a valid JSON Schema; any value is allowed there")


def _patterns(node: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield at, node
        for key, value in node.items():
            yield from _patterns(value, (*at, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _patterns(value, (*at, str(index)))


def _schema_holders(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = [resolve(document, node) for node in operation.get("parameters", ())]
    carriers = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    for carrier in (resolve(document, node) for node in carriers):
        found += carrier.get("content", {}).values()
    yield from (holder for holder in found if isinstance(holder, dict) and "schema" in holder)


def _without_references(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_references(value) for key, value in node.items() if key != "$ref"}
    return [_without_references(item) for item in node] if isinstance(node, list) else node


def _compiles(schemas: Schemas, schema: Any) -> bool:
    try:
        schemas.validator(schema)
    except ValueError:
        return False
    return True
