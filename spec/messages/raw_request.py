"""An HTTP request as it is sent, before it is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request: method, URL (absolute, or path and query), headers (a mapping or pairs in order), body bytes."""

    method: str
    url: str
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    content: bytes = b""

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Headers by lower-case name; repeated ones are joined by a comma (RFC 9110 section 5.3)."""
        pairs = self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        joined: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            separator = "; " if key == "cookie" else ", "
            joined[key] = f"{joined[key]}{separator}{value.strip()}" if key in joined else value.strip()
        return joined

    @cached_property
    def _split(self) -> tuple[str, str]:
        # urlsplit would take the start of the path `//host/path` for an authority.
        if self.url.startswith("/"):
            path, _, query = self.url.partition("#")[0].partition("?")
            return path, query
        parts = urlsplit(self.url)
        return parts.path, parts.query

    @property
    def path(self) -> str:
        """The percent-encoded path."""
        return self._split[0] or "/"

    @property
    def query(self) -> str:
        """The percent-encoded query without its question mark."""
        return self._split[1]

    @property
    def media_type(self) -> str | None:
        """Type and subtype of `Content-Type` in lower case; None without that header."""
        value = self.fields.get("content-type", "").partition(";")[0].strip().lower()
        return value or None
