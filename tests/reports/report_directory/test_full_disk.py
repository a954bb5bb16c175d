"""No space for the report, at any moment: one sentence, and what is on disk is completed later."""

from __future__ import annotations

import errno
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from peertube_conformance.conformance.cli import main
from peertube_conformance.conformance.pytest_plugin.report_recovery import is_unfinished, note_beginning
from peertube_conformance.reports.recording.record_files import join_parts, read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory import lock_file, report_folder
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.views.report_files import VIEWS, write_views
from tests.reports.sample_run import FACTS
from tests.small_disk import REASONS, small_disk

LINES = 40
SENTENCE = re.compile(r"the report is not complete \([^()\n]+\): (free some space|make|check|raise)[^\n]+")
MODULES = (report_folder, lock_file)


def begun(document: dict[str, Any], folder: ReportFolder) -> None:
    """Writes what a run knows at its beginning."""
    facts = {name: document[name] for name in FACTS}
    members = {"at": 0.0, "facts": facts, "spec": None, "operations": [], "deviations": [], "ledger": "/nowhere"}
    note_beginning(folder, members)


def recorded(directory: Path) -> str:
    """Records lines; returns why that was not possible to the end."""
    try:
        recorder = Recorder(directory, "gw0", Redactor())
    except ReportError as error:
        return str(error)
    for number in range(LINES):
        recorder.note("budget", {"requests": number, "throttledSeconds": 0, "self429": 0})
    recorder.close()
    return recorder.lost


def written(document: dict[str, Any], folder: ReportFolder) -> str:
    """Writes the report; returns why that was not possible to the end."""
    try:
        write_views(clean_document(document, Redactor()), folder)
        join_parts(folder)
    except ReportError as error:
        return str(error)
    return ""


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(space=0, reason=errno.ENOSPC, is_recorded=False)
@example(space=30_000, reason=errno.ENOSPC, is_recorded=True)
@given(space=st.integers(0, 150_000), reason=st.sampled_from(REASONS), is_recorded=st.booleans())
def test_what_a_disk_has_no_space_for_is_one_sentence_and_written_later(
    sound: dict[str, Any], space: int, reason: int, is_recorded: bool
) -> None:
    folder = Path(tempfile.mkdtemp())
    with ReportFolder(folder) as report:
        begun(sound, report)
        lost = recorded(folder) if is_recorded else ""
        with small_disk(space, reason, *MODULES):
            lost = lost if is_recorded else recorded(folder)
            unwritten = written(sound, report)
    assert all(SENTENCE.fullmatch(sentence) for sentence in (lost, unwritten) if sentence)
    assert unwritten or not lost
    assert is_unfinished(folder) is bool(unwritten)
    numbers = [line["requests"] for line in read_parts(folder)]
    assert numbers == list(range(len(numbers)))
    assert main(["report", str(folder)]) == 0
    document = json.loads((folder / "run.json").read_text())
    assert document["startedAt"] == sound["startedAt"]
    assert {file.name for file in folder.iterdir()} >= {*VIEWS, "allure-results"}
    assert not list(folder.rglob(".*.????????")), "no partial file"
    shutil.rmtree(folder)


def test_a_run_that_has_its_document_is_completed_with_its_own_verdict(sound: dict[str, Any], tmp_path: Path) -> None:
    with ReportFolder(tmp_path) as report:
        begun(sound, report)
        assert recorded(tmp_path) == ""
        with small_disk(0, errno.ENOSPC) as disk:
            write_views(clean_document({**sound, "exitCode": 1}, Redactor()), report)
        with small_disk(disk.space, errno.ENOSPC, *MODULES), pytest.raises(ReportError):
            join_parts(report)
    assert main(["report", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "run.json").read_text())["exitCode"] == 1
    assert len((tmp_path / "exchanges.ndjson").read_text().splitlines()) == LINES
    assert not (tmp_path / "parts").exists()


def test_a_document_of_an_earlier_run_is_not_taken_for_this_one_s(sound: dict[str, Any], tmp_path: Path) -> None:
    with ReportFolder(tmp_path) as report:
        write_views(clean_document({**sound, "exitCode": 0}, Redactor()), report)
        begun({**sound, "startedAt": "2031-01-02T03:04:05+00:00"}, report)
        assert recorded(tmp_path) == ""
    assert main(["report", str(tmp_path)]) == 0
    document = json.loads((tmp_path / "run.json").read_text())
    assert (document["exitCode"], document["startedAt"]) == (2, "2031-01-02T03:04:05+00:00")


def test_a_report_directory_that_cannot_be_recorded_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("in the way")
    with pytest.raises(ReportError, match=r"^the report is not complete \(Not a directory\): "):
        Recorder(tmp_path, "gw0", Redactor())
