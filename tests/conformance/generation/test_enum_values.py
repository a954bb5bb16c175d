"""Each value that the contract enumerates is in one of the requests of its operation."""

from __future__ import annotations

from peertube_conformance.conformance.generation.enum_values import longest, with_values
from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import load_contract

CONTRACT = load_contract(None)


def test_every_order_of_a_list_gets_its_turn() -> None:
    operation = CONTRACT.operation("getVideos")
    orders = CONTRACT.operation("getVideos").parameter("query", "sort")
    drafts = [with_values(Draft(operation), number) for number in range(longest(operation))]
    assert orders is not None
    assert {draft.query["sort"] for draft in drafts} == set(orders.schema["enum"])
    assert {draft.query["isLocal"] for draft in drafts} == {True, False}
    assert not any(found_in(draft) for draft in drafts)


def test_a_value_in_the_path_gets_its_turn_too() -> None:
    operation = CONTRACT.operation("getSyndicatedVideos")
    parameter = operation.parameter("path", "format")
    assert parameter is not None
    formats = operation.schemas.enumerated(parameter.schema)
    base = Draft(operation, path={"format": "rss"})
    assert {with_values(base, number).path["format"] for number in range(longest(operation))} == set(formats)


def test_what_names_a_thing_and_what_does_not_fit_is_left_as_it_is() -> None:
    operation = CONTRACT.operation("addPlaylist")
    base = Draft(operation, body={"displayName": "Walks", "privacy": 3}, media_type="multipart/form-data")
    given = [with_values(base, number) for number in range(longest(operation))]
    # A public or unlisted playlist needs a channel, which this one does not name.
    assert [draft.body for draft in given] == [{"displayName": "Walks", "privacy": 3}] * len(given)
    assert base.body == {"displayName": "Walks", "privacy": 3}
