"""Faults of videos: their privacy, their details, the quota they use."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models import videos
from peertube_conformance.fixtures.instance.models.videos import Privacy
from peertube_conformance.fixtures.instance.videos import video_access, video_filters, video_store
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "LegacyUpload"}


@fault("PT-VIDEO-10", on=("putVideo", "getAccountVideos"), shortest=1, **_FLOW)
def a_video_that_was_public_stays_listed(handler: Handler, request: ApiRequest) -> Any:
    """The list is made from what each video was before its last change."""
    if request.operation.id == "putVideo":
        video = video_access.named(request)
        _BEFORE[video.id] = video.privacy
        return handler(request)
    kept = {video.id: video.privacy for video in request.state.videos}
    for video in request.state.videos:
        if _BEFORE.get(video.id) == Privacy.PUBLIC:
            video.privacy = Privacy.PUBLIC
    answer = handler(request)
    for video in request.state.videos:
        video.privacy = kept[video.id]
    return answer


_BEFORE: dict[int, int] = {}


@fault("PT-VIDEO-07", on="putVideo", shortest=1, **_FLOW)
def a_change_that_leaves_out_the_tags_clears_them(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if "tags" not in (request.body or {}):
        video_access.named(request).tags = []
    return answer


@fault("PT-VIDEO-07", on="putVideo", shortest=2, **_FLOW)
def a_change_reaches_the_neighbour_too(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    changed = video_access.named(request)
    for video in request.state.videos:
        if video.channel_id == changed.channel_id and video is not changed:
            video.language = changed.language
    return answer


@fault("PT-VIDEO-11", on=("delVideo", "getMyQuotaUsed"), shortest=1, **_FLOW)
def deleting_a_video_frees_no_room(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "delVideo":
        video = video_access.managed(request)
        owner = videos.owner(video, request.state).id
        _LOST[owner] = _LOST.get(owner, 0) + max(len(file.content) for file in video.files)
        return handler(request)
    answer = handler(request)
    answer["videoQuotaUsed"] += _LOST.get(request.caller.id, 0)
    return answer


_LOST: dict[int, int] = {}


@fault("PT-VIDEO-12", on="uploadLegacy", shortest=1, **_FLOW)
def a_video_over_the_quota_is_refused_and_kept(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        if problem.status == 413:
            channel = video_access.channel_of(request, request.body["channelId"])
            video_store.create(request.instance, channel, request.body, request.files["videofile"], {})
        raise


@fault("PT-VIDEO-12", on="uploadLegacy", shortest=1, **_FLOW)
def the_daily_quota_counts_only_the_new_video(handler: Handler, request: ApiRequest) -> Any:
    user, size = request.caller, len(request.files["videofile"].data)
    wanted, user.video_quota_daily = user.video_quota_daily, -1
    try:
        if wanted != -1 and size >= wanted:
            raise Problem(413, "The day's quota does not hold this video", code="quota_reached")
        return handler(request)
    finally:
        user.video_quota_daily = wanted


@fault("PT-VIDEO-04", on="putVideo", shortest=1, **_FLOW)
def earlier_passwords_still_open_a_video(handler: Handler, request: ApiRequest) -> Any:
    video = video_access.named(request)
    before = list(video.passwords)
    answer = handler(request)
    if video.privacy == Privacy.PASSWORD_PROTECTED:
        video.passwords = [*before, *video.passwords]
    return answer


@fault("PT-VIDEO-08", on="putVideo", shortest=1, **_FLOW)
def a_refused_change_is_half_made(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        if problem.status == 400 and "nsfw" in request.body:
            video_access.named(request).nsfw = request.body["nsfw"]
        raise


@fault("PT-VIDEO-13", on=("delVideo", "getVideo"), shortest=1, **_FLOW)
def a_deleted_video_is_still_read_by_its_number(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "delVideo":
        gone = video_access.managed(request)
        _GONE[gone.id] = videos.video_details(gone, request.instance)
        return handler(request)
    number = request.path["id"]
    return _GONE[number] if number in _GONE and request.user else handler(request)


_GONE: dict[int, Any] = {}


@fault("PT-VIDEO-05", on="getVideos", shortest=1, **_FLOW)
def moderators_who_ask_for_everything_miss_unlisted_videos(handler: Handler, request: ApiRequest) -> Any:
    if not request.query.get("privacyOneOf"):
        return handler(request)
    shown = video_filters.selected(request, request.state.videos)
    hidden = [video for video in shown if video.privacy == Privacy.UNLISTED]
    kept = {video.id: video.privacy for video in hidden}
    for video in hidden:
        video.privacy = 0
    answer = handler(request)
    for video in hidden:
        video.privacy = kept[video.id]
    return answer
