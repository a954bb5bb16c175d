"""Matches a method and a path as sent to the operation whose path template fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

T = TypeVar("T")

_PARAMETER = re.compile(r"\{([^{}]+)\}")


def parameter_names(template: str) -> list[str]:
    """The parameter names of a path template, in order."""
    return _PARAMETER.findall(template)


def _segments(path: str) -> list[str]:
    # A trailing slash is ignored, as in Express without strict routing.
    return path.removesuffix("/").lstrip("/").split("/")


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    """A regular expression for percent-encoded paths; one group per parameter, never empty or across segments."""
    parts = []
    for segment in _segments(template):
        pieces = _PARAMETER.split(segment)
        # In `{name}.{extension}` the first parameter is matched non-greedily.
        parts.append("".join("([^/]+?)" if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces)))
    return re.compile("/" + "/".join(parts) + "/?")


def path_values(template: str, path: str) -> Mapping[str, bytes] | None:
    """Percent-decoded bytes of each parameter of the template, or None if the path does not fit it."""
    hit = _pattern(template).fullmatch(path)
    if hit is None:
        return None
    return {name: unquote_to_bytes(value) for name, value in zip(parameter_names(template), hit.groups(), strict=True)}


def _specificity(template: str) -> tuple[int, ...]:
    """Sort key of a template: literal segments first, then mixed text and parameter, then bare parameters."""
    return tuple(
        0 if "{" not in segment else 2 if _PARAMETER.fullmatch(segment) else 1 for segment in _segments(template)
    )


class Routes(Generic[T]):
    """Routing table: finds the value registered for a method and a path template (OpenAPI 3.1 section 4.8.8.2: concrete
    paths win).
    """

    def __init__(self, entries: Iterable[tuple[str, str, T]]) -> None:
        self._entries: dict[tuple[str, int], list[tuple[str, T]]] = {}
        for method, template, value in entries:
            key = (method, len(_segments(template)))
            self._entries.setdefault(key, []).append((template, value))
        for found in self._entries.values():
            found.sort(key=lambda entry: (_specificity(entry[0]), entry[0]))

    def find(self, method: str, path: str) -> tuple[T, Mapping[str, bytes]] | None:
        """The value of the best match, with the decoded bytes of its path parameters; None if nothing matches."""
        for template, value in self._entries.get((method, len(_segments(path))), ()):
            values = path_values(template, path)
            if values is not None:
                return value, values
        return None
