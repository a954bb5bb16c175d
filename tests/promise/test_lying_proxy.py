"""The proxy tells every lie, records what a request did to others, and never shows a resource as own in both places."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from peertube_conformance.fixtures.media import generated_files as media
from tests.promise.draws import narrow
from tests.promise.filled_instance import FilledInstance
from tests.promise.in_process import InProcess
from tests.promise.lies import KINDS, Group, Lie
from tests.promise.lying_proxy import LyingProxy
from tests.promise.plans import Plan, simpler
from tests.promise.population import ROOT_PASSWORD

OWN = "ptc0a1b2cuser_1"
_HEADERS = {"X-Upload-Content-Length": "10", "X-Upload-Content-Type": "video/mp4"}


class Client:
    """A run in short: it creates a user, signs in as it, creates resources and reads everything back."""

    def __init__(self, proxy: LyingProxy) -> None:
        self.http = httpx.Client(transport=InProcess(proxy), base_url=f"{proxy.filled.instance.base_url}/api/v1")
        self.answers: list[tuple[str, str, Any]] = []

    def ask(self, method: str, path: str, token: str = "", **how: Any) -> Any:
        """Sends a request; the response as JSON, None where it is none."""
        headers = {**how.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        answer = self.http.request(method, path, headers=headers, **how)
        try:
            found = answer.json()
        except ValueError:
            found = None
        self.answers.append((method, path, found))
        return found

    def sign_in(self, name: str, password: str) -> str:
        """Signs in; the token, empty where the response has none."""
        client = self.ask("GET", "/oauth-clients/local")
        client = client if isinstance(client, dict) else {}
        form = {
            "client_id": client.get("client_id"),
            "client_secret": client.get("client_secret"),
            "grant_type": "password",
            "username": name,
            "password": password,
        }
        found = self.ask("POST", "/users/token", data=form)
        return str(found.get("access_token", "")) if isinstance(found, dict) else ""

    def everything(self, proxy: LyingProxy) -> None:
        """Sends all requests that lies are about."""
        root = self.sign_in("root", ROOT_PASSWORD)
        self.ask("GET", "/users/me", root)
        body = {"username": OWN, "password": "own password", "email": "1@harness.example.com", "role": 2}
        self.ask("POST", "/users", root, json={**body, "channelName": f"{OWN}_channel"})
        own = proxy.filled.state.users.by("username", OWN)
        token = self.sign_in(OWN, "own password")
        self.ask("GET", "/users/me", token)
        if own is not None:
            self._things(proxy, own, token)
            self.ask("GET", f"/users/{own.id}", root)
            self.ask("GET", f"/accounts/{OWN}")
            self.ask("GET", f"/video-channels/{OWN}_channel")
        for name in proxy.scene.victims("any"):
            user = proxy.filled.state.users.by("username", name)
            self.ask("GET", f"/users/{user.id if user else 0}", root)
        for path in ("/users?search=ptc0a1b2c", "/video-channels?count=100", "/users/registrations", "/videos"):
            self.ask("GET", path, root)
        self.ask("GET", "/users/999999", root)

    def _things(self, proxy: LyingProxy, own: Any, token: str) -> None:
        channel = proxy.filled.state.channels.find(lambda one: one.user_id == own.id)
        assert channel is not None
        fields = {"channelId": channel.id, "name": f"{OWN}'s video", "privacy": 1}
        files = {"videofile": ("video.mp4", media.mp4(), media.MP4_TYPE)}
        self.ask("POST", "/videos/upload", token, data=fields, files=files)
        video = next(iter(proxy.filled.new_rows("videos")), None)
        self.ask("POST", "/videos/upload-resumable", token, headers=_HEADERS,
                 json={"channelId": channel.id, "name": "upload", "filename": "x.mp4"})  # fmt: skip
        if video is not None:
            for name in (video.id, video.uuid):
                self.ask("GET", f"/videos/{name}", token)
            self.ask("POST", f"/videos/{video.uuid}/comment-threads", token, json={"text": "A comment."})


@pytest.fixture
def proxy(filled: FilledInstance) -> LyingProxy:
    return LyingProxy(filled)


def walked(proxy: LyingProxy, *lies: Lie, half: int = 0) -> Client:
    proxy.begin(lies, half)
    client = Client(proxy)
    client.everything(proxy)
    return client


def test_without_lies_it_passes_everything_on_and_notes_no_harm(proxy: LyingProxy) -> None:
    client = walked(proxy)
    assert proxy.reported == []
    assert proxy.harmful == []
    assert ("GET", "/users/me") in [(method, path) for method, path, _ in client.answers]
    assert proxy.filled.state.users.by("username", OWN) is not None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_lie_is_told(proxy: LyingProxy, kind: str) -> None:
    for number in range(16):
        proxy.filled.restore()
        proxy.forget()
        walked(proxy, Lie(kind, victim=number // 2, variant=number, lasts=True))
        if proxy.reported:
            break
    assert {reported.lie.kind for reported in proxy.reported} == {kind}


def test_a_lie_is_told_once_or_from_its_moment_on(proxy: LyingProxy) -> None:
    walked(proxy, Lie("total_is_wrong", after=1))
    assert len(proxy.reported) == 1
    proxy.filled.restore()
    proxy.forget()
    walked(proxy, Lie("total_is_wrong", after=1, lasts=True))
    assert len(proxy.reported) == 3


def test_a_session_that_is_shown_is_one_that_works(proxy: LyingProxy) -> None:
    proxy.begin([Lie("session_is_anothers", victim=3)], 0)
    client = Client(proxy)
    token = client.sign_in("root", ROOT_PASSWORD)
    victim = proxy.scene.victims(Group.CREATED)[3]
    assert client.ask("GET", "/users/me", token)["username"] == victim
    client.ask("POST", "/users/revoke-token", token)
    (harmful,) = proxy.harmful
    assert "revoke-token" in harmful.asked
    assert [one.table for one in harmful.done] == ["tokens"]
    assert "session_is_anothers" in str(harmful)


def test_what_harms_is_noted_once(proxy: LyingProxy) -> None:
    client = walked(proxy)
    root = client.sign_in("root", ROOT_PASSWORD)
    bob = proxy.filled.household.user("bob").id
    client.ask("DELETE", f"/users/{bob}", root)
    client.ask("PUT", "/users/me", root, json={"theme": "instance-default"})
    assert [harmful.asked.partition("DELETE")[2] for harmful in proxy.harmful if "DELETE" in harmful.asked] == [
        f" /api/v1/users/{bob}"
    ]
    assert {"users", "videos", "channels", "exports", "pictures"} <= {one.table for one in proxy.harmful[0].done}


def test_moments_come_before_or_after_their_request(proxy: LyingProxy) -> None:
    seen: list[tuple[int, int]] = []
    users = proxy.filled.state.users
    moments = {3: lambda: seen.append((3, len(users))), -3: lambda: seen.append((-3, len(users)))}
    proxy.begin([], 0, moments)
    root = proxy.filled.household.tokens["root"]
    client = Client(proxy)
    for number in range(1, 5):
        body = {"username": f"u{number}", "password": "a password", "email": f"{number}@x.org", "role": 2}
        client.ask("POST", "/users", root, json=body)
    assert [number for number, _ in seen] == [3, -3]
    assert seen[1][1] == seen[0][1] + 1


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_shown_as_own_both_where_it_is_made_and_where_it_is_read(proxy: LyingProxy, seed: int) -> None:
    chance = random.Random(seed)
    kinds = [name for name, kind in KINDS.items() if kind.group is not Group.ANY]
    lies = [
        Lie(chance.choice(kinds), victim=chance.randrange(24), variant=chance.randrange(60), lasts=True)
        for _ in range(5)
    ]
    client = walked(proxy, *lies, half=seed % 2)
    created = set(_people(proxy, _created(proxy, client)))
    read = set(_people(proxy, _read_as_own(proxy, client)))
    assert proxy.reported
    assert not created & read


def _people(proxy: LyingProxy, rows: Iterator[Any]) -> Iterator[str]:
    """The owners of the rows."""
    state = proxy.filled.state
    for row in rows:
        channel = state.channels.get(row.channel_id) if hasattr(row, "channel_id") and row.channel_id else None
        number = channel.user_id if channel else getattr(row, "user_id", row.id)
        user = state.users.get(number)
        assert user is not None
        yield user.username


def _created(proxy: LyingProxy, client: Client) -> Iterator[Any]:
    """Other people's rows that were shown at a creation."""
    state, before = proxy.filled.state, proxy.filled.before.tables
    names: dict[str, Any] = {"user": state.users, "video": state.videos, "comment": state.comments}
    for method, _, answer in client.answers:
        if method == "POST" and isinstance(answer, dict):
            for member, table in names.items():
                number = (answer.get(member) or {}).get("id")
                if number in before[f"{member}s"]:
                    yield table.get(number)
            token = state.tokens.by("access_token", answer.get("access_token"))
            if token is not None and token.id in before["tokens"]:
                yield state.users.get(token.user_id)


def _read_as_own(proxy: LyingProxy, client: Client) -> Iterator[Any]:
    """Other people's rows that were shown under own names where something was read."""
    for method, _, answer in client.answers:
        if method == "GET":
            yield from _under_own_names(proxy, answer)


def _under_own_names(proxy: LyingProxy, value: Any) -> Iterator[Any]:
    state, before = proxy.filled.state, proxy.filled.before.tables
    if isinstance(value, list):
        for each in value:
            yield from _under_own_names(proxy, each)
    elif isinstance(value, dict):
        number = value.get("id")
        if value.get("username") == OWN and number in before["users"]:
            yield state.users.get(number)
        if value.get("name") == f"{OWN}_channel" and number in before["channels"]:
            yield state.channels.get(number)
        if value.get("name") == f"{OWN}'s video" and number in before["videos"]:
            yield state.videos.get(number)
        for each in value.values():
            yield from _under_own_names(proxy, each)


def test_a_plan_follows_from_its_seed_and_is_printed_with_all_that_it_does() -> None:
    plans = [narrow(seed) for seed in range(200)]
    assert plans == [narrow(seed) for seed in range(200)]
    assert len(set(plans)) == 200
    kinds = {lie.kind for plan in plans for lie in (*plan.lies, *plan.reap_lies)}
    assert kinds == set(KINDS)
    assert {plan.safety for plan in plans} == {"sandbox", "observe"}
    assert {plan.reap for plan in plans} == {"reap", "sandbox", "observe"}
    assert {plan.restored for plan in plans} == {"", "before reap", "in the run"}
    for plan in plans:
        for lie in (*plan.lies, *plan.reap_lies):
            assert str(lie) in str(plan)


def test_simpler_plans_have_less() -> None:
    plan = next(narrow(seed) for seed in range(100) if narrow(seed).lies and narrow(seed).killed_at)
    found = list(simpler(plan))
    assert plan not in found
    assert any(not one.lies for one in found)
    assert any(not one.killed_at for one in found)
    assert list(simpler(Plan(1))) == []
