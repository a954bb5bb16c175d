"""Tests that the same request sent twice has the effect of one (RFC 9110 section 9.2.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.execution.shared_accounts import changer
from peertube_conformance.conformance.execution.volatile_fields import BACKGROUND, without_volatile_fields
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import ANY, Answer, read
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports import Exchange

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

Deletion = tuple[str, Account, dict[str, Any]]
_VIDEO_FORM = "multipart/form-data"


def _video(world: World) -> Deletion:
    video = world.video(fresh=True)
    return "delVideo", video.owner, {"id": video.uuid}


def _channel(world: World) -> Deletion:
    channel = world.channel(fresh=True)
    return "delVideoChannel", channel.owner, {"channelHandle": channel.handle}


def _playlist(world: World) -> Deletion:
    playlist = world.playlist(fresh=True)
    return "deletePlaylist", playlist.owner, {"playlistId": playlist.id}


def _comment(world: World) -> Deletion:
    video = world.video()
    comment = world.comment(video, fresh=True)
    return "delComment", comment.owner, {"id": video.uuid, "commentId": comment.id}


def _subscription(world: World) -> Deletion:
    subscriber = world.account()
    channel = world.subscription(subscriber, fresh=True)
    return "deleteSubscription", subscriber, {"subscriptionHandle": channel.handle}


def _user(world: World) -> Deletion:
    return "delUser", world.account("admin"), {"id": world.bystander(fresh=True)}


def _export(world: World) -> Deletion:
    export = world.export(changer(world), fresh=True)
    return "deleteUserExport", export.owner, {"userId": export.owner.user_id, "id": export.id}


_DELETIONS: dict[str, Callable[[World], Deletion]] = {
    "video": _video,
    "channel": _channel,
    "playlist": _playlist,
    "comment": _comment,
    "subscription": _subscription,
    "user": _user,
    "export": _export,
}


# What each of them calls, which is known only once there is something to delete.
_JUDGED = {
    "video": "delVideo",
    "channel": "delVideoChannel",
    "playlist": "deletePlaylist",
    "comment": "delComment",
    "subscription": "deleteSubscription",
    "user": "delUser",
    "export": "deleteUserExport",
}


@pytest.mark.judges(kind=_JUDGED)
@pytest.mark.requirement("PT-IDEM-01")
@pytest.mark.parametrize("kind", list(_DELETIONS))
def test_deleting_twice(examine: Examination, kind: str) -> None:
    """The second time there is nothing to delete."""
    operation, actor, path = _DELETIONS[kind](examine.world)
    first = examine.send(operation, actor, path=path)
    if examine.expect(first, 200, 204, requirement="PT-IDEM-01", situation=f"the deletion of a {kind}"):
        second = examine.send(operation, actor, path=path)
        # The place of a deleted thread is kept: that it is deleted is a state of it.
        gone = (404, 409) if kind == "comment" else (404,)
        examine.expect(second, *gone, requirement="PT-IDEM-01", situation=f"the second deletion of a {kind}")


@pytest.mark.judges("putVideo", "getVideo")
@pytest.mark.requirement("PT-IDEM-02")
def test_changing_a_video_twice(examine: Examination) -> None:
    """Every member that a change names, and those that it leaves alone."""
    video = examine.world.video(fresh=True)
    body = {"name": "Changed twice", "tags": ["once", "twice"], "description": "As it was.", "nsfw": True}
    where: dict[str, Any] = {"path": {"id": video.uuid}}
    _twice(
        examine,
        lambda: examine.send("putVideo", video.owner, body=body, media_type=_VIDEO_FORM, **where),
        lambda: examine.send("getVideo", video.owner, **where),
    )


@pytest.mark.judges("putVideoChannel", "getVideoChannel")
@pytest.mark.requirement("PT-IDEM-02")
def test_changing_a_channel_twice(examine: Examination) -> None:
    """A channel, by its owner."""
    channel = examine.world.channel(fresh=True)
    where: dict[str, Any] = {"path": {"channelHandle": channel.handle}}
    body = {"displayName": "Changed twice", "description": "As it was."}
    _twice(
        examine,
        lambda: examine.send("putVideoChannel", channel.owner, body=body, **where),
        lambda: examine.send("getVideoChannel", channel.owner, **where),
    )


@pytest.mark.judges("putUserInfo", "getUserInfo")
@pytest.mark.requirement("PT-IDEM-02")
def test_changing_oneself_twice(examine: Examination) -> None:
    """The preferences of a user that nobody else uses."""
    user = changer(examine.world)
    body = {"displayName": "Changed twice", "autoPlayVideo": False}
    _twice(examine, lambda: examine.send("putUserInfo", user, body=body), lambda: examine.send("getUserInfo", user))


@pytest.mark.judges("markAllMyNotificationsRead")
@pytest.mark.requirement("PT-IDEM-03")
def test_reading_all_twice(examine: Examination) -> None:
    """The second time there is nothing left to mark."""
    user = changer(examine.world)
    for time in ("first", "second"):
        exchange = examine.send("markAllMyNotificationsRead", user)
        examine.expect(
            exchange, 204, requirement="PT-IDEM-03", situation=f"the {time} request to mark all notifications as read"
        )


@pytest.mark.judges("rateVideo", "getVideo")
@pytest.mark.requirement("PT-IDEM-04")
def test_liking_twice(examine: Examination) -> None:
    """One opinion of one user, changed and taken back."""
    video = examine.world.video(fresh=True)
    fan = examine.world.account("other user")
    for rating, likes, dislikes in (("like", 1, 0), ("like", 1, 0), ("dislike", 0, 1), ("none", 0, 0), ("none", 0, 0)):
        rated = examine.send("rateVideo", fan, path={"id": video.uuid}, body={"rating": rating})
        if not examine.expect(rated, 204, requirement="PT-IDEM-04", situation="a rating"):
            return
        seen = examine.send("getVideo", video.owner, path={"id": video.uuid})
        counts = {name: _body(seen).get(name) for name in ("likes", "dislikes")}
        examine.agree(
            seen, "PT-IDEM-04", at="/response/body/likes", expected={"likes": likes, "dislikes": dislikes},
            actual=counts, message="likes and dislikes do not match the user's last rating",
        )  # fmt: skip


@pytest.mark.judges("addSubscription", "listSubscriptions")
@pytest.mark.requirement("PT-IDEM-05")
def test_subscribing_twice(examine: Examination) -> None:
    """The list of subscriptions has the channel once."""
    world = examine.world
    subscriber = changer(world)
    channel = world.subscription(subscriber, fresh=True)
    again = examine.send("addSubscription", subscriber, body={"uri": channel.handle})
    if not examine.expect(again, 204, requirement="PT-IDEM-05", situation="a second subscription to the same channel"):
        return
    listed = examine.send("listSubscriptions", subscriber, query={"count": 100})
    times = [item["id"] for item in read(listed, {"data": [{"id": ANY}]})["data"]].count(int(channel.id))
    examine.agree(
        listed, "PT-IDEM-05", at="/response/body/data", expected=1, actual=times,
        message="the channel is not listed once after two subscriptions",
    )  # fmt: skip


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-IDEM-06")
@pytest.mark.parametrize("operation", ["getVideo", "getCommentThreads", "getVideoDesc"])
def test_reading_twice(examine: Examination, operation: str) -> None:
    """A video that nobody else knows of, of an owner who does nothing meanwhile."""
    video = examine.world.video(changer(examine.world), privacy=2, fresh=True)
    first, second = (examine.send(operation, path={"id": video.uuid}) for _ in range(2))
    if examine.expect(first, 200, requirement="PT-IDEM-06", situation="a read") and examine.expect(
        second, 200, requirement="PT-IDEM-06", situation="a second read"
    ):
        examine.agree(
            second, "PT-IDEM-06", at="/response/body", expected=without_volatile_fields(_body(first), BACKGROUND),
            actual=without_volatile_fields(_body(second), BACKGROUND),
            message="two successive reads return different data",
        )  # fmt: skip


@pytest.mark.judges("revokeOAuthToken")
@pytest.mark.requirement("PT-IDEM-07")
def test_signing_out_twice(examine: Examination) -> None:
    """The token is spent by the first time."""
    user = examine.world.account(fresh=True)
    first = examine.send("revokeOAuthToken", user)
    if examine.expect(first, 200, requirement="PT-IDEM-07", situation="a sign-out"):
        second = examine.send("revokeOAuthToken", user)
        examine.expect(second, 401, requirement="PT-IDEM-07", situation="a sign-out with a revoked token")


@pytest.mark.judges("blockUser", "unblockUser", "getUser")
@pytest.mark.requirement("PT-IDEM-08")
def test_blocking_twice(examine: Examination) -> None:
    """The state after each step, as an administrator sees it."""
    world = examine.world
    admin, user = world.account("admin"), world.bystander(fresh=True)
    where: dict[str, Any] = {"path": {"id": user}}
    for operation, blocked in (
        ("blockUser", True),
        ("blockUser", True),
        ("unblockUser", False),
        ("unblockUser", False),
    ):
        body: dict[str, Any] = {"body": {"reason": "To test."}} if operation == "blockUser" else {}
        done = examine.send(operation, admin, **where, **body)
        if examine.expect(done, 204, requirement="PT-IDEM-08", situation=f"a {operation} request"):
            seen = examine.send("getUser", admin, **where)
            examine.agree(
                seen, "PT-IDEM-08", at="/response/body/blocked", expected=blocked, actual=_body(seen).get("blocked"),
                message="blocked is not what was requested",
            )  # fmt: skip


def _twice(examine: Examination, change: Callable[[], Exchange], look: Callable[[], Exchange]) -> None:
    seen: list[Any] = []
    last = None
    for time in ("first", "second"):
        done = change()
        if not examine.expect(done, 204, requirement="PT-IDEM-02", situation=f"the {time} of two equal updates"):
            return
        last = look()
        if last.status != 200:
            came = str(last.status or "nothing")
            raise UnexpectedAnswer(last.operation.id, "/response/status", expected="200", came=came, exchange=last)
        seen.append(without_volatile_fields(_body(last)))
    assert last is not None
    examine.agree(
        last, "PT-IDEM-02", at="/response/body", expected=seen[0], actual=seen[1],
        message="the second of two equal updates has another result than the first",
    )  # fmt: skip


def _body(exchange: Exchange) -> Mapping[str, Any]:
    return Answer.of(exchange).members()
