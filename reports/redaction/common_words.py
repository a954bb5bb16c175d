"""Collects the words that a contract uses itself: as names, as values and in its descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_WORD = re.compile(r"[0-9A-Za-z]+")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# Invented people.
_EXAMPLES = frozenset({"example", "examples"})
# The words of this tool's own masks and lines.
_OURS = frozenset({"text", "address", "mail", "personal", "base", "url", "redacted", "bytes", "cue", "curl"})


def common_words(document: Mapping[str, Any]) -> frozenset[str]:
    """The words of a contract's document in lower case, also those that a name such as `displayName` is made of."""
    words = {word for text in _texts(document) for word in _WORD.findall(text)}
    parts = {part for word in words for part in _PARTS.findall(word)}
    return frozenset(word.lower() for word in words | parts) | _OURS


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for name, member in node.items():
            yield str(name)
            if name not in _EXAMPLES:
                yield from _texts(member)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _texts(item)
