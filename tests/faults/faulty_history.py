"""Faults of the watch history."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from peertube_conformance.fixtures.instance.models import history
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "WatchHistory"}


@fault("PT-HISTORY-01", on="addView", shortest=2, **_FLOW)
def only_the_first_position_counts(handler: Handler, request: ApiRequest) -> Any:
    known = {id(one): one.current_time for one in request.state.history}
    answer = handler(request)
    for one in request.state.history.where(lambda one: id(one) in known):
        one.current_time = known[id(one)]
    return answer


@fault("PT-HISTORY-03", on="deleteMyHistoryElement", shortest=2, **_FLOW)
def deleting_one_deletes_the_neighbour_too(handler: Handler, request: ApiRequest) -> Any:
    number = int(request.path["videoId"])
    answer = handler(request)
    request.state.history.remove_where(lambda one: one.video_id == number + 1)
    return answer


@fault("PT-HISTORY-05", on="addView", shortest=2, **_FLOW)
def history_is_kept_though_turned_off(handler: Handler, request: ApiRequest) -> Any:
    user = request.user
    if user is None:
        return handler(request)
    wanted, user.videos_history_enabled = user.videos_history_enabled, True
    answer = handler(request)
    user.videos_history_enabled = wanted
    return answer


@fault("PT-HISTORY-04", on="clearMyHistory", shortest=2, **_FLOW)
def clearing_ignores_the_date(handler: Handler, request: ApiRequest) -> Any:
    request.body = {}
    return handler(request)


@fault("PT-HISTORY-06", on="addView", shortest=2, **_FLOW)
def what_one_watches_everybody_has_watched(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.user is not None:
        video = next(v for v in request.state.videos if str(v.uuid) == request.path["id"])
        for user in request.state.users:
            history.remember(request.state, user, video, request.body["currentTime"])
    return answer
