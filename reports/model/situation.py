"""The model of a situation that a request meets on purpose, other than a defect of its own."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Situation:
    """A state of the server, or of the caller, that a request was made to meet: a taken name, a missing token.

    `id` is permanent and alone decides what is equal; `text` is for people and may be reworded.
    """

    id: str
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text
