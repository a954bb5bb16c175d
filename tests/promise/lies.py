"""All kinds of lies, by name."""

from __future__ import annotations

from tests.promise import lies_of_others, lies_shown_as_own
from tests.promise.lie import KINDS, Answer, Asked, Group, Lie

__all__ = ["KINDS", "Answer", "Asked", "Group", "Lie", "lies_of_others", "lies_shown_as_own"]
