"""How conditions are read, and which values belong to which class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.spec.deviations import Category, DeviationError, Occurrence, SentRequest, load_deviations
from peertube_conformance.spec.deviations.conditions import ConditionError, read_condition
from peertube_conformance.spec.deviations.value_classes import ABSENT, ClassError, read_class
from peertube_conformance.spec.messages.raw_request import WireRequest

OLD = "- {id: a, fingerprint: 'getVideos|PT-STATUS-01|500|*', party: server, reason: r, evidence: e}\n"


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("absent", [ABSENT], [None, "", 0]),
        ("present", [None, ""], [ABSENT]),
        ("null", [None], [ABSENT, "null"]),
        ("integer > 2147483647", [2147483648, "2147483648", 1e10], [2147483647, 2147483648.5, "x", True, None, ABSENT]),
        ("number < 0", [-0.5, "-1"], [0, "0", False]),
        ("not an integer", [0.5, "abc", None], [5, "5", ABSENT]),
        ("fraction", [0.5, "0.5"], [1, "1.0", "a"]),
        ("boolean", [True, "true", "0"], ["2", 2, None]),
        ("text longer than 3", ["abcd"], ["abc", 12345]),
        ("matches ^a+$", ["aa"], ["ab", 1, ABSENT]),
        ("is 0", [0, "0"], [False, 1, "", ABSENT]),
        ("is false", [False], [0, ""]),
        ('is "a"', ["a"], ["b", 1]),
        ("is [1]", [[1]], [[1, 1], 1]),
        ("date that does not exist", ["2030-02-30T12:00:00Z", "2030-13-01"], ["2030-02-20", "2030-W01", 5]),
        ("list with one name on two hosts", [["a@x", "a@y"]], [["a@x", "b@y"], ["a@x"], "a@x"]),
    ],
)
def test_classes(text: str, inside: list[Any], outside: list[Any]) -> None:
    kind = read_class(text)
    assert [value for value in inside if not kind.holds(value)] == []
    assert [value for value in outside if kind.holds(value)] == []


@pytest.mark.parametrize("text", ["tall", "is text", "matches (", "not same as /range/stored", "integer > many"])
def test_a_text_that_names_no_class_is_refused(text: str) -> None:
    with pytest.raises(ClassError):
        read_class(text)


def occurrence(**members: Any) -> Occurrence:
    request = SentRequest(WireRequest("GET", "/api/v1/videos?start=5&tagsOneOf=a&tagsOneOf=b", {"accept": "text/xml"}))
    given: dict[str, Any] = {
        "expected": 3,
        "actual": 5,
        "at": "/request/query/start",
        "situation": "taken",
        "caller": "moderator",
    }
    return Occurrence("getVideos", "PT-STATUS-01", 500, request=request, **(given | members))


@pytest.mark.parametrize(
    "case",
    [
        {"operations": ["getUser*", "getVideos"]},
        {"requirement": "PT-STATUS-*", "status": "5*", "at": "/request/query/*"},
        {"value": "is 5"},
        {"sent": {"/query/tagsOneOf/*": 'is "b"', "/header/accept": "matches xml", "/query/count": "absent"}},
        {"excess": "integer > 1"},
        {"expected": "is 3", "actual": "is 5"},
        {"situation": ["free", "taken"]},
        {"caller": "moderator", "method": "GET"},
        {"instance": {"/transcoding/enabled": "is true"}},
        {"answer": {"/detail": "absent"}, "text": "empty text"},
    ],
)
def test_clauses(case: dict[str, Any]) -> None:
    seen = occurrence(instance={"transcoding": {"enabled": True}})
    assert read_condition([case]).holds(seen)
    assert read_condition([{"caller": "nobody"}, case]).holds(seen)
    assert not read_condition([{**case, "requirement": "PT-BODY-02"}]).holds(seen)


@pytest.mark.parametrize(
    "case",
    [
        {"operations": "getVideo"}, {"value": "is 6"}, {"sent": {"/query/start": "absent"}}, {"excess": "integer > 2"},
        {"actual": "absent"}, {"situation": ""}, {"keyword": "type"}, {"method": "PUT"}, {"text": "matches a"},
        {"instance": {"/transcoding/enabled": "is false"}}, {"headers": {"content-type": "present"}},
    ],
)  # fmt: skip
def test_clauses_that_do_not_hold(case: dict[str, Any]) -> None:
    assert not read_condition([case]).holds(occurrence(instance={"transcoding": {"enabled": True}}))


@pytest.mark.parametrize(
    "data", [[], ["a"], [{}], {"colour": "red"}, {"sent": {"/colour": "text"}}, {"value": 5}, {"sent": "text"}]
)
def test_a_condition_that_cannot_be_read_is_refused(data: Any) -> None:
    if data == []:
        assert read_condition(data).holds(occurrence())
        return
    with pytest.raises(ConditionError):
        read_condition(data)


def test_an_entry_of_the_earlier_form_explains_by_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(OLD)
    (entry,) = load_deviations([path])
    assert (entry.category, entry.operations, entry.when.cases) == (Category.BEHAVIOUR, (), ())
    assert entry.explains(occurrence())


@pytest.mark.parametrize(
    ("member", "reported"),
    [
        ("class: grave", "class is one of"),
        ("operations: getVideos", "operations is a list"),
        ("when: 5", "when is a list"),
    ],
)
def test_a_mistake_in_an_entry_is_reported_by_its_path(member: str, reported: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(OLD.replace("}", f", {member}}}"))
    with pytest.raises(DeviationError, match=rf"mine\.yaml: a: {reported}"):
        load_deviations([path])


def test_an_entry_is_the_same_after_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        OLD.replace("}", ", class: form, operations: [getVideos], when: [{value: is 5}], versions: ['6.2', '']}")
    )
    (entry,) = load_deviations([path])
    again = type(entry).from_json(entry.to_json())
    assert again.to_json() == entry.to_json()
    assert (again.category, again.explains(occurrence())) == (Category.FORM, True)
    assert not again.explains(occurrence(at="/request/query/count"))
