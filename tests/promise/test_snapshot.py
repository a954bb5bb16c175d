"""The comparison of snapshots reports everything of other people that is gone, changed or new, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from peertube_conformance.fixtures.instance.accounts import user_creation
from peertube_conformance.fixtures.instance.models import notifications
from peertube_conformance.fixtures.instance.models.comments import Comment
from peertube_conformance.fixtures.instance.models.notifications import Kind, Notification
from peertube_conformance.fixtures.instance.models.users import Role, Token
from peertube_conformance.fixtures.instance.models.videos import Rate
from tests.promise.filled_instance import FilledInstance, tables
from tests.promise.population import LATE_APPLICANTS, NEWCOMERS, PEOPLE
from tests.promise.snapshot import MAY_APPEAR, MAY_CHANGE, Difference, harm

TABLES = (
    *("users", "tokens", "registrations", "playlists", "channels", "subscriptions", "notifications", "history"),
    *("exports", "imports", "videos", "rates", "uploads", "comments"),
)
_EXEMPT = {(one.table, one.member) for one in MAY_CHANGE}


def differences(filled: FilledInstance) -> list[Difference]:
    return harm(filled.before, filled.snapshot())


def a_row(filled: FilledInstance, table: str) -> Any:
    return next(iter(getattr(filled.state, table)))


def test_every_table_of_the_instance_has_rows_of_people(filled: FilledInstance) -> None:
    assert tuple(sorted(name for name, _ in tables(filled.state))) == tuple(sorted(TABLES))
    assert [name for name, table in tables(filled.state) if not len(table)] == []
    assert filled.before.tables["files"]
    assert filled.before.tables["pictures"]


def test_the_people_are_those_whom_runs_were_seen_to_harm(filled: FilledInstance) -> None:
    users = {user.username: user for user in filled.state.users}
    assert len(PEOPLE) >= 10
    assert {"root", "zzptcabc123", "ptcabba", "ptcabel2", "ptcabcdef.smith"} <= users.keys()
    assert users["zzptcabc123"].avatars
    assert users["root"].avatars
    assert sorted({(user.role, user.username) for user in users.values() if user.role != Role.USER}) == [
        (Role.ADMINISTRATOR, "ada"),
        (Role.ADMINISTRATOR, "root"),
        (Role.MODERATOR, "moira"),
    ]
    assert {video.privacy for video in filled.state.videos} == {1, 2, 3, 4, 5}
    assert any(not upload.complete for upload in filled.state.uploads)
    assert filled.state.users.by("username", "frank").blocked  # type: ignore[union-attr]


def test_nothing_happened(filled: FilledInstance) -> None:
    assert differences(filled) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_gone_is_named(filled: FilledInstance, table: str) -> None:
    row = a_row(filled, table)
    getattr(filled.state, table).remove(row)
    assert [(one.table, one.row) for one in differences(filled)] == [(table, row.id)]
    assert "is gone" in str(differences(filled)[0])


@pytest.mark.parametrize("table", TABLES)
def test_every_member_that_changes_is_named(filled: FilledInstance, table: str) -> None:
    row = a_row(filled, table)
    members = {name for name in vars(row) if name != "id" and not name.startswith("_")}
    for member in members:
        setattr(row, member, _other(getattr(row, member)))
    reported = {str(one).partition(" was ")[0] for one in differences(filled) if one.row == row.id}
    assert reported == {f"{table} {row.id}: {member}" for member in members if (table, member) not in _EXEMPT}


def _other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes | bytearray):
        return bytes(value) + b"x"
    if isinstance(value, list):
        return [*value, "x"]
    if isinstance(value, dict):
        return {**value, "x": 1}
    if isinstance(value, set):
        return {*value, "x"}
    return value + timedelta(seconds=1) if hasattr(value, "isoformat") else "x"


def test_every_file_and_picture_that_is_gone_or_changed_is_named(filled: FilledInstance) -> None:
    path, picture = next(iter(filled.state.pictures._kept.items()))
    filled.state.pictures._kept[path] = picture._replace(data=picture.data + b"x")
    assert [(one.table, one.row) for one in differences(filled)] == [("pictures", path)]
    filled.state.pictures.forget(path)
    assert [(one.table, one.row) for one in differences(filled)] == [("pictures", path)]
    filled.restore()
    file = next(file for file in filled.state.storage.rglob("*") if file.is_file())
    name = str(file.relative_to(filled.state.storage))
    file.write_bytes(file.read_bytes() + b"x")
    assert [(one.table, one.row) for one in differences(filled)] == [("files", name)]
    file.unlink()
    assert [(one.table, one.row) for one in differences(filled)] == [("files", name)]


def test_the_configuration_counts(filled: FilledInstance) -> None:
    filled.state.custom_config["instance"]["name"] = "Mine"
    assert [(one.table, one.row) for one in differences(filled)] == [("configuration", "instance")]


def test_mail_and_secrets_for_others_count_and_those_for_new_accounts_do_not(filled: FilledInstance) -> None:
    new = newcomer(filled)
    filled.outbox.send("bob@example.org", "Hello", "Text")
    filled.outbox.send(new.email, "Hello", "Text")
    filled.state.vault.issue("reset-password", filled.household.user("bob").id)
    filled.state.vault.issue("reset-password", new.id)
    reported = [str(one) for one in differences(filled)]
    assert len(reported) == 2
    assert "its recipient is bob@example.org" in reported[1]
    assert reported[0].startswith(f"secrets reset-password {filled.household.user('bob').id}: is new")


def newcomer(filled: FilledInstance) -> Any:
    return user_creation.create_user(
        filled.instance, username="ptc0a1b2cuser_1", email="1@harness.example.com", password_hash="x"
    )


def test_what_belongs_to_a_new_account_is_no_harm(filled: FilledInstance) -> None:
    new = newcomer(filled)
    now = filled.instance.now()
    filled.state.tokens.add(_token(filled, new.id))
    notifications.registered(filled.instance, new)
    assert len(filled.new_rows("notifications")) == 3
    filled.state.users.get(1).last_login_date = now  # type: ignore[union-attr]
    filled.state.tokens.add(_token(filled, 1))
    next(iter(filled.state.videos)).views += 1
    assert differences(filled) == []


def _token(filled: FilledInstance, user: int) -> Token:
    now = filled.instance.now()
    return Token(
        user_id=user,
        access_token=f"a{user}",
        refresh_token=f"r{user}",
        access_token_expires_at=now,
        refresh_token_expires_at=now,
    )


def test_what_is_new_with_others_is_named(filled: FilledInstance) -> None:
    bob, now = filled.household.user("bob"), filled.instance.now()
    video = next(iter(filled.state.videos))
    new = newcomer(filled)
    filled.state.tokens.add(_token(filled, bob.id))
    filled.state.rates.add(Rate(user_id=new.id, video_id=video.id, rating="like", created_at=now))
    filled.state.comments.add(
        Comment(user_id=bob.id, video_id=video.id, text="I never said this.", created_at=now, updated_at=now)
    )
    filled.state.notifications.add(
        Notification(user_id=bob.id, kind=Kind.NEW_FOLLOW, created_at=now, updated_at=now, about_user_id=2)
    )
    assert {one.table for one in differences(filled)} == {"tokens", "rates", "comments", "notifications"}


def test_each_exemption_has_a_reason_and_is_of_a_table_that_there_is() -> None:
    for one in (*MAY_CHANGE, *MAY_APPEAR):
        assert one.table in TABLES
        assert len(one.reason.split()) >= 4


def test_a_restored_instance_is_as_it_was_and_gives_the_ids_again(filled: FilledInstance) -> None:
    before = filled.before
    first = newcomer(filled).id
    bob = filled.household.user("bob")
    filled.state.delete_user(bob)
    filled.restore()
    assert filled.before == before
    assert newcomer(filled).id == first


def test_people_who_sign_up_after_a_backup_was_restored_have_the_ids_of_a_run(filled: FilledInstance) -> None:
    made_by_run = newcomer(filled)
    for _ in range(2):
        began = filled.instance.now()
        filled.restore_backup()
        assert differences(filled) == []
        now = filled.state.users.get(made_by_run.id)
        assert now is not None
        assert now.username == NEWCOMERS[0].name
        assert now.created_at >= began
    names = {row.username for row in filled.state.registrations}
    assert set(LATE_APPLICANTS) <= names
    assert differences(filled) == []
