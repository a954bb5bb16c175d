"""Decodes the escapes in a text: percent-encoding, JSON and Python string escapes, HTML character references.

Texts are held as UTF-8 bytes, one character per byte, so that `%C3%A4`, `\\u00e4` and `&auml;` decode to the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from html.entities import html5

# Nested encodings, such as a URL in a JSON text in a log of Python. What is encoded more often stays as it is.
MAX_DEPTH = 3
_REST = r"U[0-9A-Fa-f]{8}|[^uUx\\]"
_BYTES = r"x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*"
_PAIR = r"u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}"
_REFERENCE = r"\#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});?|[A-Za-z][A-Za-z0-9]{1,31};"
# Decoding is faster by rows of escapes; finding where a character comes from takes each escape alone. A pattern that
# begins with a set of characters passes quickly over all others.
_ROWS = re.compile(
    r"[%\\&](?:(?<=%)[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"
    rf"|(?<=\\)(?:u[0-9A-Fa-f]{{4}}(?:\\u[0-9A-Fa-f]{{4}})*|\\(?:\\\\)*|{_BYTES}|{_REST})|(?<=&)(?:{_REFERENCE}))"
)
_SINGLE = re.compile(
    rf"[%\\&](?:(?<=%)[0-9A-Fa-f]{{2}}|(?<=\\)(?:{_PAIR}|u[0-9A-Fa-f]{{4}}|\\|{_BYTES}|{_REST})|(?<=&)(?:{_REFERENCE}))"
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_LAST_CHARACTER = 0x10FFFF
_LONGEST_KEPT = 12
_MOST_KEPT = 4096


def as_bytes(text: str) -> str:
    """The UTF-8 bytes of a text, each as the character with its number; ASCII stays the same."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def has_escapes(text: str) -> bool:
    """Whether the text has a character that can begin an escape."""
    return "%" in text or "\\" in text or "&" in text


class Layer:
    """A text of bytes after some rounds of decoding, with the origin of its characters in the undecoded text."""

    def __init__(self, text: str, outer: Layer | None = None, original: str | None = None) -> None:
        self.text = text
        self._outer = outer
        self._original = original
        self._ends: list[int] | None = None
        self._shifts: list[int] = []
        self._widths: list[int] = []

    @classmethod
    def of(cls, text: str) -> Layer:
        """The layer of the undecoded text itself."""
        return cls(as_bytes(text), None, None if text.isascii() else text)

    def decoded(self) -> Iterator[Layer]:
        """Yields this layer, then each further round of decoding, as long as it changes anything."""
        layer = self
        yield layer
        for _ in range(MAX_DEPTH):
            if not has_escapes(layer.text):
                return
            text = _ROWS.sub(lambda found: _DECODED[found[0]], layer.text)
            if text == layer.text:
                return
            layer = Layer(text, layer)
            yield layer

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the undecoded text that this span of the layer comes from."""
        if self._outer is not None:
            return self._outer.origin(self._before(start), self._before(end - 1, last=True))
        if self._original is None:
            return start, end
        if self._ends is None:
            self._ends = [at for at, byte in enumerate(self.text) if ord(byte) & 0xC0 != 0x80]
        return bisect_right(self._ends, start) - 1, bisect_right(self._ends, end - 1)

    def _before(self, at: int, *, last: bool = False) -> int:
        """The position in the outer layer where the character at `at` begins; with `last`, where it ends."""
        if self._ends is None:
            self._read_escapes()
        assert self._ends is not None
        number = bisect_right(self._ends, at)
        shift = self._shifts[number - 1] if number else 0
        begins = at + shift
        if number < len(self._ends):
            width = self._widths[number]
            decoded = width - (self._shifts[number] - shift)
            if at >= self._ends[number] - decoded:
                escape = self._ends[number] - decoded + shift
                return escape + width if last else escape
        return begins + 1 if last else begins

    def _read_escapes(self) -> None:
        """Computes for each escape the end of its decoded text, its width, and the shift of all that follows."""
        assert self._outer is not None
        self._ends, shift = [], 0
        for found in _SINGLE.finditer(self._outer.text):
            begin, end = found.span()
            length = len(_DECODED[found[0]])
            self._ends.append(begin - shift + length)
            shift += end - begin - length
            self._shifts.append(shift)
            self._widths.append(end - begin)


class _Decoded(dict[str, str]):
    """Cache of decoded escapes, or rows of them, as texts of bytes."""

    def __missing__(self, escape: str) -> str:
        decoded = _decoded(escape)
        if len(escape) <= _LONGEST_KEPT and len(self) < _MOST_KEPT:
            self[escape] = decoded
        return decoded


_DECODED = _Decoded()


def _decoded(escape: str) -> str:
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("latin-1")
    if escape[0] == "&":
        return _character(escape)
    kind = escape[1]
    if kind == "\\":
        return escape[::2]
    if kind == "x":
        octets = bytes.fromhex(escape.replace("\\x", ""))
        try:
            octets.decode()
        except UnicodeDecodeError:
            return as_bytes(octets.decode("latin-1"))
        return octets.decode("latin-1")
    if kind == "u":
        units = bytes.fromhex(escape.replace("\\u", ""))
        return as_bytes(units.decode("utf-16-be", "surrogatepass"))
    if kind == "U":
        number = int.from_bytes(bytes.fromhex(escape[2:]))
        return as_bytes(chr(number)) if number <= _LAST_CHARACTER else escape
    return _SIMPLE.get(kind, kind)


def _character(reference: str) -> str:
    if reference[1] != "#":
        return as_bytes(html5.get(reference[1:], reference))
    digits = reference[2:].rstrip(";")
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return as_bytes(chr(number)) if number <= _LAST_CHARACTER else reference
