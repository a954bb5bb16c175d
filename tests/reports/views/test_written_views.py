"""The report directory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.lock_file import MARK
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.reports.views import report_files
from peertube_conformance.reports.views.badge import badge
from peertube_conformance.reports.views.markdown import summary
from peertube_conformance.reports.views.report_files import write_views
from peertube_conformance.reports.views.sarif import sarif
from peertube_conformance.spec.deviations import Deviation
from tests.reports.written_report import write_all

SCHEMA = json.loads((Path(report_files.__file__).parents[1] / "run_document" / "run.schema.json").read_text("utf-8"))
FILES = {"run.json", "report.html", "summary.md", "junit.xml", "report.sarif", "badge.json", MARK}
FOLDERS = {"allure-results"}
NAMES = ["sound", "faulty", "known", "hostile", "empty", "flood"]


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("name", NAMES)
def test_every_view_of_every_run_is_written(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "report"
    write_all(clean_document(request.getfixturevalue(name), Redactor()), directory)
    assert {path.name for path in directory.iterdir()} == FILES | FOLDERS
    validator().validate(json.loads((directory / "run.json").read_text("utf-8")))


def test_the_schema_is_one_and_refuses_other_documents(sound: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert not validator().is_valid({})
    sound["operations"][0]["verdict"] = "green"
    assert not validator().is_valid(sound)


def test_deviations_are_explained(known: dict[str, Any], tmp_path: Path) -> None:
    deviation = Deviation("stock-404", ("getVideo|*",), "server", "A slip of the server.", "GET -> 404")
    write_all(clean_document(known, Redactor()), tmp_path, [deviation])
    written = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert written["deviations"]["entries"][0]["reason"] == "A slip of the server."
    validator().validate(written)
    write_all(clean_document(written, Redactor()), tmp_path)
    assert "A slip of the server." in (tmp_path / "report.html").read_text("utf-8")


def test_writing_again_gives_the_same(faulty: dict[str, Any], tmp_path: Path) -> None:
    write_all(clean_document(faulty, Redactor()), tmp_path / "a")
    again = json.loads((tmp_path / "a" / "run.json").read_text("utf-8"))
    write_all(clean_document(again, Redactor()), tmp_path / "b")
    for name in FILES - {MARK}:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_view_that_fails_does_not_cost_the_others(
    sound: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_document: Any) -> bytes:
        raise KeyError("gone")

    monkeypatch.setattr(report_files, "VIEWS", {"first": fail, **report_files.VIEWS})
    with pytest.raises(ReportError, match=r"^these files .* first \(KeyError: 'gone'\)$"):
        write_all(clean_document(sound, Redactor()), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES | FOLDERS


def test_a_file_that_cannot_be_written_is_named(sound: dict[str, Any], tmp_path: Path) -> None:
    with ReportFolder(tmp_path) as folder:
        (tmp_path / "report.html").mkdir()
        with pytest.raises(ReportError, match=r"^.*/report\.html was not written by"):
            write_views(clean_document(sound, Redactor()), folder)
    assert {path.name for path in tmp_path.iterdir()} == FILES | FOLDERS


def test_a_directory_that_cannot_be_made_is_one_sentence(sound: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"^the report cannot be .*Not a directory\): give another") as caught:
        write_all(clean_document(sound, Redactor()), tmp_path / "file" / "report")
    assert isinstance(caught.value, OSError)


def test_an_old_run_document_is_replaced_whole_or_not_at_all(
    sound: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path)
    before = (tmp_path / "run.json").read_bytes()

    def fail(*_: Any, **_named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ReportError, match="No space left on device"):
        write_all(clean_document({**sound, "seed": 2}, Redactor()), tmp_path)
    assert (tmp_path / "run.json").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == FILES | FOLDERS


def test_sarif_has_a_result_for_each_finding(faulty: dict[str, Any]) -> None:
    (run,) = sarif(faulty)["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("PT-ERR-03", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "PT-ERR-03"
    place = result["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "api/v1/videos/%7Bid%7D"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "GET /api/v1/videos/{id}"
    assert result["partialFingerprints"] == {"peertubeConformance/v1": "getVideo|PT-ERR-03|404|/response/body/status"}
    assert "suppressions" not in result


def test_sarif_suppresses_what_is_known(known: dict[str, Any], sound: dict[str, Any]) -> None:
    known["deviations"]["entries"] = [{"id": "stock-404", "reason": "A slip."}]
    (result,) = sarif(known)["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "stock-404: A slip."}]
    assert sarif(sound | {"findings": []})["runs"][0]["results"] == []


def test_an_unfinished_run_is_no_success_in_sarif(sound: dict[str, Any]) -> None:
    def invocation(ending: Ending) -> tuple[bool, int]:
        members = sarif(concluded(sound, ending))["runs"][0]["invocations"][0]
        return members["executionSuccessful"], members["exitCode"]

    assert invocation(Ending()) == (True, 0)
    assert invocation(Ending(interrupted="a signal ended the run")) == (False, 2)
    assert invocation(Ending(harness_failure="it broke")) == (False, 3)


def _closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object that has these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = _closed({"text": _TEXT})
_PLACE = _closed(
    {
        "physicalLocation": _closed(
            {
                "artifactLocation": _closed({"uri": {"type": "string", "format": "uri-reference"}}),
                "region": _closed({"startLine": {"type": "integer", "minimum": 1}}),
            }
        ),
        "logicalLocations": {
            "type": "array",
            "items": _closed({"name": _TEXT, "fullyQualifiedName": _TEXT, "kind": {"const": "function"}}),
        },
    }
)
_INVOCATION = _closed(
    {"executionSuccessful": {"type": "boolean"}, "exitCode": {"type": "integer"}, "exitCodeDescription": _TEXT}
)
_LEVEL = {"enum": ["error", "warning", "note"]}
_RULE = _closed(
    {
        "id": _TEXT,
        "shortDescription": _MESSAGE,
        "help": _MESSAGE,
        "defaultConfiguration": _closed({"level": _LEVEL}),
        "properties": _closed({"tags": {"type": "array", "items": _TEXT, "uniqueItems": True}}),
    }
)
_RESULT = _closed(
    {
        "ruleId": _TEXT,
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": {"type": "array", "items": _PLACE},
        "partialFingerprints": {"type": "object", "additionalProperties": _TEXT},
        "occurrenceCount": {"type": "integer", "minimum": 1},
        "properties": _closed({"intermittent": {"type": "boolean"}}),
    },
    ruleIndex={"type": "integer", "minimum": 0},
    suppressions={"type": "array", "items": _closed({"kind": {"enum": ["external"]}, "justification": _TEXT})},
)
# What of SARIF 2.1.0 (sections 3.13, 3.14, 3.19, 3.27 and 3.49) a log of ours has; anything else is a slip.
SARIF = _closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": _closed(
                {
                    "tool": _closed(
                        {
                            "driver": _closed(
                                {"name": _TEXT, "version": _TEXT, "rules": {"type": "array", "items": _RULE}}
                            )
                        }
                    ),
                    "automationDetails": _closed({"id": _TEXT}),
                    "invocations": {"type": "array", "items": _INVOCATION},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": _RESULT},
                }
            ),
        },
    }
)
# Members that Shields reads at an endpoint; it refuses others.
BADGE = _closed(
    {"schemaVersion": {"const": 1}, "label": {"type": "string"}, "message": _TEXT},
    color=_TEXT,
    isError={"type": "boolean"},
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("view", "schema"), [(sarif, SARIF), (badge, BADGE)], ids=["sarif", "badge"])
def test_others_can_read_it(
    name: str, view: Callable[..., Any], schema: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    reported = json.loads(json.dumps(view(request.getfixturevalue(name))))
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(reported)] == []


@pytest.mark.parametrize(
    ("name", "ending", "message", "colour"),
    [
        ("sound", Ending(), "conforms (4 of 4 tested)", "brightgreen"),
        ("known", Ending(), "nothing found (3 of 4 tested)", "yellowgreen"),
        ("faulty", Ending(), "does not conform (3 of 4 tested)", "red"),
        ("sound", Ending(interrupted="a signal ended the run"), "interrupted (4 of 4 tested)", "orange"),
        ("sound", Ending(harness_failure="it broke"), "inconclusive (4 of 4 tested)", "orange"),
        ("empty", Ending(), "nothing was tested (0 of 4 tested)", "lightgrey"),
    ],
)
def test_the_badge(name: str, ending: Ending, message: str, colour: str, request: pytest.FixtureRequest) -> None:
    members = badge(concluded(request.getfixturevalue(name), ending))
    assert (members["label"], members["message"], members["color"]) == ("PeerTube API 6.2.0", message, colour)


def test_a_stale_deviation_alone_fails_a_strict_run(known: dict[str, Any]) -> None:
    document = concluded(known, Ending(strict=True))
    assert badge(document)["message"] == "does not conform (3 of 4 tested)"
    assert "1 known deviation no longer found" in summary(document)


def test_only_levels_that_count_fail(new_run: Callable[[], Any], faulty: dict[str, Any]) -> None:
    weaker = [{**finding, "level": "should"} for finding in faulty["findings"]]
    reported = faulty | {"findings": weaker}
    assert badge(concluded(reported, Ending()))["message"] == "nothing found (3 of 4 tested)"
    stricter = concluded(reported | {"failOn": "should"}, Ending())
    assert (badge(stricter)["message"], stricter["exitCode"]) == ("does not conform (3 of 4 tested)", 1)
