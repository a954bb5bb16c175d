"""An instance in this process, a client for it, and people who use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from peertube_conformance.fixtures import media
from peertube_conformance.fixtures.instance.app import Application
from peertube_conformance.fixtures.instance.instance import Instance
from peertube_conformance.fixtures.instance.server import application
from peertube_conformance.fixtures.instance.settings import RAISED_RATE_LIMITS, Settings
from peertube_conformance.spec import Contract, body_violations, header_violations, load_contract

BASE_URL = "http://localhost:9000"
ROOT_PASSWORD = "root-password"


class InProcess(httpx.BaseTransport):
    """Hands each request to the application, waits for its answer, and holds it against the contract."""

    def __init__(self, app: Application, contract: Contract) -> None:
        self._app = app
        self._contract = contract

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer."""
        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "method": request.method,
            "scheme": "http",
            "path": request.url.path,
            "raw_path": path,
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 50000),
        }
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": request.read()}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self._app(scope, receive, send))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        answer = httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
        self._judge(request.method, path.decode(), answer)
        return answer

    def _judge(self, method: str, path: str, answer: httpx.Response) -> None:
        operation = self._contract.match(method, path)
        if operation is None or answer.status_code == 304:
            return
        headers = dict(answer.headers)
        media_type = headers.get("content-type")
        broken = body_violations(operation, answer.status_code, media_type, answer.content)
        broken += header_violations(operation, answer.status_code, headers)
        assert not broken, (operation.id, answer.status_code, answer.text[:500], broken)


@dataclass
class Person:
    """Somebody with an account."""

    http: httpx.Client
    id: int
    name: str
    password: str
    tokens: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, **headers: str) -> httpx.Response:
        """Asks for tokens and, given them, uses them from now on."""
        client = self.http.get("/api/v1/oauth-clients/local").json()
        form = {**client, "grant_type": "password", "username": self.name, "password": self.password}
        answer = self.http.post("/api/v1/users/token", data=form, headers=headers)
        if answer.is_success:
            self.tokens = answer.json()
        return answer

    def __call__(self, method: str, path: str, **how: Any) -> httpx.Response:
        """A signed request below `/api/v1`."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", **how.pop("headers", {})}
        return self.http.request(method, f"/api/v1{path}", headers=headers, **how)


class Clock:
    """The instance's time, under the test's control."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(microseconds=1000)
        return self.time

    def advance(self, **by: float) -> None:
        """Lets time pass."""
        self.time += timedelta(**by)


class Outbox(list[tuple[str, str, str]]):
    """Mails that would have left, as recipient, subject and text."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Keeps a mail."""
        self.append((to, subject, text))


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The newest bundled contract."""
    return load_contract()


@pytest.fixture
def settings() -> Settings:
    """Unlimited, with mail; overridden by tests that need something else."""
    return Settings(admin_password=ROOT_PASSWORD, direct_rate_limits=RAISED_RATE_LIMITS)


@pytest.fixture
def app(settings: Settings, contract: Contract) -> Iterator[Application]:
    """An instance."""
    app = application(settings, BASE_URL, contract)
    yield app
    app.instance.close()


@pytest.fixture
def instance(app: Application) -> Instance:
    """What the application serves."""
    return app.instance


@pytest.fixture
def clock(instance: Instance) -> Clock:
    """Replaces the instance's clock."""
    instance.clock = Clock()
    return instance.clock


@pytest.fixture
def outbox(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """Catches the instance's mail, and lets it ask for verified addresses."""
    caught = Outbox()
    monkeypatch.setattr(instance.mail, "send", caught.send)
    monkeypatch.setattr(type(instance.mail), "enabled", True)
    instance.state.custom_config["signup"]["requiresEmailVerification"] = True
    return caught


@pytest.fixture
def http(app: Application, contract: Contract) -> Iterator[httpx.Client]:
    """A client whose every answer is held against the contract."""
    with httpx.Client(transport=InProcess(app, contract), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def root(http: httpx.Client) -> Person:
    """The administrator, signed in."""
    root = Person(http, 1, "root", ROOT_PASSWORD)
    root.sign_in()
    return root


MakePerson = Callable[..., Person]


@pytest.fixture
def person(root: Person) -> MakePerson:
    """Makes somebody who is signed in; `role` as the API numbers it."""
    names = iter(f"person{number}" for number in range(1000))

    def made(role: int = 2, **more: Any) -> Person:
        name = next(names)
        body = {"username": name, "password": "secret", "email": f"{name}@example.org", "role": role, **more}
        answer = root("POST", "/users", json=body)
        somebody = Person(root.http, answer.json()["user"]["id"], name, "secret")
        somebody.sign_in()
        return somebody

    return made


@pytest.fixture
def upload(clock: Clock) -> Callable[..., dict[str, Any]]:
    """Uploads a video and lets what follows from it happen; returns its id, uuid and shortUUID."""

    def uploaded(
        owner: Person, name: str, privacy: int = 1, content: bytes | None = None, **more: Any
    ) -> dict[str, Any]:
        channel = owner("GET", "/users/me").json()["videoChannels"][0]["id"]
        fields = {"channelId": channel, "name": name, "privacy": privacy, **more}
        files = {"videofile": (f"{name}.mp4", content or media.mp4(), media.MP4_TYPE)}
        answer = owner("POST", "/videos/upload", data=fields, files=files)
        clock.advance(seconds=1)
        video: dict[str, Any] = answer.json()["video"]
        return video

    return uploaded
