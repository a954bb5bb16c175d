"""Every list of the contract is read by the flows, with every sort and every filter that it has."""

from __future__ import annotations

import pytest

from peertube_conformance.spec import Operation, load_contract
from peertube_conformance.stateful.lists.listings import LISTS, REGISTRATIONS
from peertube_conformance.stateful.lists.model import Listing
from peertube_conformance.stateful.lists.video_listings import VIDEO_LISTS
from peertube_conformance.stateful.test_lists import Lists
from peertube_conformance.stateful.test_registration_list import RegistrationList
from peertube_conformance.stateful.test_video_lists import VideoLists

_PAGE = {"start", "count", "sort", "skipCount"}
# Filters for moderators, of a list whose reader is none.
_NOT_FOR_THE_READER = {"listSubscriptionVideos": {"include", "privacyOneOf", "autoTagOneOf"}}
TABLE = {listing.operation: listing for listing in (*LISTS, REGISTRATIONS, *VIDEO_LISTS)}
CONTRACT = load_contract(None)


def _query(operation: Operation) -> dict[str, dict]:
    return {one.name: dict(one.schema) for one in operation.parameters if one.location == "query"}


def _lists() -> dict[str, Operation]:
    return {
        operation.id: operation
        for operation in CONTRACT.operations
        if operation.method == "GET" and {"start", "count"} & set(_query(operation))
    }


def test_every_list_is_in_the_table_once_and_nothing_else() -> None:
    assert sorted(listing.operation for listing in (*LISTS, REGISTRATIONS, *VIDEO_LISTS)) == sorted(_lists())


def test_every_list_of_the_table_is_read_by_a_flow() -> None:
    flows = (Lists, RegistrationList, VideoLists)
    assert sorted(listing.operation for flow in flows for listing in flow.listings) == sorted(TABLE)


@pytest.mark.parametrize("listing", TABLE.values(), ids=list(TABLE))
def test_every_parameter_is_used(listing: Listing) -> None:
    offered = _query(CONTRACT.operation(listing.operation))
    beyond = _NOT_FOR_THE_READER.get(listing.operation, set())
    assert {one.name for one in listing.filters} == set(offered) - _PAGE - beyond
    assert sorted(listing.sorts) == sorted(offered.get("sort", {}).get("enum", ()))
    assert listing.skips is ("skipCount" in offered)
    if "sort" in offered:
        assert listing.default == offered["sort"]["default"]
