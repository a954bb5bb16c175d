"""Every mistake of a person ends with exit code 4 and one sentence that says what to do, before anything is sent."""

from __future__ import annotations

import argparse
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance import cli
from peertube_conformance.conformance.cli import main
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin import controller
from peertube_conformance.conformance.pytest_plugin.controller import (
    USER_MISTAKES,
    Controller,
    chosen,
    known_deviations,
)
from peertube_conformance.fixtures.run import reap as reap_module
from peertube_conformance.fixtures.run import run
from peertube_conformance.fixtures.run.run import CannotRun
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.target.probe import TargetError
from peertube_conformance.spec import load_contract
from tests.conformance.command_line import CLI, one_sentence, python_module
from tests.fixtures.servers import Received, free_port, response, serving

CONFIG = response(200, b'{"serverVersion": "6.2.0"}', Content_Type="application/json")


_loaded = functools.cache(load_contract)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the contract takes longer than anything else here."""
    monkeypatch.setattr(controller, "load_contract", _loaded)
    monkeypatch.setattr(run, "load_contract", _loaded)


def instance(
    token: bytes, client: bytes = b'{"client_id": "a", "client_secret": "b"}', status: int = 200
) -> Any:
    """An instance that knows who may sign in."""

    def answer(received: Received) -> bytes:
        if received.target == "/api/v1/config":
            return CONFIG
        if received.target == "/api/v1/oauth-clients/local":
            return response(status, client, Content_Type="application/json")
        return token

    return answer


REFUSED = response(
    400, b'{"status": 400, "detail": "Credentials are invalid"}', Content_Type="application/problem+json"
)


# Through the door


def test_nobody_listens(tmp_path: Path) -> None:
    base_url = f"http://127.0.0.1:{free_port()}"
    told = one_sentence(python_module(CLI, tmp_path, "run", f"--base-url={base_url}"))
    assert told.startswith(f"{base_url} cannot be reached")


def test_a_password_that_is_wrong(tmp_path: Path) -> None:
    with serving(instance(REFUSED)) as server:
        done = python_module(
            CLI,
            tmp_path,
            "run",
            f"--base-url={server.base_url}",
            "--admin-username=root",
            PEERTUBE_CONFORMANCE_ADMIN_PASSWORD="s3cret-password",
        )
    told = one_sentence(done)
    assert "root cannot sign in (getOAuthToken answered 400: Credentials are invalid)" in told
    assert "s3cret" not in done.stdout + done.stderr
    assert {request.method for request in server.requests} == {"GET", "POST"}
    assert [request.target for request in server.requests if request.method == "POST"] == [
        "/api/v1/users/token"
    ]


def test_a_contract_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with serving(CONFIG) as server:
        done = python_module(
            CLI, tmp_path, "run", f"--base-url={server.base_url}", "--spec=/nowhere/openapi.yaml"
        )
    assert "There is no contract /nowhere/openapi.yaml" in one_sentence(done)
    assert server.requests == []


def test_a_choice_that_leaves_no_operation_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with serving(CONFIG) as server:
        chosen = ("--operations=getVideo,getConfig", "--tags=Video")
        done = python_module(CLI, tmp_path, "run", f"--base-url={server.base_url}", *chosen)
    told = "no operation of the contract fits --operations getVideo,getConfig and --tags Video"
    assert told in one_sentence(done)
    assert server.requests == []


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with serving(CONFIG) as server:
        done = python_module(
            CLI,
            tmp_path,
            "run",
            PEERTUBE_CONFORMANCE_REPORT_DIR="file/report",
            PEERTUBE_CONFORMANCE_BASE_URL=server.base_url,
        )
    assert "the report cannot be written to file/report (Not a directory)" in one_sentence(done)
    assert server.requests == []


# The same without a process of its own


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else -1
    output = capsys.readouterr()
    assert (code, output.out) == (4, "")
    assert output.err.startswith("ERROR: ")
    assert output.err.count("\n") == 1
    return output.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("run", "--depth=deep"),
        ("run", "--max-time=soon"),
        ("run", "--safety", "none"),
        ("run", "--seed"),
        ("compare", "one.json"),
        ("compare", "a", "b", "--format=pdf"),
        ("serve", "--port=x"),
        ("reap", "--base-url=http://localhost"),
        ("deviations", "a", "b"),
    ],
)
def test_arguments_that_cannot_be_used(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--help" in told(capsys, *arguments) or "has no option or argument" in told(capsys, *arguments)


@pytest.mark.parametrize("command", [("compare", "RUN", "RUN"), ("report", "RUN"), ("deviations", "RUN")])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        ("{", "is not a run document"),
        ("[]", "is not a run document"),
        ('{"a": 1}', "is not a run document"),
    ],
)
def test_what_is_no_run_document(
    command: tuple[str, ...],
    content: str | None,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    for given in (tmp_path, tmp_path / "run.json"):
        text = told(capsys, *(str(given) if argument == "RUN" else argument for argument in command))
        assert says in text
        assert "run.json" in text


def test_a_target_that_is_not_there_cannot_be_reaped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_STATE_DIR", str(tmp_path))
    text = told(capsys, "reap", f"--base-url=http://127.0.0.1:{free_port()}", "--admin-username=root")
    assert "cannot be reached" in text


# What keeps a run from beginning


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

    monkeypatch.setattr(controller, "reap", reap)
    members: dict[str, Any] = {
        "base_url": "http://localhost:1",
        "admin_username": "root",
        "admin_password": "x",
    }
    said: list[str] = []
    with pytest.raises(TargetError, match="that is far enough"):
        Controller(Options(report_dir=tmp_path / "report", reap=True, **members), said.append)
    assert asked == [("http://localhost:1", "root", "x")]
    assert said == ["would remove: user ptcab12cdw0user_1"]


@pytest.mark.parametrize(
    ("address", "safety"),
    [
        ("http://localhost:1", Safety.OBSERVE),
        ("https://my.instance", Safety.OBSERVE),
        ("https://my.instance", None),
    ],
)
def test_nothing_is_removed_in_the_tier_that_only_reads(
    address: str, safety: Safety | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "reap", lambda *_given, **_how: pytest.fail("it was reaped"))
    text = mistake(
        tmp_path, base_url=address, safety=safety, reap=True, admin_username="root", admin_password="x"
    )
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


@pytest.mark.parametrize(("done", "code"), [(True, 0), (False, 1)])
def test_the_command_exits_by_whether_all_that_was_tried_was_done(
    done: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def reap(*given: str, dry_run: bool, say: Callable[[str], None]) -> bool:
        asked.extend((*given, dry_run))
        say("nothing to remove")
        return done

    monkeypatch.setattr(reap_module, "reap", reap)
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_ADMIN_PASSWORD", "x")
    assert main(["reap", "--base-url=http://h", "--admin-username=root", "--dry-run"]) == code
    assert asked == ["http://h", "root", "x", True]
    assert capsys.readouterr().out == "nothing to remove\n"


def test_an_earlier_report_stays_until_the_run_begins(tmp_path: Path) -> None:
    old = tmp_path / "report" / "allure-results" / "old.json"
    old.parent.mkdir(parents=True)
    old.touch()
    (tmp_path / "report" / "run.json").write_text("{}")
    mistake(tmp_path, base_url=f"http://127.0.0.1:{free_port()}")
    assert old.exists()
    assert (tmp_path / "report" / "run.json").exists()


# What is chosen


def test_operations_are_chosen_by_name_and_tag() -> None:
    contract = _loaded()
    assert chosen(contract, Options()) == list(contract.operations)
    assert {o.id for o in chosen(contract, Options(operations="getVideo"))} == {"getVideo"}
    assert all(o.id.startswith("getVideo") for o in chosen(contract, Options(operations="getVideo*")))
    video = chosen(contract, Options(tags="video"))
    assert video == chosen(contract, Options(tags="Video"))
    assert {o.tag for o in video} == {"Video"}
    assert chosen(contract, Options(operations="get*", tags="Video")) == [
        o for o in video if o.id.startswith("get")
    ]
    assert chosen(contract, Options(operations="nothing")) == []


def test_deviations_of_the_contract_and_of_a_file_count_for_their_release(tmp_path: Path) -> None:
    file = tmp_path / "deviations.yaml"
    entry = {
        "id": "mine",
        "fingerprint": "getVideos|PT-STATUS-01|502|*",
        "party": "proxy",
        "reason": "r",
        "evidence": "e",
        "versions": ["6.2", "6.2.9"],
    }
    file.write_text(json.dumps([entry, {**entry, "id": "later", "versions": ["6.3", ""]}]))
    contract = _loaded()
    own = {
        deviation.id
        for deviation in known_deviations(contract, Options(base_url="http://my.instance"), "6.2.0")
    }
    found = {
        deviation.id
        for deviation in known_deviations(
            contract, Options(base_url="http://my.instance", deviations=file), "6.2.0"
        )
    }
    assert found == own | {"mine"}
    assert own
    assert known_deviations(contract, Options(), "6.2.0") == [], "nothing excuses the embedded instance"


def test_a_person_s_mistakes_are_known_by_their_kinds() -> None:
    assert issubclass(CannotRun, USER_MISTAKES)
    assert not issubclass(ValueError, USER_MISTAKES)


def test_every_option_and_argument_of_every_command_has_help() -> None:
    parser = cli._parser()
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    without = [
        f"{name} {action.dest}"
        for name, command in commands.choices.items()
        for action in command._actions
        if not action.help
    ]
    assert commands.choices
    assert without == []


def test_the_help_of_a_value_names_the_option_not_the_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    shown = capsys.readouterr().out
    assert "--report-dir REPORT_DIR" in shown
    assert "PEERTUBE_REPORT_DIR" not in shown
