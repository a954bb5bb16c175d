"""Command `replay`: runs again what made one finding of an earlier run, and says whether it happens again."""

from __future__ import annotations

import argparse
import difflib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peertube_conformance.conformance.exit_codes import FINDINGS, HARNESS_FAILED, INTERRUPTED, PASSED, UNUSABLE
from peertube_conformance.conformance.options import ENVIRONMENT_PREFIX
from peertube_conformance.conformance.pytest_plugin.replay_selection import ReplaySelection
from peertube_conformance.reports.formatting import on_one_line, value_text
from peertube_conformance.reports.model.confirmation import State
from peertube_conformance.reports.model.recipe import Recipe, Replayed
from peertube_conformance.reports.report_directory.file_recognition import EXCHANGES

_MOST_NEAR = 3
_MAX_VALUE = 120
_BUNDLED = "bundled peertube-"

Members = Mapping[str, Any]
RunTests = Callable[[Sequence[str], Sequence[object]], int]


class ReplayError(ValueError):
    """The command cannot be used as it was; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence, and the exit code that goes with it."""

    sentence: str
    exit_code: int


def replay(given: argparse.Namespace, report: Members, options: Sequence[str], run: RunTests) -> Answer:
    """Runs the recipe of one finding of a report; `run` starts pytest with arguments and plugins."""
    finding = _finding(report, given.fingerprint)
    _check_target(given, report)
    recipe = Recipe.from_json(finding["recipe"])
    if recipe is None:
        return Answer(f"could not be tried: {_named(finding)} was not found by a test", HARNESS_FAILED)
    selection = ReplaySelection(Replayed(finding["fingerprint"], recipe))
    with TemporaryDirectory() as folder:
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            code = run([*_from_report(given, report), *options, f"--report-dir={folder}"], [selection])
        if code == UNUSABLE:
            raise ReplayError(_error_in(output.getvalue()))
        return _answer(finding, recipe, code, Path(folder))


def _finding(report: Members, fingerprint: str) -> Members:
    findings = {entry["fingerprint"]: entry for entry in report["findings"]}
    found: Members | None = findings.get(fingerprint)
    if found is None:
        near = difflib.get_close_matches(fingerprint, findings, _MOST_NEAR, cutoff=0.0)
        advice = f"the nearest are {', '.join(map(repr, near))}" if near else "it has no findings"
        raise ReplayError(f"the report has no finding {fingerprint!r}: {advice}")
    if "recipe" not in found:
        version = report["harness"]["version"]
        raise ReplayError(f"the report is of version {version}, which kept no recipes: make a new run")
    return found


def _check_target(given: argparse.Namespace, report: Members) -> None:
    is_named = given.base_url or os.environ.get(f"{ENVIRONMENT_PREFIX}BASE_URL")
    if not is_named and not report["target"].get("embedded"):
        raise ReplayError("the report is not of the embedded instance: give the URL of the instance with --base-url")


def _from_report(given: argparse.Namespace, report: Members) -> Iterator[str]:
    """The options that have to be those of the earlier run."""
    yield f"--seed={report['seed']}"
    yield f"--depth={report['depth']}"
    yield f"--fail-on={report['failOn']}"
    if not given.peertube_spec:
        yield f"--spec={str(report['contract']['source']).removeprefix(_BUNDLED)}"


def _answer(finding: Members, recipe: Recipe, code: int, folder: Path) -> Answer:
    name = _named(finding)
    if code == INTERRUPTED:
        return Answer(f"could not be tried: the run was interrupted before {name}", INTERRUPTED)
    noted = _noted(folder, finding["fingerprint"])
    if noted is None:
        why = f"{recipe.test} did not run" if code != HARNESS_FAILED else _why(folder)
        return Answer(f"could not be tried: {name}: {why}", HARNESS_FAILED)
    if noted["state"] == State.CONFIRMED:
        expected, actual = (value_text(finding[member], _MAX_VALUE) for member in ("expected", "actual"))
        message = on_one_line(finding["message"])
        return Answer(f"happens again: {name}: {message} (expected {expected}; the report has {actual})", FINDINGS)
    if noted["state"] == State.INTERMITTENT:
        return Answer(f"does not happen again: {name}", PASSED)
    detail = on_one_line(noted["detail"]) or f"reason: {noted['obstacle']}"
    return Answer(f"could not be tried: {name}: {detail}", HARNESS_FAILED)


def _named(finding: Members) -> str:
    return on_one_line(finding["fingerprint"])


def _noted(folder: Path, fingerprint: str) -> Members | None:
    """What the run recorded of the finding that it was about."""
    file = folder / EXCHANGES
    lines = file.read_text("utf-8", "replace").splitlines() if file.exists() else []
    recorded = (json.loads(line) for line in lines if '"confirmation"' in line)
    noted = [one for one in recorded if one["kind"] == "confirmation" and one["fingerprint"] == fingerprint]
    return noted[-1] if noted else None


def _why(folder: Path) -> str:
    """Why the run was inconclusive."""
    file = folder / "run.json"
    return str(json.loads(file.read_text())["runVerdict"]["reason"]) if file.exists() else "the harness failed"


def _error_in(output: str) -> str:
    """The sentence with which a run refused its options or its target."""
    said = [line.partition("ERROR: ")[2] for line in output.splitlines() if "ERROR: " in line]
    return said[0] if said else "the run did not begin"
