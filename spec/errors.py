"""The error raised when a contract cannot be loaded."""

from __future__ import annotations


class ContractError(ValueError):
    """A contract cannot be used; the message is one sentence that says why and what to do about it."""
