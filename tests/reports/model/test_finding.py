"""A finding is known again in the next run, and nothing of it is lost on the way to the report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.reports import Finding, Level
from peertube_conformance.spec.deviations import Category

FINDING = Finding(
    at="/response/body/data/*/id",
    message="5 is no text",
    expected="a text",
    actual={"members": ["id"], "more": [1, None, True]},
    check="body_matches_schema",
    requirement="PT-BODY-02",
    level=Level.SHOULD,
    operation_id="getVideos",
    status=200,
    request="GET /api/v1/videos/$VIDEO_ID",
    curl='curl "$BASE_URL"/api/v1/videos/"$VIDEO_ID"',
    needs=("BASE_URL", "VIDEO_ID"),
)


def test_what_a_fingerprint_is_made_of() -> None:
    assert FINDING.fingerprint == "getVideos|PT-BODY-02|200|/response/body/data/*/id"
    assert Finding().fingerprint == "||-|/"


@given(st.text(), st.none() | st.integers() | st.text() | st.lists(st.integers()))
def test_no_generated_value_is_part_of_it(text: str, value: object) -> None:
    other = replace(
        FINDING,
        message=text,
        expected=value,
        actual=value,
        request=text,
        curl=text,
        needs=(text,),
        deviation=text,
        level=Level.MAY,
        check=text,
    )
    assert other.fingerprint == FINDING.fingerprint


def test_another_place_is_another_finding() -> None:
    others = [
        replace(FINDING, operation_id="getVideo"),
        replace(FINDING, requirement="PT-BODY-04"),
        replace(FINDING, at="/response/body"),
        replace(FINDING, status=201),
    ]
    assert FINDING.fingerprint not in {other.fingerprint for other in others}


def test_it_is_the_same_after_json() -> None:
    explained = FINDING.explained_by("a-known-one", Category.FORM)
    assert explained.deviation == "a-known-one"
    for finding in (FINDING, explained, Finding()):
        assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding


def test_the_members_of_the_run_document() -> None:
    members = FINDING.to_json()
    assert {
        "fingerprint", "operationId", "check", "requirement", "level", "status", "pointer", "message",
        "expected", "actual", "request", "curl", "needs", "steps", "deviation",
        "deviationClass", "recipe",
    } == set(members)  # fmt: skip
    assert (members["pointer"], members["level"], members["deviation"]) == (FINDING.at, "should", None)


@pytest.mark.parametrize(
    ("level", "weakest", "counts"),
    [
        (Level.MUST, Level.MUST, True), (Level.SHOULD, Level.MUST, False), (Level.MAY, Level.MUST, False),
        (Level.MUST, Level.SHOULD, True), (Level.SHOULD, Level.SHOULD, True),
        (Level.MAY, Level.SHOULD, False),
        (Level.MUST, Level.MAY, True), (Level.SHOULD, Level.MAY, True), (Level.MAY, Level.MAY, True),
    ],
)  # fmt: skip
def test_which_levels_count(level: Level, weakest: Level, counts: bool) -> None:
    assert level.is_at_least(weakest) is counts
