"""Tests of errors before or outside an operation, and of the form of each kind of error (reference, "Errors").

Members, title, documentation link and secrecy of every error are judged by the checks of single exchanges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.fixtures.messages.json_response import Answer, answered, problem_member
from peertube_conformance.fixtures.safety.guard import impossible
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.spec import Defect
from peertube_conformance.spec.synthetic_operations import whatever_is_asked

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_JSON = "application/json"
_READ = 8_000
_TOO_LONG = 20_000
_TOO_LARGE = 3 * 1024 * 1024
_DEPTH = 20_000
_API = ("api",)


@pytest.mark.requirement("PT-ERR-13")
def test_unknown_route(examine: Examination) -> None:
    """A path that leads to nothing, near the root, below a resource, and beside a version."""
    nobody = impossible("user.uuid", 1)
    for path in ("/api/v1/nothing", f"/api/v1/videos/{nobody}/nothing", "/api/v1/users/me/nothing/at/all"):
        exchange = examine.send(examine.outside("GET", path, "unknownRoute"))
        examine.expect(exchange, 404, requirement="PT-ERR-13", situation="an unknown route")


@pytest.mark.requirement("PT-ERR-14")
def test_wrong_method(examine: Examination) -> None:
    """A method that no release of PeerTube has for the path, without signing in."""
    nothing = impossible("video.uuid", 2)
    for method, path in (
        ("GET", "/api/v1/users/me/history/videos/remove"),
        ("GET", "/api/v1/users/me/notifications/read-all"),
        ("PATCH", f"/api/v1/videos/{nothing}"),
        ("DELETE", "/api/v1/accounts"),
        ("PUT", "/api/v1/video-channels"),
    ):
        wrong = examine.outside(method, path, "wrongMethod", counted_in=_API)
        exchange = examine.send(wrong)
        if examine.expect(exchange, 405, requirement="PT-ERR-14", situation=f"{method} on a path without this method"):
            allowed = answered(exchange).headers.get("allow", "")
            named = {name.strip() for name in allowed.split(",") if name.strip()}
            examine.agree(
                exchange,
                "PT-ERR-14",
                at="/response/headers/allow",
                expected=True,
                actual=bool(named) and method not in named,
                message="Allow is missing, or names the refused method",
            )


@pytest.mark.requirement("PT-ERR-15")
@pytest.mark.parametrize(
    "body", [b'{"bad', b"{'a': 1}", b'{"a": 1}}', b"\xef\xbb\xbf{", b'{"a": NaN}', b'"text"'],
    ids=["cut", "quotes", "surplus", "mark", "nan", "scalar"],
)  # fmt: skip
def test_malformed_json(examine: Examination, body: bytes) -> None:
    """Texts that are not JSON, and one that is neither object nor array, sent to an operation that only requests mail."""
    exchange = examine.send("resendEmailToVerifyUser", body=body, purpose=Defect("body", "", "malformed"))
    examine.expect(exchange, 400, requirement="PT-ERR-15", situation="a body that is not JSON")


@pytest.mark.requirement("PT-STATUS-09")
def test_wrong_media_type(examine: Examination) -> None:
    """A body of another media type than those that the operation takes is not read as if it were one of them."""
    for media_type, body in (("text/plain", b"text"), ("application/xml", b"<a/>"), ("image/png", b"\x89PNG")):
        exchange = examine.send("getOAuthToken", body=body, media_type=media_type)
        examine.expect(
            exchange, 400, 415, requirement="PT-STATUS-09", situation=f"a body with the media type {media_type}"
        )


@pytest.mark.requirement("PT-ERR-16")
def test_huge_body(examine: Examination) -> None:
    """Three megabytes of JSON, many times what the largest body of the API needs."""
    body = b'{"beforeDate": "' + b"a" * _TOO_LARGE + b'"}'
    clearing = whatever_is_asked(examine.world.contract.operation("clearMyHistory"), 413)
    exchange = examine.send(clearing, examine.world.account(), body=body, purpose=Defect("body", "", "malformed"))
    examine.expect(exchange, 413, requirement="PT-ERR-16", situation="a body of three megabytes")


@pytest.mark.requirement("PT-ERR-17")
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
def test_deep_nesting(examine: Examination, opening: bytes, closing: bytes) -> None:
    """Parsers that call themselves for each level end the whole server by it."""
    inner = opening * _DEPTH + (b"1" if opening != b"[" else b"") + closing * _DEPTH
    body = b'{"beforeDate": ' + inner + b"}"
    exchange = examine.send("clearMyHistory", examine.world.account(), body=body)
    examine.expect(exchange, 400, 413, requirement="PT-ERR-17", situation="a JSON body with 20,000 levels of nesting")


@pytest.mark.requirement("PT-ERR-18")
def test_invalid_utf8(examine: Examination) -> None:
    """Bytes that no UTF-8 text has, in a body that would be accepted without them."""
    owner = examine.world.account()
    video = examine.world.video(owner)
    body = b'{"text": "peertube-conformance \xff\xfe"}'
    exchange = examine.send("addCommentThread", owner, path={"id": video.uuid}, body=body)
    examine.expect(exchange, 400, requirement="PT-ERR-18", situation="a JSON body that is not UTF-8")


@pytest.mark.requirement("PT-ERR-19")
@pytest.mark.parametrize("segment", ["%FF", "%zz", "%E0%A4"], ids=["byte", "digits", "cut"])
def test_invalid_percent_encoding(examine: Examination, segment: str) -> None:
    """Octets that are not UTF-8, and a percent sign without digits."""
    name = "invalidEncoding"
    broken = examine.outside("GET", f"/api/v1/videos/{segment}/comment-threads/", name, counted_in=_API)
    examine.expect(examine.send(broken), 400, requirement="PT-ERR-19", situation="a path that cannot be decoded")


@pytest.mark.requirement("PT-ERR-20")
def test_nul(examine: Examination) -> None:
    """PostgreSQL's texts cannot hold a NUL: whoever hands it on fails."""
    world = examine.world
    message = "a NUL character"
    for exchange in (
        examine.send("getVideo", path={"id": "\0"}),
        examine.send("getAccount", path={"name": "a\0b"}),
        examine.send("getVideoChannel", path={"channelHandle": "a\0b"}),
        examine.send("getVideo", path={"id": f"{world.video().uuid}\0"}),
    ):
        examine.expect(exchange, 400, 404, requirement="PT-ERR-20", situation=f"{message} in a path")
    for query in ({"search": "a\0b"}, {"tagsOneOf": ["a\0b"]}):
        exchange = examine.send("getVideos", query=query)
        examine.expect(exchange, 200, 400, requirement="PT-ERR-20", situation=f"{message} in a query")
    owner = world.account()
    exchange = examine.send("addCommentThread", owner, path={"id": world.video(owner).uuid}, body={"text": "a\0b"})
    examine.expect(exchange, 200, 400, requirement="PT-ERR-20", situation=f"{message} in a body")


@pytest.mark.requirement("PT-ERR-21")
def test_long_address(examine: Examination) -> None:
    """What RFC 9110 recommends that every server reads, query included."""
    prefix = len(examine.environment.client.base_url) + len("/api/v1/videos?search=")
    exchange = examine.send("getVideos", query={"search": "a" * (_READ - prefix)})
    examine.expect(exchange, 200, 400, requirement="PT-ERR-21", situation="a URL of 8,000 octets")


@pytest.mark.requirement("PT-ERR-22")
def test_very_long_address(examine: Examination) -> None:
    """Longer than what most servers read: either way there is an answer."""
    where = examine.outside("GET", f"/api/v1/{'a' * _TOO_LONG}", "veryLongAddress")
    exchange = examine.send(where)
    # A server that reads it finds no route there.
    examine.expect(exchange, 400, 404, 414, 431, requirement="PT-ERR-22", situation="a URL path of 20,000 octets")


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
