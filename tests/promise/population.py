"""The people on an instance who are no part of any run, and their resources."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from peertube_conformance.fixtures.instance.application import Application
from peertube_conformance.fixtures.instance.startup_settings import ADMIN_NAME
from peertube_conformance.fixtures.media import generated_files as media
from tests.promise.in_process import InProcess

PASSWORD = "a person's password"
ROOT_PASSWORD = "the administrator's password"


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account: name, role as the API numbers it, and which of the rarer resources they have."""

    name: str
    role: int = 2
    avatar: bool = False
    channel_pictures: bool = False
    privacies: Sequence[int] = (1,)
    archive: bool = False  # an export
    imported: bool = False
    unfinished: bool = False  # an upload that was begun
    blocked: bool = False


PEOPLE = (
    Person("ada", role=0, avatar=True, archive=True),
    Person("moira", role=1, avatar=True),
    Person("zzptcabc123", avatar=True, channel_pictures=True),  # contains what begins the names of runs
    Person("ptcabba"),  # begins like the names of a run whose id is cut short
    Person("ptcabel2", avatar=True),
    Person("ptcabcdef.smith", avatar=True, unfinished=True),  # looks like a name of a run in every way
    Person("bob", avatar=True, channel_pictures=True, privacies=(1, 2, 3, 4, 5), archive=True, unfinished=True),
    Person("carol", privacies=(2, 3), unfinished=True),
    Person("dave", avatar=True, imported=True),
    Person("erin", avatar=True, channel_pictures=True, archive=True, imported=True, unfinished=True),
    Person("frank", blocked=True),
    Person("grace", privacies=()),
)
APPLICANTS = ("harriet", "ptcab", "ivan")
# People who sign up after a backup was restored; they have more of everything than a run makes before it is killed.
NEWCOMERS = tuple(
    Person(
        f"newcomer{number}",
        role=(0, 1, 2, 2, 2, 2)[number % 6],
        avatar=number % 2 == 0,
        channel_pictures=number % 3 == 0,
        archive=True,
        unfinished=number % 4 == 0,
    )
    for number in range(14)
)
LATE_APPLICANTS = tuple(f"latecomer{number}" for number in range(6))


class Household:
    """Creates people and their resources through the API of an application, and keeps their sessions."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.http = httpx.Client(transport=InProcess(app), base_url=app.instance.base_url)
        self.tokens: dict[str, str] = {}

    def move_in(self, people: Sequence[Person], applicants: Sequence[str]) -> None:
        """Creates all people with their resources, then their actions on each other's resources."""
        if ADMIN_NAME not in self.tokens:
            self.sign_in(ADMIN_NAME, ROOT_PASSWORD)
            self._picture(ADMIN_NAME, "/users/me/avatar/pick", "avatarfile")
        for person in people:
            self._make(person)
        public = [video for person in people for video in self._videos(person)]
        self._finish_jobs()
        for person, neighbour in zip(people, [*people[1:], people[0]], strict=True):
            self._meet(person, neighbour, public)
        for name in applicants:
            body = {"username": name, "password": PASSWORD, "email": f"{name}@example.org"}
            self("", "POST", "/users/registrations/request", json={**body, "registrationReason": "I ask."})
        self._finish_jobs()
        for person in people:
            self._archives(person)
        self._finish_jobs()
        for person in people:
            if person.blocked:
                number = self.user(person.name).id
                self(ADMIN_NAME, "POST", f"/users/{number}/block", json={"reason": "Spam."})

    def __call__(self, name: str, method: str, path: str, **how: Any) -> httpx.Response:
        """Sends a request below `/api/v1` as a signed-in person, or anonymously; it must succeed."""
        headers = how.pop("headers", {})
        if name:
            headers["Authorization"] = f"Bearer {self.tokens[name]}"
        answer = self.http.request(method, f"/api/v1{path}", headers=headers, **how)
        assert answer.is_success, (name, method, path, answer.status_code, answer.text)
        return answer

    def sign_in(self, name: str, password: str) -> None:
        """Signs the person in and keeps the token."""
        client = self("", "GET", "/oauth-clients/local").json()
        form = {**client, "grant_type": "password", "username": name, "password": password}
        self.tokens[name] = self("", "POST", "/users/token", data=form).json()["access_token"]

    def user(self, name: str) -> Any:
        """The person's row."""
        return self.app.instance.state.users.by("username", name)

    def channel(self, name: str) -> Any:
        """The row of the person's first channel."""
        number = self.user(name).id
        return self.app.instance.state.channels.find(lambda one: one.user_id == number)

    def _make(self, person: Person) -> None:
        body = {
            "username": person.name,
            "password": PASSWORD,
            "email": f"{person.name}@example.org",
            "role": person.role,
            "channelName": f"{person.name}_home",
        }
        self(ADMIN_NAME, "POST", "/users", json=body)
        self.sign_in(person.name, PASSWORD)
        if person.avatar:
            self._picture(person.name, "/users/me/avatar/pick", "avatarfile")
        if person.channel_pictures:
            self._picture(person.name, f"/video-channels/{person.name}_home/avatar/pick", "avatarfile")
            self._picture(person.name, f"/video-channels/{person.name}_home/banner/pick", "bannerfile")

    def _picture(self, name: str, path: str, field: str) -> None:
        self(name, "POST", path, files={field: ("picture.png", media.png(), "image/png")})

    def _videos(self, person: Person) -> list[str]:
        """Uploads one of each of the person's privacies; returns the UUIDs of those that are public."""
        public = []
        for privacy in person.privacies:
            fields = {
                "channelId": self.channel(person.name).id,
                "name": f"{person.name}'s video {privacy}",
                "privacy": privacy,
                **({"videoPasswords[0]": PASSWORD} if privacy == 5 else {}),
            }
            files = {"videofile": ("video.mp4", media.mp4(seed=privacy), media.MP4_TYPE)}
            made = self(person.name, "POST", "/videos/upload", data=fields, files=files).json()["video"]
            if privacy == 1:
                public.append(made["uuid"])
        if person.unfinished:
            headers = {"X-Upload-Content-Length": "1000", "X-Upload-Content-Type": "video/mp4"}
            body = {"channelId": self.channel(person.name).id, "name": "unfinished", "filename": "half.mp4"}
            begun = self(person.name, "POST", "/videos/upload-resumable", json=body, headers=headers)
            upload = begun.headers["location"].partition("upload_id=")[2]
            state = self.app.instance.state
            state.uploads.by("upload_id", upload).content.extend(b"x" * 500)  # type: ignore[union-attr]
        return public

    def _meet(self, person: Person, neighbour: Person, public: Sequence[str]) -> None:
        name = person.name
        handle = f"{neighbour.name}_home@{self.app.instance.host}"
        self(name, "POST", "/users/me/subscriptions", json={"uri": handle})
        playlist = {"displayName": f"{name}'s playlist", "privacy": 1, "videoChannelId": self.channel(name).id}
        self(name, "POST", "/video-playlists", files={key: (None, str(of)) for key, of in playlist.items()})
        for number, video in enumerate(public[:2]):
            self(name, "POST", f"/videos/{video}/comment-threads", json={"text": f"{name} says {number}."})
            rating = "like" if number else "dislike"
            self(name, "PUT", f"/videos/{video}/rate", json={"rating": rating})
            self(name, "PUT", f"/videos/{video}/watching", json={"currentTime": number})

    def _archives(self, person: Person) -> None:
        number = self.user(person.name).id
        if person.archive:
            self(person.name, "POST", f"/users/{number}/exports/request", json={"withVideoFiles": False})
        if person.imported:
            content = b"no archive, which is as good: the import is there, and has failed"
            headers = {"X-Upload-Content-Length": str(len(content)), "X-Upload-Content-Type": "application/zip"}
            path = f"/users/{number}/imports/import-resumable"
            begun = self(person.name, "POST", path, json={"filename": "mine.zip"}, headers=headers)
            upload = begun.headers["location"].partition("upload_id=")[2]
            self(person.name, "PUT", f"{path}?upload_id={upload}", content=content,
                 headers={"Content-Type": "application/octet-stream"})  # fmt: skip

    def _finish_jobs(self) -> None:
        """Runs the background jobs of the instance now."""
        jobs = self.app.instance._jobs
        while jobs:
            _, _, job = heapq.heappop(jobs)
            job()
