"""A mail that never comes is a finding once other mail of the run came; before, the mailbox may be the wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from peertube_conformance.fixtures.mailboxes.mailbox import Mail, Mailbox, MailboxError, NoMail
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow

ADDRESS = "ann@harness.example.com"


class Memory(Mailbox):
    """A mailbox in memory, which can no longer be read once it is broken."""

    poll_seconds = 0.01
    patience_seconds = 0.03

    def __init__(self) -> None:
        super().__init__("memory:")
        self.mails: list[tuple[str, str]] = []
        self.is_broken = False

    def mails_to(self, address: str) -> Sequence[tuple[str, Mail]]:
        if self.is_broken:
            raise MailboxError("it is broken")
        return [
            (str(number), Mail((to,), "a subject", text))
            for number, (to, text) in enumerate(self.mails)
            if to == address
        ]

    def check(self) -> None:
        """Is always readable at the start."""


class Agreement(Exception):
    """What a flow reported."""


@pytest.fixture
def mailbox() -> Memory:
    return Memory()


def mail_of(mailbox: Memory) -> str:
    """What a flow gets that waits for a mail to the address."""

    def agree(exchange: str, requirement: str, *, expected: Any, actual: Any, **_: Any) -> None:
        raise Agreement(exchange, requirement, expected, actual)

    flow = cast("Flow", SimpleNamespace(world=SimpleNamespace(mailbox=mailbox), agree=agree))
    return Flow.mail_of(flow, cast("Exchange", "the sign-up"), "PT-SIGNUP-10", ADDRESS, "verificationString=")


def test_a_mail_that_comes_is_read(mailbox: Memory) -> None:
    mailbox.mails.append((ADDRESS, "verificationString=abc"))
    assert mail_of(mailbox) == "verificationString=abc"
    assert mailbox.has_delivered


def test_a_mail_that_never_comes_after_another_is_a_finding_of_its_request(mailbox: Memory) -> None:
    mailbox.mails.append(("bob@harness.example.com", "verificationString=abc"))
    mailbox.wait("bob@harness.example.com")
    with pytest.raises(Agreement) as reported:
        mail_of(mailbox)
    assert reported.value.args == ("the sign-up", "PT-SIGNUP-10", True, False)


def test_a_mail_that_never_comes_is_none_before_any_came(mailbox: Memory) -> None:
    with pytest.raises(NoMail):
        mail_of(mailbox)


def test_a_mailbox_that_can_no_longer_be_read_is_none(mailbox: Memory) -> None:
    mailbox.mails.append(("bob@harness.example.com", "verificationString=abc"))
    mailbox.wait("bob@harness.example.com")
    mailbox.is_broken = True
    with pytest.raises(NoMail, match="it is broken"):
        mail_of(mailbox)
