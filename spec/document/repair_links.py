"""Removes OpenAPI links whose target operation does not exist or does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.spec.contract import Repair
from peertube_conformance.spec.document.bundle import METHODS
from peertube_conformance.spec.jsonschema.pointers import lookup, resolve


def mend_links(document: Mapping[str, Any]) -> Iterator[Repair]:
    """Removes the links whose target operation does not exist, or lacks a parameter that the link sets, in place."""
    for path, item in document["paths"].items():
        for method in METHODS:
            for status, node in item.get(method, {}).get("responses", {}).items():
                response = resolve(document, node)
                for name, link_node in list(response.get("links", {}).items()):
                    reason = _reason(document, link_node)
                    if reason:
                        del response["links"][name]
                        yield Repair(f"{method.upper()} {path} {status}", f"link {name} {reason}; it was removed")


def _reason(document: Mapping[str, Any], node: Any) -> str | None:
    try:
        link = resolve(document, node)
        target, shared = _target(document, link)
    except LookupError:
        return "leads to an operation that does not exist"
    declared = {
        (parameter["in"], parameter["name"])
        for parameter in (resolve(document, entry) for entry in (*shared, *target.get("parameters", ())))
    }
    names = {name for _, name in declared} | {f"{location}.{name}" for location, name in declared}
    unknown = [name for name in link.get("parameters", {}) if name not in names]
    return f"sets {', '.join(unknown)}, which its operation does not have" if unknown else None


def _target(document: Mapping[str, Any], link: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[Any, ...]]:
    if "operationRef" in link:
        reference = str(link["operationRef"])
        if not reference.startswith("#"):
            raise LookupError(reference)
        item = lookup(document, reference.rpartition("/")[0])
        return lookup(document, reference), tuple(item.get("parameters", ()))
    for item in document["paths"].values():
        for method in METHODS:
            if item.get(method, {}).get("operationId") == link.get("operationId"):
                return item[method], tuple(item.get("parameters", ()))
    raise LookupError(link.get("operationId"))
