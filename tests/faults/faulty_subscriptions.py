"""Faults of subscriptions, their feeds and notifications."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from peertube_conformance.fixtures.instance.models import channels, notifications
from peertube_conformance.fixtures.instance.models.notifications import Kind
from peertube_conformance.fixtures.instance.models.subscriptions import Subscription
from peertube_conformance.fixtures.instance.models.users import Role
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "Subscriptions"}
_LEAKS: Shared = {"group": "leaks", "flow": "Subscriptions"}
_tokens: dict[int, list[str]] = defaultdict(list)
_once_public: set[int] = set()
_former: set[tuple[int, int]] = set()
_PUBLIC, _UNLISTED = 1, 2


def _channel_id(request: ApiRequest) -> int:
    channel = channels.find(request.instance, request.path["subscriptionHandle"])
    return channel.id if channel else 0


@fault("PT-SUBS-02", on="addSubscription", shortest=1, **_FLOW)
def subscribing_again_makes_a_second_subscription(handler: Handler, request: ApiRequest) -> Any:
    channel = channels.find(request.instance, request.body["uri"])
    state, user, now = request.state, request.caller, request.instance.now()
    if channel and state.subscriptions.find(lambda one: one.user_id == user.id and one.channel_id == channel.id):
        again = Subscription(user_id=user.id, channel_id=channel.id, created_at=now, updated_at=now)
        state.subscriptions.add(again)
    return handler(request)


@fault("PT-SUBS-03", on="deleteSubscription", shortest=1, **_FLOW)
def one_unsubscribes_and_everybody_is(handler: Handler, request: ApiRequest) -> Any:
    channel_id = _channel_id(request)
    answer = handler(request)
    request.state.subscriptions.remove_where(lambda one: one.channel_id == channel_id)
    return answer


@fault("PT-SUBS-03", on="deleteSubscription", shortest=2, **_FLOW)
def a_deleted_subscription_stays(handler: Handler, request: ApiRequest) -> Any:
    channel_id, user = _channel_id(request), request.caller
    kept = request.state.subscriptions.find(lambda one: one.user_id == user.id and one.channel_id == channel_id)
    answer = handler(request)
    if kept is not None:
        request.state.subscriptions.add(kept)
    return answer


@fault("PT-SUBS-05", on="listSubscriptionVideos", shortest=1, **_LEAKS)
def what_was_public_stays_listed(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    _once_public.update(video["id"] for video in answer["data"])
    request.query["privacyOneOf"] = [1, 2, 3, 4]
    role, request.caller.role = request.caller.role, Role.MODERATOR
    everything = handler(request)
    request.caller.role = role
    data = [video for video in everything["data"] if video["id"] in _once_public]
    return {"total": len(data), "data": data}


@fault("PT-SUBS-03", on=("getSyndicatedSubscriptionVideos", "deleteSubscription"), shortest=2, **_LEAKS)
def a_feed_goes_on_with_what_is_unsubscribed(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "deleteSubscription":
        _former.add((request.caller.id, _channel_id(request)))
        return handler(request)
    user = request.state.accounts.get(request.query["accountId"])
    now = request.instance.now()
    added = [
        request.state.subscriptions.add(
            Subscription(user_id=user_id, channel_id=channel_id, created_at=now, updated_at=now)
        )
        for user_id, channel_id in _former
        if user and user_id == user.id
    ]
    try:
        return handler(request)
    finally:
        for one in added:
            request.state.subscriptions.remove(one)


@fault("PT-SUBS-09", on=("getSyndicatedSubscriptionVideos", "getFeedToken"), shortest=1, **_LEAKS)
def replaced_feed_tokens_go_on_opening(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "getFeedToken":
        answer = handler(request)
        _tokens[request.caller.account_id].append(answer["feedToken"])
        return answer
    account = request.query["accountId"]
    if request.query["token"] in _tokens[account]:
        user = request.state.accounts.get(account)
        request.query["token"] = user.feed_token if user else ""
    return handler(request)


@fault("PT-NOTIF-02", on="uploadLegacy", shortest=1, **_LEAKS)
def unlisted_videos_are_announced(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    video = request.state.videos.find(lambda one: one.name == request.body["name"])
    if video is not None and video.privacy == _UNLISTED:
        notifications.video_published(request.instance, video)
    return answer


@fault("PT-NOTIF-04", on="putMyNotificationSettings", shortest=1, **_FLOW)
def mail_cannot_be_chosen(handler: Handler, request: ApiRequest) -> Any:
    request.body["newVideoFromSubscription"] &= notifications.WEB
    return handler(request)


@fault("PT-NOTIF-05", on=("deleteSubscription", "uploadLegacy"), shortest=2, **_LEAKS)
def who_unsubscribed_is_told_all_the_same(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.operation.id == "deleteSubscription":
        _former.add((request.caller.id, _channel_id(request)))
        return answer
    video = request.state.videos.find(lambda one: one.name == request.body["name"])
    if video is not None and video.privacy == _PUBLIC:
        followers = request.state.subscriptions.where(lambda one: one.channel_id == video.channel_id)
        for user in request.state.users:
            was_one = (user.id, video.channel_id) in _former
            if was_one and user.id not in {one.user_id for one in followers}:
                notifications._tell(request.instance, user, Kind.NEW_VIDEO_FROM_SUBSCRIPTION, "News", video_id=video.id)
    return answer


@fault("PT-NOTIF-06", on="markMyNotificationsRead", shortest=1, **_FLOW)
def reading_a_notice_reads_the_older_ones(handler: Handler, request: ApiRequest) -> Any:
    newest = max(request.body["ids"])
    request.body["ids"] = [one.id for one in request.state.notifications if one.id <= newest]
    return handler(request)


@fault("PT-NOTIF-09", on="markMyNotificationsRead", shortest=1, **_LEAKS)
def anybody_marks_anybodys_notices(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    for one in request.state.notifications:
        one.read = one.read or one.id in request.body["ids"]
    return answer


@fault("PT-NOTIF-08", on="listMyNotifications", shortest=1, **_FLOW)
def the_unread_are_counted_before_they_are_filtered(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.query.get("unread") is not None:
        answer["total"] = len(notifications.of_user(request.state, request.caller))
    return answer
