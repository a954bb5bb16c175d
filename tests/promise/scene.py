"""The instance as lies see it: people and their resources, the run's resources, and who may be shown how.

The one thing that no lie does: to show somebody else's resource under the run's own names both where it is created and
where it is read back. Nobody could distinguish it from an own one. So a plan has the people in two halves. Only
resources of the one half are shown where the run creates something; only those of the other half are shown under the
run's own names where they are read, and where something of the first half is truly what is read, nothing is shown under
own names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from peertube_conformance.fixtures.instance.startup_settings import ADMIN_NAME
from tests.promise.filled_instance import FilledInstance
from tests.promise.in_process import InProcess


@dataclass(frozen=True, slots=True)
class Shape:
    """The result of a creation: its table, and the response that names a row."""

    table: str
    answer: Callable[[Any], dict[str, Any]]


def _video(row: Any) -> dict[str, Any]:
    return {"video": {"id": row.id, "uuid": row.uuid, "shortUUID": row.short_uuid}}


_SHAPES: tuple[tuple[str, Shape], ...] = (
    (r"POST /users", Shape("users", lambda row: {"user": {"id": row.id, "account": {"id": row.account_id}}})),
    (r"POST /videos/upload", Shape("videos", _video)),
    (r"PUT /videos/upload-resumable", Shape("videos", _video)),
    (r"POST /video-channels", Shape("channels", lambda row: {"videoChannel": {"id": row.id}})),
    (
        r"POST /video-playlists",
        Shape(
            "playlists", lambda row: {"videoPlaylist": {"id": row.id, "uuid": row.uuid, "shortUUID": row.short_uuid}}
        ),
    ),
    (
        r"POST /videos/[^/]+/comment-threads",
        Shape("comments", lambda row: {"comment": {"id": row.id, "text": row.text}}),
    ),
    (r"POST /users/[^/]+/exports/request", Shape("exports", lambda row: {"export": {"id": row.id}})),
    (r"PUT /users/[^/]+/imports/import-resumable", Shape("imports", lambda row: {"userImport": {"id": row.id}})),
    (
        r"POST /users/registrations/request",
        Shape("registrations", lambda row: {"id": row.id, "username": row.username, "email": row.email}),
    ),
)
# How the API names rows in paths: a pattern with the id as its group, the table, and the path's forms of an id.
_PATHS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"/users/(\d+)(?=/|$)", "users", ("id",)),
    (r"/accounts/([^/]+)", "users", ("username",)),
    (r"/video-channels/([^/]+)", "channels", ("name",)),
    (r"/video-playlists/([^/]+)", "playlists", ("id", "uuid", "short_uuid")),
    (r"/videos/([^/]+)", "videos", ("uuid", "id", "short_uuid")),
)
# The member that is a row's name, by table; runs name their own resources by it.
_NAMES: Mapping[str, str] = {
    "users": "username",
    "channels": "name",
    "videos": "name",
    "playlists": "display_name",
    "comments": "text",
}


def shape_of(method: str, path: str) -> Shape | None:
    """The shape of what this request creates, None where it creates nothing."""
    called = f"{method} {path.removeprefix('/api/v1')}"
    return next((shape for pattern, shape in _SHAPES if re.fullmatch(pattern, called)), None)


class Scene:
    """The instance as lies see it. `half` says which people are shown where the run creates something: those with an
    even (0) or an odd (1) place among the people."""

    def __init__(self, filled: FilledInstance, half: int) -> None:
        self.filled = filled
        self.half = half
        self._http = httpx.Client(transport=InProcess(filled.app), base_url=filled.instance.base_url)

    def victims(self, group: str) -> list[str]:
        """The names of the people whom a lie of this group may show. The given administrator is not among those whose
        sessions are shown to whoever signs in: another session of it is a session of it."""
        wanted = {"created": self.half, "read": 1 - self.half}.get(group)
        names = [name for place, name in enumerate(self.filled.people) if wanted is None or place % 2 == wanted]
        return names if group == "created" else [*names, ADMIN_NAME]

    def person(self, group: str, victim: int) -> Any:
        """The row of the victim; None where somebody has deleted it meanwhile."""
        names = self.victims(group)
        return self.filled.state.users.by("username", names[victim % len(names)])

    def things(self, table: str, group: str, victim: int) -> list[Any]:
        """The rows of the victim; where it has none, those of the next person whom the lie may show."""
        names = self.victims(group)
        turned = names[victim % len(names) :] + names[: victim % len(names)]
        for name in turned:
            user = self.filled.state.users.by("username", name)
            if user is not None and (found := self._of(table, user)):
                return found
        if table == "registrations":
            parity = {"created": self.half, "read": 1 - self.half}.get(group)
            known = self.filled.before.tables[table]
            rows = [row for row in self.filled.state.registrations if row.id in known]
            return [row for row in rows if parity is None or row.id % 2 == parity]
        return []

    def _of(self, table: str, user: Any) -> list[Any]:
        state, known = self.filled.state, self.filled.before.tables[table]
        if table == "users":
            return [user]
        if table == "registrations":
            return []
        rows = [row for row in getattr(state, table) if row.id in known]
        if table == "videos":
            own = {row.id for row in state.channels if row.user_id == user.id}
            return [row for row in rows if row.channel_id in own]
        return [row for row in rows if row.user_id == user.id]

    def session(self, group: str, victim: int) -> Any:
        """A session of the victim, None without one."""
        user = self.person(group, victim)
        return user and self.filled.state.tokens.find(lambda token: token.user_id == user.id)

    def own(self, table: str) -> Any:
        """The newest row that the run made."""
        rows = self.filled.new_rows(table)
        return rows[-1] if rows else None

    def ask(self, path: str, token: str = "") -> Any:
        """The instance's true response, as JSON; None where it refuses."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._http.get(path, headers=headers)
        try:
            return answer.json() if answer.is_success else None
        except ValueError:
            return None

    def me(self, group: str, victim: int) -> Any:
        """The true response to the victim's reading of its own user."""
        token = self.session(group, victim)
        return token and self.ask("/api/v1/users/me", token.access_token)

    def is_shown_where_created(self, path: str, token: str, body: str) -> bool:
        """Whether the resource truly read here belongs to those who may be shown where the run creates something."""
        names = set(self.victims("created"))
        ids = {user.id: user for user in self.filled.state.users if user.username in names}
        signed_in = self.filled.state.tokens.by("access_token", token)
        if signed_in is not None and signed_in.user_id in ids:
            return True
        named = {name for user in ids.values() for name in self._names_of(user)}
        return any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", body + path) for name in named)

    def _names_of(self, user: Any) -> list[str]:
        return [user.username, *(row.name for row in self._of("channels", user))]

    def names_as_own(self, victim: int) -> dict[str, str]:
        """Maps every name of the victim and its resources to the name of the run's newest resource of that kind."""
        found: dict[str, str] = {}
        for table, member in _NAMES.items():
            own = self.own(table)
            if own is not None:
                for row in self.things(table, "read", victim):
                    found[getattr(row, member)] = getattr(own, member)
        return found

    def ids_swapped(self, value: Any, victim: int) -> Any:
        """The value with the ids of the victim's resources in every object that has a name or id of an own one."""
        if isinstance(value, list):
            return [self.ids_swapped(each, victim) for each in value]
        if not isinstance(value, dict):
            return value
        changed = {key: self.ids_swapped(each, victim) for key, each in value.items()}
        for table in ("users", "channels", "videos", "playlists"):
            if self._is_own(table, value):
                rows = self.things(table, "read", victim)
                changed.update(_ids(table, rows[0], changed) if rows else {})
        return changed

    def _is_own(self, table: str, value: Mapping[str, Any]) -> bool:
        member = {"users": "username", "channels": "name"}.get(table, "uuid")
        return value.get(member) in {getattr(row, member) for row in self.filled.new_rows(table)}

    def owners_swapped(self, value: Any, victim: int) -> Any:
        """The value with the victim's account and channel in place of every other."""
        user = self.person("any", victim)
        if user is None:
            return value
        if isinstance(value, list):
            return [self.owners_swapped(each, victim) for each in value]
        if not isinstance(value, dict):
            return value
        changed = {}
        for key, each in value.items():
            if key in {"account", "ownerAccount"} and isinstance(each, dict):
                changed[key] = {**each, "id": user.account_id, "name": user.username, "userId": user.id}
            elif key in {"channel", "videoChannel"} and isinstance(each, dict) and self._of("channels", user):
                channel = self._of("channels", user)[0]
                changed[key] = {**each, "id": channel.id, "name": channel.name}
            else:
                changed[key] = self.owners_swapped(each, victim)
        return changed

    def anothers(self, path: str, token: str, group: str, victim: int) -> Any:
        """The instance's response where the path names a resource of the victim in place of an own one."""
        changed = self._path(path, lambda table: self.things(table, group, victim), is_own=True)
        return None if changed is None else self.ask(changed, token)

    def own_instead(self, path: str, token: str, victim: int) -> Any:
        """The instance's response where the path names the run's newest resource in place of the victim's."""
        named = self._path(path, lambda table: [row for row in [self.own(table)] if row], is_own=False, victim=victim)
        return None if named is None else self.ask(named, token)

    def path_of_another(self, path: str, victim: int) -> str:
        """The path with a resource of the victim in it; where it names none, the victim's own path."""
        changed = self._path(path, lambda table: self.things(table, "any", victim), is_own=None)
        user = self.person("any", victim)
        return changed or f"/api/v1/users/{user.id if user else 2}"

    def _path(self, path: str, rows: Callable[[str], list[Any]], *, is_own: bool | None, victim: int = 0) -> str | None:
        for pattern, table, members in _PATHS:
            found = re.search(rf"^/api/v1{pattern}", path)
            if found is None or not (chosen := rows(table)):
                continue
            named = self._row(table, members, found[1])
            if named is None and is_own is not None:
                continue
            if is_own is not None and named is not None:
                theirs = self.things(table, "read", victim)
                if is_own is (named.id in self.filled.before.tables[table]) or (not is_own and named not in theirs):
                    continue
            value = getattr(chosen[0], members[0])
            return f"{path[: found.start(1)]}{value}{path[found.end(1) :]}"
        return None

    def _row(self, table: str, members: tuple[str, ...], value: str) -> Any:
        return getattr(self.filled.state, table).find(
            lambda row: value in {str(getattr(row, member)) for member in members}
        )


def _ids(table: str, row: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    ids: dict[str, Any] = {"id": row.id, "uuid": getattr(row, "uuid", ""), "shortUUID": getattr(row, "short_uuid", "")}
    if table == "users" and "username" not in value:
        ids |= {"id": row.account_id, "userId": row.id}
    found = {name: each for name, each in ids.items() if name in value}
    if table == "users" and isinstance(value.get("account"), dict):
        found["account"] = {**value["account"], "id": row.account_id}
    return found
