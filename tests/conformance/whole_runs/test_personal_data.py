"""What a run reads of other people is in no file, no console line and no attachment, unless the user asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME
from tests.conformance.whole_runs.inhabited_instance import WORDS, Inhabited, inhabited
from tests.conformance.whole_runs.run_process import running
from tests.conformance.whole_runs.test_echoed_secrets import decoded, outputs

_AT_LENGTH = ("-vv", "--showlocals", "--tb=long", "-rA", "-o", "log_cli=true", "--log-cli-level=DEBUG")
_READS = "test_operations or test_feeds or test_pagination"
_FILES = ("run.json", "report.html", "summary.md", "junit.xml", "report.sarif", "exchanges.ndjson")
_MASK = re.compile(r"‹(?:text|e-mail|address) ≤\d+ #[0-9a-f]{8}›")


@pytest.fixture(scope="module")
def target() -> Iterator[Inhabited]:
    with inhabited() as target:
        yield target


def run(target: Inhabited, folder: Path, *more: str) -> dict[str, str]:
    """Everything that a run writes, by file; its console is `console.txt`."""
    given = (
        f"--base-url={target.base_url}",
        f"--admin-username={ADMIN_NAME}",
        "--depth=smoke",
        "--example-database=kept",
    )
    folder.mkdir(exist_ok=True)
    environment = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": target.password}
    with running(folder, *given, *more, output=folder / "console.txt", **environment) as begun:
        assert begun.end() == 1, (folder / "console.txt").read_text()
    return outputs(folder)


def recognised(texts: dict[str, str]) -> set[tuple[str, str]]:
    """Where the people can be recognised."""
    pattern = re.compile("|".join(WORDS))
    return {
        (where, shown[max(0, found.start() - 80) : found.end() + 80])
        for where, text in texts.items()
        for shown in (text.lower(), decoded(text).lower())
        for found in pattern.finditer(shown)
    }


def check(reported: dict[str, str]) -> None:
    """Nobody is recognised, and the report says that they are masked."""
    assert {f"report/{name}" for name in _FILES} <= set(reported)
    assert any("allure-results" in name for name in reported)
    assert recognised(reported) == set()
    document = json.loads(reported["report/run.json"])
    assert document["personalData"] == "masked"
    assert _MASK.search(reported["report/exchanges.ndjson"])
    assert "data of other people is masked" in reported["console.txt"]
    assert "Data of other people" in reported["report/report.html"]
    assert "Data of other people" in reported["report/summary.md"]


def test_nobody_is_recognised_after_a_run_that_only_reads(target: Inhabited, tmp_path: Path) -> None:
    reported = run(target, tmp_path, "--safety=observe", "-n", "2", "-k", _READS, *_AT_LENGTH)
    check(reported)
    findings = json.loads(reported["report/run.json"])["findings"]
    actual = [finding["actual"] for finding in findings if finding["pointer"].endswith("/nsfw")]
    assert actual, "a wrong answer was found"
    assert all(_MASK.fullmatch(value) for value in actual)
    masks = [set(_MASK.findall(reported[f"report/{name}"])) for name in ("exchanges.ndjson", "run.json")]
    assert masks[1]
    assert masks[1] <= masks[0], "the same text has the same mask in each worker"


def test_who_asks_for_them_gets_the_bodies(target: Inhabited, tmp_path: Path) -> None:
    reported = run(target, tmp_path, "--safety=observe", "--keep-bodies", "-k", "test_operations")
    exchanges = reported["report/exchanges.ndjson"].lower()
    # Tags are in no list, and the registration is not read with every selection.
    assert {word for word in WORDS if word not in exchanges} <= {"ottoline", "fortescue", "apiculture"}
    assert json.loads(reported["report/run.json"])["personalData"] == "kept"
    assert _MASK.search(reported["report/exchanges.ndjson"]) is None


def test_what_the_run_made_itself_stays_readable(target: Inhabited, tmp_path: Path) -> None:
    """In a run that also writes, on this machine."""
    chosen = "--operations=*etAccount*"
    reported = run(target, tmp_path, "--safety=sandbox", chosen, "-k", "test_operations or test_feeds")
    assert recognised(reported) == set()
    bodies = [
        line["response"]["body"]
        for line in map(json.loads, reported["report/exchanges.ndjson"].splitlines())
        if line["kind"] == "exchange" and line["operationId"] == "getAccount" and line["response"]["status"] == 200
    ]
    assert [body for body in bodies if re.search(r'"name": ?"ptc[0-9a-f]{6}', body)]


@pytest.mark.nightly
@pytest.mark.parametrize("tier", ["observe", "sandbox", "disposable"])
def test_nobody_is_recognised_after_a_whole_run(tier: str, tmp_path: Path) -> None:
    with inhabited() as target:
        check(run(target, tmp_path, f"--safety={tier}", "--max-time=90", "-n", "2", *_AT_LENGTH))
