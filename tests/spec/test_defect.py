"""A defect names a place and a rule."""

from __future__ import annotations

import pytest

from peertube_conformance.spec import Defect


@pytest.mark.parametrize(
    ("defect", "text", "place", "field"),
    [
        (Defect("query", "/count", "maximum"), "query/count maximum", "query/count", "count"),
        (Defect("body", "", "malformed"), "body malformed", "body", ""),
        (Defect("body", "/tags/0", "maxLength"), "body/tags/0 maxLength", "body/tags/0", "tags"),
        (Defect("body", "/a~1b~0c d", "type"), "body/a~1b~0c d type", "body/a~1b~0c d", "a/b~c d"),
    ],
)
def test_its_parts(defect: Defect, text: str, place: str, field: str) -> None:
    assert (str(defect), defect.place, defect.field) == (text, place, field)


def test_indexes_are_one() -> None:
    assert Defect("body", "/tags/12/x1", "type").starred == Defect("body", "/tags/*/x1", "type")
    assert Defect("query", "", "type").starred == Defect("query", "", "type")
