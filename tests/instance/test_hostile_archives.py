"""Whatever an archive holds, its import ends, others are answered meanwhile, and its owner may import again."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from peertube_conformance.fixtures.archives import MOST_BYTES
from tests.instance.conftest import Clock, MakePerson, Person
from tests.instance.hostile_archives import COMPLETED, FAILED, HOSTILE, bomb, of_json, written
from tests.instance.test_imports import begin, send

_GOOD = HOSTILE["good"][0]
_MOST_POLLS = 2000
Import = Callable[[bytes], list[str]]


@pytest.fixture
def newcomer(person: MakePerson) -> Person:
    return person(videoQuota=-1, channelName="birds")


@pytest.fixture
def imported(newcomer: Person, clock: Clock, caplog: pytest.LogCaptureFixture) -> Import:
    """Sends an archive in one piece; returns the states of its import until it ended. Nothing is logged as a defect."""

    def run(archive: bytes) -> list[str]:
        session = begin(newcomer, len(archive))
        assert session.status_code == 201, session.text
        assert send(newcomer, session, archive, 0, len(archive)).status_code == 200
        seen: list[str] = []
        while not seen or seen[-1] not in {COMPLETED, FAILED}:
            clock.advance(seconds=1)
            state = newcomer("GET", f"/users/{newcomer.id}/imports/latest").json()["state"]
            seen.append(state["label"])
            assert len(seen) < _MOST_POLLS
        assert not caplog.records, caplog.text
        return seen

    return run


@pytest.mark.parametrize("name", HOSTILE)
def test_an_import_ends_and_another_one_may_follow(name: str, imported: Import) -> None:
    archive, label = HOSTILE[name]
    assert imported(archive)[-1] == label
    assert imported(_GOOD)[-1] == COMPLETED


def test_others_are_answered_while_an_archive_is_unpacked(imported: Import) -> None:
    assert imported(written([bomb(800)])).count("Processing") > 2, "each of them is an answer in between"


def test_what_is_unpacked_is_never_all_of_it(imported: Import) -> None:
    archive = written([bomb(800)])
    tracemalloc.start()
    try:
        imported(archive)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * MOST_BYTES


def test_an_archive_that_fails_changes_nothing(newcomer: Person, imported: Import) -> None:
    before = newcomer("GET", "/users/me").json()
    account = {"displayName": "Changed", "description": "All of it."}
    assert imported(of_json({"account": account, "likes": "[" * 1000}))[-1] == FAILED
    assert newcomer("GET", "/users/me").json()["account"] == before["account"]


def test_a_defect_of_the_instance_ends_an_import_too(
    newcomer: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Iterator[None]:
        yield
        raise AssertionError

    monkeypatch.setattr("peertube_conformance.fixtures.instance.archive_reader.unpack", broken)
    session = begin(newcomer, len(_GOOD))
    assert send(newcomer, session, _GOOD, 0, len(_GOOD)).status_code == 200
    for _ in range(3):
        clock.advance(seconds=1)
        label = newcomer("GET", f"/users/{newcomer.id}/imports/latest").json()["state"]["label"]
    assert label == FAILED
    assert begin(newcomer, 10).status_code == 201


# Damaged ones and ones of other forms, drawn

_NAMES = (
    "displayName description archiveFiles avatar banner name support targetHandle videoUrl url lastTimecode type privacy "
    "channel passwords tags duration category licence language source inputFilename videoFile thumbnail autoPlayVideo "
    "nsfwPolicy videoLanguages notificationSettings newVideoFromSubscription commentsPolicy"
)
_MEMBERS = re.findall(r"\w+", _NAMES)
_SMALL = [archive for archive, _ in HOSTILE.values() if len(archive) < 2000]
_FILES = {
    "account": "",
    "user-settings": "",
    "channels": "channels",
    "following": "following",
    "videos": "videos",
    "likes": "likes",
    "video-playlists": "videoPlaylists",
    "video-history": "watchedVideos",
}
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(
        ["birds", "../a", "peertube/account.json", "birds@localhost:9000", "\ud800\udc00\ud800", 10**400]
    )
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=4),
    max_leaves=10,
)
_THINGS = st.dictionaries(st.sampled_from(_MEMBERS), _VALUES, max_size=8) | _VALUES


@st.composite
def _of_other_forms(draw: st.DrawFn) -> bytes:
    files: dict[str, Any] = {}
    for file in draw(st.lists(st.sampled_from(sorted(_FILES)), unique=True)):
        member = _FILES[file]
        things = draw(st.lists(_THINGS, max_size=3)) if member else draw(_THINGS)
        files[file] = {member: things} if member else things
    return of_json(files)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A whole one with bytes changed, left out, or put in."""
    content = bytearray(
        draw(st.sampled_from([_GOOD, *(archive for archive, _ in HOSTILE.values() if len(archive) < 2000)]))
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 8)))
        content[start:end] = draw(st.binary(max_size=8))
    return bytes(content) or b"\0"


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(archive=_damaged() | _of_other_forms())
@example(archive=of_json({"account": json.dumps({"displayName": "Ada", "archiveFiles": {"avatar": ["a"]}})}))
def test_every_import_ends_and_what_it_brought_can_be_read(
    archive: bytes, newcomer: Person, imported: Import
) -> None:
    assert imported(archive)[-1] in {COMPLETED, FAILED}
    # Each answer is held against the contract.
    for path in (
        "/users/me",
        "/users/me/videos",
        "/users/me/history/videos",
        f"/accounts/{newcomer.name}/video-channels",
        f"/accounts/{newcomer.name}/video-playlists",
    ):
        assert newcomer("GET", path).status_code == 200
