"""Base of the flows about lists: queries lists and compares the answers with the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, product, zip_longest
from typing import Any, ClassVar

from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.lists.dataset import Library
from peertube_conformance.stateful.lists.model import (
    WHOLE,
    Claim,
    Listing,
    Question,
    claims,
    part_of_open,
    whole_of_open,
)
from peertube_conformance.stateful.lists.population import furnished

_BEYOND = 60
_STARTS = (None, 0, 1, 2, 3, 5, _BEYOND)
_COUNTS = (None, 0, 1, 2, 3, 5, WHOLE)
_TRIES = 4
_PAIRS = 3


@st.composite
def questions(draw: Any, listings: Sequence[Listing], *, parts: bool = True) -> Question:
    """Draws queries of every kind for these lists, with `start` and `count` only where `parts` are wanted."""
    listing = draw(st.sampled_from(listings))
    who = draw(st.sampled_from(listing.readers))
    allowed = listing.allowed(who)
    some = st.lists(st.sampled_from(allowed), max_size=2, unique_by=lambda one: one.name) if allowed else st.just([])
    return Question(
        of=listing.operation,
        who=who,
        place=draw(st.sampled_from(listing.places)),
        start=draw(st.sampled_from(_STARTS)) if parts else None,
        count=draw(st.sampled_from(_COUNTS)) if parts else None,
        sort=draw(st.sampled_from((None, *listing.sorts))),
        filters=tuple(draw(some)),
        skip_count=parts and listing.skips and draw(st.booleans()),
    )


def over_all_of(listing: Listing, library: Library, *, briefly: bool = False) -> Iterator[Question]:
    """Queries with every sort, filter, reader and place of a list, and some pages; few of them with `briefly`."""
    plain = Question(listing.operation, listing.readers[0], listing.places[0])
    yield plain
    yield replace(plain, count=0)
    yield replace(plain, start=_BEYOND)
    if briefly:
        return
    for place in listing.places[1:]:
        yield replace(plain, place=place)
    for who in listing.readers[1:]:
        yield replace(plain, who=who)
    yield from _of_everything(listing, library, replace(plain, start=0, count=WHOLE))
    yield replace(plain, start=1, count=2)
    if listing.skips:
        yield replace(plain, count=1, skip_count=True)


def _of_everything(listing: Listing, library: Library, whole: Question) -> Iterator[Question]:
    """Queries with every sort beside a filter that leaves much to sort, with every filter, and with some pairs."""
    filtered = [_telling(listing, library, replace(whole, filters=(one,))) for one in listing.filters]
    filtered.sort(key=lambda question: -len(listing.selected(question, library)))
    alone = [sort for sort in listing.sorts if listing.columns[sort.removeprefix("-")].distinct]
    sorts = [sort for sort in listing.sorts if sort not in alone]
    for question, sort in zip_longest(filtered, sorts):
        yield replace(question or whole, sort=sort)
    for sort in alone:
        yield replace(whole, sort=sort)
    allowed = listing.allowed(whole.who)
    pairs = zip(allowed, allowed[len(allowed) // 2 :], strict=False)
    for pair in islice((pair for pair in pairs if pair[0].name != pair[1].name), _PAIRS):
        yield replace(whole, filters=pair)


def _telling(listing: Listing, library: Library, question: Question) -> Question:
    """The query by a permitted reader, at the place where its filter separates most items."""
    who = next(who for who in listing.readers if all(one in listing.allowed(who) for one in question.filters))

    def matching(place: str) -> int:
        here = replace(question, who=who, place=place)
        kept = len(listing.selected(here, library))
        return min(kept, len(listing.selected(replace(here, filters=()), library)) - kept)

    return replace(question, who=who, place=max(listing.places, key=matching))


def rounds(listings: Sequence[Listing]) -> st.SearchStrategy[list[Question]]:
    """Draws some queries for these lists, to be sent one after the other."""
    return st.lists(questions(listings), min_size=1, max_size=4)


class Reading(Flow):
    """A flow over `listings`, each of which is read by what the table says of it. Flows of one `home` share a library."""

    listings: ClassVar[tuple[Listing, ...]] = ()
    home: ClassVar[str] = "library"
    library: Library
    answer: Exchange

    def open_library(self) -> None:
        """Restores the library to the state that every walk begins with.

        The first walk also queries each list systematically.
        """
        with self.aside():
            self.library = self.world.once(("lists", self.home), self.furnish)
            self.library.restore()
        self.library.named = self.name
        for listing in self.listings:
            self._look_over(listing)

    def furnish(self) -> Library:
        """Creates the library."""
        return furnished(self.world)

    def _look_over(self, listing: Listing) -> None:
        hurried = self.context.session.options.depth.name == "smoke"

        def look() -> bool:
            # For an empty list, few queries are enough.
            empty = not any(listing.items(self.library, place) for place in listing.places)
            briefly = empty or (hurried and listing is not self.listings[0])
            found: dict[str | None, list[str]] = {}
            for question in over_all_of(listing, self.library, briefly=briefly):
                names = self.compare(question)
                if names is None or question.sort is None or question.filters:
                    continue
                found[question.sort] = names
                self._inverse(listing, question.sort, found)
            if not briefly:
                self._leaf_through_equals(listing)
            return True

        self.once(f"a look over {listing.operation}", look)

    def _leaf_through_equals(self, listing: Listing) -> None:
        """Checks that paging through items with equal values shows each on one page."""
        asked = [
            Question(listing.operation, who, place, sort=name)
            for name, column in listing.columns.items()
            for who, place in product(listing.readers, listing.places)
            if column.tied
        ]
        if asked:
            self.leaf_through(max(asked, key=lambda one: len(listing.selected(one, self.library))), 1)

    def _inverse(self, listing: Listing, sort: str, found: dict[str | None, list[str]]) -> None:
        """Checks that a sort and its inverse are opposite, where no two items have the same value."""
        column = sort.removeprefix("-")
        if listing.columns[column].distinct and sort != column and column in found:
            self.same(
                self.answer,
                "PT-PAGE-07",
                f"data/*/{column}",
                (found[column][::-1], found[sort]),
                f"{listing.operation} sorted by {sort} is not the reverse of the list sorted by {column}",
            )

    # Queries

    def compare_all(self, asked: Iterable[Question]) -> None:
        """Compares one page after the other."""
        for question in asked:
            self.compare(question)

    def compare(self, question: Question, because: str = "", *, further: bool = False) -> list[str] | None:
        """Compares a page with the model and returns its names; None where a known deviation explains a difference.

        `because` is the requirement that is broken where the list has too much or too little after a change. A page
        queried `further` to others is reported with them.
        """
        listing = next(listing for listing in self.listings if listing.operation == question.of)
        if listing.open:
            return self._compare_open(listing, question, because)
        body = self._asked(listing, question, further=further)
        return self._judged(listing, question, claims(listing, question, self.library, body, because), body)

    def leaf_through(self, question: Question, length: int) -> None:
        """Checks that the pages of a list hold all of it once."""
        listing = next(listing for listing in self.listings if listing.operation == question.of)
        if listing.open:
            self.compare(question)
            return
        wanted = sorted(item.name for item in listing.selected(question, self.library))
        seen: list[str] = []
        for start in range(0, len(wanted) + 1, length):
            page = self.compare(replace(question, start=start, count=length), further=start > 0)
            if page is None:
                return
            seen += page
        message = f"the pages of {question.of}, {length} at a time, do not add up to the whole list: {question}"
        at = f"/request/query/sort/{question.sort}" if question.sort else "/response/body/data"
        self.agree(self.answer, "PT-PAGE-02", at=at, expected=wanted, actual=sorted(seen), message=message)

    def _asked(self, listing: Listing, question: Question, *, further: bool = False) -> dict[str, Any]:
        # Reading changes nothing: of all queries only those that end a walk are reported.
        if not further:
            self.context.story.begin_observing()
        self.answer = self.send(
            listing.operation,
            self.library.readers[question.who],
            path=listing.path(self.library, question.place),
            query=listing.query(question, self.library),
        )
        if self.answer.status != 200:
            return {}
        answer = Answer.of(self.answer)
        body: dict[str, Any] = answer.shaped(listing.shape)
        # A response may be without `total`, which `skipCount` asks for.
        return body | {name: value for name, value in answer.members().items() if name == "total"}

    def _judged(
        self, listing: Listing, question: Question, made: Iterable[Claim], body: dict[str, Any]
    ) -> list[str] | None:
        right = self.expect(self.answer, 200, requirement="PT-PAGE-02", situation=f"a list request ({question})")
        right = right and all(
            self.agree(
                self.answer,
                claim.requirement,
                at=claim.at,
                expected=claim.expected,
                actual=claim.actual,
                message=f"{claim.message}: {question}",
            )
            for claim in made
        )
        self.context.story.end_observing()
        return listing.names(body.get("data") or [], question, self.library) if right else None

    def _compare_open(self, listing: Listing, question: Question, because: str) -> list[str] | None:
        """Compares a page with the first entries, which others may change: what differs is read again."""
        asked = replace(question, start=question.start or 0)
        beginning = replace(asked, start=0, count=WHOLE)
        for _ in range(_TRIES):
            whole = self._asked(listing, beginning)
            held = list(whole_of_open(listing, beginning, self.library, whole, because))
            first = self.answer
            part = whole if asked == beginning else self._asked(listing, asked, further=True)
            compared = list(part_of_open(listing, asked, whole, part))
            second = self.answer
            right = all(claim.expected == claim.actual for claim in chain(held, compared))
            if right or self._asked(listing, beginning, further=True) == whole:
                break
        else:
            return None
        self.answer = first
        if self._judged(listing, beginning, held, whole) is None:
            return None
        self.answer = second
        return self._judged(listing, asked, compared, part)
