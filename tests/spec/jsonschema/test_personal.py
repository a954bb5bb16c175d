"""Personal texts are found by the marks of the schema, and by their names where no schema marks them."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.spec.jsonschema.personal import PersonalMembers
from peertube_conformance.spec.jsonschema.validators import Schemas

TEXT = {"type": "string"}
MARKED = {"type": "string", "x-personal": True}
DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Name": MARKED,
            "Actor": {"type": "object", "properties": {"name": {"$ref": "#/components/schemas/Name"}, "host": TEXT}},
            "Tree": {
                "type": "object",
                "properties": {
                    "words": MARKED,
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
            },
        }
    }
}


def found(schema: Any, value: Any) -> list[str]:
    texts: list[str] = []

    def replace(text: str) -> str:
        texts.append(text)
        return f"<{text}>"

    replaced = PersonalMembers(Schemas(DOCUMENT)).replaced(schema, value, replace)
    assert (replaced is value) == (not texts)
    return texts


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "value", "texts"),
    [
        (ref("Actor"), {"name": "ann", "host": "h"}, ["ann"]),
        ({"type": "array", "items": ref("Actor")}, [{"name": "ann"}, {"name": ""}, {"name": "bob"}], ["ann", "bob"]),
        (ref("Tree"), {"words": "a", "children": [{"words": "b", "children": [{"words": "c"}]}]}, ["a", "b", "c"]),
        ({"anyOf": [{"type": "null"}, ref("Actor")]}, {"name": "ann"}, ["ann"]),
        ({"allOf": [ref("Actor"), {"properties": {"host": {"x-personal": True}}}]}, {"host": "h"}, ["h"]),
        (
            {"properties": {"labels": {"type": "array", "x-personal": True, "items": TEXT}}},
            {"labels": ["a", "b"]},
            ["a", "b"],
        ),
        ({"additionalProperties": MARKED}, {"any": "a"}, ["a"]),
        # Without a mark the name counts.
        ({"properties": {"email": TEXT}}, {"email": "a@b"}, ["a@b"]),
        ({}, {"data": [{"description": "a", "id": 1, "uuid": "u"}]}, ["a"]),
        ({}, {"tags": ["a", "b"]}, ["a", "b"]),
        # What is marked as not personal, or is one of a closed list, is not.
        ({"properties": {"name": {"type": "string", "x-personal": False}}}, {"name": "PeerTube"}, []),
        ({"properties": {"name": {"enum": ["cut"]}}}, {"name": "cut"}, []),
        (ref("Actor"), {"name": None, "host": "h"}, []),
        (ref("Actor"), ["ann"], []),
    ],
)
def test_what_is_personal(schema: Any, value: Any, texts: list[str]) -> None:
    assert found(schema, value) == texts


def test_the_value_itself_is_not_changed() -> None:
    value = {"data": [{"name": "ann", "host": "h"}], "total": 1}
    schema = {"properties": {"data": {"items": ref("Actor")}}}
    replaced = PersonalMembers(Schemas(DOCUMENT)).replaced(schema, value, str.upper)
    assert replaced == {"data": [{"name": "ANN", "host": "h"}], "total": 1}
    assert value == {"data": [{"name": "ann", "host": "h"}], "total": 1}
