"""What can go wrong before a contract exists."""

from __future__ import annotations


class ContractError(ValueError):
    """A contract cannot be used. The message is one sentence that says what is wrong and what to do about it."""
