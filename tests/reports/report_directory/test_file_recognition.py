"""Files that resemble those of the product stay somebody's own; the product's are recognised whatever they say."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.file_recognition import KINDS
from peertube_conformance.reports.report_directory.lock_file import MARK
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.views.report_files import VIEWS
from tests.reports.written_report import write_all

RESULT = "6c4f1f0e-0000-4000-8000-000000000001-result.json"
RESEMBLING = [
    ("summary.md", "# Notes of Ann\n\nThe operations team called twice.\n"),
    ("summary.md", "# Title\n\nOur operation on Monday.\n"),
    ("summary.md", "# Notes\n\nIt was held against contract law.\n"),
    ("summary.md", "# ✅ Conforms\n\nMy 2 findings; 1 operation passed.\n"),
    ("badge.json", '{"schemaVersion": 1, "label": "PeerTube API uptime", "message": "99"}'),
    ("badge.json", '{"schemaVersion": 1, "label": "PeerTube API", "message": "conforms", "note": "mine"}'),
    ("exchanges.ndjson", ""),
    ("exchanges.ndjson", '{"kind": "my own log"}\n'),
    ("parts/main.ndjson", ""),
    ("parts/main.ndjson", '{"kind": "my own log"}\n'),
    ("parts/gw0.ndjson", '{"kind": "exchanges of letters"}\n'),
]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def begun(folder: Path) -> None:
    with ReportFolder(folder) as report:
        report.begin()


@pytest.mark.parametrize(("name", "text"), RESEMBLING)
def test_what_resembles_a_report_is_refused_and_stays(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    with pytest.raises(ReportError, match=f"{re.escape(name)} was not written by"):
        begun(tmp_path)
    assert contents(tmp_path) == {name: text.encode()}


@pytest.mark.parametrize("words", ["tested with", "held against"])
def test_a_summary_is_recognised_by_the_words_of_this_version_and_of_earlier_ones(words: str, tmp_path: Path) -> None:
    text = "# ✅ Conforms\n\nNo findings; 1 of 1 operation passed.\n\nhttps://a.example, PeerTube 6.2.0, "
    (tmp_path / "summary.md").write_text(f"{text}{words} contract 6.2.0\n")
    begun(tmp_path)


@pytest.mark.parametrize("says", ["result", "container"])
def test_what_a_result_names_is_removed_only_where_allure_gives_such_names(says: str, tmp_path: Path) -> None:
    results = tmp_path / "allure-results"
    results.mkdir()
    kept: tuple[str, ...] = (
        "categories.json",
        "notes.txt",
        "own-attachment.txt",
        "6c4f1f0e-0000-4000-8000-000000000009-result.json",
        "6c4f1f0e-0000-4000-8000-000000000009-attachments-of-mine.txt",
    )
    for name in kept:
        (results / name).write_text("mine")
    attachment = "6c4f1f0e-0000-4000-8000-000000000002-attachment.txt"
    (results / attachment).write_text("the product's")
    naming = {"attachments": [{"source": name} for name in (*kept, attachment)]}
    result = {"uuid": "1", "fullName": "peertube_conformance.conformance.test_operations#test_valid"}
    container = {"uuid": "2", "children": ["1"], "befores": [naming]}
    (results / RESULT).write_text(json.dumps({**result, **(naming if says == "result" else {})}))
    if says == "container":
        (results / "own-container.json").write_text(json.dumps(container))
        (results / "6c4f1f0e-0000-4000-8000-000000000003-container.json").write_text(json.dumps(container))
        kept += ("own-container.json",)
    begun(tmp_path)
    assert sorted(file.name for file in results.iterdir()) == sorted(kept)
    assert all((results / name).read_text() == "mine" for name in kept if name != "own-container.json")


@pytest.mark.parametrize("code", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("tests", [["operations"], ["flows"]])
@pytest.mark.parametrize("name", ["sound", "faulty", "known", "hostile", "empty"])
def test_every_answer_is_recognised_without_the_mark(
    name: str, tests: list[str], code: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    document = {**request.getfixturevalue(name), "exitCode": code, "tests": tests}
    write_all(clean_document(document, Redactor()), tmp_path)
    (tmp_path / MARK).unlink()
    begun(tmp_path)
    assert set(contents(tmp_path)) == {*VIEWS, MARK}


def test_every_kind_of_record_that_a_report_is_made_of_is_recognised(tmp_path: Path) -> None:
    sources = inspect.getsource(RunDocument.add) + inspect.getsource(RunDocument._add_of_worker)
    cases = re.findall(r"case (.+?)(?: as \w+)?:", sources)
    taken = {kind for case in cases for kind in re.findall(r'"(\w+)"', case)}
    assert taken == set(KINDS)
    (tmp_path / "parts").mkdir()
    for number, kind in enumerate(KINDS):
        (tmp_path / "parts" / f"gw{number}.ndjson").write_text(json.dumps({"kind": kind, "at": 1}) + "\n")
    begun(tmp_path)
    assert set(contents(tmp_path)) == {MARK}


def test_an_empty_record_is_the_product_s_beside_the_beginning_of_its_run(tmp_path: Path) -> None:
    beginning: dict[str, Any] = {"at": 1.5, "facts": {}, "operations": []}
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "gw0.ndjson").touch()
    (tmp_path / "parts" / "begun.json").write_text(json.dumps(beginning))
    begun(tmp_path)
    assert set(contents(tmp_path)) == {MARK}
