"""A run tells at its start what is wrong with its mailbox; its workers read it, and its password is shown nowhere."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from peertube_conformance.conformance.options import MAILBOX_PASSWORD, OPTIONS, Options
from peertube_conformance.conformance.pytest_plugin import controller
from peertube_conformance.conformance.pytest_plugin.controller import Controller
from peertube_conformance.fixtures.mailboxes.open_by_url import PASSWORD_VARIABLE, MailboxError
from peertube_conformance.fixtures.run import run
from peertube_conformance.fixtures.run.run import Run, Setup, Shared, WorkerEnvironment
from peertube_conformance.spec import load_contract
from tests.conformance.command_line import CLI, one_sentence, python_module
from tests.fixtures.imap_server import CERTIFICATE, ImapServer, imap_serving
from tests.fixtures.mailpit_server import Mailpit
from tests.fixtures.servers import Server, free_port, response, serving

ANN = "ann@harness.example.com"
SECRET = "correct horse"
MAIL = f"To: {ANN}\r\nSubject: Hello\r\n\r\nCode 1\r\n".encode()

_loaded = functools.cache(load_contract)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Loading the contract takes longer than anything else here."""
    monkeypatch.setattr(controller, "load_contract", _loaded)
    monkeypatch.setattr(run, "load_contract", _loaded)
    monkeypatch.setenv("PEERTUBE_CONFORMANCE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)


@pytest.fixture
def target() -> Iterator[Server]:
    """It says that it is a PeerTube, and nothing else."""
    with serving(response(200, b'{"serverVersion": "6.2.0"}', Content_Type="application/json")) as server:
        yield server


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with imap_serving(ImapServer()) as imap:
        imap.deliver(MAIL)
        yield imap


def shared_with(target: Server, mailbox: str, tmp_path: Path) -> Shared:
    """The state of a run, as a worker loads it."""
    started = Run(Setup(base_url=target.base_url, mailbox=mailbox))
    try:
        shared = started.start()
        kept = replace(shared, folder=tmp_path, ledger=tmp_path / "ledger.ndjson")
        return Shared.load(kept.save())
    finally:
        started.stop()


def test_the_option_names_every_kind_and_the_variable() -> None:
    (option,) = [option for option in OPTIONS if option.flag == "--mailbox"]
    assert MAILBOX_PASSWORD == PASSWORD_VARIABLE
    for named in ("smtp://", "maildir:", "mailpit+http://", "imaps://", PASSWORD_VARIABLE):
        assert named in option.help


@pytest.mark.parametrize("mailbox", ["imaps://ann:{}@127.0.0.1/INBOX", "mailpit+http://ann:{}@127.0.0.1:8025"])
@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_password_in_the_url_ends_the_run(mailbox: str, by: str, target: Server, tmp_path: Path) -> None:
    url = mailbox.format("s3cret-horse")
    flags, variables = ([f"--mailbox={url}"], {}) if by == "flag" else ([], {"PEERTUBE_CONFORMANCE_MAILBOX": url})
    done = python_module(CLI, tmp_path, "run", f"--base-url={target.base_url}", *flags, **variables)
    assert f"remove it and set {PASSWORD_VARIABLE}" in one_sentence(done)
    assert "s3cret" not in done.stdout + done.stderr


def test_a_wrong_password_ends_the_run(imap: ImapServer, target: Server, tmp_path: Path) -> None:
    flags = f"--base-url={target.base_url}", f"--mailbox={imap.url()}"
    done = python_module(CLI, tmp_path, "run", *flags, **{PASSWORD_VARIABLE: "s3cret-horse"})
    assert "refuses the sign-in ([AUTHENTICATIONFAILED] '[redacted]' is wrong)" in one_sentence(done)
    assert "s3cret" not in done.stdout + done.stderr
    assert {request.method for request in target.requests} == {"GET"}


def mistake(target: Server, mailbox: str, tmp_path: Path) -> str:
    options = Options(base_url=target.base_url, mailbox=mailbox, admin_username="root", report_dir=tmp_path / "report")
    with pytest.raises(MailboxError) as caught:
        Controller(options)
    assert [request.target for request in target.requests] == ["/api/v1/config"]
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_every_trouble_is_told_before_anything_is_made(imap: ImapServer, target: Server, tmp_path: Path) -> None:
    assert "has no folder 'Nowhere'" in mistake(target, imap.url("/Nowhere"), tmp_path)


def test_a_mailpit_that_is_none(target: Server, tmp_path: Path) -> None:
    with serving(response(200, b"<html>")) as other:
        assert "is not a Mailpit" in mistake(target, f"mailpit+{other.base_url}", tmp_path)


def test_a_mailbox_that_is_not_there(target: Server, tmp_path: Path) -> None:
    assert "cannot be read" in mistake(target, f"imaps://ann@127.0.0.1:{free_port()}", tmp_path)


def test_workers_read_imap(imap: ImapServer, target: Server, tmp_path: Path) -> None:
    shared = shared_with(target, imap.url(), tmp_path)
    assert shared.mailbox == imap.url()
    assert SECRET not in (tmp_path / "run.json").read_text()
    with closing(WorkerEnvironment(shared, "gw0")) as environment:
        assert "Code 1" in environment.world.mailbox.wait(ANN, "Code", 0).text
        assert environment.redactor.text(f"say {SECRET}") == "say $MAILBOX_PASSWORD"
    assert imap.commands[-1] == "LOGOUT"


def test_workers_read_mailpit(target: Server, tmp_path: Path) -> None:
    pit = Mailpit(login=("ann", SECRET))
    pit.deliver(MAIL)
    with serving(pit) as server:
        shared = shared_with(target, f"mailpit+http://ann@127.0.0.1:{server.port}", tmp_path)
        with closing(WorkerEnvironment(shared, "gw0")) as environment:
            assert "Code 1" in environment.world.mailbox.wait(ANN, "Code", 0).text
            assert environment.redactor.text(f"say {SECRET}") == "say $MAILBOX_PASSWORD"


def test_workers_read_a_maildir(target: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail" / "new").mkdir(parents=True)
    (tmp_path / "mail" / "new" / "1").write_bytes(MAIL)
    monkeypatch.chdir(tmp_path)
    shared = shared_with(target, "maildir:mail", tmp_path)
    monkeypatch.chdir("/")
    with closing(WorkerEnvironment(shared, "gw0")) as environment:
        assert "Code 1" in environment.world.mailbox.wait(ANN, "Code", 0).text
        assert environment.redactor.text(f"say {SECRET}") == f"say {SECRET}"


def test_a_run_without_a_mailbox_has_none(target: Server, tmp_path: Path) -> None:
    with closing(WorkerEnvironment(shared_with(target, "", tmp_path), "gw0")) as environment:
        assert environment.world.mailbox_or_none is None
