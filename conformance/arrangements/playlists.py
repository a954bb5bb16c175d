"""Arrangements of the topic Playlists: valid images, and playlists that are not public."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import impossible

_PRIVATE = 3


@arrange("addPlaylist")
def picture(world: World, draft: Draft) -> None:
    """A picture, where there is to be one."""
    if "thumbnailfile" in draft.body:
        draft.body["thumbnailfile"] = Upload("thumbnail.png", "image/png", world.media.png())


@arrange("addPlaylist", answer=400)
@situation("playlist-thumbnail-not-an-image", "A text file as thumbnail")
def text_as_picture(_world: World, draft: Draft) -> None:
    draft.body["thumbnailfile"] = Upload("thumbnail.txt", "text/plain", b"no picture")


@arrange("addPlaylist", answer=404)
@situation("playlist-of-absent-channel", "A channel that does not exist")
def absent_channel(world: World, draft: Draft) -> None:
    draft.body["videoChannelId"] = impossible("channel.id", world.random.getrandbits(24))


@arrange("getPlaylist", answer=401)
@situation("private-playlist-anonymously", "A private playlist without a token")
def private_playlist(world: World, draft: Draft) -> None:
    draft.path["playlistId"] = _private(world, world.account())


@arrange("getPlaylist", answer=403)
@situation("private-playlist-of-another-user", "A private playlist of another user")
def private_playlist_of_another(world: World, draft: Draft) -> None:
    draft.path["playlistId"] = _private(world, world.account())
    draft.actor = world.account("other user")


@arrange("deletePlaylist", answer=400)
@situation("watch-later-playlist-deleted", "The watch-later playlist")
def watch_later(world: World, draft: Draft) -> None:
    playlists = world.ask("getUserInfo", draft.actor).at("specialPlaylists")
    special = next(playlists.items(), None)
    if special is None:
        raise playlists.unlike("an array with the watch-later playlist")
    draft.path["playlistId"] = special.number("id")


def _private(world: World, owner: Account) -> str:
    body = {"displayName": world.unique("playlist"), "privacy": _PRIVATE}
    answer = world.ask("addPlaylist", owner, body=body, media_type="multipart/form-data")
    return answer.text("videoPlaylist", "uuid")
