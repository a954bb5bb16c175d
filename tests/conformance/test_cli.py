"""Every mistake of a person ends with exit code 4 and one sentence that says what to do, before anything is sent."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from peertube_conformance.conformance.cli import main
from peertube_conformance.conformance.command_parser import command_parser
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.applicable_deviations import decision_for, known_deviations
from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen
from peertube_conformance.conformance.stock_deviations import StockDeviations
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.fixtures.run import reap as reap_module
from peertube_conformance.fixtures.run.run import CannotRun
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.spec import load_contract
from tests.conformance.command_line import CLI, one_sentence, python_module
from tests.conformance.sign_in_answers import CONFIG, REFUSED, instance
from tests.fixtures.servers import free_port, serving

# Through the door


def test_nobody_listens(tmp_path: Path) -> None:
    base_url = f"http://127.0.0.1:{free_port()}"
    reported = one_sentence(python_module(CLI, tmp_path, "run", f"--base-url={base_url}"))
    assert reported.startswith(f"{base_url} cannot be reached")


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
    reported = one_sentence(done)
    assert "root cannot sign in (getOAuthToken answered 400 instead of 200: Credentials are invalid)" in reported
    assert "s3cret" not in done.stdout + done.stderr
    assert {request.method for request in server.requests} == {"GET", "POST"}
    assert [request.target for request in server.requests if request.method == "POST"] == ["/api/v1/users/token"]


def test_a_contract_that_is_not_there_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with serving(CONFIG) as server:
        done = python_module(CLI, tmp_path, "run", f"--base-url={server.base_url}", "--spec=/nowhere/openapi.yaml")
    assert "There is no contract /nowhere/openapi.yaml" in one_sentence(done)
    assert server.requests == []


def test_a_choice_that_leaves_no_operation_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    with serving(CONFIG) as server:
        chosen = ("--operations=getVideo,getConfig", "--tags=Video")
        done = python_module(CLI, tmp_path, "run", f"--base-url={server.base_url}", *chosen)
    reported = "no operation matches --operations getVideo,getConfig and --tags Video"
    assert reported in one_sentence(done)
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


def reported(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
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
def test_arguments_that_cannot_be_used(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert "--help" in reported(capsys, *arguments) or "has no option or argument" in reported(capsys, *arguments)


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
    command: tuple[str, ...], content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    for given in (tmp_path, tmp_path / "run.json"):
        text = reported(capsys, *(str(given) if argument == "RUN" else argument for argument in command))
        assert says in text
        assert "run.json" in text


def test_a_target_that_is_not_there_cannot_be_reaped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_STATE_DIR", str(tmp_path))
    text = reported(capsys, "reap", f"--base-url=http://127.0.0.1:{free_port()}", "--admin-username=root")
    assert "cannot be reached" in text


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


# What is chosen


def test_operations_are_chosen_by_name_and_tag() -> None:
    contract = load_contract()
    assert chosen(contract, Options()) == list(contract.operations)
    assert {o.id for o in chosen(contract, Options(operations="getVideo"))} == {"getVideo"}
    assert all(o.id.startswith("getVideo") for o in chosen(contract, Options(operations="getVideo*")))
    video = chosen(contract, Options(tags="video"))
    assert video == chosen(contract, Options(tags="Video"))
    assert {o.tag for o in video} == {"Video"}
    assert chosen(contract, Options(operations="get*", tags="Video")) == [o for o in video if o.id.startswith("get")]
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
    contract = load_contract()
    known = {entry.id for entry in known_deviations(contract, Options(deviations=file), shared("peertube"))}
    own = {entry.id for entry in known_deviations(contract, Options(), shared("peertube"))}
    assert known == own | {"mine"}
    assert own


@pytest.mark.parametrize(
    ("setting", "software", "embedded", "count", "reason"),
    [
        ("auto", "peertube", False, True, "the target's NodeInfo names the software peertube"),
        ("auto", "vidzy", False, False, "the target's NodeInfo names the software vidzy"),
        ("auto", "", False, False, "the target's NodeInfo names no software"),
        ("auto", "", True, False, "the embedded instance is not a stock server"),
        ("on", "vidzy", False, True, "--stock-deviations=on"),
        ("on", "", True, True, "--stock-deviations=on"),
        ("off", "peertube", False, False, "--stock-deviations=off"),
    ],
)
def test_stock_deviations_count_for_stock_servers(
    setting: str, software: str, embedded: bool, count: bool, reason: str
) -> None:
    options = Options(stock_deviations=StockDeviations(setting))
    target = shared(software, embedded=embedded)
    decision = decision_for(options, target)
    assert (decision.applied, decision.reason) == (count, reason)
    assert bool(known_deviations(load_contract(), options, target)) is count


def shared(software: str, *, embedded: bool = False) -> Shared:
    return Shared(
        folder=Path(),
        base_url="http://my.instance",
        server_version="6.2.0",
        config={},
        safety=Safety.SANDBOX,
        prefix="",
        ledger=Path(),
        mailbox="",
        seed=1,
        embedded=embedded,
        software=software,
    )


def test_a_person_s_mistakes_are_known_by_their_kinds() -> None:
    assert issubclass(CannotRun, USER_MISTAKES)
    assert not issubclass(ValueError, USER_MISTAKES)


def test_every_option_and_argument_of_every_command_has_help() -> None:
    parser = command_parser()
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
