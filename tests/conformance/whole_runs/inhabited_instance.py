"""An instance with people who are no part of any run, and the words by which they would be recognised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from peertube_conformance.fixtures.media import generated_files as media
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.fixtures.altering_proxy import Answered, altering

_PASSWORD = "a password of somebody"
_DESCRIPTION = (
    "Beekeeping near Tewkesbury, with Quatermain's own hives.\n\nEvery spring the Quillfeather family counts the "
    'queens, & writes down "what they see" — for those who like it in detail, there is much more of this below, about '
    "Marrowbone's weather and the Ipplepen road, until nobody at Widdershins is left reading."
)
# Each occurs in what the people wrote, or in their names and addresses, and nowhere else.
WORDS = (
    "wilhelmina", "quatermain", "zebulon", "ottoline", "tewkesbury", "quillfeather", "marrowbone", "ipplepen",
    "widdershins", "apiculture", "humdinger", "peregrinus", "grumblethorpe", "fortescue",
)  # fmt: skip


@dataclass(frozen=True)
class Inhabited:
    """Where the instance is reached, and the administrator's password."""

    base_url: str
    password: str


class _Site:
    def __init__(self, instance: EmbeddedInstance) -> None:
        self._http = httpx.Client(base_url=f"{instance.base_url}/api/v1", trust_env=False, timeout=30)
        self._tokens = {"": ""}
        self.sign_in(ADMIN_NAME, instance.password)

    def close(self) -> None:
        self._http.close()

    def __call__(self, name: str, method: str, path: str, **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[name]}"} if name else {}
        answer = self._http.request(method, path, headers=headers, **how)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def sign_in(self, name: str, password: str) -> None:
        client = self("", "GET", "/oauth-clients/local")
        form = {**client, "grant_type": "password", "username": name, "password": password}
        self._tokens[name] = self("", "POST", "/users/token", data=form)["access_token"]

    def move_in(self, name: str, address: str, channel: str, **about: str) -> None:
        body = {"username": name, "password": _PASSWORD, "email": address, "role": 2, "channelName": channel}
        self(ADMIN_NAME, "POST", "/users", json=body)
        self.sign_in(name, _PASSWORD)
        self(name, "PUT", "/users/me", json=about)


def _inhabit(site: _Site, host: str) -> None:
    """Two people with a video, comments and a playlist, and a third one who asks for an account."""
    site.move_in(
        "wilhelmina.q",
        "mina@quatermain.example",
        "tewkesbury_hives",
        displayName="Wilhelmina Q.",
        description=_DESCRIPTION,
    )
    site.move_in("zebulon", "zebulon@humdinger.example", "humdinger", displayName="Zebulon \N{BEETLE} 'Zeb'")
    channel = {"displayName": "The Quillfeather hives", "description": _DESCRIPTION, "support": "Ask for Peregrinus."}
    site("wilhelmina.q", "PUT", "/video-channels/tewkesbury_hives", json=channel)
    number = site("", "GET", "/video-channels/tewkesbury_hives")["id"]
    fields = {"channelId": number, "name": "Swarm at Grumblethorpe", "privacy": 1, "description": _DESCRIPTION}
    fields |= {"support": "Peregrinus takes cheques", "tags[0]": "apiculture", "tags[1]": "fortescue"}
    files = {"videofile": ("grumblethorpe.mp4", media.mp4(seed=1), media.MP4_TYPE)}
    video = site("wilhelmina.q", "POST", "/videos/upload", data=fields, files=files)["video"]["uuid"]
    thread = {"text": "Zebulon here: <b>what a hum</b>, Mrs. Quatermain!"}
    site("zebulon", "POST", f"/videos/{video}/comment-threads", json=thread)
    site("wilhelmina.q", "POST", f"/videos/{video}/comment-threads", json={"text": "Fortescue & I agree"})
    site(
        "zebulon",
        "POST",
        "/video-playlists",
        files={
            "displayName": (None, "Humdinger's evenings"),
            "privacy": (None, "1"),
            "videoChannelId": (None, str(site("", "GET", "/video-channels/humdinger")["id"])),
        },
    )
    site("zebulon", "POST", "/users/me/subscriptions", json={"uri": f"tewkesbury_hives@{host}"})
    asked = {"username": "ottoline", "password": _PASSWORD, "email": "ottoline@fortescue.example"}
    site("", "POST", "/users/registrations/request", json={**asked, "registrationReason": "To see Marrowbone's bees"})


def _indiscreet(answer: Answered) -> Answered:
    """Answers that break the contract, and say in strange places who the people are."""
    if answer.method != "GET" or answer.status != 200:
        return answer
    content, fields = answer.content, answer.fields
    if answer.path == "/api/v1/accounts" and b'"wilhelmina.q"' in content and b'"zebulon"' in content:
        content = content.replace(b'"createdAt":"', b'"createdAt":"zebulon, not ')
        fields = (
            *fields,
            ("X-Served-To", "wilhelmina.q, zebulon"),
            ("Link", "</accounts/wilhelmina.q/videos>; rel=next"),
        )
    if answer.path == "/api/v1/videos":
        content = content.replace(b'"nsfw":false', b'"nsfw":"Swarm at Grumblethorpe"')
    if answer.path.startswith("/feeds/"):
        content = content.replace(b"<title>", b"<heading>")
    if answer.path == "/api/v1/videos/licences":
        body = b'{"type":"about:blank","status":500,"detail":"no licence for mina@quatermain.example"}'
        return answer.with_content(body, "application/problem+json", 500)
    return Answered(answer.method, answer.target, answer.status, fields, content)


@contextmanager
def inhabited() -> Iterator[Inhabited]:
    """Starts an instance where people live, behind a proxy that makes some of its answers wrong."""
    with EmbeddedInstance(signup="approval") as instance:
        with closing(_Site(instance)) as site:
            _inhabit(site, instance.base_url.partition("://")[2])
        with altering(instance.base_url, _indiscreet) as base_url:
            yield Inhabited(base_url, instance.password)
