"""The test that a worker runs, and which of its parts: what is recorded meanwhile belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from peertube_conformance.reports import Verdict
from peertube_conformance.reports.model.recipe import Recipe

# The parts of a phase that send a request without its optional body, and prepare the request that others are made of;
# all other parts are counted from 0.
WITHOUT_BODY, BASE = -1, -2


class CurrentTest:
    """The test under way. Tests with parts ask `begins` before each, and leave out a part where it returns False."""

    def __init__(self) -> None:
        self._test = ""
        self._part: int | None = None
        self._only: Collection[int] | None = None
        self._sent: set[int | None] = set()
        self._verdict = Verdict.PASSED
        self._reason = ""

    @property
    def recipe(self) -> Recipe | None:
        """What has to be run again for what is found now; None outside tests."""
        return Recipe(self._test, self._part) if self._test else None

    @property
    def verdict(self) -> Verdict:
        """How the test ended, other than by its findings."""
        return self._verdict

    @property
    def reason(self) -> str:
        """Why the test ended with its verdict."""
        return self._reason

    @contextmanager
    def running(self, test: str, only: Collection[int] | None = None) -> Iterator[None]:
        """Names the test inside the context; with `only`, just these of its parts run."""
        before = self._test, self._part, self._only
        self._test, self._part, self._only = test, None, only
        self._sent, self._verdict, self._reason = set(), Verdict.PASSED, ""
        try:
            yield
        finally:
            self._test, self._part, self._only = before

    def begins(self, part: int) -> bool:
        """Whether this part is to run; what is found from now on belongs to it."""
        self._part = part
        return self._only is None or part in self._only

    def sent(self) -> None:
        """Notes that the request of this part was sent."""
        self._sent.add(self._part)

    def has_sent(self, part: int | None) -> bool:
        """Whether the request of this part was sent; always true for a test without parts."""
        return part is None or part in self._sent

    @property
    def is_narrowed(self) -> bool:
        """Whether only some parts of the test run, so that its outcome says nothing about the operation."""
        return self._only is not None

    def all_begun(self) -> None:
        """Notes that the parts are over: what is found from now on belongs to the whole test."""
        self._part = None

    def ended(self, verdict: Verdict, reason: str = "") -> None:
        """Notes how the test ended."""
        self._verdict, self._reason = verdict, reason
