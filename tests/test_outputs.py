"""What is written leaves by few places, which take clean text only: this reads the sources for any other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("spec", "reports", "fixtures", "conformance", "stateful")
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "warnings"})
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_STREAMS = frozenset({"stdout", "stderr", "__stdout__", "__stderr__"})
_CONSOLE = frozenset({"print", "pprint", "write_line", "write_sep", "rewrite", "print_exc", "print_exception"})
_FILES = frozenset({"write_text", "write_bytes", "write", "writelines", "copyfileobj"})
_MADE = frozenset({"Shown", "CleanDocument"})

# What may name these things, and why: the module, what it names.
ALLOWED = {
    # They hand the writer to a Console, which takes clean lines only.
    ("conformance/pytest_plugin/header_and_summary.py", "write_line"),
    ("conformance/pytest_plugin/header_and_summary.py", "section"),
    ("conformance/cli.py", "print"),
    ("conformance/cli.py", "stdout"),
    ("conformance/cli.py", "stderr"),
    # A traceback that was cleaned.
    ("conformance/pytest_plugin/output_redaction.py", "write"),
    # The type of a clean text, and files that are made of clean documents.
    ("reports/redaction/safe_output.py", "Shown"),
    ("reports/redaction/safe_output.py", "CleanDocument"),
    ("reports/views/report_files.py", "CleanDocument"),
    # The record of exchanges, each cleaned when it is recorded, and those records put together.
    ("reports/recording/recorder.py", "write"),
    ("reports/recording/recorder.py", "copyfileobj"),
    ("reports/recording/record_files.py", "copyfileobj"),
    ("reports/merge.py", "write"),
    ("conformance/pytest_plugin/report_recovery.py", "write"),
    ("reports/report_directory/report_folder.py", "write"),
    # The private folder of a run, the ledger, the budget: no texts of the target but names and ids.
    ("fixtures/environment/run_state.py", "write_text"),
    ("fixtures/environment/private_directory.py", "write_text"),
    ("fixtures/safety/ledger/ledger.py", "write"),
    ("fixtures/safety/ledger/secure_files.py", "write"),
    ("fixtures/rate_limit/windows.py", "write"),
    ("fixtures/rate_limit/repetition_count.py", "write"),
    ("fixtures/rate_limit/windows.py", "write_bytes"),
    ("fixtures/rate_limit/request_count.py", "write"),
    ("fixtures/rate_limit/request_count.py", "write_text"),
    # Names of operations, and findings as they were cleaned for the record.
    ("fixtures/http/shared_lines.py", "write"),
    # One sentence while a signal is handled, escaped there, and that something is waited for: logs are redacted.
    ("conformance/pytest_plugin/signals.py", "write"),
    ("conformance/pytest_plugin/early_signals.py", "write"),
    ("fixtures/timing/deadline.py", "warning"),
    ("fixtures/timing/deadline.py", "write_text"),
    # What is sent to the target, and a video.
    ("fixtures/http/transport.py", "write"),
    ("stateful/test_legacy_upload.py", "write"),
    # The names of parameters.
    ("conformance/pytest_plugin/console_writer.py", "write"),
    # Passes on what was written to it, where standard output may be closed.
    ("conformance/pytest_plugin/standard_output.py", "write"),
    ("reports/views/report_files.py", "write"),
    # Tools for the contract, which meet no target.
    ("spec/lint/__main__.py", "stdout"),
    ("spec/lint/__main__.py", "writelines"),
    ("spec/lint/paths_index.py", "stderr"),
    ("spec/lint/paths_index.py", "write"),
    ("spec/lint/paths_index.py", "write_text"),
}
# A process of its own, which knows no secret but its own administrator's.
SERVER = "fixtures/instance/"


def ways_out(tree: ast.Module) -> Iterator[str]:
    """What a module names that writes something, or makes a text pass for clean."""
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        held_by = _named(node.value) if isinstance(node, ast.Attribute) else ""
        if (
            name in _CONSOLE | _FILES
            or (name == "section" and "report" in held_by)
            or (name in _STREAMS and held_by == "sys")
            or (name in _LOGGING and held_by in _LOGGERS)
            or (name in _MADE and _is_call(node, tree))
        ):
            yield name


def _named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_call(node: ast.AST, tree: ast.Module) -> bool:
    return any(isinstance(one, ast.Call) and one.func is node for one in ast.walk(tree))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))


def test_nothing_else_writes() -> None:
    found = {(where, name) for where, tree in modules() if not where.startswith(SERVER) for name in ways_out(tree)}
    assert found - ALLOWED == set(), (
        "write with conformance.pytest_plugin.console_writer.Console, or clean the text in reports.redaction.safe_output"
    )
    assert ALLOWED - found == set(), "nothing needs this any more"


@pytest.mark.parametrize(
    "source",
    [
        "print(text)",
        "sys.stdout.write(text)",
        "out = sys.stderr",
        "reporter.write_line(text)",
        "log.warning(text)",
        "warnings.warn(text)",
        "Path(p).write_text(text)",
        "file.write(text)",
        "traceback.print_exc()",
        "line = Shown(text)",
        "document = shown.CleanDocument(members)",
    ],
)
def test_what_writes_is_recognised(source: str) -> None:
    assert list(ways_out(ast.parse(source)))


@pytest.mark.parametrize("source", ["redactor.error(text)", "def f(line: Shown) -> Shown: ...", "console.say(text)"])
def test_what_writes_nothing_is_not(source: str) -> None:
    assert list(ways_out(ast.parse(source))) == []
