"""Faults in files, their byte ranges, and access to them."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from tests.faults.answers import without
from tests.faults.registry import Handler, Shared, fault

_RANGES: Shared = {"group": "uploads and ranges"}
_CONDITIONS: Shared = {"group": "headers", "shortest": 2}
_ROLES: Shared = {"group": "auth and roles"}
_PRIVATE = ("getPrivateWebVideoFile", "downloadVideoFile")


def _is_file(request: Request) -> bool:
    return request.url.path.startswith(("/static/web-videos/", "/download/videos/"))


def _content(answer: Response, content: bytes) -> Response:
    answer.body = content
    answer.headers["content-length"] = str(len(content))
    return answer


@fault("PT-FILE-01", **_RANGES)
def the_last_byte_is_cut(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return _content(answer, answer.body[:-1]) if _is_file(request) and answer.status_code == 200 else answer


@fault("PT-FILE-02", **_RANGES)
def parts_are_kept_secret(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, "accept-ranges") if _is_file(request) else answer


@fault("PT-FILE-03", **_RANGES)
def ends_are_exclusive(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return _content(answer, answer.body[:-1]) if answer.status_code == 206 and len(answer.body) > 1 else answer


@fault("PT-FILE-03", **_RANGES)
def content_range_is_one_off(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if found := re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("content-range", "")):
        answer.headers["content-range"] = f"bytes {found[1]}-{int(found[2]) + 1}/{found[3]}"
    return answer


@fault("PT-FILE-04", **_RANGES)
def only_the_first_of_several_parts_is_sent(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "," not in request.headers.get("range", "") or not _is_file(request):
        return answer
    size = len(answer.body)
    answer.status_code = 206
    answer.headers["content-range"] = f"bytes 0-4/{size}"
    return _content(answer, answer.body[:5])


@fault("PT-FILE-05", **_RANGES)
def behind_the_end_is_the_whole(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(b"whole", 200, media_type="video/mp4") if answer.status_code == 416 else answer


@fault("PT-FILE-05", **_RANGES)
def the_length_is_not_told(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, "content-range") if answer.status_code == 416 else answer


@fault("PT-FILE-06", **_RANGES)
def any_unit_is_bytes(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.headers.get("range", "").startswith("lines"):
        answer.status_code = 206
        answer.headers["content-range"] = f"bytes 0-9/{len(answer.body)}"
        return _content(answer, answer.body[:10])
    return answer


@fault("PT-FILE-07", **_CONDITIONS)
def head_has_its_own_type(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.method == "HEAD":
        answer.headers["content-type"] = "text/html"
    return answer


@fault("PT-FILE-08", **_CONDITIONS)
def tags_change_every_time(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(b"whole", 200, media_type="video/mp4") if answer.status_code == 304 else answer


@fault("PT-FILE-08", **_CONDITIONS)
def any_tag_matches(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(status_code=304) if "if-none-match" in request.headers else answer


@fault("PT-FILE-09", **_CONDITIONS)
def preconditions_are_ignored(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(b"whole", 200, media_type="video/mp4") if answer.status_code == 412 else answer


@fault("PT-FILE-10", **_CONDITIONS)
def dates_are_ignored(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    ignored = answer.status_code == 304 and "if-modified-since" in request.headers
    return Response(b"whole", 200, media_type="video/mp4") if ignored else answer


@fault("PT-FILE-11", **_CONDITIONS)
def parts_of_changed_files_are_sent(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "if-range" in request.headers and answer.status_code == 200:
        size = len(answer.body)
        answer.status_code = 206
        answer.headers["content-range"] = f"bytes 0-9/{size}"
        return _content(answer, answer.body[:10])
    return answer


@fault("PT-FILE-12", on=_PRIVATE, **_ROLES)
def whoever_signed_in_may_have_it(handler: Handler, request: ApiRequest) -> Any:
    if request.user is not None:
        request.user = request.state.users.find(lambda user: user.username == "root")
    return handler(request)


@fault("PT-FILE-12", "PT-STATUS-02", on=_PRIVATE, **_ROLES)
def file_tokens_open_nothing(handler: Handler, request: ApiRequest) -> Any:
    request.query.pop("videoFileToken", None)
    return handler(request)


@fault("PT-FILE-13", on=_PRIVATE, **_ROLES)
def any_file_token_opens_every_file(handler: Handler, request: ApiRequest) -> Any:
    if request.query.get("videoFileToken"):
        request.user = request.state.users.find(lambda user: user.username == "root")
    return handler(request)


@fault("PT-FILE-14", **_CONDITIONS)
def downloads_are_played(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "content-disposition" in answer.headers:
        answer.headers["content-disposition"] = "inline"
    return answer


@fault("PT-FILE-15", **_RANGES)
def long_suffixes_are_behind_the_end(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    whole = answer.headers.get("content-range", "").startswith("bytes 0-") and "=-" in request.headers.get("range", "")
    if whole:
        answer.headers["content-range"] = f"bytes */{len(answer.body)}"
        answer.status_code = 416
    return answer
