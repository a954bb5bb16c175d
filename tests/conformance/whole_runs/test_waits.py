"""Whatever a run waits for, it says so, and the wait ends with the run: at --max-time, or at a signal."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.command_line import CLI, python_module
from tests.conformance.whole_runs.recording_proxy import Listening, listening
from tests.conformance.whole_runs.run_process import Running, running, without_traceback

CHOSEN = ("--operations=get*", "--depth=smoke", "-k", "test_operations")
# The set-up is over by then, and the run is not.
LATER = 70
# A starved machine may take that long for what takes two seconds; a wait that does not end takes more.
SOON_SECONDS = 90


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as instance:
        yield instance


@contextmanager
def against(target: EmbeddedInstance, proxy: Listening, folder: Path, *arguments: str) -> Iterator[Running]:
    given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}", *CHOSEN)
    with running(
        folder, *given, *arguments, output=folder / "output", PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=target.password
    ) as run:
        yield run


def said(folder: Path) -> str:
    return (folder / "output").read_text()


def wait_until(reached: Callable[[], bool], run: Running, what: str) -> None:
    ends = time.monotonic() + 150
    while not reached():
        assert run.process.poll() is None, said(run.folder)
        assert time.monotonic() < ends, f"{what}: {said(run.folder)}"
        time.sleep(0.05)


def how_to_reap(proxy: Listening) -> str:
    return f"remove it with: peertube-conformance reap --base-url={proxy.base_url} --admin-username={ADMIN_NAME}"


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.nightly)])
def test_a_wait_for_minutes_is_announced_and_ends_at_the_first_signal(
    workers: str, target: EmbeddedInstance, tmp_path: Path
) -> None:
    with (
        listening(target.base_url, refused=lambda number: 300 * (number == LATER)) as proxy,
        against(target, proxy, tmp_path, "-n", workers) as run,
    ):
        wait_until(lambda: "waiting for the rate limit" in said(tmp_path), run, "no announcement")
        before = len(proxy.methods)
        began = time.monotonic()
        run.signal(signal.SIGTERM)
        assert run.end() == 2, said(tmp_path)
        assert time.monotonic() - began < SOON_SECONDS
        text = said(tmp_path)
        assert text.count("waiting for the rate limit 'api' to let a request through, at most 5 min") == 1
        assert without_traceback(text), text
        assert len(proxy.methods) == before, "the limit is kept also after the signal"
        assert run.document["exitCode"] == 2
        assert run.document["totals"]["exchanges"] > 0
        assert any("user" in entry and "a signal ended the run" in entry for entry in run.document["ledger"]["left"])
        assert how_to_reap(proxy) in text
        secret = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": target.password, "TMPDIR": str(tmp_path)}
        given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}")
        reaped = python_module(CLI, tmp_path, "reap", *given, **secret)
        assert reaped.returncode == 0, reaped.stdout + reaped.stderr
    assert run.ledger() == [], "the ledger was complete"


def test_a_wait_that_max_time_would_end_is_not_begun(target: EmbeddedInstance, tmp_path: Path) -> None:
    with listening(target.base_url, refused=lambda number: 300 * (number == LATER)) as proxy:
        began = time.monotonic()
        with against(target, proxy, tmp_path, "--max-time=100") as run:
            code = run.end()
        assert time.monotonic() - began < 100 + 60
    text = said(tmp_path)
    assert code in {0, 3}, text
    assert without_traceback(text), text
    reasons = {entry["reason"] for entry in run.document["operations"]}
    assert any("--max-time has passed before the end of waiting for the rate limit 'api'" in each for each in reasons)
    assert how_to_reap(proxy) in text


def test_a_target_that_refuses_for_an_hour_is_not_waited_for(target: EmbeddedInstance, tmp_path: Path) -> None:
    with listening(target.base_url, refused=lambda number: 3000 * (number == LATER)) as proxy:
        began = time.monotonic()
        # The instance has another host than the proxy: what subscribes to it would be waited for.
        with against(target, proxy, tmp_path, "--max-time=100", "--operations=getVideo*") as run:
            # What the refused request prepares is blocked, which makes a run inconclusive.
            assert run.end() in {0, 1, 3}, said(tmp_path)
        assert len(proxy.methods) > LATER, "the refusal came"
        assert time.monotonic() - began < 100 + 60
    assert "waiting for the rate limit" not in said(tmp_path)
    assert run.document["ledger"]["left"] == []


def test_a_set_up_that_would_outlast_the_time_is_one_sentence(target: EmbeddedInstance, tmp_path: Path) -> None:
    with (
        listening(target.base_url, refused=lambda number: 300 * (number > 2)) as proxy,
        against(target, proxy, tmp_path, "--max-time=50") as run,
    ):
        assert run.end() == 4, said(tmp_path)
    assert "before the run could begin: give a longer --max-time" in said(tmp_path)
    assert without_traceback(said(tmp_path)), said(tmp_path)


def test_clean_up_that_gets_no_answer_ends_ten_seconds_after_a_signal(target: EmbeddedInstance, tmp_path: Path) -> None:
    hangs: list[bool] = []
    with listening(target.base_url, hangs=lambda: bool(hangs)) as proxy, against(target, proxy, tmp_path) as run:
        run.wait_for_exchanges(20)
        hangs.append(True)
        began = time.monotonic()
        run.signal(signal.SIGINT)
        assert run.end() == 2, said(tmp_path)
        assert time.monotonic() - began < SOON_SECONDS
    text = said(tmp_path)
    assert without_traceback(text), text
    assert how_to_reap(proxy) in text
    assert [line.get("do") for line in run.ledger()].count("created") >= 4


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_second_signal_ends_the_run_at_once_in_one_line(
    workers: str, target: EmbeddedInstance, tmp_path: Path
) -> None:
    hangs: list[bool] = []
    with (
        listening(target.base_url, hangs=lambda: bool(hangs)) as proxy,
        against(target, proxy, tmp_path, "-n", workers) as run,
    ):
        run.wait_for_exchanges(20)
        hangs.append(True)
        run.signal(signal.SIGINT)
        time.sleep(1)
        run.signal(signal.SIGINT)
        assert run.end() == 2, said(tmp_path)
    text = said(tmp_path)
    assert re.fullmatch(
        rf"stopped immediately by SIGINT: \d+ accounts left; {re.escape(how_to_reap(proxy))}; "
        "write the report with: peertube-conformance report report",
        text.splitlines()[-1],
    )
    assert without_traceback(text), text
    assert "--full-trace" not in text
    lines = [line for line in run.ledger() if "key" in line]
    intended = {line["key"] for line in lines if line["do"] == "intend"}
    assert len(intended) >= 4
    assert intended == {line["key"] for line in lines}
