"""Snapshots of an instance, and the comparison that finds harm to other people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from peertube_conformance.fixtures.instance.storage.state import State, Table

# Members of a row that name another row, and the table it is in.
REFERENCES: Mapping[str, str] = {
    "user_id": "users",
    "about_user_id": "users",
    "channel_id": "channels",
    "video_id": "videos",
    "comment_id": "comments",
    "origin_id": "comments",
    "subscription_id": "subscriptions",
}
# The tables that a secret of the vault belongs to, by the purpose's last word.
_PURPOSES = {"registration": "registrations"}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A difference that is no harm, with the reason."""

    table: str
    member: str
    reason: str


# Members that may change on somebody else's row.
MAY_CHANGE = (
    Exemption("videos", "views", "a counter: whoever reads a video may be counted"),
    Exemption("videos", "viewers", "a counter: who was seen watching, by whom views are counted"),
    Exemption("videos", "counted", "a counter: whose view was counted"),
    Exemption("users", "last_login_date", "the given administrator is signed in as"),
)
# New rows that may name somebody else's row by this member.
MAY_APPEAR = (
    Exemption("notifications", "user_id", "moderators are told of the run's accounts: all else that it names is new"),
    Exemption("tokens", "user_id", "the run's own session as the administrator that it was given: user 1"),
)
_GIVEN_USER = 1

Tables = dict[str, dict[int | str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows by table and id, in plain values.

    Data without a table has other keys: `pictures` and `files` by path, `secrets` by owner, `configuration`, `names`,
    and `mail` by the number of the mail.
    """

    tables: Tables


@dataclass(frozen=True, slots=True)
class Difference:
    """A changed row or file, and what of it changed."""

    table: str
    row: int | str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}"


def taken(state: State, mail: Sequence[str] = ()) -> Snapshot:
    """Takes a snapshot of every table that the instance has."""
    found: Tables = {
        name: {row.id: _members(row) for row in table}
        for name, table in vars(state).items()
        if isinstance(table, Table)
    }
    found["pictures"] = {path: {"content": plain(kept)} for path, kept in state.pictures._kept.items()}
    found["secrets"] = {
        f"{purpose} {owner}": {"secret": plain(kept.secret), "owner": owner, "purpose": purpose}
        for (purpose, owner), kept in state.vault._kept.items()
    }
    found["configuration"] = {name: {"value": plain(value)} for name, value in state.custom_config.items()}
    found["names"] = {name: {} for name in state.retired_names}
    found["mail"] = {number: {"to": address} for number, address in enumerate(mail)}
    found["files"] = {
        str(file.relative_to(state.storage)): {"content": plain(file.read_bytes())}
        for file in sorted(state.storage.rglob("*"))
        if file.is_file()
    }
    return Snapshot(found)


def plain(value: Any) -> Any:
    """Converts the value to JSON; contents to their digest."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return _members(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return [plain(each) for each in value]


def _members(row: Any) -> dict[str, Any]:
    return {each.name: plain(getattr(row, each.name)) for each in fields(row)}


def harm(before: Snapshot, after: Snapshot) -> list[Difference]:
    """The rows and files that differ from `before`, and what was added to them by nobody of the people."""
    return [*_lost(before, after), *_added(before, after)]


def _lost(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    exempt = {(one.table, one.member) for one in MAY_CHANGE}
    for table, rows in before.tables.items():
        now = after.tables.get(table, {})
        for key, row in rows.items():
            found = now.get(key)
            if found is None:
                yield Difference(table, key, f"is gone ({_named(row)})")
                continue
            for member in sorted(row.keys() | found.keys()):
                if row.get(member) != found.get(member) and (table, member) not in exempt:
                    was, has = _short(row.get(member)), _short(found.get(member))
                    yield Difference(table, key, f"{member} was {was}, is {has} ({_named(row)})")


def _added(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for table, rows in after.tables.items():
        known = before.tables.get(table, {})
        for key, row in rows.items():
            if key in known:
                continue
            for member, other in _foreign(before, table, row):
                if not _may_appear(before, table, member, row):
                    yield Difference(table, key, f"is new, and its {member} is {other}")


def _foreign(before: Snapshot, table: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The members of a row that name something that was there before."""
    users = before.tables["users"]
    if table == "mail" and row["to"].lower() in {user["email"].lower() for user in users.values()}:
        yield "recipient", row["to"]
    if table == "secrets":
        kind = _PURPOSES.get(row["purpose"].rpartition("-")[2], "users")
        if row["owner"] in before.tables[kind]:
            yield "owner", f"{kind} {row['owner']}"
    for member, value in row.items():
        kind = REFERENCES.get(member, "")
        if kind and value in before.tables[kind]:
            yield member, f"{kind} {value} ({_named(before.tables[kind][value])})"


def _may_appear(before: Snapshot, table: str, member: str, row: Mapping[str, Any]) -> bool:
    if (table, member) not in {(one.table, one.member) for one in MAY_APPEAR}:
        return False
    if table == "tokens":
        return bool(row[member] == _GIVEN_USER)
    about = {other: row[other] for other in row.keys() & REFERENCES.keys() - {member} if row[other] is not None}
    return bool(about) and not any(value in before.tables[REFERENCES[other]] for other, value in about.items())


def _named(row: Mapping[str, Any]) -> str:
    names = (row.get(member) for member in ("username", "name", "display_name", "filename", "upload_id", "text"))
    return next((str(name) for name in names if name), "unnamed")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
