"""Resource factories in which a caller with a higher role takes the place of a user."""

from __future__ import annotations

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.resources.factory import World


class Acting(World):
    """Another world of the same run, in which `user` is an account of a higher role.

    What is arranged for a user is arranged for this account, and belongs to it.
    """

    def __init__(self, world: World, role: str) -> None:
        super().__init__(
            world.client,
            world.contract,
            world.accounts,
            prefix=f"{world._prefix}{role[0]}",  # noqa: SLF001 - a world of the same family
            mail_domain=world._mail_domain,  # noqa: SLF001
            capabilities=world.capabilities,
            redactor=world._redactor,  # noqa: SLF001
            mailbox=world.mailbox_or_none,
            seed=role,
        )
        self.traits = world.traits
        self._role = role

    def account(self, role: str = "user", *, fresh: bool = False, label: str = "") -> Account:
        """An account as in any world, with the higher role instead of `user`; two users have the same role."""
        wanted = self._role if role == "user" else role
        return super().account("user" if fresh and wanted == "other user" else wanted, fresh=fresh, label=label)
