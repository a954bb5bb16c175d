"""Files of videos: whole and in part, for everybody and for some, played and saved."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from peertube_conformance.fixtures import media

CONTENT = media.mp4()


@pytest.fixture
def owner(person):
    return person()


def file_of(owner, video: dict) -> dict:
    return owner("GET", f"/videos/{video['uuid']}").json()["files"][0]


@pytest.fixture
def public(owner, upload):
    return file_of(owner, upload(owner, "Public"))["fileUrl"]


@pytest.mark.parametrize(
    ("wanted", "first", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=0-0", 0, 1),
        ("bytes=1470-", 1470, 1477),
        ("bytes=-10", 1467, 1477),
        ("bytes=-99999", 0, 1477),
        ("bytes=1000-99999", 1000, 1477),
    ],
)
def test_a_range_is_exactly_that_part(public, http, wanted, first, end):
    answer = http.get(public, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/1477"
    assert answer.content == CONTENT[first:end]


@pytest.mark.parametrize("wanted", ["bytes=1477-", "bytes=5000-6000", "bytes=-0", "bytes=9-5"])
def test_a_range_without_a_byte_cannot_be_satisfied(public, http, wanted):
    answer = http.get(public, headers={"Range": wanted})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1477")


@pytest.mark.parametrize("wanted", ["items=0-5", "bytes=a-b", "bytes=-", "bytes=0-1,4-5", ""])
def test_what_is_no_single_range_gets_the_whole(public, http, wanted):
    answer = http.get(public, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_a_range_can_depend_on_the_file(public, http):
    tag = http.get(public).headers["etag"]
    part = {"Range": "bytes=0-3"}
    assert http.get(public, headers={**part, "If-Range": tag}).status_code == 206
    assert http.get(public, headers={**part, "If-Range": '"another"'}).status_code == 200
    assert http.get(public, headers={"If-None-Match": tag}).status_code == 304
    head = http.head(public, headers=part)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "1477", b"")


@pytest.mark.parametrize(
    ("name", "status"), [("nothing.mp4", 404), ("..%2Fsecret", 403), ("..%5Csecret", 403), ("a%00b", 400)]
)
def test_names_lead_nowhere_else(http, name, status):
    assert http.get(f"/static/web-videos/{name}").status_code == status


@pytest.mark.parametrize("privacy", [3, 4, 5])
def test_private_files_need_a_reason(owner, person, upload, http, privacy):
    protected = {"videoPasswords[]": ["secret", "other"]} if privacy == 5 else {}
    video = upload(owner, "Private", privacy, **protected)
    file = file_of(owner, video)
    path = file["fileUrl"].removeprefix("http://localhost:9000")
    assert path.startswith("/static/web-videos/private/")

    def got(by=None, address: str = path, **headers: str) -> int:
        bearer = {"Authorization": f"Bearer {by.tokens['access_token']}"} if by else {}
        return http.get(address, headers={**bearer, **headers}).status_code

    stranger = 200 if privacy == 4 else 403
    assert [got(), got(owner), got(person(role=1)), got(person())] == [403, 200, 200, stranger]
    token = owner("POST", f"/videos/{video['uuid']}/token").json()["files"]["token"]
    assert got(address=f"{path}?videoFileToken={token}") == 200
    assert got(address=f"{path}?videoFileToken=wrong") == 403
    other = owner("POST", f"/videos/{upload(owner, 'Second')['uuid']}/token").json()["files"]["token"]
    assert got(address=f"{path}?videoFileToken={other}") == 403
    password = {"x-peertube-video-password": "secret"}
    assert got(**password) == (200 if privacy == 5 else 401)
    public = path.replace("/private/", "/")
    assert got(owner, public) == 404
    saved = file["fileDownloadUrl"].removeprefix("http://localhost:9000")
    assert [got(address=saved), got(owner, saved)] == [403, 200]
    assert got(address=f"{saved}?videoFileToken={token}") == 200


def test_a_token_ends(owner, upload, http, clock):
    video = upload(owner, "Private", 3)
    answer = owner("POST", f"/videos/{video['uuid']}/token").json()["files"]
    address = f"{file_of(owner, video)['fileUrl']}?videoFileToken={answer['token']}"
    clock.advance(hours=7, minutes=59)
    assert http.get(address).status_code == 200
    clock.advance(minutes=2)
    assert http.get(address).status_code == 403


def test_tokens_are_for_who_may_see_the_video(owner, person, upload, http):
    public, hidden = upload(owner, "Public"), upload(owner, "Private", 3)
    protected = upload(owner, "Guarded", 5, **{"videoPasswords[]": ["secret", "other"]})
    assert http.post(f"/api/v1/videos/{public['uuid']}/token").status_code == 401
    assert person()("POST", f"/videos/{public['uuid']}/token").status_code == 200
    assert person()("POST", f"/videos/{hidden['uuid']}/token").status_code == 403
    password = {"x-peertube-video-password": "other"}
    assert http.post(f"/api/v1/videos/{protected['uuid']}/token", headers=password).status_code == 200


def test_a_file_moves_with_the_privacy(owner, upload, http):
    video = upload(owner, "Mover")
    before = file_of(owner, video)["fileUrl"]
    owner("PUT", f"/videos/{video['id']}", json={"privacy": 3})
    after = file_of(owner, video)["fileUrl"]
    assert http.get(before).status_code == 404
    bearer = {"Authorization": f"Bearer {owner.tokens['access_token']}"}
    assert http.get(after, headers=bearer).content == CONTENT


def test_a_saved_file_is_called_after_the_video(owner, upload, http):
    video = upload(owner, 'Grüße "von/mir"')
    saved = f"/download/videos/{video['shortUUID']}-240.mp4"
    answer = http.get(saved)
    assert answer.content == CONTENT
    plain = 'filename="Gr__e _von_mir_-240p.mp4"'
    encoded = "filename*=UTF-8''Gr%C3%BC%C3%9Fe%20_von_mir_-240p.mp4"
    assert answer.headers["content-disposition"] == f"attachment; {plain}; {encoded}"
    assert http.get(saved, headers={"Range": "bytes=0-3"}).status_code == 206
    assert http.get(saved.replace("-240", "-360")).status_code == 404
    assert http.get("/download/videos/00000000-0000-4000-8000-000000000000-240.mp4").status_code == 404
    assert http.get("/download/videos/nothing-240.mp4").status_code == 400


def test_chosen_streams_are_one_file(owner, upload, http):
    video = upload(owner, "Chosen")
    seen = owner("GET", f"/videos/{video['uuid']}").json()
    number, streamed = seen["files"][0]["id"], seen["streamingPlaylists"][0]["files"][0]
    path = f"/download/videos/generate/{video['uuid']}?videoFileIds="
    assert http.get(f"{path}{number}").content == CONTENT
    assert len(http.get(f"{path}{streamed['id']}").content) == streamed["size"]
    assert http.get(f"{path}{number}&videoFileIds={streamed['id']}").status_code == 400
    assert http.get(f"{path}{number}&videoFileIds=1").status_code == 404


@pytest.fixture
def streamed(owner, upload):
    """Uploads a video; returns its HLS rendition."""

    def uploaded(privacy: int) -> dict:
        video = upload(owner, "Streamed", privacy)
        return owner("GET", f"/videos/{video['uuid']}").json()["streamingPlaylists"][0]

    return uploaded


def test_a_stream_is_found_from_its_main_playlist(streamed, http):
    playlist = streamed(1)
    main = http.get(playlist["playlistUrl"])
    assert main.headers["content-type"] == "application/vnd.apple.mpegurl"
    folder = playlist["playlistUrl"].rpartition("/")[0]
    media_playlist = http.get(f"{folder}/{main.text.splitlines()[-1]}").text
    name = media_playlist.splitlines()[-2]
    stream = http.get(f"{folder}/{name}", headers={"Range": "bytes=0-99"})
    assert stream.status_code == 206
    sums = http.get(playlist["segmentsSha256Url"]).json()[name]
    for span, checksum in sums.items():
        part = http.get(f"{folder}/{name}", headers={"Range": f"bytes={span}"})
        assert sha256(part.content).hexdigest() == checksum
    assert http.get(f"{folder}/nothing.m3u8").status_code == 404
    assert json.dumps(playlist["files"])


def test_a_private_stream_carries_its_token_along(streamed, owner, person, http):
    playlist = streamed(3)
    address = playlist["playlistUrl"]
    uuid = address.split("/")[-2]
    assert http.get(address).status_code == 403
    token = owner("POST", f"/videos/{uuid}/token").json()["files"]["token"]
    plain = http.get(f"{address}?videoFileToken={token}").text
    assert token not in plain
    injected = http.get(f"{address}?videoFileToken={token}&reinjectVideoFileToken=true").text
    entry = injected.splitlines()[-1]
    assert entry.endswith(f"?videoFileToken={token}&reinjectVideoFileToken=true")
    lower = http.get(f"{address.rpartition('/')[0]}/{entry}").text
    assert lower.splitlines()[-2].endswith(f"?videoFileToken={token}")
    bearer = {"Authorization": f"Bearer {person().tokens['access_token']}"}
    assert http.get(address, headers=bearer).status_code == 403


def test_no_stream_is_made_where_none_is_wanted(instance, streamed):
    instance.state.custom_config["transcoding"]["enabled"] = False
    with pytest.raises(IndexError):
        streamed(1)
