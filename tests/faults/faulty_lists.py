"""Faults of lists: wrong items, totals, orders and pages."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from peertube_conformance.fixtures.instance.models.playlists import PlaylistPrivacy
from peertube_conformance.fixtures.instance.models.videos import Privacy
from tests.faults.registry import Handler, fault

_GROUP = "state and consistency"
_LISTS: dict[str, str] = {"group": _GROUP, "flow": "Lists"}
_VIDEOS: dict[str, str] = {"group": _GROUP, "flow": "VideoLists"}
_QUEUE: dict[str, str] = {"group": _GROUP, "flow": "RegistrationList"}
_KEPT: dict[str, Any] = {}


def _whole(handler: Handler, request: ApiRequest) -> list[Any]:
    """All entries of the list, as its handler sorts them."""
    asked = dict(request.query)
    request.query |= {"start": 0, "count": 1000}
    entries: list[Any] = handler(request)["data"]
    request.query.clear()
    request.query |= asked
    return entries


def _cut(request: ApiRequest, entries: list[Any]) -> dict[str, Any]:
    """The requested page of these entries."""
    start, count = request.query["start"], request.query["count"]
    return {"total": len(entries), "data": entries[start : start + count]}


@fault("PT-PAGE-03", on="getAccountRatings", shortest=1, **_LISTS)
def ratings_are_counted_by_the_page(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return answer | {"total": len(answer["data"])}


@fault("PT-PAGE-02", on="listMyNotifications", shortest=1, **_LISTS)
def the_first_notice_of_a_later_page_is_lost(handler: Handler, request: ApiRequest) -> Any:
    if request.query["start"]:
        request.query["start"] += 1
    return handler(request)


@fault("PT-PAGE-02", on="listMyHistory", shortest=1, **_LISTS)
def pages_of_history_overlap(handler: Handler, request: ApiRequest) -> Any:
    if request.query["count"] > 1:
        request.query["start"] = max(request.query["start"] - 1, 0)
    return handler(request)


@fault("PT-PAGE-07", on="getUsers", shortest=1, **_LISTS)
def users_by_role_rise_both_ways(handler: Handler, request: ApiRequest) -> Any:
    if request.query["sort"] == "-role":
        request.query["sort"] = "role"
    return handler(request)


@fault("PT-LIST-01", on="listAccountPlaylists", shortest=1, **_LISTS)
def playlists_are_sorted_by_their_age_only(handler: Handler, request: ApiRequest) -> Any:
    request.query["sort"] = "-createdAt" if request.query["sort"].startswith("-") else "createdAt"
    return handler(request)


@fault("PT-LIST-03", on="getVideoChannelFollowers", shortest=1, **_LISTS)
def followers_of_a_channel_are_not_searched(handler: Handler, request: ApiRequest) -> Any:
    request.query["search"] = None
    return handler(request)


@fault("PT-LIST-06", on="getAccountVideoChannels", shortest=1, **_LISTS)
def channels_are_listed_as_they_were_at_first(handler: Handler, request: ApiRequest) -> Any:
    entries = _whole(handler, request)
    known = _KEPT.setdefault(request.path["name"], {entry["id"] for entry in entries})
    return _cut(request, [entry for entry in entries if entry["id"] in known])


@fault("PT-LIST-07", on="listAccountPlaylists", shortest=2, **_LISTS)
def deleted_playlists_count(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    own = request.user is not None and request.user.username == request.path["name"]
    if not own or request.query.get("search") or request.query.get("playlistType"):
        return answer
    most = _KEPT["most"] = max(_KEPT.get("most", 0), answer["total"])
    return answer | {"total": most}


@fault("PT-LIST-08", on="listAccountPlaylists", shortest=1, **_LISTS)
def unlisted_playlists_are_listed(handler: Handler, request: ApiRequest) -> Any:
    playlists = request.state.playlists
    hidden = playlists.where(lambda one: one.privacy == PlaylistPrivacy.UNLISTED)
    for one in hidden:
        one.privacy = PlaylistPrivacy.PUBLIC
    answer = handler(request)
    for one in hidden:
        one.privacy = PlaylistPrivacy.UNLISTED
    return answer


@fault("PT-PAGE-01", on="listSubscriptionVideos", shortest=1, **_VIDEOS)
def subscription_videos_come_two_at_a_time(handler: Handler, request: ApiRequest) -> Any:
    if "count" not in request.raw.query_params:
        request.query["count"] = 2
    return handler(request)


@fault("PT-LIST-03", on="getAccountVideos", shortest=1, **_VIDEOS)
def tags_are_found_by_their_beginning(handler: Handler, request: ApiRequest) -> Any:
    wanted = request.query.get("tagsOneOf")
    if wanted:
        known = {tag for video in request.state.videos for tag in video.tags}
        request.query["tagsOneOf"] = [tag for tag in known if any(tag.startswith(one) for one in wanted)]
    return handler(request)


@fault("PT-LIST-04", on="getAccountVideos", shortest=1, **_VIDEOS)
def either_of_two_filters_is_enough(handler: Handler, request: ApiRequest) -> Any:
    query, off = request.query, {"categoryOneOf": None, "licenceOneOf": None, "nsfw": "both"}
    given = {name: query[name] for name, none in off.items() if query.get(name, none) != none}
    if len(given) < 2:
        return handler(request)
    found: set[int] = set()
    for name, value in given.items():
        query |= off | {name: value}
        found |= {entry["id"] for entry in _whole(handler, request)}
    query |= off
    return _cut(request, [entry for entry in _whole(handler, request) if entry["id"] in found])


@fault("PT-LIST-05", on="getVideos", shortest=1, **_VIDEOS)
def the_total_is_told_though_nobody_wants_it(handler: Handler, request: ApiRequest) -> Any:
    request.query["skipCount"] = False
    return handler(request)


@fault("PT-LIST-06", on="getAccountVideos", shortest=1, **_VIDEOS)
def published_videos_stay_out_of_their_account(handler: Handler, request: ApiRequest) -> Any:
    first = _KEPT.setdefault("public", set())
    videos = request.state.videos.where(lambda video: video.privacy == Privacy.PUBLIC)
    if not first:
        first.update(video.id for video in videos)
    entries = [entry for entry in _whole(handler, request) if entry["privacy"]["id"] != 1 or entry["id"] in first]
    return _cut(request, entries) if not request.query["skipCount"] else handler(request)


@fault("PT-LIST-08", on="getVideoChannelVideos", shortest=1, **_VIDEOS)
def unlisted_videos_are_in_their_channel(handler: Handler, request: ApiRequest) -> Any:
    hidden = request.state.videos.where(lambda video: video.privacy == Privacy.UNLISTED)
    for video in hidden:
        video.privacy = Privacy.PUBLIC
    answer = handler(request)
    for video in hidden:
        video.privacy = Privacy.UNLISTED
    return answer


@fault("PT-LIST-01", on="getVideos", shortest=1, **_VIDEOS)
def likes_are_sorted_as_views(handler: Handler, request: ApiRequest) -> Any:
    if request.query["sort"] == "likes":
        request.query["sort"] = "-duration"
    return handler(request)


@fault("PT-PAGE-03", on="listMyVideos", shortest=1, **_VIDEOS)
def own_videos_are_counted_without_the_search(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    request.query["search"] = None
    return answer | {"total": handler(request)["total"]}


@fault("PT-PAGE-03", on="listRegistrations", shortest=1, **_QUEUE)
def registrations_are_counted_by_the_page(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return answer | {"total": len(answer["data"])}


@fault("PT-LIST-01", on="listRegistrations", shortest=1, **_QUEUE)
def registrations_are_not_sorted_by_state(handler: Handler, request: ApiRequest) -> Any:
    request.query["sort"] = request.query["sort"].replace("state", "createdAt")
    return handler(request)


@fault("PT-LIST-03", on="listRegistrations", shortest=1, **_QUEUE)
def registrations_are_searched_by_the_beginning(handler: Handler, request: ApiRequest) -> Any:
    if request.query.get("search"):
        request.query["search"] = request.query["search"][:16]
    return handler(request)


@fault("PT-LIST-06", on="listRegistrations", shortest=1, **_QUEUE)
def the_newest_of_many_registrations_is_not_listed_yet(handler: Handler, request: ApiRequest) -> Any:
    entries = _whole(handler, request)
    newest = max((entry["id"] for entry in entries), default=0)
    return _cut(request, [entry for entry in entries if entry["id"] != newest or len(entries) <= 4])


@fault("PT-LIST-07", on="listRegistrations", shortest=2, **_QUEUE)
def deleted_registrations_count(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    most = _KEPT["most"] = max(_KEPT.get("most", 0), answer["total"])
    return answer | {"total": most} if answer["total"] > 3 else answer
