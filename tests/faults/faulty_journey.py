"""Faults of the whole journey: each shows only after several of its stages."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models import exports
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "WholeJourney"}


@fault("PT-JOURNEY-03", on="verifyUser", shortest=2, **_FLOW)
def a_refused_string_verifies_all_the_same(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem:
        user = request.state.users.get(int(request.path["id"]))
        if user is not None:
            user.email_verified = True
        raise


_first_names: dict[str, str] = {}


@fault("PT-JOURNEY-05", on="getVideos", shortest=6, **_FLOW)
def lists_keep_the_name_of_the_upload(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    for video in answer["data"]:
        video["name"] = _first_names.setdefault(video["uuid"], video["name"])
    return answer


@fault("PT-JOURNEY-07", on="rateVideo", shortest=7, **_FLOW)
def a_second_rating_is_counted_beside_the_first(handler: Handler, request: ApiRequest) -> Any:
    rates, caller = request.state.rates, request.caller
    earlier = rates.where(lambda one: one.user_id == caller.id and one.rating != request.body["rating"])
    answer = handler(request)
    for one in earlier:
        if one not in rates:
            rates.add(one)
    return answer


@fault("PT-JOURNEY-10", on="downloadUserExport", shortest=9, **_FLOW)
def two_bytes_of_an_archived_file_change_places(handler: Handler, request: ApiRequest) -> Any:
    export = request.state.exports.find(lambda one: one.filename == request.path["filename"])
    if export is not None:
        path = exports.path(request.state, export)
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as archive:
            for name, content in files.items():
                whole = "/video-files/" not in name
                archive.writestr(name, content if whole else content[:4] + content[5:3:-1] + content[6:])
        path.write_bytes(changed.getvalue())
    return handler(request)


@fault("PT-JOURNEY-11", on="delUser", shortest=11, **_FLOW)
def a_token_outlives_its_account(handler: Handler, request: ApiRequest) -> Any:
    state, number = request.state, int(request.path["id"])
    user, tokens = state.users.get(number), state.tokens.where(lambda one: one.user_id == number)
    answer = handler(request)
    if user is not None:
        # A reader by the id gets what was at hand before.
        state.users._rows[number] = user
        for token in tokens:
            state.tokens.add(token)
    return answer


@fault("PT-JOURNEY-13", on="delUser", shortest=11, **_FLOW)
def an_archive_outlives_its_account(handler: Handler, request: ApiRequest) -> Any:
    state, number = request.state, int(request.path["id"])
    kept = [
        (export, exports.path(state, export), exports.path(state, export).read_bytes())
        for export in state.exports.where(lambda one: one.user_id == number)
    ]
    answer = handler(request)
    for export, path, content in kept:
        state.exports._rows[export.id] = export
        path.write_bytes(content)
    return answer
