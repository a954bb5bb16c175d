"""A document with few operations: what a hand-written test would ask of others of it does not apply."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.generation.schemathesis_driver import Generator, NotGenerated
from peertube_conformance.spec import load_contract

ROOT = Path(__file__).parents[3]
_OK = {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {}}}}}}


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": schema}], **_OK}


_TEXT = {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "integer"}}}}}
_STUDIO, _EXPORTS = "/api/v1/videos/{id}/studio/edit", "/api/v1/users/{userId}/exports"
PATHS: dict[str, dict[str, Any]] = {
    "none of them": {
        "/api/v1/config": {"get": {"operationId": "getConfig", **_OK}},
        "/api/v1/ping": {"get": {"operationId": "ping", **_OK}},
    },
    "other methods": {
        _STUDIO: {"get": {"operationId": "a", **_in_path("id", {"type": "integer"})}},
        _EXPORTS: {"put": {"operationId": "b", **_in_path("userId", {"type": "integer"})}},
    },
    "other names": {
        "/api/v1/videos/{videoId}/studio/edit": {
            "post": {"operationId": "createStudioTask", **_in_path("videoId", {"type": "integer"}), **_TEXT}
        },
        "/api/v1/nothing": {"get": {"operationId": "getUserInfo", **_OK}},
    },
    "other forms": {
        _STUDIO: {"post": {"operationId": "createStudioTask", **_in_path("id", {"type": "boolean"}), **_TEXT}},
        _EXPORTS: {"get": {"operationId": "listUserExports", **_in_path("userId", {"enum": ["x"]})}},
    },
    "no ids": {_STUDIO: {"get": _in_path("id", {})}, "/odd": {"post": _TEXT | _OK}},
}


def document(name: str) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": PATHS[name]}


@pytest.mark.parametrize("name", PATHS)
def test_whatever_operation_of_this_package_is_asked_for_it_is_generated_or_not(name: str, tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(document(name)))
    generator = Generator(load_contract(str(path)), seed=1)
    for operation in load_contract().operations:
        try:
            draft = generator.first(operation)
        except NotGenerated as error:
            assert operation.path in str(error)  # noqa: PT017 - it may be generated, too
        else:
            assert draft.operation is operation


@pytest.mark.parametrize("name", ["none of them", "other forms"])
def test_what_it_does_not_have_does_not_apply(name: str, tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(document(name)))
    command = [sys.executable, "-m", "pytest", "conformance/test_capabilities.py", f"--spec={path}", "-rs"]
    command += ["--depth=smoke", f"--report-dir={tmp_path / 'report'}", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert "harness error" not in ran.stdout
    assert " failed" not in ran.stdout.splitlines()[-1]
    for capability in ("user-import/imports", "studio"):
        part = capability.partition("/")[2] or capability
        assert any("not-applicable: " in line and part in line for line in ran.stdout.splitlines()), ran.stdout
    assert ran.returncode in {0, 3}, ran.stdout
