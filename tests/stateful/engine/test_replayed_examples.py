"""A walk that found something is walked again by the next run, whatever its seed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings

from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.reports import Verdict
from peertube_conformance.stateful.engine import runner
from peertube_conformance.stateful.test_history import WatchHistory
from tests.stateful.faulty_instance import session

FAULT = "history-is-kept-though-turned-off"


def ended(folder: Path, kept: Path | None, fault: str = FAULT, seed: int = 1) -> Verdict:
    folder.mkdir()
    with session(folder, fault, seed=seed) as worker:
        worker.examples = Examples(kept)
        verdict = runner.walk(worker, WatchHistory).verdict
        worker.close()
    return verdict


def test_only_what_is_kept_is_walked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 0)
    assert ended(tmp_path / "first", kept) is Verdict.FAILED
    bounds = runner._bounds
    monkeypatch.setattr(runner, "_bounds", lambda *args: settings(bounds(*args), phases=[Phase.reuse, Phase.shrink]))
    assert ended(tmp_path / "again", kept, seed=2) is Verdict.FAILED
    assert ended(tmp_path / "without", None, seed=2) is not Verdict.FAILED
    assert ended(tmp_path / "mended", kept, fault="", seed=2) is Verdict.PASSED
    assert ended(tmp_path / "forgotten", kept, seed=2) is not Verdict.FAILED
