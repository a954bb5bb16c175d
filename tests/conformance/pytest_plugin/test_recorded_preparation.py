"""What the target answers to set-up and clean-up is evidence: it is recorded and judged like any other answer."""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.execution import recorded_preparation
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.controller import Controller
from peertube_conformance.fixtures.http import outage
from peertube_conformance.fixtures.resources import preparing_requests
from peertube_conformance.fixtures.run.run import Run
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.ledger.paths import STATE_DIR_VARIABLE
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from tests.fixtures.altering_proxy import Answered, altering

_USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def instance() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as running:
        yield running


@pytest.fixture(autouse=True)
def _private_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(preparing_requests, "_RETRY_SECONDS", 0)


@contextmanager
def begun(instance: EmbeddedInstance, folder: Path, alter: Callable[[Answered], Answered]) -> Iterator[Controller]:
    """A run through a proxy, of which nothing was tested yet."""
    with altering(instance.base_url, alter) as base_url:
        members: dict[str, Any] = {"base_url": base_url, "admin_password": instance.password}
        yield Controller(
            Options(report_dir=folder / "report", admin_username=ADMIN_NAME, safety=Safety.SANDBOX, **members)
        )


def found(document: Any) -> set[str]:
    return {finding["fingerprint"] for finding in document["findings"]}


def test_what_is_right_is_recorded_without_a_finding(instance: EmbeddedInstance, tmp_path: Path) -> None:
    with begun(instance, tmp_path, lambda answer: answer) as controller:
        before = [part["operationId"] for part in read_parts(tmp_path / "report")]
        document = controller.finish(interrupted=False).document
    assert {"getOAuthClient", "getOAuthToken", "getUserInfo", "addUser"} <= set(before)
    assert document["findings"] == []
    lines = (tmp_path / "report" / "exchanges.ndjson").read_text().splitlines()
    assert {"delUser", "revokeOAuthToken"} <= {json.loads(line)["operationId"] for line in lines}


def test_a_set_up_answer_of_another_form_is_a_finding(instance: EmbeddedInstance, tmp_path: Path) -> None:
    def alter(answer: Answered) -> Answered:
        if (answer.method, answer.path) != ("GET", f"{_USERS}/me"):
            return answer
        return answer.with_content(json.dumps({**json.loads(answer.content), "theme": 5}).encode())

    with begun(instance, tmp_path, alter) as controller:
        document = controller.finish(interrupted=False).document
    assert found(document) == {"getUserInfo|PT-BODY-02|200|/response/body/theme"}


def test_a_clean_up_request_that_the_target_fails_at_is_a_finding(instance: EmbeddedInstance, tmp_path: Path) -> None:
    """Although the run removes everything in the end: the second attempt finds nothing there any more."""
    failed: set[str] = set()

    def alter(answer: Answered) -> Answered:
        if answer.method != "DELETE" or answer.path in failed:
            return answer
        failed.add(answer.path)
        return answer.with_content(b"{}", status=500)

    with begun(instance, tmp_path, alter) as controller:
        conclusion = controller.finish(interrupted=False)
    assert "delUser|PT-STATUS-01|500|/request" in found(conclusion.document)
    assert conclusion.document["ledger"]["left"] == []


def test_a_read_of_the_gate_that_the_target_fails_at_is_a_finding(instance: EmbeddedInstance, tmp_path: Path) -> None:
    failing: list[bool] = []

    def alter(answer: Answered) -> Answered:
        is_read = answer.method == "GET" and answer.path.rpartition("/")[0] == _USERS and not answer.path.endswith("me")
        return answer.with_content(b"{}", status=500) if failing and is_read else answer

    with begun(instance, tmp_path, alter) as controller:
        failing.append(True)
        document = controller.finish(interrupted=False).document
        assert "getUser|PT-STATUS-01|500|/request" in found(document)
        assert len(document["ledger"]["left"]) >= 4


@pytest.mark.parametrize("is_interrupted", [True, False])
@pytest.mark.parametrize("status", [502, 503])
def test_what_an_interruption_or_an_outage_causes_is_none(
    is_interrupted: bool, status: int, instance: EmbeddedInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy says that the server behind it is away: for good, or because everything is being stopped."""
    is_away: list[bool] = []
    # The target is taken for gone at once.
    monkeypatch.setattr(outage.Outage, "_comes_back", lambda _self: False)

    def alter(answer: Answered) -> Answered:
        return answer.with_content(b"{}", status=status) if is_away else answer

    with begun(instance, tmp_path, alter) as controller:
        is_away.append(True)
        if is_interrupted:
            controller.interrupt()
        document = controller.finish(interrupted=is_interrupted).document
    assert found(document) == set()
    assert len(document["ledger"]["left"]) >= 4


def test_a_clean_up_whose_record_cannot_be_opened_is_done_nevertheless(
    instance: EmbeddedInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> Recorder:
        raise OSError(errno.ENOSPC, "No space left on device")

    with begun(instance, tmp_path, lambda answer: answer) as controller:
        monkeypatch.setattr(recorded_preparation, "Recorder", refuse)
        conclusion = controller.finish(interrupted=False)
    assert conclusion.document["ledger"]["left"] == []
    assert "the clean-up is not recorded: No space left on device" in conclusion.document["runVerdict"]["reason"]
    assert conclusion.exit_code == 3


def test_set_up_keeps_what_it_sent_for_the_report(instance: EmbeddedInstance, tmp_path: Path) -> None:
    with begun(instance, tmp_path, lambda answer: answer) as controller:
        run: Run = controller._run
        assert [exchange.operation.id for exchange in run.exchanges][:2] == ["getOAuthClient", "getOAuthToken"]
        controller.finish(interrupted=False)
