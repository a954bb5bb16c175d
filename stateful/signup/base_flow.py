"""Base of the sign-up flow: the requests for accounts, their mail, and what is compared after each step."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import invariant

from peertube_conformance.fixtures.mailboxes.open_by_url import Mark, NoMail
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import ANY, Answer, Nullable, problem_member, read
from peertube_conformance.fixtures.resources.factory import Unavailable
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.signup.model import BESIDE, PEOPLE, Book, Member, Request, mailed

NOTHING: Mark = frozenset()
_REQUESTS = {
    "data": [
        {
            "id": int,
            "state": {"label": ANY},
            "user": Nullable({"id": ANY}),
            **dict.fromkeys(("username", "email", "emailVerified", "channelHandle", "moderationResponse"), ANY),
        }
    ],
    "total": ANY,
}
# Why a user cannot sign in, where the outcome of the sign-in does not say so itself.
_NO_ACCOUNT = {"nobody": "no account or request", "Accepted": "account deleted"}


class SignupFlow(Flow):
    """Base of the flow: records the requests and accounts of a walk, and compares the server's lists with them.

    `because` is the requirement that the last step was about: what the lists now have too much, or lack.
    """

    admin: Account
    moderator: Account
    user: Account
    verifies: bool
    rationed: bool

    def set_up(self) -> None:
        """Begins a walk: no requests yet, and every name and address is the walk's own."""
        self.admin, self.moderator = self.world.account("admin"), self.world.account("moderator")
        self.user = self.world.account()
        with self.aside():
            config = self.world.ask("getConfig")
        if not config.flag("email", "enabled"):
            raise Unavailable("the instance sends no mail")
        self.rationed = self.context.is_scarce("requestRegistration")
        self.verifies = config.flag("signup", "requiresEmailVerification")
        self.book = Book()
        self.because, self.mails, self.shown = "PT-SIGNUP-01", 0, set[str]()
        self.asked = dict[str, Exchange]()
        # No character that a search takes for a wildcard.
        self.mine = NamedText(f"{self.world.unique('walk')}.".replace("_", "."), "OWN_PREFIX")
        domain = self.world.address().partition("@")[2]
        self.names = {one: NamedText(f"{self.mine}{one}", f"{one.upper()}_NAME") for one in (*PEOPLE, *BESIDE)}
        self.emails = {
            one: NamedText(f"{self.mine}{one}@{domain}", f"{one.upper()}_EMAIL") for one in (*PEOPLE, *BESIDE)
        }
        self.passwords = {one: self.world.password(f"{one.upper()}_PASSWORD") for one in (*PEOPLE, *BESIDE)}

    # Mail

    def read_mail(self, request: Request) -> None:
        """Reads the verification string mailed at the request for the account, unless that was done before."""
        if request.expects_mail:
            request.expects_mail = False
            asked = self.asked[request.address]
            text = self.mail_of(asked, "PT-SIGNUP-10", self.emails[request.address], _link(request))
            request.strings.append(self._string(request.address, text))

    def resend(self, address: str) -> NamedText | None:
        """Requests another verification mail; where the address is known waits for it, and returns the string."""
        at, email = self.book.at(address), self.emails[address]
        if isinstance(at, Request):
            self.read_mail(at)
        mark = self.world.mailbox.arrived(email, _link(at)) if at else NOTHING
        of = "User" if isinstance(at, Member) else "Registration"
        answer = self.send(f"resendEmailToVerify{of}", body={"email": email})
        if (
            not self.expect(answer, 204, requirement="PT-SIGNUP-12", situation="requesting another verification email")
            or at is None
        ):
            return None
        text = self.arrives(address, _link(at), mark)
        message = "no verification email arrived"
        self.agree(answer, "PT-SIGNUP-12", at="/mail", expected=True, actual=bool(text), message=message)
        string = self._string(address, text)
        if isinstance(at, Request):
            at.strings.append(string)
        return string

    def _string(self, address: str, text: str) -> NamedText:
        self.mails += 1
        return self.secret(mailed(text), f"{address.upper()}_STRING_{self.mails}")

    def verification(self, string: str) -> dict[str, str]:
        """The body of a verification; reproduction lines ask the user to look into the mail."""
        if isinstance(string, NamedText) and string not in self.shown:
            self.shown.add(string)
            self.computed(string.variable, f"read -r -p '{string.variable}, from the mail: ' it && echo $it")
        return {"verificationString": string}

    def arrives(self, address: str, containing: str, mark: Mark = NOTHING) -> str:
        """The text of the mail that arrives for a person, empty where none does.

        Raises NoMail where none of the run ever came: the mailbox is not that of the instance's mail.
        """
        email = self.emails[address]
        try:
            return self.world.mailbox.wait(email, containing, newer_than=mark).text
        except NoMail:
            if not self.world.mailbox.arrived(email) and not self.world.mailbox.has_delivered:
                raise
            return ""

    # Comparisons

    @invariant()
    def requests_are_those_of_the_book(self) -> None:
        """Compare the list of requests with the model."""
        self.compare_requests(self.mine, self.book.kept, self.because)

    def compare_requests(self, search: str, requests: list[Request], requirement: str) -> None:
        """Searches the list of registrations, and compares the result with these requests, oldest first."""
        answer = self.send("listRegistrations", self.moderator, query={"search": search, "count": 100})
        if not self.expect(answer, 200, requirement="PT-SIGNUP-02", situation="listing registration requests"):
            return
        listed = read(answer, _REQUESTS)
        seen = {one["id"]: one for one in listed["data"]}
        wanted = {int(request.id): self._row(request) for request in requests}
        self.all_same(
            answer,
            (requirement, "data/*/id", sorted(wanted), sorted(seen)),
            *(
                (requirement, f"data/*/{member}", value, _member(seen.get(number, {}), member))
                for number, row in wanted.items()
                for member, value in row.items()
            ),
            ("PT-SIGNUP-02", "data", sorted(wanted, reverse=True), [one["id"] for one in listed["data"]]),
            ("PT-SIGNUP-02", "total", len(wanted), listed["total"]),
        )

    def _row(self, request: Request) -> dict[str, Any]:
        channel = request.channel and str(self.names[request.channel])
        return {
            "state/label": request.state,
            "username": str(self.names[request.name]),
            "email": str(self.emails[request.address]),
            "emailVerified": request.verified,
            "channelHandle": channel,
            "moderationResponse": request.response,
            "user/id": request.member and int(request.member.id),
        }

    @invariant()
    def accounts_are_those_of_the_book(self) -> None:
        """Compare the list of users with the model."""
        answer = self.send("getUsers", self.moderator, query={"search": self.mine, "count": 100})
        if not self.expect(answer, 200, requirement=self.because, situation="listing users"):
            return
        seen = sorted(
            (self._person(one["username"]), self._person(one["email"]), one["emailVerified"])
            for one in read(answer, {"data": [{"username": str, "email": str, "emailVerified": ANY}]})["data"]
        )
        wanted = sorted((member.name, member.address, member.verified) for member in self.book.present)
        waiting = {request.name for request in self.book.pending} - self.book.given
        early = [name for name, *_ in seen if name in waiting]
        self.all_same(answer, ("PT-SIGNUP-04", "data/*/username", [], early))
        for columns, at in enumerate(("username", "email", "emailVerified"), 1):
            expected, actual = ([row[:columns] for row in rows] for rows in (wanted, seen))
            self.all_same(answer, (self.because, f"data/*/{at}", expected, actual))

    def _person(self, text: str) -> str:
        """The person whose user name or address it is."""
        return text.removeprefix(self.mine).partition("@")[0]

    def compare_sign_in(self, login: NamedText, request: Request, outcome: str, requirement: str, code: str) -> None:
        """Signs in with the password of a request, and compares the result.

        The outcome `member` is accepted, any other one is refused, with this code if there is one.
        """
        answer = self.ask_for_tokens(login, self.passwords[request.name])
        if outcome != "member":
            situation = f"a sign-in with a registration request ({_NO_ACCOUNT.get(outcome, outcome.lower())})"
            self.expect(answer, 400, requirement=requirement, situation=situation)
            if code:
                self.all_same(answer, ("PT-SIGNUP-13", "code", code, problem_member(answer, "code")))
        elif self.expect(answer, 200, requirement=requirement, situation="a sign-in to an accepted account"):
            token = self.secret(Answer.of(answer).token("access_token"), f"{request.name.upper()}_TOKEN")
            me = self.send("getUserInfo", token=token)
            if self.expect(me, 200, requirement=requirement, situation="reading one's own user"):
                shown = read(me, {"username": ANY, "email": ANY})
                wanted = (str(self.names[request.name]), str(self.emails[request.address]))
                self.all_same(me, (requirement, "username", wanted, (shown["username"], shown["email"])))


def _member(of: Any, path: str) -> Any:
    for name in path.split("/"):
        of = of.get(name) if isinstance(of, dict) else None
    return of


def _link(of: Member | Request) -> str:
    """The part of the link that every verification mail for it has, and no other mail."""
    return f"{'userId' if isinstance(of, Member) else 'registrationId'}={int(of.id)}&"
