"""Model of lists: the known items that a query selects, their order, and what a response must contain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from peertube_conformance.fixtures.messages.json_response import ANY
from peertube_conformance.stateful.lists.sort_order import arranged, in_order

if TYPE_CHECKING:
    from peertube_conformance.stateful.lists.dataset import Library

DEFAULT_COUNT = 15
WHOLE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An item of lists.

    `name` is what findings call it, `id` what identifies it in responses, `facts` what lists sort and select by.
    """

    name: str
    id: Any
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A sort key of a list.

    `key` is its value for an item, None where the model does not know it; `member` shows it in an entry; `distinct`
    says that no two items have the same, `tied` that many have; a column that is not `offered` is the only order.
    """

    key: Callable[[Item], Any] | None = None
    member: str = ""
    distinct: bool = False
    tied: bool = False
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """A value of a query parameter that filters.

    `label` is what reports call the value, `readers` are those who may use it.
    """

    name: str
    label: str
    value: Callable[[Library], Any]
    keeps: Callable[[Item, Library], bool]
    readers: frozenset[str] = frozenset()
    several: bool = False

    @property
    def pointer(self) -> str:
        """Its pointer in the query; `/1` where it has several values."""
        return f"{self.name}/1" if self.several else self.name


@dataclass(frozen=True, slots=True)
class Question:
    """A query for a part of a list, by a reader; `place` is the channel or video whose list it is."""

    of: str
    who: str
    place: str = ""
    start: int | None = None
    count: int | None = None
    sort: str | None = None
    filters: tuple[Filter, ...] = ()
    skip_count: bool = False

    def __repr__(self) -> str:
        pairs = [f"{name}={value}" for name, value in self.page().items()]
        pairs += [f"{one.name}={one.label}" for one in self.filters]
        place = f" of {self.place}" if self.place else ""
        return f"<{self.of}{place} as {self.who}: {' '.join(pairs) or 'no parameters'}>"

    def page(self) -> dict[str, Any]:
        """The paging and sorting parameters."""
        given = {"start": self.start, "count": self.count, "sort": self.sort}
        return {name: value for name, value in given.items() if value is not None} | (
            {"skipCount": True} if self.skip_count else {}
        )


def _nothing(_library: Library, _place: str = "") -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """An operation that lists, and the items known to be in its list.

    `items` are in the order of creation; `shown` says which are visible to the query's reader; `identity` reads an
    entry's id from the members that `entry` is the shape of; `fixed` is the part of each query that keeps other people's
    items out. An `open` list holds them nevertheless, and only its own order and the items known to be in it can be
    judged. `default` is the sort where none is requested.
    """

    operation: str
    items: Callable[[Library, str], Sequence[Item]]
    identity: Callable[[Any], Any]
    readers: tuple[str, ...]
    default: str = "-createdAt"
    columns: Mapping[str, Column] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    places: tuple[str, ...] = ("",)
    path: Callable[[Library, str], dict[str, Any]] = _nothing
    fixed: Callable[[Library], dict[str, Any]] = _nothing
    shown: Callable[[Item, Question], bool] = lambda _item, _question: True
    skips: bool = False
    open: bool = False
    entry: Mapping[str, Any] = field(default_factory=lambda: {"id": int})

    @property
    def shape(self) -> Mapping[str, Any]:
        """What is read of a response, for `Answer.shaped`: of each entry its identity and the members of columns."""
        shown = {column.member: ANY for column in self.columns.values() if column.member}
        return {"data": [{**shown, **self.entry}]}

    @property
    def sorts(self) -> tuple[str, ...]:
        """Every value of `sort`, a column and its inverse side by side."""
        return tuple(sign + name for name, column in self.columns.items() if column.offered for sign in ("", "-"))

    def query(self, question: Question, library: Library) -> dict[str, Any]:
        """The query parameters to send."""
        chosen = {one.name: one.value(library) for one in question.filters}
        return self.fixed(library) | question.page() | chosen

    def allowed(self, who: str) -> list[Filter]:
        """The filters that this reader may use."""
        return [one for one in self.filters if not one.readers or who in one.readers]

    def selected(self, question: Question, library: Library) -> list[Item]:
        """The items that the query selects, before paging."""
        return [
            item
            for item in self.items(library, question.place)
            if self.shown(item, question) and all(one.keeps(item, library) for one in question.filters)
        ]

    def names(self, entries: Sequence[Any], question: Question, library: Library) -> list[str]:
        """The names of the entries of a response."""
        known = {item.id: item.name for item in self.items(library, question.place)}
        gone = library.gone.get(self.operation, {})
        return [known.get(one, gone.get(one, "something else")) for one in map(self.identity, entries)]


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition on a response, with its requirement; `message` is the sentence for where it does not hold."""

    requirement: str
    at: str
    expected: Any
    actual: Any
    message: str


def claims(
    listing: Listing, question: Question, library: Library, answer: Mapping[str, Any], because: str = ""
) -> Iterator[Claim]:
    """The conditions on the response to a query.

    `because` is the requirement that is broken where the list has too much or too little after a change.
    """
    entries = answer.get("data") or []
    page = listing.names(entries, question, library)
    selected = listing.selected(question, library)
    wanted = {item.name for item in selected}
    selecting = because or _selecting(question)
    where = _where(question)
    total = answer.get("total")
    message = f"{question.of} contains an item that it must not contain"
    yield Claim(selecting, where, [], [name for name in page if name not in wanted], message)
    start, count = question.start or 0, DEFAULT_COUNT if question.count is None else question.count
    whole = start == 0 and count >= len(selected)
    if whole:
        missing = [item.name for item in selected if item.name not in page]
        # A total that counts the missing items means that they are not shown, not that they are not selected.
        kind = _paging(question, len(selected)) if total == len(selected) else selecting
        yield Claim(kind, where, [], missing, f"{question.of} lacks an item that it must contain")
    yield from sorting(listing, question, library, entries)
    sort = question.sort or listing.default
    known = listing.columns[sort.removeprefix("-")].key
    window = (start, start + count)
    expected = arranged(page, selected, known, falling=sort.startswith("-"), window=window)
    miscounted = bool(question.filters) and total not in {len(selected), None}
    yield Claim(
        selecting if miscounted else _paging(question, len(selected)),
        where,
        expected,
        page,
        f"the page of {question.of} is not the requested part of the list",
    )
    if question.skip_count:
        yield Claim(
            "PT-LIST-05", "/response/body/total", False, "total" in answer, "total is present despite skipCount"
        )
        return
    yield Claim(
        because or "PT-PAGE-03",
        where if question.filters else "/response/body/total",
        len(selected),
        total,
        f"total of {question.of} is not the number of items in the whole list",
    )


def sorting(listing: Listing, question: Question, library: Library, entries: Sequence[Any]) -> Iterator[Claim]:
    """The conditions on the order of the entries, by what the model knows and by what the entries show themselves."""
    sort = question.sort or listing.default
    name = sort.removeprefix("-")
    column = listing.columns[name]
    page = listing.names(entries, question, library)
    known = {item.name: item for item in listing.items(library, question.place)}
    orders: list[tuple[list[str], list[Any]]] = []
    key = column.key
    if key is not None:
        familiar = [one for one in page if one in known]
        orders.append((familiar, [key(known[one]) for one in familiar]))
    if column.member:
        orders.append((page, [entry.get(column.member) for entry in entries]))
    requirement = "PT-LIST-02" if question.sort is None else ("PT-PAGE-07" if sort.startswith("-") else "PT-LIST-01")
    for names, keys in orders:
        yield Claim(
            requirement,
            f"/response/body/data/*/{column.member or name}",
            in_order(names, keys, falling=sort.startswith("-")),
            names,
            f"{question.of} is not sorted by {sort}",
        )


def whole_of_open(
    listing: Listing, question: Question, library: Library, answer: Mapping[str, Any], because: str = ""
) -> Iterator[Claim]:
    """The conditions on the first entries of a list that others add to, too."""
    entries, total = answer.get("data") or [], answer.get("total")
    if isinstance(total, int) and total <= WHOLE:
        page = listing.names(entries, question, library)
        missing = [item.name for item in listing.items(library, question.place) if item.name not in page]
        deleted = [name for name in page if name in library.gone.get(listing.operation, {}).values()]
        kind, at = because or "PT-LIST-08", "/response/body/data"
        yield Claim(kind, at, [], missing, f"{question.of} lacks an item that it must contain")
        yield Claim(kind, at, [], deleted, f"{question.of} contains a deleted item")
        message = f"total of {question.of} is not the number of items in the whole list"
        yield Claim("PT-PAGE-03", "/response/body/total", len(entries), total, message)
    yield from sorting(listing, question, library, entries)


def part_of_open(
    listing: Listing, question: Question, whole: Mapping[str, Any], answer: Mapping[str, Any]
) -> Iterator[Claim]:
    """The conditions on a page of such a list, compared with its first entries."""
    message = f"total of {question.of} differs from page to page"
    yield Claim("PT-PAGE-03", "/response/body/total", whole.get("total"), answer.get("total"), message)
    start, count = question.start or 0, DEFAULT_COUNT if question.count is None else question.count
    entries = whole.get("data") or []
    if start + count <= len(entries) or len(entries) < WHOLE:
        places = {listing.identity(entry): place for place, entry in enumerate(entries)}
        seen = [places.get(listing.identity(entry), -1) for entry in answer.get("data") or []]
        wanted = list(range(len(entries)))[start : start + count]
        message = f"the page of {question.of} is not the requested part of the list"
        yield Claim(_paging(question, len(entries)), "/response/body/data", wanted, seen, message)


def _selecting(question: Question) -> str:
    return ("PT-LIST-08", "PT-LIST-03", "PT-LIST-04")[min(len(question.filters), 2)]


def _where(question: Question) -> str:
    if not question.filters:
        return "/response/body/data"
    return "/request/query/" + "&".join(sorted(one.pointer for one in question.filters))


def _paging(question: Question, length: int) -> str:
    if question.count == 0:
        return "PT-PAGE-05"
    if (question.start or 0) >= length:
        return "PT-PAGE-04"
    return "PT-PAGE-01" if question.start is None and question.count is None else "PT-PAGE-02"
