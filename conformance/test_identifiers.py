"""Tests of the names by which a resource can and cannot be addressed (reference, path parameters)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from peertube_conformance.conformance.execution.volatile_fields import without_volatile_fields
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.reports import Exchange

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

# Operations that read a video or a part of it, and the member of the response that identifies the video.
_READING = ("getVideo", "getVideoDesc", "getCommentThreads", "listVideoStoryboards")
# Flickr's alphabet of base 58: digits and letters without those that look alike.
_ALPHABET = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_ELSEWHERE = "nowhere.example.com"


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-ID-01")
@pytest.mark.parametrize("operation", _READING)
def test_names_of_a_video(examine: Examination, operation: str) -> None:
    """The same answer, whichever of its three names a video is asked for by."""
    video = examine.world.video()
    first = examine.send(operation, video.owner, path={"id": video.uuid})
    if not examine.expect(first, 200, requirement="PT-ID-01", situation="a video by its UUID"):
        return
    for kind, name in (("id", video.id), ("short UUID", video.short_uuid)):
        exchange = examine.send(operation, video.owner, path={"id": name})
        if examine.expect(exchange, 200, requirement="PT-ID-01", situation=f"a video by its {kind}"):
            examine.agree(
                exchange, "PT-ID-01", at="/response/body", expected=_stable_body(first), actual=_stable_body(exchange),
                message=f"the response by {kind} differs from the response by UUID",
            )  # fmt: skip


@pytest.mark.judges("putVideo", "getVideoDesc")
@pytest.mark.requirement("PT-ID-01")
def test_writing_by_each_name(examine: Examination) -> None:
    """What is written under one name is read under the others."""
    video = examine.world.video(fresh=True)
    names = {"id": video.id, "UUID": video.uuid, "short UUID": video.short_uuid}
    for kind, name in names.items():
        text = f"Written by its {kind}."
        changed = examine.send("putVideo", video.owner, path={"id": name}, body={"description": text},
                               media_type="multipart/form-data")  # fmt: skip
        if not examine.expect(changed, 204, requirement="PT-ID-01", situation=f"an update by {kind}"):
            continue
        for other in names.values():
            read = examine.send("getVideoDesc", video.owner, path={"id": other})
            examine.agree(
                read, "PT-ID-01", at="/response/body/description", expected=text, actual=_member(read, "description"),
                message=f"an update by {kind} is not visible under another id",
            )  # fmt: skip


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-ID-02")
@pytest.mark.requirement("PT-ID-03")
@pytest.mark.parametrize(
    ("operation", "parameter", "requirement"),
    [
        ("getAccount", "name", "PT-ID-02"),
        ("getAccountVideoChannels", "name", "PT-ID-02"),
        ("getVideoChannel", "channelHandle", "PT-ID-03"),
        ("getVideoChannelVideos", "channelHandle", "PT-ID-03"),
    ],
)
def test_handles(examine: Examination, operation: str, parameter: str, requirement: str) -> None:
    """With the host of the instance behind it, a handle is what federation writes."""
    owner = examine.world.account()
    handle = owner.username if requirement == "PT-ID-02" else owner.channel_handle
    short = examine.send(operation, path={parameter: handle})
    whole = examine.send(operation, path={parameter: f"{handle}@{examine.world.host}"})
    if examine.expect(short, 200, requirement=requirement, situation="a handle without host") and examine.expect(
        whole, 200, requirement=requirement, situation="a handle with the host of the instance"
    ):
        examine.agree(
            whole, requirement, at="/response/body", expected=_stable_body(short), actual=_stable_body(whole),
            message="the response for the handle with host differs from the one for the handle without host",
        )  # fmt: skip


@pytest.mark.judges("getAccount", "getVideoChannel")
@pytest.mark.requirement("PT-ID-04")
def test_names_elsewhere(examine: Examination) -> None:
    """Somebody of this name is here, but this one is somewhere else."""
    owner = examine.world.account()
    for operation, parameter, handle in (
        ("getAccount", "name", owner.username),
        ("getVideoChannel", "channelHandle", owner.channel_handle),
    ):
        exchange = examine.send(operation, path={parameter: f"{handle}@{_ELSEWHERE}"})
        examine.expect(exchange, 404, requirement="PT-ID-04", situation="a handle at an unknown host")


@pytest.mark.judges("getSubscriptionsExist")
@pytest.mark.requirement("PT-ID-04")
def test_subscriptions_elsewhere(examine: Examination) -> None:
    """Following a channel of this name here is not following one of this name somewhere else, asked for at once."""
    world = examine.world
    subscriber = world.account(fresh=True)
    handle = world.subscription(subscriber).handle
    namesake = f"{handle.partition('@')[0]}@{_ELSEWHERE}"
    exchange = examine.send("getSubscriptionsExist", subscriber, query={"uris": [handle, namesake]})
    if examine.expect(
        exchange, 200, requirement="PT-ID-04", situation="a request for a handle and the same name on another host"
    ):
        for asked, followed in ((handle, True), (namesake, False)):
            examine.agree(
                exchange, "PT-ID-04", at="/response/body/*", expected=followed, actual=_member(exchange, asked),
                message="a handle at another host is reported as followed" if not followed
                else "a followed handle is reported as not followed",
            )  # fmt: skip


@pytest.mark.judges("getAccount", "getVideoChannel")
@pytest.mark.requirement("PT-ID-05")
def test_accounts_and_channels(examine: Examination) -> None:
    """Both are actors with a handle, in one space of names."""
    owner = examine.world.account()
    for operation, parameter, handle in (
        ("getAccount", "name", owner.channel_handle),
        ("getVideoChannel", "channelHandle", owner.username),
    ):
        exchange = examine.send(operation, path={parameter: handle})
        examine.expect(exchange, 404, requirement="PT-ID-05", situation="the handle of the other kind of actor")


@pytest.mark.judges("getVideo")
@pytest.mark.requirement("PT-ID-06")
def test_capital_letters(examine: Examination) -> None:
    """Hexadecimal digits may be written either way."""
    video = examine.world.video()
    exchange = examine.send("getVideo", path={"id": str(video.uuid).upper()})
    if examine.expect(exchange, 200, requirement="PT-ID-06", situation="a UUID in capital letters"):
        examine.agree(
            exchange, "PT-ID-06", at="/response/body/uuid", expected=str(video.uuid), actual=_member(exchange, "uuid"),
            message="a UUID in capital letters identifies another video",
        )  # fmt: skip


@pytest.mark.judges("getVideo")
@pytest.mark.requirement("PT-ID-07")
def test_short_form(examine: Examination) -> None:
    """22 characters for 128 bits."""
    video = examine.world.video()
    exchange = examine.send("getVideo", path={"id": video.uuid})
    if examine.expect(exchange, 200, requirement="PT-ID-07", situation="a video by its UUID"):
        examine.agree(
            exchange, "PT-ID-07", at="/response/body/shortUUID", expected=short_form(str(_member(exchange, "uuid"))),
            actual=_member(exchange, "shortUUID"), message="shortUUID is not the UUID in base 58",
        )  # fmt: skip


@dataclass(frozen=True)
class _Creation:
    """An operation that creates, and the one that reads the new resource.

    `holder` is the member of the response that holds the new resource.
    """

    operation: str
    holder: str
    reading: str
    parameter: str
    shown: str
    media_type: str = "application/json"


_CREATIONS = (
    _Creation("addUser", "user", "getUser", "id", "username"),
    _Creation("uploadLegacy", "video", "getVideo", "id", "name", "multipart/form-data"),
    _Creation("addPlaylist", "videoPlaylist", "getPlaylist", "playlistId", "displayName", "multipart/form-data"),
)


@pytest.mark.judges(creation={creation: (creation.operation, creation.reading) for creation in _CREATIONS})
@pytest.mark.requirement("PT-ID-08")
@pytest.mark.parametrize("creation", _CREATIONS, ids=lambda creation: creation.operation)
def test_created_ids(examine: Examination, creation: _Creation) -> None:
    """Behind the id that a creation is answered with is what goes by the name that was sent."""
    world = examine.world
    owner = world.account()
    actor = world.account("admin") if creation.operation == "addUser" else owner
    name = world.unique(creation.holder)
    body = {
        "addUser": {"username": name, "password": world.password(), "email": world.address(), "role": 2,
                    "videoQuota": -1, "videoQuotaDaily": -1},
        "uploadLegacy": {"channelId": int(owner.channel_id), "name": name, "privacy": 2,
                         "videofile": Upload(f"{name}.mp4", "video/mp4", world.media.mp4())},
        "addPlaylist": {"displayName": name, "privacy": 1, "videoChannelId": int(owner.channel_id)},
    }[creation.operation]  # fmt: skip
    created = examine.send(creation.operation, actor, body=body, media_type=creation.media_type)
    if not examine.expect(created, 200, requirement="PT-ID-08", situation=f"a new {creation.holder}"):
        return
    number = Answer.of(created).number(creation.holder, "id")
    read = examine.send(creation.reading, actor, path={creation.parameter: number})
    if examine.expect(
        read,
        200,
        requirement="PT-ID-08",
        situation=f"a {creation.holder} read by the id in the response to its creation",
    ):
        examine.agree(
            read, "PT-ID-08", at=f"/response/body/{creation.shown}", expected=name, actual=_member(read, creation.shown),
            message=f"the id in the response to the creation of a {creation.holder} identifies another one",
        )  # fmt: skip


@pytest.mark.judges("getVideoChannel")
@pytest.mark.requirement("PT-ID-08")
def test_created_channel_id(examine: Examination) -> None:
    """A channel is read by its handle, which shows the number that its creation was answered with."""
    channel = examine.world.channel(fresh=True)
    read = examine.send("getVideoChannel", channel.owner, path={"channelHandle": channel.handle})
    if examine.expect(read, 200, requirement="PT-ID-08", situation="a channel read by its handle"):
        examine.agree(
            read, "PT-ID-08", at="/response/body/id", expected=int(channel.id), actual=_member(read, "id"),
            message="the id in the response to the creation of a channel is not its id",
        )  # fmt: skip


def short_form(uuid: str) -> str:
    """Encodes the UUID as a number in base 58."""
    number, digits = UUID(uuid).int, ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits.rjust(22, _ALPHABET[0])


def _member(exchange: Exchange, name: str) -> object:
    return Answer.of(exchange).at(name).value


def _stable_body(exchange: Exchange) -> Any:
    return without_volatile_fields(Answer.of(exchange).value)
