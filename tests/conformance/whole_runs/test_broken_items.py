"""What goes wrong in the harness itself is told at length, and holds no secret: on the console, in what pytest and its
plugins write, and in the report."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.whole_runs.run_process import running
from tests.conformance.whole_runs.test_secrets import PLANTED, spellings

ADMIN = PLANTED["PEERTUBE_CONFORMANCE_ADMIN_PASSWORD"]
# Nobody but the instance knows the one; the harness was told the others.
UNKNOWN = "planted-unheard-of"
BREAKING = """
import logging, os
from pathlib import Path
import allure, pytest
from peertube_conformance.conformance.execution.worker_session import Session

ADMIN, UNKNOWN = os.environ["HEARD_OF"], os.environ["UNHEARD_OF"]
WAY = os.environ["WAY"]
seen = Path(os.environ["SEEN"])

def text(token):
    seen.write_text(token)
    return f"{{'password': '{ADMIN}', 'access_token': '{UNKNOWN}'}} Authorization: Bearer {token} {token}"

def break_off(token):
    headers = {"authorization": "Basic " + UNKNOWN}
    raise RuntimeError(text(token))

begin = Session.__init__

def broken(session, options, shared, *rest, **more):
    if WAY == "session":
        break_off(shared.accounts["root"].token)
    begin(session, options, shared, *rest, **more)

Session.__init__ = broken

@pytest.fixture(autouse=True)
def prepared(conformance_session):
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD" not in os.environ, "a worker has no need of it"
    token = conformance_session.environment.world.root.token
    if WAY == "set-up":
        break_off(token)
    yield
    if WAY == "tear-down":
        break_off(token)

@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    token = pyfuncitem.funcargs["conformance_session"].environment.world.root.token
    print(text(token))
    logging.getLogger("breaking").error(text(token))
    allure.dynamic.parameter("token", token)
    allure.dynamic.description(text(token))
    allure.attach(text(token), "told", allure.attachment_type.TEXT)
    allure.attach(b"\\xff\\xfe" + b"no text", "picture", allure.attachment_type.PNG)
    with allure.step(f"signs in as {token}"):
        pass
    if WAY == "skip":
        pytest.skip(text(token))
    if WAY == "fail":
        pytest.fail(f"said {ADMIN} and {token}")
    if WAY == "call":
        with allure.step("breaks off"):
            break_off(token)
    return (yield)

def pytest_generate_tests(metafunc):
    if WAY == "collection":
        break_off(ADMIN)

def pytest_runtest_logfinish(nodeid):
    if WAY == "pytest":
        break_off(ADMIN)
"""


@pytest.mark.parametrize(
    ("way", "workers"),
    [
        ("call", "1"),
        ("tear-down", "0"),
        ("session", "1"),
        ("fail", "0"),
        ("collection", "0"),
        pytest.param("call", "0", marks=pytest.mark.nightly),
        pytest.param("set-up", "0", marks=pytest.mark.nightly),
        pytest.param("session", "0", marks=pytest.mark.nightly),
        pytest.param("skip", "0", marks=pytest.mark.nightly),
        pytest.param("pytest", "0", marks=pytest.mark.nightly),
        pytest.param("pytest", "1", marks=pytest.mark.nightly),
    ],
)
def test_no_secret_is_told_of_what_broke_off(way: str, workers: str, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    for made in (outside, folder):
        made.mkdir()
    (outside / "breaking.py").write_text(BREAKING)
    python_path = os.pathsep.join([str(outside), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        "PYTHONPATH": python_path,
        "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": ADMIN,
        "HEARD_OF": ADMIN,
        "UNHEARD_OF": UNKNOWN,
        "WAY": way,
        "SEEN": str(outside / "seen"),
    }
    at_length = ("-p", "breaking", "-n", workers, "--tb=long", "--showlocals", "-vv", "-rA")
    files = ("--alluredir=own-allure", "--junitxml=own-junit.xml", "-o", "junit_logging=all")
    chosen = ("--operations=getConfig", "-k", "test_valid", "--depth=smoke")
    instance = EmbeddedInstance()
    instance.password = ADMIN
    with instance:
        given = (f"--base-url={instance.base_url}", f"--admin-username={ADMIN_NAME}")
        console = folder / "console.txt"
        with running(folder, *given, *chosen, *at_length, *files, output=console, **environment) as run:
            code = run.end()
    reported = {
        str(file.relative_to(folder)): file.read_text("utf-8", "replace")
        for file in folder.rglob("*")
        if file.is_file()
    }
    secrets = {ADMIN, UNKNOWN, (outside / "seen").read_text()}
    assert {
        (where, text[max(0, text.index(spelling) - 80) : text.index(spelling) + 80])
        for secret in secrets
        for spelling in spellings(secret)
        for where, text in reported.items()
        if spelling in text
    } == set()
    if way in {"pytest", "collection"}:
        assert "$ADMIN_PASSWORD" in reported["console.txt"] or "$ROOT_PASSWORD" in reported["console.txt"]
        return
    assert code in {3, 5}, reported["console.txt"]
    assert {"own-junit.xml", "report/run.json"} <= set(reported)
    results = [json.loads(text) for name, text in reported.items() if name.endswith("-result.json")]
    (own,) = [one for one in results if one.get("name") == "test_valid[getConfig]"]
    assert "$ROOT_" in own["statusDetails"]["message"]
    assert "$ROOT_" in reported["own-junit.xml"]
