"""A run that only reads tests what other people have on an instance, and sends nothing that could change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import TESTED
from peertube_conformance.spec import load_contract
from tests.conformance.whole_runs.recording_proxy import listening
from tests.conformance.whole_runs.run_process import running
from tests.fixtures.filled_site import filled
from tests.fixtures.killed_runs import PASSWORD, Site

CONTRACT = load_contract()
SAFE = {"GET", "HEAD", "OPTIONS"}
SIGN_IN = ("POST", "/api/v1/users/token")
QUICKLY = ("--safety=observe", "--depth=smoke")
# The proxy gives the instance its own name, and HEAD no length.
OF_THE_PROXY = {
    "getOAuthClient|PT-STATUS-06|200|/response/status/403",
    "downloadVideoFile|PT-FILE-07|200|/response/headers/content-length",
    "getPublicWebVideoFile|PT-FILE-07|200|/response/headers/content-length",
}
# What the site has no subject for, or what a run does not read of anybody.
WITHOUT_SUBJECT = {"downloadUserExport", "getLatestUserImport"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with EmbeddedInstance() as instance:
        yield filled(instance)


def _tested(document: dict[str, Any]) -> set[str]:
    return {entry["operationId"] for entry in document["operations"] if entry["verdict"] in TESTED}


def _offered(document: dict[str, Any]) -> set[str]:
    return {entry["operationId"] for entry in document["operations"] if entry["verdict"] != Verdict.NOT_APPLICABLE}


def _new(document: dict[str, Any]) -> list[str]:
    return [finding["fingerprint"] for finding in document["findings"] if finding["deviation"] is None]


def test_without_an_account_everything_public_is_read(site: Site, tmp_path: Path) -> None:
    with listening(site.instance.base_url) as proxy, running(tmp_path, f"--base-url={proxy.base_url}", *QUICKLY) as run:
        assert run.end() in {0, 1}, run.text()
    assert set(_new(run.document)) <= OF_THE_PROXY
    unsafe = {(method, path.partition("?")[0]) for method, path in proxy.methods if method not in SAFE}
    assert unsafe <= {SIGN_IN}, "no session is begun; refused sign-ins are sent"
    public = {o.id for o in CONTRACT.operations if o.is_safe and o.authentication.name != "REQUIRED"}
    need_an_account = {"getPrivateHlsFile", "getPrivateWebVideoFile", "getSyndicatedSubscriptionVideos"}
    need_an_account |= WITHOUT_SUBJECT
    assert _offered(run.document) & public - need_an_account <= _tested(run.document), run.text()
    assert run.document["ledger"] == {"created": 0, "removed": 0, "left": []}


def test_with_an_administrator_every_operation_that_has_a_subject_is_read(site: Site, tmp_path: Path) -> None:
    given = (f"--base-url={site.instance.base_url}", f"--admin-username={ADMIN_NAME}")
    before = site.api("GET", "/users/me").json()
    with running(tmp_path, *given, *QUICKLY, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=site.instance.password) as run:
        assert run.end() == 0, run.text()
    safe = {operation.id for operation in CONTRACT.operations if operation.is_safe}
    assert _offered(run.document) & safe - WITHOUT_SUBJECT <= _tested(run.document), run.text()
    assert _tested(run.document) <= safe, "what was not sent is not tested"
    assert _new(run.document) == []
    assert run.document["ledger"] == {"created": 0, "removed": 0, "left": []}
    after = site.api("GET", "/users/me").json()
    assert {**after, "lastLoginDate": ""} == {**before, "lastLoginDate": ""}


def test_the_token_of_a_user_reads_as_this_user_and_is_never_shown(site: Site, tmp_path: Path) -> None:
    token = site.sign_in("ada", PASSWORD)
    given = (f"--base-url={site.instance.base_url}", "--operations=get*User*", "-n", "2")
    with running(tmp_path, *given, *QUICKLY, PEERTUBE_CONFORMANCE_USER_TOKEN=token) as run:
        assert run.end() == 0, run.text()
    assert {"getUserInfo"} <= _tested(run.document), run.text()
    assert site.api("GET", "/users/me", token).status_code == 200, "the session goes on"
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 5
    assert [str(file) for file in files if token.encode() in file.read_bytes()] == []
    assert token not in run.text()


def test_a_given_video_is_what_is_asked_for(site: Site, tmp_path: Path) -> None:
    listed = site.api("GET", "/videos").json()["data"][0]["uuid"]
    with listening(site.instance.base_url) as proxy:
        given = (f"--base-url={proxy.base_url}", f"--subject=video={listed}", "--operations=getVideoDesc")
        with running(tmp_path, *given, *QUICKLY) as run:
            assert run.end() == 0, run.text()
    assert _tested(run.document) == {"getVideoDesc"}
    assert any(path == f"/api/v1/videos/{listed}/description" for _, path in proxy.methods)
    assert [path for _, path in proxy.methods if path.partition("?")[0] == "/api/v1/videos"] == []
