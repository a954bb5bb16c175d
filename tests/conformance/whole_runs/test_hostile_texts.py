"""Texts of a target that a terminal or a CI system would obey: on no line of the console, of a view or of a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peertube_conformance.conformance.cli import main
from tests.conformance.whole_runs.run_process import running
from tests.fixtures.servers import Received, response, serving
from tests.reports.redaction.test_safe_output import is_harmless

# Each part at the beginning of a line once it is trimmed or wrapped.
HOSTILE = (
    "::error file=a::first \x1b[2J\x1b]0;title\x07 ::add-mask::second\n::error::third\r::warning::fourth\x85::notice::5th"
    " ##[add-mask]sixth ##vso[task.complete]seventh \u202eeighth\u2066 \u200b::debug::ninth \u2028::error::tenth \x9b2J"
)
VERSION = f"6.2.0 {HOSTILE}"
_JSON = ("exchanges.ndjson", "run.json", "report.sarif", "badge.json", "-result.json", "-attachment.json")


def answer(received: Received) -> bytes:
    """A PeerTube, by its configuration; everything else it says is hostile."""
    if received.target == "/api/v1/config":
        return response(200, json.dumps({"serverVersion": VERSION}).encode(), Content_Type="application/json")
    if received.target == "/api/v1/oauth-clients/local":
        problem = json.dumps({"status": 403, "detail": HOSTILE}).encode()
        return response(403, problem, Content_Type="application/problem+json")
    reported = {"total": HOSTILE, "data": [{HOSTILE: HOSTILE}], HOSTILE: 1}
    return response(200, json.dumps(reported).encode(), Content_Type="application/json", X_Told="##[add-mask]x")


def obeyed(text: str) -> list[str]:
    """The lines that a terminal or a CI system would obey."""
    return [line for line in text.split("\n") if not is_harmless(line)]


def test_no_line_is_obeyed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chosen = ("--operations=getAccounts", "-k", "test_operations", "--depth=smoke", "-vv", "--tb=long", "-rA")
    console = tmp_path / "console.txt"
    with (
        serving(answer) as server,
        running(tmp_path, f"--base-url={server.base_url}", *chosen, output=console, COLUMNS="50") as run,
    ):
        assert run.end() == 1, console.read_text()
    reported = console.read_bytes().decode()
    assert r"PeerTube 6.2.0 \x3a:error file=a::first \x1b[2J" in reported
    assert obeyed(reported) == []
    files = [file for file in (tmp_path / "report").rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {
        "run.json",
        "report.html",
        "summary.md",
        "junit.xml",
        "report.sarif",
        "badge.json",
    }
    assert [
        (file.name, obeyed(file.read_bytes().decode())) for file in files if obeyed(file.read_bytes().decode())
    ] == []
    for file in files:
        if file.name.endswith(_JSON):
            assert all(json.loads(line) for line in _texts(file))
    _commands(run.report, tmp_path, capfd)


def _texts(file: Path) -> list[str]:
    text = file.read_text("utf-8")
    return text.splitlines() if file.suffix == ".ndjson" else [text]


def _commands(report: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The commands that print what a run said."""
    document = json.loads((report / "run.json").read_text("utf-8"))
    assert document["target"]["serverVersion"] == VERSION
    clean = tmp_path / "clean.json"
    clean.write_text(
        json.dumps({**document, "findings": [], "target": {**document["target"], "serverVersion": "6.1.0"}})
    )
    for arguments in (
        *(["compare", str(clean), str(report), f"--format={form}"] for form in ("console", "markdown", "html", "json")),
        ["parties", str(report), str(clean), "--all"],
        ["deviations", str(report)],
        ["report", str(report), f"--report-dir={tmp_path / 'again'}"],
        ["merge", str(report), f"--report-dir={tmp_path / 'merged'}"],
    ):
        main(arguments)
        reported = capfd.readouterr()
        assert reported.out, reported.err
        assert obeyed(reported.out + reported.err) == [], arguments
    for folder in ("again", "merged"):
        for file in (tmp_path / folder).rglob("*.*"):
            assert obeyed(file.read_bytes().decode()) == [], file
