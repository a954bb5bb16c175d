"""Faults in feeds."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from tests.faults.registry import Handler, Shared, fault

_FEEDS: Shared = {"group": "content negotiation"}
_KINDS = ("getSyndicatedVideos", "getSyndicatedComments", "getSyndicatedSubscriptionVideos")


def _spoiled(handler: Handler, request: ApiRequest, pattern: bytes, by: bytes) -> Any:
    answer = handler(request)
    answer.body = re.sub(pattern, by, answer.body, flags=re.DOTALL)
    answer.headers["content-length"] = str(len(answer.body))
    return answer


@fault("PT-FEED-01", on=_KINDS, **_FEEDS)
def marks_are_not_escaped(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"&amp;", b"&")


@fault("PT-FEED-02", on=_KINDS, **_FEEDS)
def dates_are_iso(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"<pubDate>[^<]*<", b"<pubDate>2024-02-30 yesterday<")


@fault("PT-FEED-02", on=_KINDS, **_FEEDS)
def channels_have_no_description(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"</link><description>[^<]*</description>", b"</link>")


@fault("PT-FEED-03", on=_KINDS, **_FEEDS)
def nobody_wrote_it(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"<author>.*?</author>", b"")


@fault("PT-FEED-03", on=_KINDS, **_FEEDS)
def entries_have_no_id(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"<entry><id>.*?</id>", b"<entry>")


@fault("PT-FEED-04", on=_KINDS, **_FEEDS)
def items_are_numbered(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.path["format"].startswith("json"):
        document = json.loads(answer.body)
        for number, item in enumerate(document["items"]):
            item["id"] = number
        return Response(json.dumps(document), media_type="application/json")
    return answer


@fault("PT-FEED-05", on="getVideosPodcastFeed", **_FEEDS)
def podcasts_have_no_files(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"<enclosure[^>]*/>", b"")


@fault("PT-FEED-05", on="getVideosPodcastFeed", **_FEEDS)
def podcasts_do_not_tell_lengths(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b'(<enclosure[^>]*?) length="[0-9]+"', rb"\1")


@fault("PT-FEED-06", on=_KINDS, **_FEEDS)
def everything_is_rss(handler: Handler, request: ApiRequest) -> Any:
    request.path["format"] = "rss"
    return handler(request)


@fault("PT-FEED-06", on=_KINDS, **_FEEDS)
def everything_is_html(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    answer.headers["content-type"] = "text/html"
    return answer


@fault("PT-FEED-07", **_FEEDS)
def anything_is_acceptable(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(b"<rss/>", media_type="application/xml") if answer.status_code == 406 else answer


@fault("PT-FEED-08", on=_KINDS, **_FEEDS)
def weights_are_ignored(handler: Handler, request: ApiRequest) -> Any:
    request.headers.pop("accept", None)
    return handler(request)


@fault("PT-FEED-09", on=_KINDS, **_FEEDS)
def marks_are_taken_out(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"&lt;b&gt;|&lt;/b&gt;|<b>|</b>", b"")


@fault("PT-FEED-10", on="getSyndicatedVideos", group="auth and roles")
def private_videos_are_told(handler: Handler, request: ApiRequest) -> Any:
    hidden = request.state.videos.where(lambda video: video.privacy == 3)
    kept = [video.privacy for video in hidden]
    for video in hidden:
        video.privacy = type(video.privacy)(1)
    answer = handler(request)
    for video, privacy in zip(hidden, kept, strict=True):
        video.privacy = privacy
    return answer


@fault("PT-FEED-11", on="getSyndicatedComments", **_FEEDS)
def comments_are_left_out(handler: Handler, request: ApiRequest) -> Any:
    return _spoiled(handler, request, b"<item>.*</item>", b"")


@fault("PT-FEED-12", on="getSyndicatedSubscriptionVideos", group="auth and roles")
def any_feed_token_opens_it(handler: Handler, request: ApiRequest) -> Any:
    user = request.state.accounts.get(request.query["accountId"])
    if user is not None:
        request.query["token"] = user.feed_token
    return handler(request)
