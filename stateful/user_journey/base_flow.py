"""Base of the whole-journey flow: compares account, video and export with the server, before and after deletion."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from hypothesis import stateful
from hypothesis import strategies as st
from hypothesis.stateful import invariant
from hypothesis.strategies import SearchStrategy

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import ANY, Answer, read
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.user_journey.model import Export, Film, Road, Step, Traveller

_ENDED = frozenset({"Published", "Completed", "Failed"})
_PAGE = {"count": 100}
Row = tuple[str, str, Any, Any]


@cache
def _steps(flow: type[Flow]) -> tuple[Step, ...]:
    """The methods marked as steps, in the order in which they are written."""
    return tuple(
        member.step for of in reversed(flow.__mro__) for member in vars(of).values() if hasattr(member, "step")
    )


class Journey(Flow):
    """The model of the whole journey, and what compares it with the server after each step.

    `films` and `exports` are those that are there; what went with the account is in `lost`.
    """

    admin: Account
    viewer: Account
    who: Traveller
    road: Road

    def __init__(self) -> None:
        super().__init__()
        self.lives = self.deleted = False
        self.films: list[Film] = []
        self.exports: list[Export] = []
        self.lost: tuple[list[Film], list[Export]] = [], []

    # One rule, with the next stage as its first choice: walks advance, and are shortened by taking it instead of
    # detours.
    @stateful.rule(step=st.runner().flatmap(lambda journey: journey.possible_steps()))
    def go_on(self, step: tuple[str, dict[str, Any]]) -> None:
        """Take a step; reports show it under its own name."""
        self._take(*step)

    def replay(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Takes a stage or detour again; returns whether it is possible now."""
        if all(step.name != name for step in _steps(type(self))):
            return super().replay(name, arguments)
        if all(step.name != name for step in self._possible()):
            return False
        self._take(name, arguments)
        return True

    def _take(self, name: str, arguments: Mapping[str, Any]) -> None:
        self.context.called(name, arguments)
        self.road.walk(name)
        getattr(self, name)(**arguments)

    def possible_steps(self) -> SearchStrategy[tuple[str, dict[str, Any]]]:
        """The next stage, if there is one, and then the detours, with their arguments."""
        return st.one_of([st.tuples(st.just(each.name), each.arguments) for each in self._possible()])

    def _possible(self) -> list[Step]:
        steps = _steps(type(self))
        stages = [step for step in steps if self.road.leads_to(step.name)]
        detours = [step for step in steps if step not in stages and step.detour and getattr(self, step.detour)]
        return [*stages, *(detours if self.road.allows_detour else ())]

    @property
    def unproven(self) -> bool:
        """Whether somebody signed up who did not sign in yet."""
        return self.lives and self.who.account is None

    @invariant()
    def all_that_was_made_is_there(self) -> None:
        """Compare what the account, everybody and the viewer see with the model."""
        if not self.lives:
            return
        self._see_the_account()
        if self.who.account is not None:
            self._see_oneself(self.who.account)
        for film in self.films:
            self._see_the_video(film)
        for export in self.exports:
            answer = self.listed_exports()
            if self.expect(answer, 200, requirement="PT-JOURNEY-08", situation="listing one's exports"):
                listed = read(answer, {"data": [{"id": ANY, "state": {"label": ANY}}]})["data"]
                seen = [(one["id"], one["state"]["label"]) for one in listed]
                self.all_same(answer, ("PT-JOURNEY-08", "data", [(export.id, "Completed")], seen))

    def _see_the_account(self) -> None:
        who = self.who
        answer = self.send("getUser", self.admin, path={"id": who.user_id})
        if self.expect(answer, 200, requirement="PT-JOURNEY-01", situation="reading the user who signed up"):
            user = read(answer, {"emailVerified": ANY, "username": ANY, "email": ANY})
            self.all_same(
                answer,
                ("PT-JOURNEY-03", "emailVerified", who.verified, user["emailVerified"]),
                ("PT-JOURNEY-01", "username", who.username, user["username"]),
                ("PT-JOURNEY-01", "email", who.email, user["email"]),
            )
        answer = self.send("getAccount", path={"name": who.username})
        if self.expect(answer, 200, requirement="PT-JOURNEY-01", situation="reading an account"):
            shown = Answer.of(answer).at("displayName").value
            self.all_same(answer, ("PT-JOURNEY-01", "displayName", who.display_name, shown))
        if who.channel is not None:
            answer = self.send("getVideoChannel", path={"channelHandle": who.channel})
            if self.expect(answer, 200, requirement="PT-JOURNEY-01", situation="reading a channel"):
                members = read(answer, {"displayName": ANY, "ownerAccount": {"name": ANY}})
                seen = (members["displayName"], members["ownerAccount"]["name"])
                wanted = (who.channel_display_name, who.username)
                self.all_same(answer, ("PT-JOURNEY-01", "displayName", wanted, seen))

    def _see_oneself(self, account: Account) -> None:
        answer = self.send("getUserInfo", account)
        if self.expect(answer, 200, requirement="PT-JOURNEY-04", situation="reading one's own user"):
            me = read(answer, {"id": ANY, "username": ANY})
            self.all_same(
                answer,
                ("PT-JOURNEY-04", "id", self.who.user_id, me["id"]),
                ("PT-JOURNEY-04", "username", self.who.username, me["username"]),
            )

    def _see_the_video(self, film: Film) -> None:
        answer = self.send("getVideo", path={"id": film.uuid})
        if self.expect(answer, 200, requirement="PT-JOURNEY-05", situation="reading a public video"):
            seen = read(answer, {"name": ANY, "likes": ANY, "dislikes": ANY})
            self.all_same(
                answer,
                ("PT-JOURNEY-05", "name", film.name, seen["name"]),
                ("PT-JOURNEY-07", "likes", film.counts(), (seen["likes"], seen["dislikes"])),
            )
        for operation_id, parts in self._lists().items():
            answer = self.send(operation_id, **parts)
            if self.expect(answer, 200, requirement="PT-JOURNEY-05", situation="listing videos"):
                names = _names(answer, film)
                self.all_same(answer, ("PT-JOURNEY-05", "data/*/name", [film.name], names))
        for by, actor in (("viewer", self.viewer), ("traveller", self.who.signed_in)):
            answer = self.send("getMyVideoRating", actor, path={"videoId": film.id})
            if self.expect(answer, 200, requirement="PT-JOURNEY-07", situation="reading one's rating"):
                rating = Answer.of(answer).at("rating").value
                self.all_same(answer, ("PT-JOURNEY-07", "rating", film.ratings[by], rating))
        wanted = [] if film.position is None else [film.position]
        self.all_same(*self._watched(film, "PT-JOURNEY-06", wanted))

    def _lists(self) -> dict[str, dict[str, Any]]:
        """The lists that contain the video, with the parts of the requests for them."""
        return {
            "getVideos": {"query": {"sort": "-publishedAt", **_PAGE}},
            "getAccountVideos": {"path": {"name": self.who.username}},
        }

    def _watched(self, film: Film, requirement: str, wanted: list[int]) -> tuple[Exchange, Row]:
        answer = self.send("listMyHistory", self.viewer, query=_PAGE)
        self.sure(self.expect(answer, 200, requirement=requirement, situation="listing a history"))
        found = read(answer, {"data": [{"uuid": str, "userHistory": {"currentTime": ANY}}]})["data"]
        seen = [one["userHistory"]["currentTime"] for one in found if one["uuid"] == film.uuid]
        return answer, (requirement, "data/*/userHistory/currentTime", wanted, seen)

    @invariant()
    def nothing_is_left(self) -> None:
        """After the deletion: look for what the account was and had."""
        if not self.deleted:
            return
        answer = self.send("getUserInfo", self.who.account)
        self.expect(answer, 401, requirement="PT-JOURNEY-11", situation="the token of a deleted account")
        films, exports = self.lost
        gone = [("getAccount", {"name": self.who.username}), ("getUser", {"id": self.who.user_id})]
        gone += [("getVideoChannel", {"channelHandle": self.who.signed_in.channel_handle})]
        gone += [("getVideo", {"id": film.uuid}) for film in films]
        for operation_id, path in gone:
            answer = self.send(operation_id, self.admin if operation_id == "getUser" else None, path=path)
            self.expect(answer, 404, requirement="PT-JOURNEY-12", situation="data of a deleted account")
        for film in films:
            answer = self.send("getVideos", **self._lists()["getVideos"])
            self.all_same(answer, ("PT-JOURNEY-12", "data/*/uuid", [], _names(answer, film)))
            self.all_same(*self._watched(film, "PT-JOURNEY-12", []))
        for export in exports:
            answer = self.send("downloadUserExport", **export.download)
            self.expect(answer, 404, requirement="PT-JOURNEY-13", situation="an archive of a deleted account")

    # Requests and comparisons

    def listed_exports(self) -> Exchange:
        """Lists the owner's exports."""
        return self.send("listUserExports", self.who.account, path={"userId": self.who.user_id})

    def sure(self, went_well: bool) -> None:
        """Ends the flow where a known deviation makes all later steps impossible."""
        if not went_well:
            raise NotArranged("a known deviation prevents the rest of the flow")

    def must(
        self,
        operation_id: str,
        status: int,
        requirement: str,
        situation: str,
        actor: Account | None = None,
        **parts: Any,
    ) -> Exchange:
        """Sends a request that the rest of the journey needs, and expects this status."""
        answer = self.send(operation_id, actor, **parts)
        self.sure(self.expect(answer, status, requirement=requirement, situation=situation))
        return answer

    def reach(
        self, ask: Callable[[], Exchange], requirement: str, at: str, state: str, seen: Callable[[Answer], object]
    ) -> Exchange:
        """Repeats a request until a process has ended, which must be in this state; the last exchange."""
        answers: list[Exchange] = []

        def has_ended() -> bool:
            answers[:] = [ask()]
            return answers[0].status != 200 or seen(Answer.of(answers[0])) in _ENDED

        # Where it takes too long, the last state is reported.
        with contextlib.suppress(NotArranged):
            # The state of the video, which the export waits for as well.
            self.wait("a final state", has_ended, self.world.transcodings.seconds)
        self.sure(self.expect(answers[0], 200, requirement=requirement, situation="polling for a final state"))
        self.all_same(answers[0], (requirement, at, state, seen(Answer.of(answers[0]))))
        return answers[0]


def _names(answer: Exchange, film: Film) -> list[Any]:
    """The names under which a list of videos has the film."""
    listed = read(answer, {"data": [{"uuid": str, "name": ANY}]})["data"]
    return [one["name"] for one in listed if one["uuid"] == film.uuid]
