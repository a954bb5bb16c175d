"""Loads a document from its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from peertube_conformance.spec import Contract, load_contract
from tests.spec.document.loaded_documents import HEAD, Loaded


@pytest.fixture
def loaded(written: Callable[[Mapping[str, str]], Path]) -> Loaded:
    """The contract of a document's text; the head is put in front unless it has one."""

    def load(text: str) -> Contract:
        whole = text if text.startswith("openapi") else HEAD + text
        return load_contract(written({"document.yaml": whole}) / "document.yaml")

    return load
