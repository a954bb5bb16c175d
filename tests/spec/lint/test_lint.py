"""Each house rule fires, and only where it should."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from peertube_conformance.spec import contract_of
from peertube_conformance.spec.document.yaml_files import parse
from peertube_conformance.spec.lint.__main__ import lint, main
from peertube_conformance.spec.lint.operation_rules import RULES, breaches
from peertube_conformance.spec.lint.paths_index import indexed
from peertube_conformance.spec.lint.paths_index import main as index
from peertube_conformance.spec.loading import HERE, available_versions

SOUND = """
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
tags: [{name: Thing}]
paths:
  /api/v1/things/{id}:
    post:
      operationId: addThing
      tags: [Thing]
      summary: Add one
      security: [{OAuth2: []}]
      x-role: owner
      x-elevated-role: admin
      x-since: "1.2.3"
      x-rate-limit: [api, login]
      x-effect: create
      x-creates: thing
      parameters:
        - name: id
          in: path
          required: true
          x-resource: thing
          schema: {type: integer, minimum: 1, maximum: 9}
          example: 3
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/New'}, example: {size: 2}}
          multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              example: {id: 1, names: [a], map: {b: 1}}
        "404": {description: No., x-unwitnessed: Never., content: {application/problem+json: {
          schema: {$ref: '#/components/schemas/Problem'}, example: {status: 404}}}}
components:
  schemas:
    New:
      type: object
      properties: {size: {type: integer, minimum: 0, maximum: 5}, kind: {type: integer, enum: [1, 2]}}
    Problem: {type: object, required: [status], properties: {status: {type: integer, minimum: 400}}}
    Thing:
      type: object
      properties:
        id: {type: integer, minimum: 1}
        names: {type: array, items: {type: string}}
        map: {type: object, additionalProperties: {type: integer, minimum: 0}}
        free: {type: object, additionalProperties: true}
        self: {$ref: '#/components/schemas/Thing'}
"""


def reported(text: str) -> list[tuple[str, str]]:
    return [(breach.rule, breach.what) for breach in breaches(contract_of(parse(text), "a test"))]


def test_a_sound_contract_breaks_no_rule() -> None:
    assert reported(SOUND) == []


CHANGES = [
    ("operation-id", "  /api", "  /b: {get: {operationId: addThing, responses: {}}}\n  /api"),
    ("tag", "tags: [Thing]", "tags: []"),
    ("tag", "tags: [Thing]", "tags: [Other]"),
    ("summary", "summary: Add one", "summary: ''"),
    ("role", "x-role: owner", "x-other: owner"),
    ("role", "x-role: owner", "x-role: user"),
    ("role", "x-elevated-role: admin", "x-elevated-role: user"),
    ("security", "security: [{OAuth2: []}]", "deprecated: true"),
    ("security", "security: [{OAuth2: []}]", "security: [{}, {OAuth2: []}]"),
    ("security", "x-role: owner", "x-role: anonymous"),
    ("since", 'x-since: "1.2.3"', 'x-since: "1.2"'),
    ("since", 'x-since: "1.2.3"', "deprecated: true"),
    ("effect", "x-effect: create", "deprecated: true"),
    ("effect", "x-creates: thing", "deprecated: true"),
    ("effect", "x-effect: create", "x-effect: self"),
    ("effect", "    post:", "    get:"),
    ("rate-limit", "x-rate-limit: [api, login]", "deprecated: true"),
    ("rate-limit", "x-rate-limit: [api, login]", "x-rate-limit: [api, other]"),
    ("rate-limit", "x-rate-limit: [api, login]", "x-rate-limit: [login]"),
    ("extension", "x-creates: thing", "x-creates: thing\n      x-create: thing"),
    ("extension", "x-resource: thing", "x-resources: thing"),
    ("extension", "x-unwitnessed: Never.", "x-unwitnessed: ''"),
    ("responses", '"200":', '"300":\n          description: It.\n        "400":'),
    ("responses", '"200":', '"2XX":'),
    ("responses", '"404"', '"500"'),
    ("responses", "application/problem+json", "application/json"),
    ("shape", "names: {type: array, items: {type: string}}", "names: {type: array}"),
    ("shape", "names: {type: array, items: {type: string}}", "names: {type: object}"),
    ("shape", "names: {type: array, items: {type: string}}", "names: {}"),
    ("shape", "names: {type: array, items: {type: string}}", "names: {type: array, items: {type: object}}"),
    ("bounds", "id: {type: integer, minimum: 1}", "id: {type: integer}"),
    ("bounds", "size: {type: integer, minimum: 0, maximum: 5}", "size: {type: integer, minimum: 0}"),
    ("bounds", "minimum: 1, maximum: 9", "minimum: 1"),
    ("bounds", "additionalProperties: {type: integer, minimum: 0}", "additionalProperties: {type: integer}"),
    ("example", "example: 3", "example: 10"),
    ("example", ", example: {size: 2}", ""),
    ("example", "example: {size: 2}", "example: {size: 6}"),
    ("example", "example: {status: 404}", "example: {status: 4}"),
    ("example", "example: {status: 404}", "deprecated: true"),
    ("example", "names: [a]", "names: [1]"),
    ("example", "format: binary}}", "format: binary}, name: {type: string}}"),
    ("personal", "        names: {", "        email: {type: string}\n        names: {"),
    ("personal", "        names: {", "        text: {type: [string, 'null']}\n        names: {"),
    ("personal", "        names: {", "        tags: {type: array, items: {type: string}}\n        names: {"),
    ("personal", "id: {type: integer, minimum: 1}", "id: {type: integer, minimum: 1, x-personal: true}"),
    ("personal", "items: {type: string}", "items: {type: string, x-personal: 1}"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), CHANGES)
def test_a_rule_fires(rule: str, old: str, new: str) -> None:
    assert old in SOUND
    assert rule in {name for name, _ in reported(SOUND.replace(old, new, 1))}


@pytest.mark.parametrize(
    "member",
    [
        "name: {type: string, x-personal: false}",
        "tags: {type: array, x-personal: true, items: {type: string}}",
        "tags: {type: array, items: {type: string, x-personal: true}}",
        "name: {type: string, enum: [cut]}",
        "email: {type: object, properties: {enabled: {type: boolean}}}",
        "message: {type: integer, minimum: 0}",
    ],
)
def test_a_member_that_says_whether_it_is_personal_breaks_no_rule(member: str) -> None:
    assert reported(SOUND.replace("        names: {", f"        {member}\n        names: {{", 1)) == []


def test_every_rule_is_proven_to_fire() -> None:
    assert {rule for rule, _, _ in CHANGES} == set(RULES)


@pytest.mark.parametrize("folder", available_versions().values(), ids=lambda folder: str(folder.name))
def test_the_bundled_contracts_break_no_rule(folder: Path) -> None:
    assert [str(breach) for breach in lint(folder)] == []


@pytest.mark.parametrize("folder", available_versions().values(), ids=lambda folder: str(folder.name))
def test_the_index_names_every_path(folder: Path) -> None:
    assert (folder / "openapi.yaml").read_text(encoding="utf-8") == indexed(folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a bundled contract that can be spoiled."""
    return Path(shutil.copytree(HERE / "peertube-6.2", tmp_path / "peertube-6.2"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unused_definition_is_told(copy: Path) -> None:
    with (copy / "schemas" / "errors.yaml").open("a", encoding="utf-8") as file:
        file.write("\nSuperfluous: {$ref: '#/Superfluous'}\n")
    found = [str(breach) for breach in lint(copy)]
    assert "schemas/errors.yaml: nothing refers to Superfluous [unused]" in found


def test_invalid_openapi_is_told(copy: Path) -> None:
    change(copy / "openapi.yaml", "title: PeerTube REST API", "name: PeerTube REST API")
    assert "openapi" in {breach.rule for breach in lint(copy)}


def test_a_stale_index_is_told_and_renewed(copy: Path) -> None:
    fresh = (copy / "openapi.yaml").read_text(encoding="utf-8")
    start, end = fresh.index("paths:\n"), fresh.index("components:\n")
    (copy / "openapi.yaml").write_text(fresh[:start] + "paths: {}\n" + fresh[end:], encoding="utf-8")
    assert "index" in {breach.rule for breach in lint(copy)}
    assert index([str(copy)]) == 0
    assert (copy / "openapi.yaml").read_text(encoding="utf-8") == fresh


def test_two_files_cannot_describe_one_path(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = next((copy / "paths").glob("*.yaml"))
    shutil.copy(file, file.with_name("again.yaml"))
    assert index([str(copy)]) == 1
    assert "both describe" in capsys.readouterr().err


def test_the_command_prints_what_is_wrong(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "responses.yaml").unlink()
    assert main([str(copy)]) == 1
    assert "responses.yaml cannot be read" in capsys.readouterr().out
