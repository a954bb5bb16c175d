"""Tests of what the body of a refusal says: the refused field and the code (reference, "Errors").

Members, title, documentation link and secrecy of every error are judged by the checks of single exchanges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.fixtures.messages.json_response import Answer, problem_member
from peertube_conformance.reports import Exchange, Finding

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination


@pytest.mark.judges("getVideo", "getVideos", "addVideoChannel", "uploadResumableInit")
@pytest.mark.requirement("PT-ERR-24")
@pytest.mark.requirement("PT-ERR-26")
@pytest.mark.requirement("PT-ERR-27")
def test_refused_fields(examine: Examination) -> None:
    """One refused field at each place where a field can be."""
    user = examine.world.account()
    sent = {"filename": "a.mp4", "name": "a", "channelId": int(user.channel_id)}
    headers = {"X-Upload-Content-Length": "many", "X-Upload-Content-Type": "video/mp4"}
    cases: tuple[tuple[str, str, Any, Exchange], ...] = (
        ("params", "id", "no-video", examine.send("getVideo", path={"id": "no-video"})),
        ("query", "count", "101", examine.send("getVideos", query={"count": 101})),
        ("body", "displayName", "", examine.send("addVideoChannel", user, body=_channel(""))),
        ("headers", "x-upload-content-length", "many",
         examine.send("uploadResumableInit", user, headers=headers, body=sent)),
    )  # fmt: skip
    for location, field, value, exchange in cases:
        if not examine.expect(exchange, 400, requirement="PT-ERR-24", situation=f"an invalid field in {location}"):
            continue
        problem = Answer.of(exchange)
        entry = _entry(problem.at("invalid-params").value, field)
        at = f"/response/body/invalid-params/{field}"
        said = str(entry.get("location", "")).replace("header", "headers").replace("headerss", "headers")
        examine.agree(
            exchange, "PT-ERR-24", at=f"{at}/location", expected=location, actual=said,
            message=f"the location of the invalid field is not {location}",
        )  # fmt: skip
        examine.agree(
            exchange, "PT-ERR-26", at=f"{at}/value", expected=value, actual=str(entry.get("value")),
            message="the invalid-params entry does not contain the sent value",
        )  # fmt: skip
        examine.agree(
            exchange, "PT-ERR-27", at="/response/body/error", expected=True, actual="error" in problem.members(),
            message="the deprecated member `error` is missing",
        )  # fmt: skip


@pytest.mark.judges("getOAuthToken")
@pytest.mark.requirement("PT-ERR-25")
def test_refused_sign_in(examine: Examination) -> None:
    """A client that is none, and a password that is wrong."""
    user = examine.world.account()
    client_id, client_secret = examine.world.oauth_client()
    form = {"grant_type": "password", "username": user.username, "password": "not-the-password"}
    for code, client in (("invalid_client", ("0" * 32, "1" * 32)), ("invalid_grant", (client_id, client_secret))):
        body = {**form, "client_id": client[0], "client_secret": client[1]}
        exchange = examine.send("getOAuthToken", body=body, media_type="application/x-www-form-urlencoded")
        if not examine.expect(
            exchange, 400, 401, requirement="PT-ERR-25", situation=f"a sign-in that is refused with {code}"
        ):
            continue
        reported = problem_member(exchange, "code")
        if reported != code:
            examine.wrong(
                "PT-ERR-25", exchange, Finding("/response/body/code", f"the code is not {code}", code, reported)
            )


def _entry(entries: object, field: str) -> Mapping[str, Any]:
    """The entry of a field in `invalid-params`, whatever the case of its name; empty where there is none."""
    named = {name.lower(): entry for name, entry in entries.items()} if isinstance(entries, dict) else {}
    found = named.get(field.lower())
    return found if isinstance(found, dict) else {}


def _channel(display_name: str) -> dict[str, str]:
    return {"name": "refused_channel", "displayName": display_name}
