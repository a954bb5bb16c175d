"""A report replaces what the product wrote and nothing else, and one at a time is written to a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.lock_file import MARK
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.views.report_files import VIEWS
from tests.reports.report_directory.written_folders import OWN, contents, placed
from tests.reports.written_report import write_all

WRITTEN = (*VIEWS, "exchanges.ndjson", "parts/gw0.ndjson", "parts/begun.json", "allure-results/environment.properties")


def begun(folder: Path) -> None:
    """What a run does before its first request."""
    with ReportFolder(folder) as report:
        report.begin()


# What is somebody's own


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_of_somebody_s_own_is_not_replaced(name: str, tmp_path: Path) -> None:
    placed(tmp_path, "notes.txt")
    file = placed(tmp_path, name)
    before = contents(tmp_path)
    with pytest.raises(ReportError, match="was not written by peertube-conformance") as caught:
        begun(tmp_path)
    assert str(file) in str(caught.value)
    assert "give another --report-dir" in str(caught.value)
    assert contents(tmp_path) == before, "nothing was touched"


@pytest.mark.parametrize("folder", ["parts", "allure-results"])
def test_folders_with_files_of_somebody_s_own_keep_them(folder: str, sound: dict[str, Any], tmp_path: Path) -> None:
    own = ("notes.ndjson", "photo.jpg", "below/gw0.ndjson", "0-result.json", "own-attachment.txt", "gw0.ndjson.bak")
    for name in own:
        placed(tmp_path, f"{folder}/{name}")
    before = contents(tmp_path)
    for _ in range(2):
        begun(tmp_path)
        recorder = Recorder(tmp_path, "gw0", Redactor())
        recorder.note("budget", {"requests": 1})
        recorder.close()
        write_all(clean_document(sound, Redactor()), tmp_path)
        with ReportFolder(tmp_path) as report:
            report.remove_parts()
    assert {name: content for name, content in contents(tmp_path).items() if name in before} == before


def test_the_results_of_another_tool_stay(sound: dict[str, Any], tmp_path: Path) -> None:
    other = {
        "6c4f1f0e-0000-4000-8000-000000000001-result.json": '{"uuid": "1", "fullName": "shop.test_cart#test_add"}',
        "6c4f1f0e-0000-4000-8000-000000000002-container.json": '{"uuid": "2", "children": ["1"]}',
        "6c4f1f0e-0000-4000-8000-000000000003-attachment.txt": "theirs",
    }
    for name, text in other.items():
        placed(tmp_path, f"allure-results/{name}", text)
    for _ in range(2):
        write_all(clean_document(sound, Redactor()), tmp_path)
    for name, text in other.items():
        assert (tmp_path / "allure-results" / name).read_text() == text


# Links


@pytest.mark.parametrize("name", [*WRITTEN, MARK])
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_not_followed(name: str, exists: bool, tmp_path: Path) -> None:
    target = tmp_path / "behind"
    if exists:
        target.write_text(OWN)
    link = tmp_path / "report" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    with pytest.raises(ReportError, match="or is a link"):
        begun(tmp_path / "report")
    assert link.is_symlink()
    assert target.exists() is exists
    assert not exists or target.read_text() == OWN


@pytest.mark.parametrize("name", ["parts", "allure-results"])
def test_a_link_to_a_folder_is_not_followed(name: str, sound: dict[str, Any], tmp_path: Path) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path / "behind")
    placed(tmp_path / "behind" / name, "gw0.ndjson", '{"kind": "exchange"}\n')
    before = contents(tmp_path / "behind")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / name).symlink_to(tmp_path / "behind" / name)
    with pytest.raises(ReportError, match=f"report/{name} was not written by .* or is a link"):
        begun(tmp_path / "report")
    assert contents(tmp_path / "behind") == before


def test_a_link_that_comes_while_the_run_goes_on_is_not_followed(sound: dict[str, Any], tmp_path: Path) -> None:
    own = placed(tmp_path, "own.txt")
    with ReportFolder(tmp_path / "report") as folder:
        for name in ("run.json", "exchanges.ndjson"):
            (tmp_path / "report" / name).symlink_to(own)
            with pytest.raises(ReportError):
                folder.write(name, b"{}")
        (tmp_path / "report" / "parts").symlink_to(tmp_path)
        with pytest.raises(OSError, match=r"Not a directory|symbolic link"):
            Recorder(tmp_path / "report", "gw0", Redactor())
    assert own.read_text() == OWN
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.txt", "report"]


def test_a_file_with_a_second_name_is_not_written_through(sound: dict[str, Any], tmp_path: Path) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path / "report")
    kept = tmp_path / "kept.json"
    kept.hardlink_to(tmp_path / "report" / "run.json")
    before = kept.read_bytes()
    write_all(clean_document({**sound, "seed": 77}, Redactor()), tmp_path / "report")
    assert kept.read_bytes() == before != (tmp_path / "report" / "run.json").read_bytes()
    own = placed(tmp_path, "own.ndjson", "")
    (tmp_path / "report" / "parts").mkdir()
    (tmp_path / "report" / "parts" / "gw0.ndjson").hardlink_to(own)
    with pytest.raises(OSError, match="more than one name"):
        Recorder(tmp_path / "report", "gw0", Redactor())
    assert own.read_text() == ""


def test_the_folder_itself_may_be_a_link(sound: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "elsewhere")
    write_all(clean_document(sound, Redactor()), tmp_path / "report")
    assert (tmp_path / "elsewhere" / "run.json").is_file()


# What is the product's


def unmarked(folder: Path) -> None:
    """What a release before wrote: no mark."""
    (folder / MARK).unlink()


def torn(folder: Path) -> None:
    """The mark of a process that was killed while it wrote it."""
    (folder / MARK).write_bytes((folder / MARK).read_bytes()[:40])


def copied(folder: Path) -> None:
    """Other times and numbers of files, as after a copy."""
    for name, content in contents(folder).items():
        (folder / name).unlink()
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("change", [unmarked, torn, copied, lambda _: None])
@pytest.mark.parametrize("name", ["sound", "faulty", "known", "hostile", "empty", "flood"])
def test_an_earlier_report_is_replaced(
    name: str, change: Callable[[Path], None], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    document = request.getfixturevalue(name)
    write_all(clean_document(document, Redactor()), tmp_path)
    placed(tmp_path, "exchanges.ndjson", '{"kind": "exchange", "id": "main-1"}\n')
    placed(tmp_path, "parts/gw0.ndjson", '{"kind": "exchange", "id": "gw0-1"}\n')
    placed(tmp_path, "parts/gw1.ndjson", "")
    placed(tmp_path, "parts/begun.json", '{"at": 1.5, "facts": {}, "operations": []}')
    change(tmp_path)
    begun(tmp_path)
    assert set(contents(tmp_path)) == {*VIEWS, MARK}
    write_all(clean_document({**document, "seed": 4711}, Redactor()), tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["seed"] == 4711


def test_the_phases_that_allure_s_plugin_told_go_with_the_report(sound: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "allure-results").mkdir()
    phases = {
        "6c4f1f0e-0000-4000-8000-000000000001-result.json": {
            "uuid": "1",
            "fullName": "peertube_conformance.conformance.test_operations#test_valid",
            "steps": [{"attachments": [{"source": "6c4f1f0e-0000-4000-8000-000000000004-attachment.txt"}]}],
        },
        "6c4f1f0e-0000-4000-8000-000000000002-container.json": {"uuid": "2", "children": ["1"]},
        "6c4f1f0e-0000-4000-8000-000000000003-container.json": {"uuid": "3", "children": ["1", "theirs"]},
        "6c4f1f0e-0000-4000-8000-000000000004-attachment.txt": {},
    }
    for name, members in phases.items():
        placed(tmp_path, f"allure-results/{name}", json.dumps(members))
    write_all(clean_document(sound, Redactor()), tmp_path)
    left = {name for name in phases if (tmp_path / "allure-results" / name).exists()}
    assert left == {"6c4f1f0e-0000-4000-8000-000000000003-container.json"}


def test_a_page_that_was_edited_is_somebody_s_own(sound: dict[str, Any], tmp_path: Path) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path)
    placed(tmp_path, "summary.md", "# What I think of it\n")
    with pytest.raises(ReportError, match=r"summary\.md was not written by"):
        begun(tmp_path)


# Trouble


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_to_is_told(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match="give another --report-dir"):
        ReportFolder(tmp_path / where)


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.json")
    with pytest.raises(ReportError, match="was not written by"):
        begun(tmp_path)


def test_a_folder_that_was_removed_meanwhile_is_made_again(sound: dict[str, Any], tmp_path: Path) -> None:
    with ReportFolder(tmp_path / "report") as folder:
        (tmp_path / "report").rename(tmp_path / "moved")
        folder.write("run.json", b"{}")
        with pytest.raises(ReportError, match="another run"):
            ReportFolder(tmp_path / "report")
    assert contents(tmp_path / "moved").keys() == {MARK}
    assert contents(tmp_path / "report").keys() == {MARK, "run.json"}


def test_what_is_beside_the_records_of_workers_is_not_read(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "gw0", Redactor())
    recorder.note("budget", {"requests": 1})
    recorder.close()
    placed(tmp_path, "parts/mine.ndjson", '{"kind": "budget", "requests": 1000}\n')
    assert list(read_parts(tmp_path)) == [{"kind": "budget", "requests": 1}]
