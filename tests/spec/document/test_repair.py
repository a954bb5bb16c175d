"""Broken documents of other authors."""

from __future__ import annotations

import pytest

from peertube_conformance.spec import ContractError, Repair, WireRequest, body_violations, violations
from tests.spec.document.loaded_documents import FINE, Loaded


def test_a_sound_document_needs_no_repair(loaded: Loaded) -> None:
    text = f"""
paths:
  /things/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
    get: {{operationId: getThing, {FINE}}}
"""
    assert loaded(text).repairs == ()


def test_tabs_are_read_as_spaces(loaded: Loaded) -> None:
    reported = "a tab, which YAML forbids there, was read as a space"
    indented = loaded(f"paths:\n\t/things:\n\t\tget:\n\t\t\toperationId: getThings\n\t\t\t{FINE}\n")
    assert indented.operation("getThings").path == "/things"
    assert indented.repairs == tuple(Repair(f"line {line}", reported) for line in range(4, 8))
    text = loaded(f"paths:\n /a:\n  get:\n   summary: |\n    \tOne.\n     Two.\n   operationId: x\n   {FINE}\n")
    assert text.operation("x").summary == "One.\nTwo.\n"


def test_many_tabs_are_told_at_once(loaded: Loaded) -> None:
    lines = "".join(f"  /things/{number}:\n  \tget: {{{FINE}}}\n" for number in range(60))
    found = loaded(f"paths:\n{lines}")
    assert len(found.operations) == 60
    assert found.repairs[-1].where.endswith("and after")


def test_an_undeclared_path_parameter_is_added(loaded: Loaded) -> None:
    found = loaded(f"paths: {{'/a/{{b}}/{{b}}/{{c}}': {{get: {{operationId: x, {FINE}}}}}}}")
    assert [parameter.name for parameter in found.operation("x").parameters] == ["b", "c"]
    assert all(parameter.required for parameter in found.operation("x").parameters)
    assert [repair.what for repair in found.repairs] == [
        "path parameter b was not declared; it was added as a string",
        "path parameter c was not declared; it was added as a string",
    ]


def test_a_path_parameter_of_another_path_is_removed(loaded: Loaded) -> None:
    parameter = "parameters: [{name: id, in: path, required: true, schema: {type: string}}, {in: query}]"
    found = loaded(f"paths: {{/a: {{get: {{operationId: x, {parameter}, {FINE}}}}}}}")
    assert found.operation("x").parameters == ()
    assert [repair.what for repair in found.repairs] == [
        "path parameter id is not in the path; it was removed",
        "a parameter without name or location was removed",
    ]


def test_a_path_parameter_is_always_required(loaded: Loaded) -> None:
    parameter = "parameters: [{name: id, in: path, schema: {type: string}}]"
    found = loaded(f"paths: {{'/a/{{id}}': {{get: {{operationId: x, {parameter}, {FINE}}}}}}}")
    assert found.operation("x").parameters[0].required
    assert [str(repair) for repair in found.repairs] == ["GET /a/{id}: path parameter id was not marked as required"]


def test_references_to_nothing_allow_anything(loaded: Loaded) -> None:
    text = """
paths:
  /a:
    post:
      operationId: x
      parameters: [{$ref: '#/components/parameters/No'}, {$ref: '#/components/parameters/Nor'}]
      requestBody: {$ref: '#/components/requestBodies/No'}
      responses:
        "200":
          description: Fine.
          headers: {X-A: {$ref: '#/components/headers/No'}}
          content: {application/json: {schema: {$ref: other.yaml#/No}, example: {$ref: '#/nothing'}}}
        "404": {$ref: '#/components/responses/No'}
"""
    found = loaded(text)
    operation = found.operation("x")
    assert operation.parameters == ()
    assert body_violations(operation, 200, "application/json", {"any": "thing"}) == []
    assert body_violations(operation, 404, None, None) == []
    assert violations(operation, WireRequest("POST", "/a", {"Content-Type": "a/b"}, b"x")) == []
    assert sorted(repair.where for repair in found.repairs) == [
        "paths//a/post/parameters/0",
        "paths//a/post/parameters/0",
        "paths//a/post/requestBody",
        "paths//a/post/responses/200/content/application/json/schema",
        "paths//a/post/responses/200/headers/X-A",
        "paths//a/post/responses/404",
    ]
    assert all("which does not exist" in repair.what for repair in found.repairs)


def test_a_reference_to_a_broken_component_is_broken_too(loaded: Loaded) -> None:
    text = f"""
paths: {{/a: {{get: {{operationId: x, parameters: [{{$ref: '#/components/parameters/A'}}], {FINE}}}}}}}
components: {{parameters: {{A: {{$ref: '#/components/parameters/No'}}}}}}
"""
    found = loaded(text)
    assert found.operation("x").parameters == ()
    assert len(found.repairs) == 2


def test_operations_without_an_id_get_one_made_of_method_and_path(loaded: Loaded) -> None:
    text = f"""
paths:
  /api/v1/my-things/{{id}}/x.{{format}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{}}}}
      - {{name: format, in: path, required: true, schema: {{}}}}
    get: {{{FINE}}}
  /a/b: {{get: {{{FINE}}}, put: {{operationId: getAB, {FINE}}}}}
"""
    found = loaded(text)
    assert [operation.id for operation in found.operations] == ["getApiV1MyThingsByIdXFormat", "getAB2", "getAB"]
    assert found.repairs == ()


def test_of_two_operations_of_one_id_the_second_is_renamed(loaded: Loaded) -> None:
    found = loaded(f"paths: {{/a: {{get: {{operationId: x, {FINE}}}}}, /b: {{get: {{operationId: x, {FINE}}}}}}}")
    assert [operation.id for operation in found.operations] == ["x", "getB"]
    assert found.repairs == (Repair("GET /b", "operationId x belongs to two operations; it was replaced"),)


LINKED = """
paths:
  /a:
    get:
      operationId: list
      responses:
        "200":
          description: Fine.
          links:
            good: {operationId: show, parameters: {id: $response.body#/id}}
            goodToo: {operationRef: '#/paths/~1a~1{id}/get', parameters: {path.id: $response.body#/id}}
            gone: {operationId: hide}
            goneToo: {operationRef: '#/paths/~1b/get'}
            away: {operationRef: 'https://example.org/openapi.yaml#/paths/~1b/get'}
            wrong: {operationId: show, parameters: {name: $response.body#/name}}
  /a/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: show, responses: {"200": {description: Fine.}}}
"""


def test_links_to_nowhere_are_removed(loaded: Loaded) -> None:
    found = loaded(LINKED)
    kept = found.operation("list").definition["responses"]["200"]["links"]
    assert set(kept) == {"good", "goodToo"}
    assert [repair.what for repair in found.repairs] == [
        "link gone leads to an operation that does not exist; it was removed",
        "link goneToo leads to an operation that does not exist; it was removed",
        "link away leads to an operation that does not exist; it was removed",
        "link wrong sets name, which its operation does not have; it was removed",
    ]


def test_schemas_nobody_can_judge_by_allow_anything(loaded: Loaded) -> None:
    text = """
paths:
  /a:
    get:
      operationId: x
      parameters:
        - {name: p, in: query, schema: {type: string, pattern: '(a'}}
        - {name: q, in: query, schema: {type: nonsense}}
      responses:
        "200": {description: Fine., content: {application/json: {schema: {$ref: '#/components/schemas/Bad'}}}}
components: {schemas: {Bad: {type: [object, 3], properties: {a: {$ref: '#/components/schemas/Bad'}}}}}
"""
    found = loaded(text)
    operation = found.operation("x")
    assert violations(operation, WireRequest("GET", "/a?p=b&q=c")) == []
    assert body_violations(operation, 200, "application/json", 5) == []
    assert [repair.where for repair in found.repairs] == [
        "paths//a/get/parameters/0/schema",
        "components/schemas/Bad",
        "GET /a",
    ]


def test_the_path_of_the_server_is_part_of_every_path(loaded: Loaded) -> None:
    found = loaded(
        f"servers: [{{url: 'https://example.org/base/'}}]\npaths: {{/a: {{get: {{operationId: x, {FINE}}}}}}}"
    )
    assert found.operation("x").path == "/base/a"
    assert [repair.where for repair in found.repairs] == ["servers"]


def test_openapi_3_0_is_understood(loaded: Loaded) -> None:
    text = """openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths:
  /a:
    get:
      operationId: x
      parameters:
        - {name: n, in: query, schema: {type: integer, minimum: 0, exclusiveMinimum: true, nullable: true}}
      responses:
        200: {description: Fine., content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
components:
  schemas:
    A:
      type: object
      properties: {nullable: {$ref: '#/components/schemas/B', type: integer}}
      additionalProperties: {type: integer, maximum: 5, exclusiveMaximum: false, nullable: true}
    B: {type: string, nullable: true}
"""
    found = loaded(text)
    operation = found.operation("x")
    assert found.repairs == ()
    assert violations(operation, WireRequest("GET", "/a?n=null")) == []
    assert violations(operation, WireRequest("GET", "/a?n=1")) == []
    assert [v.defect.keyword for v in violations(operation, WireRequest("GET", "/a?n=0"))] == ["exclusiveMinimum"]
    assert body_violations(operation, 200, "application/json", {"nullable": None, "x": None, "y": 5}) == []
    assert [v.defect.keyword for v in body_violations(operation, 200, "application/json", {"nullable": 1})] == ["type"]
    assert [v.defect.keyword for v in body_violations(operation, 200, "application/json", {"x": 6})] == ["maximum"]


def test_an_operation_that_cannot_be_tested_is_named(loaded: Loaded) -> None:
    parameters = "parameters: [{name: q, in: nowhere, schema: {}}]"
    text = f"paths: {{/a: {{get: {{operationId: x, {parameters}, {FINE}}}}}}}"
    with pytest.raises(ContractError, match="GET /a"):
        loaded(text)
