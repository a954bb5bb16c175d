"""`junit.xml`, held against what CI systems take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.reports.views.junit import junit

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Writes a document and reads it again."""

    def write(document: dict[str, Any]) -> Any:
        path = tmp_path / "junit.xml"
        path.write_bytes(junit(document))
        tree = etree.parse(str(path))
        SCHEMA.assertValid(tree)
        return tree.getroot()

    return write


def test_a_case_for_each_operation_and_requirement(written: Any, sound: dict[str, Any]) -> None:
    names = [case.get("name") for case in written(sound).iter("testcase")]
    assert names[:5] == ["verdict", "getVideos", "getVideo", "delVideo", "getOAuthToken"]
    assert sorted(names[5:]) == sorted(entry["id"] for entry in sound["requirements"])


def test_a_sound_run_has_no_failure(written: Any, sound: dict[str, Any]) -> None:
    root = written(sound)
    assert root.get("failures") == "0"
    assert not root.xpath("//failure|//error")
    assert root.xpath("//testcase[@name='getVideo'][not(*)]")


def test_a_failure_says_what_is_wrong_and_how_to_see_it(written: Any, faulty: dict[str, Any]) -> None:
    root = written(faulty)
    (failure,) = root.xpath("//testcase[@name='getVideo']/failure")
    assert failure.get("message") == "status differs from the response's"
    assert failure.get("type") == "PT-ERR-03"
    assert "at /response/body/status: expected 404, got 400" in failure.text
    assert faulty["findings"][0]["curl"] in failure.text
    assert "set first: BASE_URL, VIDEO_ID, TOKEN" in failure.text
    assert root.xpath("//testcase[@name='PT-ERR-03']/failure")
    assert root.xpath("//testcase[@name='verdict']/failure")
    assert root.get("failures") == "3"


def test_blocked_is_an_error_unless_a_finding_explains_it(written: Any, faulty: dict[str, Any]) -> None:
    (skipped,) = written(faulty).xpath("//testcase[@name='delVideo']/skipped")
    assert skipped.get("message") == "blocked: no video could be created: the quota is used up"
    blocked = next(entry for entry in faulty["operations"] if entry["operationId"] == "delVideo")
    blocked["blockedBy"] = ""
    (error,) = written(faulty).xpath("//testcase[@name='delVideo']/error")
    assert error.get("message") == "no video could be created: the quota is used up"


def test_a_finding_below_the_level_that_fails_the_run_is_no_failure(written: Any, faulty: dict[str, Any]) -> None:
    weaker = [{**finding, "level": "should"} for finding in faulty["findings"]]
    operations = [{**entry, "verdict": "passed"} for entry in faulty["operations"]]
    root = written(concluded(faulty | {"findings": weaker, "operations": operations}, Ending()))
    assert root.get("failures") == "0"
    (reported,) = root.xpath("//testcase[@name='PT-ERR-03']/system-out")
    assert "status differs from the response's" in reported.text


def test_without_evidence_is_skipped(written: Any, faulty: dict[str, Any]) -> None:
    root = written(faulty)
    (skipped,) = root.xpath("//testcase[@name='PT-RATE-01']/skipped")
    assert skipped.get("message").startswith("no-evidence: ")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_passed_and_known_are_green(written: Any, sound: dict[str, Any], verdict: Verdict) -> None:
    sound["operations"][0] |= {"verdict": verdict.value, "reason": ""}
    green = written(sound).xpath("//testcase[@name='getVideos'][not(failure|error|skipped)]")
    assert bool(green) == (verdict in {Verdict.PASSED, Verdict.KNOWN})


def test_a_known_deviation_is_told_beside_a_green_case(written: Any, known: dict[str, Any]) -> None:
    (reported,) = written(known).xpath("//testcase[@name='getVideo']/system-out")
    assert "[known: stock-404]" in reported.text


def test_the_counts_are_those_of_the_cases(written: Any, faulty: dict[str, Any]) -> None:
    for suite in written(faulty).iter("testsuite"):
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        for count, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(count) == str(len(suite.findall(f"testcase/{element}")))


def test_ids_are_properties_of_the_suite(written: Any, faulty: dict[str, Any]) -> None:
    root = written(faulty)
    (suite,) = root.xpath("//testsuite[testcase/@name='getVideo']")
    reported = {entry.get("name"): entry.get("value") for entry in suite.find("properties")}
    assert reported["getVideo"] == "GET /api/v1/videos/{id}"
    assert reported["getVideo.verdict"] == "failed"
    assert reported["serverVersion"] == "6.2.0"


def test_hostile_text_stays_text(written: Any, hostile: dict[str, Any]) -> None:
    root = written(hostile)
    assert not root.xpath("//img|//script")
    (failure,) = root.xpath("//testcase[@name='getVideo']/failure")
    assert "</script><img src=x onerror=alert(1)>" in failure.text


def test_a_run_without_operations_is_a_document_too(written: Any, empty: dict[str, Any]) -> None:
    assert written(empty | {"operations": [], "requirements": []}).get("tests") == "1"
