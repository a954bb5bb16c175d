"""Completes the `x-` members of a foreign document from the project's own contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from peertube_conformance.spec.document.bundle import METHODS
from peertube_conformance.spec.jsonschema.pointers import resolve

_TAKEN = ("x-role", "x-elevated-role", "x-since", "x-capability", "x-rate-limit", "x-effect", "x-creates")
_BUCKETS = (("/api/v1/", "api"), ("/feeds/", "feeds"))
_NAMES = re.compile(r"\{[^{}]*\}")


def completed(document: dict[str, Any], reference: Mapping[str, Any]) -> None:
    """Adds the `x-` members that a document's operations lack, in place.

    The source is the operation of `reference` with the same method and path, whatever its path parameters are
    called; `x-resource` is also copied from its parameters. For an operation that is not there, only the
    rate-limit bucket is derived, from its path.
    """
    known = {
        (_NAMES.sub("{}", path), method): item[method]
        for path, item in reference["paths"].items()
        for method in METHODS
        if method in item
    }
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            found = known.get((_NAMES.sub("{}", path), method))
            if found is None:
                buckets = [bucket for prefix, bucket in _BUCKETS if path.startswith(prefix)]
                operation.setdefault("x-rate-limit", buckets)
                continue
            taken = [member for member in _TAKEN if member in found]
            if "x-role" in operation:
                taken = [member for member in taken if not member.endswith("role")]
            for member in taken:
                operation.setdefault(member, found[member])
            _lend_resources(document, item, operation, reference, found)


def _lend_resources(
    document: Mapping[str, Any],
    item: Mapping[str, Any],
    operation: dict[str, Any],
    reference: Mapping[str, Any],
    found: Mapping[str, Any],
) -> None:
    lenders = [resolve(reference, node) for node in found.get("parameters", ())]
    lent = {(entry["in"], entry["name"]): entry["x-resource"] for entry in lenders if "x-resource" in entry}
    in_path = [entry.get("x-resource") for entry in lenders if entry["in"] == "path"]
    merged = {}
    for node in (*item.get("parameters", ()), *operation.get("parameters", ())):
        entry = resolve(document, node)
        merged[entry["in"], entry["name"]] = entry
    # Path parameters correspond by position, others by name.
    places = [key for key in merged if key[0] == "path"]
    if len(places) == len(in_path):
        lent |= {key: kind for key, kind in zip(places, in_path, strict=True) if kind}
    operation["parameters"] = [
        {**entry, "x-resource": lent[key]} if key in lent and "x-resource" not in entry else entry
        for key, entry in merged.items()
    ]
