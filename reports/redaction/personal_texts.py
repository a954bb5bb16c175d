"""The texts of other people that a process has read, their masks, and where they occur in texts that are written.

A text is found as it is and with its escapes decoded, alone or in other words, and also by its beginning where only that
was written. Words that the contract uses itself are not looked for: they would be found everywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator
from typing import NamedTuple

from peertube_conformance.reports.redaction.spans import overlapping
from peertube_conformance.reports.redaction.unescaping import Layer, as_bytes, has_escapes

# Words in a text of UTF-8 bytes: general and CJK punctuation and the Latin-1 signs belong to none.
_WORD = re.compile(
    r"(?:[0-9A-Za-z]+|[\xc3-\xdf][\x80-\xbf]|[\xe0\xe1\xe4-\xef][\x80-\xbf]{2}|\xe2(?!\x80)[\x80-\xbf]{2}"
    r"|\xe3(?!\x80)[\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})++"
)
_ASCII_WORD = re.compile(r"[0-9A-Za-z]++")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# The beginning of a text that is masked wherever it occurs, and where an ellipsis follows it.
_BEGINNING = 20
_CUT_BEGINNING = 5
_ELLIPSIS = ("...", "\xe2\x80\xa6")
_SHORTEST_WORD = 3
# So many words of the contract in a row are no coincidence.
_MANY_WORDS = 4
_LONGEST_COMPARED = 4096
_LONGEST_OWN_BEGINNING = 40
_LONGEST_ADDRESS = 45


class Mask(NamedTuple):
    """How one text is shown: a name for shell variables, and the text for reading."""

    variable: str
    shown: str


class Span(NamedTuple):
    """A part of a text that shows a personal text."""

    start: int
    end: int
    mask: Mask


class PersonalTexts:
    """The personal texts that one process knows; the masks are keyed with a secret of the run."""

    def __init__(self, key: str, words: Collection[str] = ()) -> None:
        """`words`, in lower case, are those that occur everywhere."""
        self._key = key.encode()
        self._words = words
        self._prefixes: tuple[str, ...] = ()
        self._own: set[str] = set()
        self._own_beginnings: set[str] = set()
        self._masks: dict[str, Mask] = {}
        # By the first word of each text that is looked for: its forms, sorted, and the mask of each form.
        self._forms: dict[str, list[str]] = {}
        self._first_words: list[str] = []
        self._mask_of: dict[str, Mask] = {}
        self._by_variable: dict[str, Mask] = {}

    @property
    def count(self) -> int:
        """How many texts are known; grows whenever one is added."""
        return len(self._masks)

    def own_prefix(self, prefix: str) -> None:
        """Adds a prefix of the run: a text that contains it is the run's own."""
        self._prefixes = (*self._prefixes, prefix)

    def own(self, text: str) -> None:
        """Adds a text that the run itself sent, unless it was read from other people before."""
        if text and text not in self._masks:
            self._own.add(text)
            if len(text) > _LONGEST_OWN_BEGINNING:
                self._own_beginnings.add(text[:_LONGEST_OWN_BEGINNING])

    def is_own(self, text: str) -> bool:
        """Whether the run sent the text, or a longer one that begins so, or it contains the run's prefix."""
        return (
            text in self._own
            or text[:_LONGEST_OWN_BEGINNING] in self._own_beginnings
            or any(prefix in text for prefix in self._prefixes)
        )

    def mask(self, text: str) -> Mask | None:
        """Adds a text that was read in a personal member; returns its mask, None where it is the run's own."""
        known = self._masks.get(text)
        if known is not None:
            return known
        if self.is_own(text):
            return None
        mask = self._masks[text] = self._made(text)
        self._add_form(text, mask)
        for line in text.splitlines() if "\n" in text else ():
            self._add_form(line, self._made(line))
        return mask

    def known(self, text: str) -> Mask | None:
        """The mask of exactly this text, None where it is not known."""
        return self._masks.get(text)

    def with_variable(self, variable: str) -> Mask | None:
        """The mask with this name of a shell variable."""
        return self._by_variable.get(variable)

    def found(self, text: str) -> list[Span]:
        """The parts of the text that show personal texts, in order, without overlaps."""
        if not self._forms:
            return []
        if text.isascii() and not has_escapes(text):
            return list(self._in(text, _ASCII_WORD))
        spans = [
            Span(*layer.origin(span.start, span.end), span.mask)
            for layer in Layer.of(text).decoded()
            for span in self._in(layer.text, _ASCII_WORD if layer.text.isascii() else _WORD)
        ]
        spans.sort(key=lambda span: (span.start, -span.end))
        return list(_joined(spans))

    def _made(self, text: str) -> Mask:
        digest = hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:8]
        kind = "e-mail" if _EMAIL.fullmatch(text) else "address" if _is_address(text) else "text"
        longest = 1 << max(2, (len(text) - 1).bit_length())
        mask = Mask(f"PERSONAL_{digest.upper()}", f"‹{kind} ≤{longest} #{digest}›")
        self._by_variable[mask.variable] = mask
        return mask

    def _add_form(self, text: str, mask: Mask) -> None:
        octets = as_bytes(text)
        words = list(_WORD.finditer(octets))
        if not words:
            return
        form = octets[words[0].start() : words[-1].end()]
        if form in self._mask_of or not self._is_distinctive([word[0] for word in words], form):
            return
        self._mask_of[form] = mask
        first = words[0][0]
        if first not in self._forms:
            self._forms[first] = []
            insort(self._first_words, first)
        insort(self._forms[first], form)

    def _is_distinctive(self, words: list[str], form: str) -> bool:
        """Whether the text can be looked for: numbers and words of the contract are found everywhere."""
        if _is_address(form):
            return True
        unknown = [word for word in words if not word.isdecimal() and word.lower() not in self._words]
        if len(words) == 1:
            return bool(unknown) and len(words[0]) >= _SHORTEST_WORD
        return bool(unknown) or len(words) >= _MANY_WORDS

    def _in(self, text: str, word: re.Pattern[str]) -> Iterator[Span]:
        has_cuts = any(ellipsis in text for ellipsis in _ELLIPSIS)
        # Most texts contain none of the first words.
        if not has_cuts and self._forms.keys().isdisjoint(word.findall(text)):
            return
        end = 0
        for found in word.finditer(text):
            forms = self._forms.get(found[0]) or (self._cut(found, text) if has_cuts else None)
            if forms is None or found.start() < end:
                continue
            shown = self._longest(forms, text, found.start(), word)
            if shown is not None:
                yield shown
                end = shown.end

    def _cut(self, word: re.Match[str], text: str) -> list[str] | None:
        """The forms whose first word begins like a word that an ellipsis cuts."""
        if not text.startswith(_ELLIPSIS, word.end()):
            return None
        first = self._first_words[(at := bisect_left(self._first_words, word[0])) : at + 1]
        return self._forms[first[0]] if first and first[0].startswith(word[0]) else None

    def _longest(self, forms: list[str], text: str, start: int, word: re.Pattern[str]) -> Span | None:
        """The longest form, or beginning of one, that stands at this place of a text."""
        rest = text[start : start + _LONGEST_COMPARED]
        at = bisect_left(forms, rest)
        # In sorted order no other form has more in common with what stands here.
        near = max(forms[max(0, at - 1) : at + 1], key=lambda form: _common(form, rest))
        common = _common(near, rest)
        whole = self._mask_of.get(text[start : start + common])
        if whole is not None and word.match(text, start + common) is None:
            return Span(start, start + common, whole)
        is_cut = common >= _CUT_BEGINNING and text.startswith(_ELLIPSIS, start + common)
        if common >= _BEGINNING or (is_cut and self._is_distinctive(word.findall(text[start : start + common]), "")):
            return Span(start, start + common, self._mask_of[near])
        for length in range(common - 1, 0, -1):
            mask = self._mask_of.get(text[start : start + length])
            if mask is not None and word.match(text, start + length) is None:
                return Span(start, start + length, mask)
        return None


def _is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    if len(text) > _LONGEST_ADDRESS or not ("." in text or ":" in text):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _common(one: str, other: str) -> int:
    """The length of the common beginning of two texts."""
    longest = min(len(one), len(other))
    if one.startswith(other[:longest]):
        return longest
    low, high = 0, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle)
    return low


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Merges overlapping spans; the merged one has the mask of the longest."""
    for group in overlapping(spans):
        longest = max(group, key=lambda span: span.end - span.start)
        yield Span(group[0].start, max(span.end for span in group), longest.mask)
