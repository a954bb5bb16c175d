"""Torrents of videos: what they say of the file, and who is told where it is."""

from __future__ import annotations

import re
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from peertube_conformance.fixtures import media
from peertube_conformance.fixtures.instance.torrents import pieces_of
from tests.instance.conftest import BASE_URL

CONTENT = media.mp4()


def decoded(torrent: bytes) -> dict[bytes, Any]:
    """What a metainfo file says (BEP 3), strict about its order."""
    value, rest = _decoded(torrent)
    assert rest == b""
    return value


def _decoded(text: bytes) -> tuple[Any, bytes]:
    if number := re.match(rb"i(0|-?[1-9]\d*)e", text):
        return int(number[1]), text[number.end() :]
    if length := re.match(rb"(0|[1-9]\d*):", text):
        end = length.end() + int(length[1])
        return text[length.end() : end], text[end:]
    kind, rest, found = text[:1], text[1:], []
    assert kind in {b"l", b"d"}, text
    while rest[:1] != b"e":
        value, rest = _decoded(rest)
        found.append(value)
    if kind == b"d":
        assert found[::2] == sorted(found[::2])
        return dict(zip(found[::2], found[1::2], strict=True)), rest[1:]
    return found, rest[1:]


@pytest.fixture
def owner(person):
    return person()


def file_of(owner, video: dict) -> dict:
    return owner("GET", f"/videos/{video['uuid']}").json()["files"][0]


def test_a_torrent_is_of_the_file(owner, upload, http):
    file = file_of(owner, upload(owner, "A/B & é"))
    answer = http.get(file["torrentUrl"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-bittorrent")
    said = decoded(answer.content)
    assert said[b"info"] == {
        b"length": len(CONTENT),
        b"name": "A-B & é 240p.mp4".encode(),
        b"piece length": 16384,
        b"pieces": sha1(CONTENT).digest(),
    }
    assert said[b"url-list"] == [file["fileUrl"].encode()]
    assert http.get(said[b"url-list"][0].decode()).content == CONTENT


def test_a_file_has_a_hash_for_each_of_its_pieces():
    assert pieces_of(b"") == b""
    content = bytes(16384) + b"end"
    assert pieces_of(content) == sha1(content[:16384]).digest() + sha1(b"end").digest()


def test_the_magnet_link_names_what_the_torrent_holds(owner, upload, http):
    file = file_of(owner, upload(owner, "Named"))
    link = urlsplit(file["magnetUri"])
    said = parse_qs(link.query, strict_parsing=True)
    torrent = http.get(file["torrentUrl"]).content
    info = re.search(rb"4:info(d.*?e)8:url-list", torrent, re.DOTALL)
    assert info
    assert link.scheme == "magnet"
    assert said == {
        "xs": [file["torrentUrl"]],
        "xt": [f"urn:btih:{sha1(info[1]).hexdigest()}"],
        "dn": ["Named"],
        "ws": [file["fileUrl"]],
    }


def test_a_torrent_can_be_saved_under_the_name_of_its_video(owner, upload, http):
    file = file_of(owner, upload(owner, "Named"))
    saved = http.get(file["torrentDownloadUrl"])
    assert saved.headers["content-disposition"] == 'attachment; filename="Named-240p.torrent"'
    assert saved.content == http.get(file["torrentUrl"]).content


def test_nobody_is_told_where_a_private_file_is(owner, upload, http):
    file = file_of(owner, upload(owner, "Private", 3))
    assert decoded(http.get(file["torrentUrl"]).content)[b"url-list"] == []
    assert "ws=" not in file["magnetUri"]


def test_a_torrent_goes_with_its_video(owner, upload, http):
    video = upload(owner, "Gone")
    file = file_of(owner, video)
    owner("DELETE", f"/videos/{video['uuid']}")
    answers = [http.get(file[name]).status_code for name in ("torrentUrl", "torrentDownloadUrl")]
    assert answers == [404, 404]
    assert http.get(f"{BASE_URL}/lazy-static/torrents/other.torrent").status_code == 404


def test_the_stream_of_a_rendition_has_a_torrent_of_its_own(owner, upload, http):
    shown = owner("GET", f"/videos/{upload(owner, 'Streamed')['uuid']}").json()
    stream = shown["streamingPlaylists"][0]["files"][0]
    said = decoded(http.get(stream["torrentUrl"]).content)
    assert said[b"info"][b"length"] == stream["size"]
    assert said[b"url-list"] == [stream["fileUrl"].encode()]
    assert stream["torrentUrl"] != shown["files"][0]["torrentUrl"]
