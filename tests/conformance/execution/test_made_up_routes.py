"""The made-up sibling of a request reaches no route of the contract."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from peertube_conformance.conformance.execution.made_up_routes import MADE_UP, sibling
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import Operation, load_contract

_CONTRACT = load_contract(None)


def _draft(operation: Operation) -> Draft:
    path = {p.name: "xml" if p.name == "format" else "absent" for p in operation.parameters if p.location == "path"}
    return Draft(operation, path=path, query={"count": 1}, headers={"Range": "bytes=0-1"}, token="a token")


@pytest.mark.parametrize("operation", _CONTRACT.operations, ids=lambda operation: operation.id)
def test_each_operation_has_a_sibling_that_no_operation_has(operation: Operation) -> None:
    draft = _draft(operation)
    made_up = sibling([_CONTRACT], draft)
    assert made_up is not None
    sent, original = made_up.draft.request("http://localhost"), draft.request("http://localhost")
    path = urlsplit(sent.url).path
    assert _CONTRACT.at(path) == ()
    assert path.count(MADE_UP) == 1
    assert path.replace(MADE_UP, made_up.replaced) == urlsplit(original.url).path
    assert (sent.method, sent.headers, sent.body) == (original.method, original.headers, original.body)
    assert urlsplit(sent.url).query == urlsplit(original.url).query
    assert made_up.draft.operation.effect == "none"


@pytest.mark.parametrize(
    ("operation_id", "template"),
    [
        ("getVideos", f"/api/v1/{MADE_UP}"),
        ("getVideo", f"/api/v1/{MADE_UP}/{{id}}"),
        ("rateVideo", f"/api/v1/videos/{{id}}/{MADE_UP}"),
        # `/api/v1/users/{id}`, `/api/v1/videos/{id}` and `/api/v1/users/me/subscriptions/{subscriptionHandle}` exist.
        ("getUserInfo", f"/api/v1/{MADE_UP}/me"),
        ("uploadLegacy", f"/api/v1/{MADE_UP}/upload"),
        ("getSubscriptionsExist", f"/api/v1/users/me/{MADE_UP}/exist"),
        ("getSyndicatedVideos", f"/feeds/{MADE_UP}.{{format}}"),
        ("getVideosPodcastFeed", f"/feeds/podcast/{MADE_UP}.xml"),
        ("downloadVideoFile", f"/download/{MADE_UP}/{{filename}}"),
    ],
)
def test_the_last_fixed_segment_that_can_be_is_replaced(operation_id: str, template: str) -> None:
    made_up = sibling([_CONTRACT], _draft(_CONTRACT.operation(operation_id)))
    assert made_up is not None
    assert made_up.template == template
