"""The place in a request or response that breaks the contract, and the rule it breaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Location = Literal["path", "query", "header", "cookie", "body"]


@dataclass(frozen=True, slots=True)
class Defect:
    """One place in a request or response and the rule that is broken there; `query/count maximum` as text.

    `pointer` is a JSON pointer within the location: `/start` in the query, `/tags/0` in the body, empty for
    the whole. `keyword` is the broken JSON Schema keyword, or one of `template` (the path does not fit),
    `encoding` (not UTF-8), `mediaType`, `malformed` (not what the media type says), `file` (text where a file
    belongs, or the reverse), `status` (undocumented), `content` (a body where none is documented).
    """

    location: Location
    pointer: str
    keyword: str

    def __str__(self) -> str:
        return f"{self.place} {self.keyword}"

    @property
    def place(self) -> str:
        """Location and pointer as one path: `body/tags/0`."""
        return f"{self.location}{self.pointer}"

    @property
    def field(self) -> str:
        """Name of the outermost member in the pointer; empty if the pointer is empty."""
        return self.pointer.split("/")[1].replace("~1", "/").replace("~0", "~") if self.pointer else ""

    @property
    def starred(self) -> Defect:
        """Copy with `*` for every index in the pointer, so that items that break one rule share one defect."""
        steps = ("*" if step.isdigit() else step for step in self.pointer.split("/"))
        return replace(self, pointer="/".join(steps))
