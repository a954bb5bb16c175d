"""Tests of pagination: bounds for every list, and how pages fit together for lists that the test itself fills."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.execution.shared_accounts import publisher
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.resources.ids_by_kind import fill
from peertube_conformance.reports import Exchange
from peertube_conformance.spec import Operation
from peertube_conformance.spec.contract import Role

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_BEHIND = 100_000
_MOST = 100
_DEFAULT = 15
_ITEMS = 5
_LABELS = {Role.ADMIN: "admin", Role.MODERATOR: "moderator", Role.ANONYMOUS: ""}


def _is_paged(operation: Operation) -> bool:
    return operation.method == "GET" and {"start", "count"} <= {p.name for p in operation.parameters}


@pytest.mark.judges(where=_is_paged)
@pytest.mark.requirement("PT-PAGE-01")
@pytest.mark.requirement("PT-PAGE-04")
@pytest.mark.requirement("PT-PAGE-05")
@pytest.mark.requirement("PT-PAGE-06")
def test_bounds(examine: Examination) -> None:
    """Every list of the contract: a page of one, of none, of the default length, behind the end, and out of bounds."""
    lacking: NotTested | None = None
    for operation in chosen(examine.world.contract, examine.session.options):
        if not _is_paged(operation):
            continue
        try:
            draft = _prepared(examine.world, operation)
        except NotTested as error:
            lacking = error
            continue
        _judge_bounds(examine, draft)
    if lacking is not None and not examine.evidence:
        raise lacking


def _judge_bounds(examine: Examination, draft: Draft) -> None:
    """The pages of one list."""
    for query, longest in (({"count": 1}, 1), ({}, _DEFAULT)):
        exchange = _page(examine, draft, **query)
        if examine.expect(exchange, 200, requirement="PT-PAGE-01", situation="a page"):
            examine.agree(
                exchange, "PT-PAGE-01", at="/response/body/data", expected=True,
                actual=_length(exchange) <= longest, message="the page has more items than count",
            )  # fmt: skip
    for requirement, query, situation in (
        ("PT-PAGE-04", {"start": _BEHIND}, "a page beyond the end"),
        ("PT-PAGE-05", {"count": 0}, "a page with count 0"),
    ):
        exchange = _page(examine, draft, **query)
        if examine.expect(exchange, 200, requirement=requirement, situation=situation) and not (
            "start" in query and _is_longer(exchange)
        ):
            examine.agree(
                exchange, requirement, at="/response/body/data", expected=0, actual=_length(exchange),
                message=f"{situation} is not empty",
            )  # fmt: skip
    for query in ({"count": _MOST + 1}, {"count": -1}, {"start": -1}):
        exchange = _page(examine, draft, **query)
        examine.expect(exchange, 400, requirement="PT-PAGE-06", situation="a page with start or count out of bounds")


Listed = tuple[Draft, list[Any], str]


def _channels(world: World) -> Listed:
    owner = publisher(world)
    made = [owner.channel_id, *(world.channel(owner, fresh=True).id for _ in range(_ITEMS - 1))]
    draft = Draft(world.contract.operation("getAccountVideoChannels"), path={"name": owner.username})
    return draft, [int(number) for number in made], "id"


def _threads(world: World) -> Listed:
    video = world.video(fresh=True)
    made = [int(world.comment(video, fresh=True).id) for _ in range(_ITEMS)]
    draft = Draft(world.contract.operation("getCommentThreads"), path={"id": video.uuid})
    return draft, made, "createdAt"


def _subscriptions(world: World) -> Listed:
    subscriber = publisher(world)
    made = [int(world.subscription(subscriber, fresh=True).id) for _ in range(_ITEMS)]
    return Draft(world.contract.operation("listSubscriptions"), actor=subscriber), made, "createdAt"


_OWN: dict[str, Callable[[World], Listed]] = {
    "channels": _channels,
    "threads": _threads,
    "subscriptions": _subscriptions,
}


@pytest.mark.judges(
    kind={"channels": "getAccountVideoChannels", "threads": "getCommentThreads", "subscriptions": "listSubscriptions"}
)
@pytest.mark.requirement("PT-PAGE-02")
@pytest.mark.requirement("PT-PAGE-03")
@pytest.mark.requirement("PT-PAGE-07")
@pytest.mark.parametrize("kind", list(_OWN))
def test_pages(examine: Examination, kind: str) -> None:
    """Five things, in pages of one to six, forwards and backwards."""
    draft, made, column = _OWN[kind](examine.world)
    orders: dict[str, list[int]] = {}
    for sort in (column, f"-{column}"):
        for count in (1, 2, _ITEMS, _ITEMS + 1):
            found: list[int] = []
            last = None
            for start in range(0, _ITEMS, count):
                last = _page(examine, draft, sort=sort, start=start, count=count)
                if not examine.expect(last, 200, requirement="PT-PAGE-02", situation="a page"):
                    return
                found += [item.number("id") for item in Answer.of(last).items("data")]
                examine.agree(
                    last, "PT-PAGE-03", at="/response/body/total", expected=len(made), actual=_total(last),
                    message="total is not the number of items in the whole list",
                )  # fmt: skip
            assert last is not None
            examine.agree(
                last, "PT-PAGE-02", at="/response/body/data", expected=sorted(made), actual=sorted(found),
                message="the pages do not add up to the whole list",
            )  # fmt: skip
            orders.setdefault(sort, found)
            examine.agree(
                last, "PT-PAGE-02", at="/response/body/data/*/id", expected=orders[sort], actual=found,
                message="the order changes with the page size",
            )  # fmt: skip
    assert last is not None
    examine.agree(
        last, "PT-PAGE-07", at="/response/body/data", expected=orders[column][::-1], actual=orders[f"-{column}"],
        message="the descending order is not the reverse of the ascending order",
    )  # fmt: skip


def _prepared(world: World, operation: Operation) -> Draft:
    draft = Draft(operation, actor=_actor(world, operation))
    fill(world, draft, fresh=False)
    return draft


def _actor(world: World, operation: Operation) -> Account | None:
    label = _LABELS.get(operation.role, "user")
    return world.account(label) if label else None


def _page(examine: Examination, draft: Draft, **query: Any) -> Exchange:
    return examine.send(draft.operation, draft.actor, path=draft.path, query={**draft.query, **query})


def _is_longer(exchange: Exchange) -> bool:
    """Whether the list goes on behind the page that is taken for one beyond the end."""
    total = _total(exchange)
    return isinstance(total, int) and total > _BEHIND


def _length(exchange: Exchange) -> int:
    return len(list(Answer.of(exchange).items("data")))


def _total(exchange: Exchange) -> object:
    return Answer.of(exchange).at("total").value
