"""Base class of flows: a Hypothesis state machine that sends its requests through the harness's client.

A flow keeps a small model of what the server must store. A rule sends a request with `send`, compares the response with
the model by `expect` and `agree`, and changes the model; an invariant reads the state back and compares. A difference
ends the walk (one sequence of rules), is shrunk to its shortest form, and is reported with the requests that lead to
it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from peertube_conformance.fixtures.http.client import TargetGone, Unsendable
from peertube_conformance.fixtures.mailboxes.open_by_url import NoMail
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable, World
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.engine.context import Context, Halted

_T = TypeVar("_T")
FORM = "application/x-www-form-urlencoded"
_PRECONDITION_ERRORS = (NotArranged, Unavailable, Refused, NoMail, TargetGone, Unsendable)


class Flow(RuleBasedStateMachine):
    """A state machine of one flow. Subclasses say in their docstring's first line what must hold.

    `about` are the operations without which the flow cannot be walked, `mail` whether it reads mail. `examples` and
    `steps` are, for each depth, how many walks there are and how many rules a walk calls at most; `walks` says so to
    Hypothesis.
    """

    about: ClassVar[tuple[str, ...]] = ()
    mail: ClassVar[bool] = False
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 8, "thorough": 40}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 15, "thorough": 40}
    context: ClassVar[Context]

    def __init__(self) -> None:
        super().__init__()
        self._named = 0
        self.context.begin()

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """How many walks there are at this depth, and how many rules each calls at most.

        A target that allows few requests of any kind gets a third of the walks. Subclasses override this where it
        depends on more: `cls.context` exists by then, and knows which operations are scarce.
        """
        examples = cls.examples[depth]
        return (max(min(examples, 2), examples // 3) if cls.context.is_tight else examples), cls.steps[depth]

    # Resources of a walk

    @property
    def world(self) -> World:
        """The resource factories of the target."""
        return self.context.world

    def account(self, name: str, role: str = "user", *, own: bool = False) -> Account:
        """An account of this flow, the same in each walk: what a walk finds in it may be left by the one before.

        Where sign-ins are scarce, other flows have it too, unless it is to be this one's `own`: because its sessions end,
        or it is left with less than users have by default.
        """
        return self.context.account(name, role, own=own)

    def fresh_account(self, name: str, role: str = "user") -> Account:
        """A new account for this walk alone; it costs a creation and a sign-in."""
        self._named += 1
        account = self.world.account(role, fresh=True, label=f"{name} {self._named}")
        self.context.remember({name: value for value, name in account.secrets().items()})
        return self.remembered(account)

    def remembered(self, account: Account) -> Account:
        """Registers an account's ids and names as values of shell variables, and returns the account."""
        self.context.remember(
            {
                value.variable: str(value)
                for value in (getattr(account, member) for member in account.__dataclass_fields__)
                if isinstance(value, NamedText | NamedNumber)
            }
        )
        return account

    def once(self, what: str, make: Callable[[], _T]) -> _T:
        """Something that the walks share, made when the first one needs it."""
        return self.context.once(what, make)

    def name(self, value: _T, variable: str) -> _T:
        """The id or text of a resource that this walk created, shown as a numbered shell variable: `$VIDEO_2_ID`."""
        self._named += 1
        kind, _, member = variable.partition("_")
        numbered = "_".join(part for part in (kind, str(self._named), member) if part)
        self.context.remember({numbered: str(value)})
        if isinstance(value, int):
            return NamedNumber(value, numbered)  # type: ignore[return-value]
        return NamedText(str(value), numbered)  # type: ignore[return-value]

    def secret(self, value: str, variable: str) -> NamedText:
        """A token, password or other secret of this walk: shown as this variable, never in plain text."""
        self.context.remember({variable: value})
        return self.world.secret(value, variable)

    def computed(self, variable: str, command: str) -> None:
        """Notes the shell command for a secret of the next request that is in no response.

        The command names other variables as `$NAME`.
        """
        self.context.story.compute(variable, command)

    def stand_in(self, value: str, variable: str) -> NamedText:
        """A wrong value in place of a secret, for the next request; reports show it and set the variable to it."""
        self.computed(variable, f"echo {value}")
        return NamedText(value, variable)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Sends requests that remove what earlier walks left; reports of this walk leave them out."""
        self.context.story.aside = True
        try:
            yield
        finally:
            self.context.story.aside = False

    # Sending

    def send(self, operation_id: str, actor: Account | None = None, **parts: Any) -> Exchange:
        """Sends one request; `parts` are members of the draft: path, query, headers, body, media_type, token.

        The checks of single exchanges apply to it as to any other. Where transactions of the server failed on each
        other, which those checks tell, it is sent again.
        """
        return self.context.send(operation_id, actor, **parts)

    def password_form(self, username: str, password: str) -> dict[str, Any]:
        """The form that requests tokens with a name and a password (RFC 6749 section 4.3.2)."""
        client_id, client_secret = self.world.oauth_client()
        return {
            "client_id": NamedText(client_id, "CLIENT_ID"),
            "client_secret": client_secret,
            "grant_type": "password",
            "username": username,
            "password": password,
        }

    def ask_for_tokens(self, username: str, password: str) -> Exchange:
        """Signs in with a name and a password."""
        return self.send("getOAuthToken", body=self.password_form(username, password), media_type=FORM)

    def fetch(self, operation_id: str, actor: Account | None, shape: Any, **parts: Any) -> Any:
        """Sends a preparing request; the body of its response in a shape, see `Answer.shaped`."""
        return self.world.ask(operation_id, actor, **parts).shaped(shape)

    def poll(self, operation_id: str, actor: Account | None, done: Callable[[Answer], _T | None], **parts: Any) -> _T:
        """Repeats a request of a safe method until `done` returns something for its body, for at most 30 s."""
        return self.world.wait_for(operation_id, actor, done, **parts)

    def wait(self, what: str, reached: Callable[[], bool], seconds: float | Callable[[], float] = 30.0) -> None:
        """Checks repeatedly until a state is reached; `what` completes "waiting for".

        Raises NotArranged after so many seconds, which may be a function as in `Deadline.polls`.
        """
        if not any(reached() for _ in self.world.deadline.polls(what, seconds)):
            longest = seconds() if callable(seconds) else seconds
            raise NotArranged(f"{what} was not reached within {longest:.0f} s")

    def eventually(self, look: Callable[[], _T], wanted: _T, seconds: float = 15.0) -> _T:
        """What `look` returns as soon as it is `wanted`, otherwise what it returns after so many seconds.

        Background work of servers is judged by its result. A walk that is being shortened waits less.
        """
        longest = seconds if self.context.failed_at is None else seconds / 5
        for _ in self.world.deadline.polls("the server to finish background work", longest):
            if (seen := look()) == wanted:
                break
        return seen

    # Judging

    def expect(self, exchange: Exchange, *statuses: int, requirement: str, situation: str) -> bool:
        """Whether the response has one of these statuses; `situation` is a noun phrase.

        False only where a known deviation explains the difference: the model must then follow the server, or let go
        of the thing. Any other difference ends the walk.
        """
        return self.context.expect(exchange, *statuses, requirement=requirement, situation=situation)

    def agree(self, exchange: Exchange, requirement: str, *, at: str, expected: Any, actual: Any, message: str) -> bool:
        """Whether a value observed in a response is what the model has; `message` says what is wrong.

        `at` is a pointer into the answer (`/response/body/data/*/id`). False as with `expect`.
        """
        return self.context.agree(exchange, requirement, at=at, expected=expected, actual=actual, message=message)

    def mail_of(self, exchange: Exchange, requirement: str, address: str, containing: str) -> str:
        """The text of the mail that a request causes; a mail that never comes is a finding of its exchange.

        Raises NoMail where no mail of the run ever came: the mailbox may not be that of the instance's mail.
        """
        mailbox = self.world.mailbox
        try:
            return mailbox.wait(address, containing).text
        except NoMail:
            # Raises NoMail, too, where the mailbox can no longer be read.
            mailbox.arrived(address)
            if mailbox.has_delivered:
                message = "no mail arrived, although earlier mail of this run did"
                self.agree(exchange, requirement, at="/mail", expected=True, actual=False, message=message)
            raise

    def same(self, exchange: Exchange, requirement: str, at: str, pair: tuple[Any, Any], message: str) -> bool:
        """Compares a member of a response body: its pointer below the body, and `pair`, its expected and actual value."""
        at = f"/response/body/{at}".rstrip("/")
        return self.agree(exchange, requirement, at=at, expected=pair[0], actual=pair[1], message=message)

    def all_same(self, exchange: Exchange, *rows: tuple[str, str, Any, Any]) -> None:
        """Compares members of a response body: rows of requirement, pointer below the body, expected and actual."""
        for requirement, at, expected, actual in rows:
            self.same(exchange, requirement, at, (expected, actual), f"{at} differs from the expected state")

    # Called by Hypothesis

    def check_invariants(self, *arguments: Any, **named: Any) -> None:
        """Compares the state with the model; reports show its requests apart from the steps."""
        self.context.story.begin_observing()
        super().check_invariants(*arguments, **named)
        self.context.story.end_observing()

    @classmethod
    def starts(cls) -> Sequence[Any]:
        """The rules that each walk begins with, as Hypothesis has them."""
        return cls.setup_state().initializers

    def replay(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Takes a step again, for walks that Hypothesis does not run; returns whether its preconditions are met."""
        steps = [rule for rule in (*self.starts(), *self.rules) if hasattr(rule.function, "__wrapped__")]
        rule = next(rule for rule in steps if rule.function.__wrapped__.__name__ == name)
        if not all(is_met(self) for is_met in rule.preconditions):
            return False
        rule.function(self, **arguments)
        return True

    def check_model(self) -> None:
        """Checks the invariants as Hypothesis does after each step, for walks that it does not run."""
        self.context.story.begin_observing()
        for invariant in self.invariants:
            if all(is_met(self) for is_met in invariant.preconditions):
                invariant.function(self)
        self.context.story.end_observing()

    def teardown(self) -> None:
        """Ends the walk. A precondition error ends the whole flow, and is not shortened."""
        error = sys.exc_info()[1]
        if isinstance(error, _PRECONDITION_ERRORS):
            raise Halted(error) from error
