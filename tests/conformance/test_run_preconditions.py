"""What keeps a run from beginning is said in one sentence, before anything is sent or made."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin import controller, preconditions
from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES, Controller
from peertube_conformance.fixtures.resources.subjects import Subject
from peertube_conformance.fixtures.run import run
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.target.probe import TargetError
from peertube_conformance.spec import load_contract
from tests.conformance.command_line import PACKAGES, one_sentence, python_module
from tests.conformance.sign_in_answers import CONFIG, REFUSED, instance
from tests.fixtures.servers import free_port, response, serving

_loaded = functools.cache(load_contract)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the contract takes longer than anything else here."""
    monkeypatch.setattr(controller, "load_contract", _loaded)
    monkeypatch.setattr(run, "load_contract", _loaded)


def mistake(tmp_path: Path, **members: Any) -> str:
    with pytest.raises(USER_MISTAKES) as caught:
        Controller(Options(report_dir=tmp_path / "report", **members))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("answer", "members", "says"),
    [
        (instance(REFUSED), {"admin_password": ""}, "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD"),
        (instance(REFUSED), {"admin_password": "wrong-one"}, "check --admin-username and its password"),
        (instance(REFUSED, b"{}", 403), {"admin_password": "x"}, "use that name in --base-url"),
        (instance(REFUSED), {"mailbox": "imap://x", "admin_password": "x"}, "--mailbox"),
        (instance(REFUSED), {"reap": True, "admin_username": ""}, "--reap needs an administrator"),
        (response(200, b"<html>"), {"admin_password": "x"}, "is not a PeerTube"),
    ],
)
def test_what_the_target_says_no_to(answer: Any, members: dict[str, Any], says: str, tmp_path: Path) -> None:
    with serving(answer) as server:
        text = mistake(tmp_path, **{"base_url": server.base_url, "admin_username": "root", **members})
    assert says in text


@pytest.mark.parametrize("given", [{"subject": (Subject("video", "1"),)}, {"user_token": "token-of-a-user"}])
@pytest.mark.parametrize(
    ("address", "safety"), [("http://localhost", None), ("https://my.instance", Safety.SANDBOX), ("", None)]
)
def test_what_belongs_to_others_is_not_given_to_a_run_that_may_write(
    given: dict[str, Any], address: str, safety: Safety | None, tmp_path: Path
) -> None:
    text = mistake(tmp_path, base_url=address, safety=safety, **given)
    assert "--safety=observe" in text
    assert "token-of-a-user" not in text


@pytest.mark.parametrize("host", ["", "other.instance", "my.instance.example", "localhost"])
def test_the_tier_disposable_is_confirmed_by_the_name_of_the_host(host: str, tmp_path: Path) -> None:
    given = {"base_url": "https://my.instance:8443/", "safety": Safety.DISPOSABLE, "disposable_host": host}
    assert "--disposable-host=my.instance" in mistake(tmp_path, **given)


@pytest.mark.parametrize(
    ("address", "safety", "host"),
    [
        ("https://My.Instance:8443", Safety.DISPOSABLE, "my.instance"),
        ("http://127.0.0.1:9000", Safety.DISPOSABLE, ""),
        ("http://localhost", Safety.DISPOSABLE, ""),
        ("https://my.instance", Safety.SANDBOX, ""),
        ("", Safety.DISPOSABLE, ""),
    ],
)
def test_who_names_the_host_or_tests_this_machine_is_not_asked(
    address: str, safety: Safety, host: str, tmp_path: Path
) -> None:
    # What comes next shows that it went on: the pattern that no operation matches.
    given = {"base_url": address, "safety": safety, "disposable_host": host, "operations": "none"}
    assert "no operation matches" in mistake(tmp_path, **given)


@pytest.mark.parametrize("by", ["PYTEST_ADDOPTS", pytest.param("addopts", marks=pytest.mark.nightly)])
def test_no_file_or_variable_confirms_the_tier_disposable(by: str, tmp_path: Path) -> None:
    given = "--safety=disposable --disposable-host=my.invalid --operations=none"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {given if by == 'addopts' else ''}\n")
    variables = {} if by == "addopts" else {by: given}
    command = (*PACKAGES, "--base-url=https://my.invalid", "--pyargs", "-p", "no:cacheprovider")
    assert "--disposable-host=my.invalid" in one_sentence(python_module("pytest", tmp_path, *command, **variables))
    confirmed = python_module("pytest", tmp_path, *command, "--disposable-host=my.invalid", **variables)
    assert "no operation matches" in one_sentence(confirmed)


@pytest.mark.parametrize(
    "text", ["openapi: [", "just text", "swagger: '2.0'\npaths: {}", "- 1", "openapi: 3.1.0\ninfo: {}\n"]
)
def test_a_file_that_is_no_contract_is_told_before_anything_is_sent(text: str, tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(text)
    with serving(CONFIG) as server:
        assert str(file) in mistake(tmp_path, base_url=server.base_url, spec=str(file))
    assert server.requests == []


@pytest.mark.parametrize("text", ["- {id: one}", "{a: 1}", "- 1", "a: ["])
def test_a_file_that_holds_no_deviations_is_told_before_anything_is_sent(text: str, tmp_path: Path) -> None:
    file = tmp_path / "deviations.yaml"
    file.write_text(text)
    with serving(CONFIG) as server:
        assert str(file) in mistake(tmp_path, base_url=server.base_url, deviations=file)
    assert server.requests == []


def test_what_earlier_runs_left_is_removed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def reap(*given: Any, say: Callable[[str], None], **_said: Any) -> bool:
        asked.append(given[:3])
        say("would remove: user ptcab12cdw0user_1")
        raise TargetError("that is far enough")

    monkeypatch.setattr(preconditions, "reap", reap)
    members: dict[str, Any] = {"base_url": "http://localhost:1", "admin_username": "root", "admin_password": "x"}
    said: list[str] = []
    with pytest.raises(TargetError, match="that is far enough"):
        Controller(Options(report_dir=tmp_path / "report", reap=True, **members), said.append)
    assert asked == [("http://localhost:1", "root", "x")]
    assert said == ["would remove: user ptcab12cdw0user_1"]


@pytest.mark.parametrize(
    ("address", "safety"),
    [("http://localhost:1", Safety.OBSERVE), ("https://my.instance", Safety.OBSERVE), ("https://my.instance", None)],
)
def test_nothing_is_removed_in_the_tier_that_only_reads(
    address: str, safety: Safety | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preconditions, "reap", lambda *_given, **_how: pytest.fail("it was reaped"))
    text = mistake(tmp_path, base_url=address, safety=safety, reap=True, admin_username="root", admin_password="x")
    assert "--safety=sandbox" in text


def test_a_ledger_that_cannot_be_opened_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    state.write_text("a file in its place")
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_STATE_DIR", str(state))
    with serving(instance(REFUSED)) as server:
        members = {"base_url": server.base_url, "admin_username": "root", "admin_password": "x"}
        for text in (mistake(tmp_path, **members), mistake(tmp_path, reap=True, **members)):
            assert f"'{state}' cannot be used" in text
    assert {request.method for request in server.requests} == {"GET"}


def test_a_ledger_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = "/proc/peertube-conformance"
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_STATE_DIR", state)
    with serving(CONFIG) as server:
        text = mistake(tmp_path, base_url=server.base_url)
    assert state in text
    assert "No such file or directory" in text


def test_an_earlier_report_stays_until_the_run_begins(tmp_path: Path) -> None:
    old = tmp_path / "report" / "allure-results" / "old.json"
    old.parent.mkdir(parents=True)
    old.touch()
    (tmp_path / "report" / "run.json").write_text("{}")
    mistake(tmp_path, base_url=f"http://127.0.0.1:{free_port()}")
    assert old.exists()
    assert (tmp_path / "report" / "run.json").exists()
