"""Finds secrets known by value in texts, however they are encoded there.

A secret is found whole, or by any piece of twelve characters or more: as it is, with its escapes decoded, reversed, as
base64 or hex, in any letter case. The time for a text grows with its length, not with the number of secrets.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from peertube_conformance.reports.redaction.spans import overlapping
from peertube_conformance.reports.redaction.unescaping import MAX_DEPTH, Layer, as_bytes, has_escapes

# Shorter values are not treated as secrets.
SHORTEST = 6
PIECE = 12
# Any piece contains a gram that starts at a multiple of the stride.
_GRAM = 6
_STRIDE = PIECE - _GRAM + 1
# A gram that more secrets than these have in common identifies none of them.
_MOST_CANDIDATES = 8
_MOST_GRAMS = 10_000
# A character that does not occur in a text of bytes.
_SEPARATOR = "\u2400"


class Found(NamedTuple):
    """A span of a text that contains a secret; `whole` where it is the exact value, escapes decoded."""

    start: int
    end: int
    name: str
    whole: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """One encoding of a secret; `exact` is the text that is the secret's exact value, None for other encodings."""

    name: str
    exact: str | None


class KnownSecrets:
    """The set of secrets that a process knows, and the public texts that it knows not to be secret."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._short: dict[str, _Form] = {}
        # By the text in lower case and the exact value of the secret.
        self._forms: dict[tuple[str, str | None], _Form] = {}
        self._grams: set[str] = set()
        self._public: dict[str, None] = {}
        # Derived from the above on demand: all forms in one text, where each begins, and where grams occur in it.
        self._joined = ""
        self._in_order: list[_Form] = []
        self._folded_forms: list[str] = []
        self._begins: list[int] = []
        self._places: dict[str, list[int]] = {}
        self._joined_public = ""

    def add(self, value: str, name: str) -> None:
        """Adds the secret `value` under `name`; the last name counts."""
        if len(value) < SHORTEST or self._known.get(value) == name:
            return
        self._known[value] = name
        for text in dict.fromkeys([as_bytes(value), as_bytes(value).replace(" ", "+"), *_decoded(value)]):
            self._add_form(text, _Form(name, text))
        for text in _disguises(value):
            self._add_form(text, _Form(name, None))

    def public(self, text: str) -> None:
        """Adds a public text: a piece of a secret that is also a piece of a public text is not reported."""
        if len(text) >= PIECE:
            self._public[_folded(text)] = None
            self._joined_public = ""

    def __contains__(self, value: str) -> bool:
        return value in self._known

    def found(self, text: str) -> list[Found]:
        """The spans of the text that contain secrets, in order; overlapping spans are merged into one."""
        if not self._known:
            return []
        if text.isascii() and not has_escapes(text):
            spans = self._in(text)
        else:
            spans = [
                Found(*layer.origin(found.start, found.end), found.name, found.whole)
                for layer in Layer.of(text).decoded()
                for found in self._in(layer.text)
            ]
        spans.sort(key=lambda found: (found.start, -found.end))
        return list(_joined(spans)) if spans else spans

    def _add_form(self, text: str, form: _Form) -> None:
        if len(text) < PIECE:
            if form.exact is None:
                self._short.setdefault(text, form)
                return
            self._short[text] = form
            if not text.isalpha():
                for other in {text.lower(), text.upper()} - {text}:
                    self._short.setdefault(other, _Form(form.name, None))
            return
        folded = _folded(text)
        self._forms[folded, form.exact] = form
        self._grams.update(folded[at : at + _GRAM] for at in range(len(folded) - _GRAM + 1))
        self._joined = ""

    def _in(self, text: str) -> list[Found]:
        """The spans of a text of bytes that contain secrets; they may overlap."""
        found: list[Found] = []
        for short, form in self._short.items():
            at = text.find(short)
            while at >= 0:
                found.append(Found(at, at + len(short), form.name, form.exact == short))
                at = text.find(short, at + len(short))
        folded = _folded(text)
        probed = [folded[at : at + _GRAM] for at in range(0, len(folded) - _GRAM + 1, _STRIDE)]
        # Most texts contain no secret.
        if not self._grams.isdisjoint(probed):
            found += self._pieces_in(text, folded, self._grams.intersection(probed))
        return found

    def _pieces_in(self, text: str, folded: str, probed: set[str]) -> Iterator[Found]:
        self._join()
        done = 0
        for at in range(0, len(folded) - _GRAM + 1, _STRIDE):
            if at < done or folded[at : at + _GRAM] not in probed:
                continue
            runs = {self._run(folded, at, place) for place in self._at(folded[at : at + _GRAM])}
            found = [self._shown(text, *run) for run in runs if run[1] - run[0] >= PIECE]
            done = max([done, *(run[1] - _GRAM + 1 for run in runs if run[1] - run[0] >= PIECE)])
            shown = [one for one in found if one is not None]
            if shown:
                yield max(shown, key=lambda one: (one.end - one.start, one.whole, one.name))

    def _run(self, text: str, at: int, place: int) -> tuple[int, int, int]:
        """The longest common substring of text and form around a gram: start and end in the text, number of the form."""
        number = bisect_right(self._begins, place) - 1
        form = self._folded_forms[number]
        before = place - self._begins[number]
        start = at - before
        if start >= 0 and text.startswith(form, start):
            return start, start + len(form), number
        first = 0
        while first < min(at, before) and text[at - first - 1] == form[before - first - 1]:
            first += 1
        end, last = at + _GRAM, before + _GRAM
        while end < len(text) and last < len(form) and text[end] == form[last]:
            end, last = end + 1, last + 1
        return at - first, end, number

    def _shown(self, text: str, start: int, end: int, number: int) -> Found | None:
        form = self._in_order[number]
        whole = form.exact is not None and text[start:end] == form.exact
        if not whole and self._is_public(_folded(text[start:end])):
            return None
        return Found(start, end, form.name, whole)

    def _is_public(self, piece: str) -> bool:
        if not self._public:
            return False
        self._joined_public = self._joined_public or _SEPARATOR.join(self._public)
        return piece in self._joined_public

    def _join(self) -> None:
        if self._joined:
            return
        self._folded_forms = [text for text, _ in self._forms]
        self._in_order = list(self._forms.values())
        self._begins = list(accumulate((len(text) + 1 for text in self._folded_forms), initial=0))[:-1]
        self._joined = _SEPARATOR.join(self._folded_forms)
        self._places.clear()

    def _at(self, gram: str) -> list[int]:
        """The positions of the gram in the joined forms."""
        places = self._places.get(gram)
        if places is None:
            if len(self._places) >= _MOST_GRAMS:
                self._places.clear()
            places = self._places[gram] = []
            at = self._joined.find(gram)
            while at >= 0 and len(places) < _MOST_CANDIDATES:
                places.append(at)
                at = self._joined.find(gram, at + 1)
        return places


def _joined(spans: list[Found]) -> Iterator[Found]:
    """Merges overlapping spans into one, which is named after the longest of them."""
    for group in overlapping(spans):
        start, end = group[0].start, max(span.end for span in group)
        longest = max(group, key=lambda span: (span.end - span.start, span.whole))
        covers = (longest.start, longest.end) == (start, end)
        yield Found(start, end, longest.name, longest.whole and covers)


def _folded(text: str) -> str:
    """The text in lower case, converted character by character, so that its length stays the same."""
    return text.lower() if text.isascii() else text.encode("latin-1").lower().decode("latin-1")


def _decoded(value: str) -> list[str]:
    """A secret that looks as if it contained escapes, with these decoded."""
    return [layer.text for layer in Layer.of(value).decoded()][1 : MAX_DEPTH + 1]


def _disguises(value: str) -> Iterator[str]:
    """Yields other encodings of a secret: either case beyond ASCII, reversed, hex, base64 at each offset in a text."""
    if not value.isascii():
        yield as_bytes(value.lower())
        yield as_bytes(value.upper())
    yield as_bytes(value[::-1])
    octets = value.encode("utf-8", "surrogatepass")
    yield octets.hex()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + octets).decode()
        # The first and last characters also encode bits of the neighbouring text.
        stable = text[-(-before * 8 // 6) : (before + len(octets)) * 8 // 6]
        yield stable
        if "+" in stable or "/" in stable:
            yield stable.replace("+", "-").replace("/", "_")
