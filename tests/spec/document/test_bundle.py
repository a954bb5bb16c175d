"""One document out of many files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from peertube_conformance.spec import ContractError
from peertube_conformance.spec.document.bundle import bundle

Written = Callable[[Mapping[str, str]], Path]

ROOT = """
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things/{id}:
    $ref: paths/things.yaml#/~1things~1{id}
components:
  headers:
    RateLimitLimit: {$ref: headers.yaml#/RateLimitLimit}
    RateLimitRemaining: {$ref: headers.yaml#/RateLimitRemaining}
    RateLimitReset: {$ref: headers.yaml#/RateLimitReset}
    RetryAfter: {$ref: headers.yaml#/RetryAfter}
  responses:
    TooManyRequests: {$ref: responses.yaml#/TooManyRequests}
"""
FILES = {
    "openapi.yaml": ROOT,
    "paths/things.yaml": """
/things/{id}:
  get:
    operationId: getThing
    x-rate-limit: [api]
    parameters:
      - {$ref: ../parameters.yaml#/id, x-resource: thing}
      - $ref: ../parameters.yaml#/start
    responses:
      200:
        description: It.
        content:
          application/json:
            schema: {$ref: ../schemas/things.yaml#/Thing}
            example: {$ref: this is data, since: 2026-11-23T08:43:10.566Z, on: yes}
      "404": {$ref: ../responses.yaml#/NotFound, x-refuses-valid: It may be hidden.}
  delete:
    operationId: deleteThing
    x-rate-limit: []
    parameters: [{$ref: ../parameters.yaml#/id}]
    responses:
      "204": {description: Gone.}
      "404": {$ref: ../responses.yaml#/NotFound}
""",
    "parameters.yaml": """
id: {name: id, in: path, required: true, schema: {$ref: schemas/things.yaml#/Id}}
start: {name: start, in: query, schema: {type: integer}}
""",
    "headers.yaml": """
RateLimitLimit: {required: true, schema: {type: integer}}
RateLimitRemaining: {required: true, schema: {type: integer}}
RateLimitReset: {required: true, schema: {type: integer}}
RetryAfter: {required: true, schema: {type: integer}}
""",
    "responses.yaml": """
NotFound:
  description: Not there.
  content: {application/problem+json: {schema: {$ref: schemas/errors.yaml#/Problem}}}
TooManyRequests:
  description: Too many.
  content: {application/problem+json: {schema: {$ref: schemas/errors.yaml#/Problem}}}
""",
    "schemas/errors.yaml": "Problem: {type: object}",
    "schemas/things.yaml": """
Id: {type: integer}
Thing:
  type: object
  properties:
    id: {$ref: '#/Id'}
    example: {$ref: '#/Id'}
    problem: {$ref: errors.yaml#/Problem}
    parent: {$ref: '#/Thing'}
    word: {$ref: '#/Words/items'}
    alias: {$ref: '#/Alias'}
Words: {type: array, items: {type: string}}
Alias: {$ref: '#/Words'}
Unused: {type: string}
""",
}


@pytest.fixture
def document(written: Written) -> dict[str, object]:
    return bundle(written(FILES) / "openapi.yaml")


def dig(value: object, *keys: str) -> object:
    for key in keys:
        assert isinstance(value, dict)
        value = value[key]
    return value


def test_the_bundle_is_valid_openapi(written: Written) -> None:
    document = bundle(
        written(FILES | {"paths/things.yaml": FILES["paths/things.yaml"].replace(", on: yes", "")}) / "openapi.yaml"
    )
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_schemas_become_components(document: dict[str, object]) -> None:
    schemas = dig(document, "components", "schemas")
    assert isinstance(schemas, dict)
    assert set(schemas) == {"Id", "Thing", "Problem", "Words", "Alias"}
    properties = dig(schemas, "Thing", "properties")
    assert properties == {
        "id": {"$ref": "#/components/schemas/Id"},
        "example": {"$ref": "#/components/schemas/Id"},
        "problem": {"$ref": "#/components/schemas/Problem"},
        "parent": {"$ref": "#/components/schemas/Thing"},
        "word": {"$ref": "#/components/schemas/Words/items"},
        "alias": {"$ref": "#/components/schemas/Alias"},
    }
    assert dig(schemas, "Alias") == {"type": "array", "items": {"type": "string"}}


def test_parameters_become_components_unless_they_say_more(document: dict[str, object]) -> None:
    operation = dig(document, "paths", "/things/{id}", "get")
    assert dig(operation, "parameters") == [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"$ref": "#/components/schemas/Id"},
            "x-resource": "thing",
        },
        {"$ref": "#/components/parameters/start"},
    ]


def test_responses_are_put_in_place_with_their_siblings(document: dict[str, object]) -> None:
    response = dig(document, "paths", "/things/{id}", "get", "responses", "404")
    assert dig(response, "x-refuses-valid") == "It may be hidden."
    assert dig(response, "content", "application/problem+json", "schema") == {"$ref": "#/components/schemas/Problem"}
    assert "x-refuses-valid" not in dig(document, "paths", "/things/{id}", "delete", "responses", "404")  # type: ignore[operator]


def test_examples_are_data(document: dict[str, object]) -> None:
    media = dig(document, "paths", "/things/{id}", "get", "responses", "200", "content", "application/json")
    assert dig(media, "example") == {"$ref": "this is data", "since": "2026-11-23T08:43:10.566Z", "on": "yes"}


def test_a_rate_limit_is_spelled_out(document: dict[str, object]) -> None:
    limits = {
        f"X-RateLimit-{name}": {"$ref": f"#/components/headers/RateLimit{name}"}
        for name in ("Limit", "Remaining", "Reset")
    }
    responses = dig(document, "paths", "/things/{id}", "get", "responses")
    assert isinstance(responses, dict)
    assert list(responses) == ["200", "404", "429"]
    assert responses["200"]["headers"] == limits
    assert responses["404"]["headers"] == limits
    assert responses["429"]["headers"] == {**limits, "Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


def test_nothing_is_added_without_a_rate_limit(document: dict[str, object]) -> None:
    responses = dig(document, "paths", "/things/{id}", "delete", "responses")
    assert isinstance(responses, dict)
    assert list(responses) == ["204", "404"]
    assert all("headers" not in response for response in responses.values())


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({"schemas/things.yaml": "Thing: {type: object}"}, "refers to schemas/things.yaml#/Id, which does"),
        ({"responses.yaml": "NotFound: [unclosed"}, "is not YAML: line 2"),
        ({"openapi.yaml": "- 1"}, "is not an OpenAPI document"),
        ({"openapi.yaml": ROOT.replace("RetryAfter:", "Other:")}, "lack RetryAfter"),
        (
            {"schemas/errors.yaml": "Problem: {$ref: '#/Id'}\nId: {type: string}\nOther: {$ref: '#/Id'}",
             "responses.yaml": FILES["responses.yaml"].replace("errors.yaml#/Problem", "errors.yaml#/Id")},
            "both define Id",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_bundled_is_told(written: Written, changes: dict[str, str], reported: str) -> None:
    with pytest.raises(ContractError, match=reported):
        bundle(written(FILES | changes) / "openapi.yaml")


def test_a_missing_file_is_told(written: Written) -> None:
    files = {name: text for name, text in FILES.items() if name != "parameters.yaml"}
    with pytest.raises(ContractError, match=r"parameters\.yaml cannot be read: No such file"):
        bundle(written(files) / "openapi.yaml")


def test_components_of_the_root_may_be_aliases_of_files(written: Written) -> None:
    root = """
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things:
    get: {responses: {"200": {description: It., content: {application/json: {schema: {$ref: 'pet.yaml'}}}}}}
components:
  schemas: {pet: {$ref: pet.yaml}, Local: {$ref: '#/components/schemas/pet'}}
"""
    document = bundle(written({"openapi.yaml": root, "pet.yaml": "{type: object}"}) / "openapi.yaml")
    assert dig(document, "components", "schemas") == {
        "pet": {"type": "object"},
        "Local": {"$ref": "#/components/schemas/pet"},
    }
