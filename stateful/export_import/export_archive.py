"""Reads and changes archives of users' data.

An archive is a ZIP file with a JSON file for each kind of resource below `peertube/`, and the files that those name,
relatively to themselves, in `archiveFiles`.
"""

from __future__ import annotations

import io
import json
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from peertube_conformance.fixtures.messages.bounded import DEEPEST
from peertube_conformance.stateful.export_import.account_data import PREFERENCES, Belongings

# Errors of reading a damaged, an encrypted or a strangely compressed archive, beside the one for what is no archive.
DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError)
_FOLDER = "peertube"
_JSON_FILE = re.compile(rf"{_FOLDER}/(.+)\.json")
_REGULAR = 1
# Where entries refer to other users' resources: ratings, history, elements of playlists, comments; and subscriptions.
_ADDRESSES = ("videoUrl", "targetHandle")
_MOST_BYTES = 64 * 1024 * 1024
# What no archive may hold: bcrypt's hashes, private keys, seeds of one-time codes.
_SECRETS = {
    "a password's hash": re.compile(rb"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a second factor's seed": re.compile(rb'"otp\w*"\s*:\s*"'),
}


@contextmanager
def _formed() -> Iterator[None]:
    try:
        yield
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"one of its files has the wrong form: {error}") from error


class Archive:
    """A downloaded archive. Raises ValueError where it is not a complete ZIP file, or too large for a walk."""

    def __init__(self, content: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as opened:
                if sum(entry.file_size for entry in opened.infolist()) > _MOST_BYTES:
                    raise ValueError("an archive of this walk is too large")
                self.members = {name: opened.read(name) for name in opened.namelist()}
        except DAMAGES as error:
            raise ValueError(str(error)) from error

    def document(self, name: str) -> Any:
        """The content of a JSON file; None where it is missing or not JSON."""
        try:
            return json.loads(self.members.get(f"{_FOLDER}/{name}.json", b"null"))
        except (ValueError, RecursionError):
            return None

    def file(self, path: str | None) -> bytes | None:
        """The content of a file that a JSON file names."""
        return self.members.get(posixpath.normpath(posixpath.join(_FOLDER, path))) if path else None

    def belongings(self, label: Callable[[str], str]) -> Belongings:
        """The account data in the archive; `label` converts a video's address to its label.

        Raises ValueError where a file has not the form of one.
        """
        with _formed():
            return self._belongings(label)

    def _belongings(self, label: Callable[[str], str]) -> Belongings:
        account, settings = self.document("account") or {}, self.document("user-settings") or {}
        return Belongings(
            profile={
                "displayName": account.get("displayName"),
                "description": account.get("description"),
                "avatar": self.file((account.get("archiveFiles") or {}).get("avatar")) is not None,
            },
            preferences={name: settings.get(name) for name in PREFERENCES},
            channels=[
                {name: one.get(name) for name in ("name", "displayName", "description", "support")}
                for one in self._things("channels", "channels")
            ],
            videos=[
                {
                    "name": one.get("name"),
                    "channel": (one.get("channel") or {}).get("name"),
                    "privacy": one.get("privacy"),
                    "description": one.get("description"),
                }
                for one in self._things("videos", "videos")
            ],
            subscriptions=[one.get("targetHandle", "") for one in self._things("following", "following")],
            rates={
                label(one.get("videoUrl", "")): kind.removesuffix("s")
                for kind in ("likes", "dislikes")
                for one in self._things(kind, kind)
            },
            history={
                label(one.get("videoUrl", "")): int(one.get("lastTimecode") or 0)
                for one in self._things("video-history", "watchedVideos")
            },
            playlists=[
                {
                    "name": one.get("displayName"),
                    "channel": (one.get("channel") or {}).get("name"),
                    "privacy": one.get("privacy"),
                }
                for one in self._things("video-playlists", "videoPlaylists")
                if one.get("type") == _REGULAR
            ],
            comments=[
                [label(one.get("videoUrl", "")), one.get("text", "")] for one in self._things("comments", "comments")
            ],
        )

    def video_files(self, label: Callable[[str], str]) -> dict[str, bytes | None]:
        """The file of each video by its label, None for one that comes without. Raises as `belongings` does."""
        with _formed():
            return {
                label(one.get("url", "")): self.file((one.get("archiveFiles") or {}).get("videoFile"))
                for one in self._things("videos", "videos")
            }

    def _things(self, file: str, member: str) -> Iterator[dict[str, Any]]:
        document = self.document(file)
        listed = document.get(member) if isinstance(document, dict) else None
        yield from (one for one in listed or [] if isinstance(one, dict))

    def leaks(self, secrets: Mapping[str, str]) -> list[str]:
        """The names of these secrets (name to value) that the archive contains, and of what has the form of a secret."""
        patterns = {name: re.compile(re.escape(value.encode())) for name, value in secrets.items()} | _SECRETS
        return sorted(
            name
            for name, pattern in patterns.items()
            if any(pattern.search(content) for content in self.members.values())
        )

    def for_import(self, names: Mapping[str, str], is_known: Callable[[str], bool]) -> bytes:
        """The archive with other channel names, as if from another account: one instance has each name only once.

        An import rates, follows and lists what the archive says, and the target wrote it: entries about a video or a
        channel whose address is not known are left out, and so is a file whose name leads out of the archive.
        """
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.members.items():
                if posixpath.normpath(posixpath.join("/", name)) == f"/{name}":
                    data = _JSON_FILE.fullmatch(name)
                    archive.writestr(name, self._for_import(data[1], names, is_known) if data else content)
        return buffer.getvalue()

    def _for_import(self, file: str, names: Mapping[str, str], is_known: Callable[[str], bool]) -> str:
        try:
            return json.dumps(_only_known(_with_names(self.document(file), names), is_known))
        except RecursionError:
            return "null"


def _with_names(value: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            key: names.get(one, one) if key == "name" and isinstance(one, str) else _with_names(one, names, depth + 1)
            for key, one in value.items()
        }
    return [_with_names(one, names, depth + 1) for one in value] if isinstance(value, list) else value


def _only_known(value: Any, is_known: Callable[[str], bool], depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _only_known(one, is_known, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_only_known(one, is_known, depth + 1) for one in value if _is_known(one, is_known)]
    return value


def _is_known(entry: Any, is_known: Callable[[str], bool]) -> bool:
    """Whether all addresses in an entry of a list are known; true without any."""
    named = [entry[member] for member in _ADDRESSES if member in entry] if isinstance(entry, dict) else []
    return all(isinstance(address, str) and is_known(address) for address in named)
