"""Faults that are known to be missed, each with the reason. Any other miss fails the command."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN: Mapping[str, str] = {}
