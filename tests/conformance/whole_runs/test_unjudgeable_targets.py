"""A target of which nothing can be judged after set-up: the run ends soon, inconclusive, and says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.whole_runs.run_process import running, without_traceback
from tests.fixtures.altering_proxy import Alter, Answered, altering

_PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def instance() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as running_instance:
        yield running_instance


def after_set_up(folder: Path, alter: Alter) -> Alter:
    """Alters responses once the run has begun to write its report."""
    return lambda answer: alter(answer) if (folder / "report" / "parts").exists() else answer


def limited(answer: Answered) -> Answered:
    altered = answer.with_content(b'{"status":429,"detail":"Too many requests."}', _PROBLEM, 429)
    return Answered(altered.method, altered.target, 429, (*altered.fields, ("Retry-After", "1")), altered.content)


def unauthorised(answer: Answered) -> Answered:
    return answer.with_content(b'{"status":401,"detail":"Who are you?"}', _PROBLEM, 401)


def unavailable(answer: Answered) -> Answered:
    return answer if answer.path.endswith("/ping") else answer.with_content(b"away", "text/plain", 500)


def empty(answer: Answered) -> Answered:
    return answer.with_content(b"{}")


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(limited, marks=pytest.mark.nightly),
        pytest.param(unauthorised, marks=pytest.mark.nightly),
        unavailable,
        empty,
    ],
)
def test_the_run_is_inconclusive_and_ends_soon(instance: EmbeddedInstance, tmp_path: Path, alter: Alter) -> None:
    with altering(instance.base_url, after_set_up(tmp_path, alter)) as url:
        given = (f"--base-url={url}", f"--admin-username={ADMIN_NAME}", "--depth=smoke")
        with running(tmp_path, *given, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password) as run:
            code = run.end()
    document, said = run.document, run.text()
    assert (code, document["exitCode"], document["runVerdict"]["answer"]) == (3, 3, "inconclusive"), said
    assert document["runVerdict"]["reason"] == document["stopped"][0]["reason"]
    assert "so that nothing can be judged" in document["runVerdict"]["reason"]
    assert document["runVerdict"]["reason"] in " ".join(said.split())
    assert document["totals"]["exchanges"] < 300
    untested = [entry for entry in document["operations"] if entry["verdict"] == "not-tested"]
    assert len(untested) > 100
    assert without_traceback(said), said


@pytest.mark.nightly
def test_a_target_that_is_away_right_after_set_up_is_inconclusive(instance: EmbeddedInstance, tmp_path: Path) -> None:
    def away(answer: Answered) -> Answered:
        return answer.with_content(b"", "text/plain", 503)

    with altering(instance.base_url, after_set_up(tmp_path, away)) as url:
        given = (f"--base-url={url}", f"--admin-username={ADMIN_NAME}", "--depth=smoke")
        with running(tmp_path, *given, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password) as run:
            code = run.end()
    document = run.document
    assert (code, document["exitCode"], document["runVerdict"]["answer"]) == (3, 3, "inconclusive"), run.text()
    assert document["runVerdict"]["reason"] == "the target no longer answers"
    assert without_traceback(run.text()), run.text()


def test_a_target_with_tight_limits_is_not_taken_for_one(tmp_path: Path) -> None:
    with EmbeddedInstance(limits="stock") as strict:
        given = (f"--base-url={strict.base_url}", "--operations=get*", "--depth=smoke", "-k", "test_valid")
        with running(tmp_path, *given) as run:
            code = run.end()
    assert code == 0, run.text()
    assert (run.document["runVerdict"]["answer"], run.document["stopped"]) == ("nothing found", [])
