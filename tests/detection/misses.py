"""Faults that are known to be missed, each with the reason. Any other miss fails the command."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN: Mapping[str, str] = {
    "deleting-one-ends-the-sessions-of-the-one-before": (
        "one seed in four walks that way at the standard depth: who was made last is deleted while the one before is "
        "signed in"
    ),
}
