"""A contract to test with: the bundled one, or a small one written in the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.spec import Contract, Operation, contract_of, load_contract
from peertube_conformance.spec.document.yaml_files import parse

OperationOf = Callable[..., Operation]


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The newest bundled contract."""
    return load_contract()


@pytest.fixture
def operation_of() -> OperationOf:
    """Makes an operation of the YAML of its definition."""

    def made(definition: str, method: str = "get", path: str = "/things", components: str = "{}") -> Operation:
        operation: dict[str, Any] = {
            "operationId": "things",
            "responses": {"200": {"description": "Fine."}},
            **parse(definition),
        }
        document: Mapping[str, Any] = {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1.0.0"},
            "paths": {path: {method: operation}},
            "components": parse(components),
        }
        return contract_of(document, "a test").operations[0]

    return made


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Writes files below an empty folder, which is returned."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return write
