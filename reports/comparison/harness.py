"""Determines which requirements and checks the harness of the later of two runs has, and that of the earlier has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def new_requirements(before: Document, after: Document) -> frozenset[str]:
    """Requirements of the later run's harness alone. A run document lists all that its harness had."""
    known = {entry["id"] for entry in before["requirements"]}
    return frozenset(entry["id"] for entry in after["requirements"]) - known if known else frozenset()


def new_checks(before: Document, after: Document) -> frozenset[str]:
    """Checks of the later run's harness alone; none where one of the documents does not list its checks."""
    known, checks = (document["harness"].get("checks") for document in (before, after))
    return frozenset(checks) - frozenset(known) if known and checks else frozenset()


def harness_text(document: Document) -> str:
    """The versions of a run's harness and of its contract: `0.1.0 with the contract of 6.2.0`."""
    return f"{document['harness']['version']} with the contract of PeerTube {document['contract']['version']}"
