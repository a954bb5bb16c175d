"""Damage to the ledgers between a run and a reap: each kind is one function on their folder.

Nothing here reads a ledger by its format but as lines of JSON, so that a new format needs no other damage. Planted
ledgers are written as the harness writes.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from peertube_conformance.fixtures.safety.ledger.header import Header
from peertube_conformance.fixtures.safety.ledger.line_format import Answered, Created, Intended, written
from peertube_conformance.fixtures.safety.ledger.paths import ledger_path

_SUFFIX = ".ledger.ndjson"
_LIKE_A_RUNS = "ptcabcdef.smith"
_SOME_RUN = "000000"


@dataclass(frozen=True, slots=True)
class Victim:
    """A person on the instance, with what a ledger would have to say to name them."""

    name: str
    number: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Damaged:
    """The folder of the ledgers, their target, and the people whom an edited one may name."""

    folder: Path
    base_url: str
    victims: tuple[Victim, ...]
    chance: random.Random

    @property
    def left(self) -> list[Path]:
        """The ledgers that runs left."""
        return sorted(path for path in self.folder.glob(f"*{_SUFFIX}") if path.is_file() and not path.is_symlink())

    def named(self, run: str) -> Path:
        """The path of the ledger of a run with this id, or of something in its place."""
        name = ledger_path(self.base_url, _SOME_RUN).name
        return self.folder / name.replace(f"--{_SOME_RUN}", f"--{run}")

    def old(self, run: str) -> Path:
        """The path of that ledger, as the first version of this tool named it."""
        return self.folder / f"{self.base_url.partition('://')[2].replace(':', '_')}--{run}{_SUFFIX}"

    def begin(self, run: str) -> Path:
        """Writes a new ledger of this run."""
        path = self.named(run)
        path.write_bytes(written(Header(run, self.base_url, time.time())))
        path.chmod(0o600)
        return path

    def victim(self) -> Victim:
        """One of the victims, at random."""
        return self.chance.choice(self.victims)


Damage = Callable[[Damaged], None]
DAMAGES: dict[str, Damage] = {}


def _damage(do: Damage) -> Damage:
    DAMAGES[do.__name__] = do
    return do


def damage(folder: Path, base_url: str, victims: tuple[Victim, ...], names: tuple[str, ...], seed: int) -> None:
    """Applies the damages of these names, in order."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Damaged(folder, base_url, victims, random.Random(seed))
    for name in names:
        DAMAGES[name](place)


@_damage
def file_without_a_run_id(place: Damaged) -> None:
    """An empty file, or a copy, whose name has no run's id."""
    for run in ("old", "", "backup of June", "ABCDEF"):
        _copied(place, run)


@_damage
def file_with_a_short_run_id(place: Damaged) -> None:
    """A file whose run's id is cut short: people's names begin like that."""
    for run in ("ab", "a", "abc", "abcde", "abc123-copy", "abcdef0"):
        _copied(place, run)


@_damage
def file_of_a_run_like_a_persons_name(place: Damaged) -> None:
    """An empty ledger of a run with the id that a person's name happens to hold."""
    place.begin("abcdef")
    place.old("abcdef").touch(0o600)


@_damage
def lines_name_a_victim(place: Damaged) -> None:
    """Every line of a ledger names a victim by name and number in the place of what was made."""
    for path in place.left:
        victim = place.victim()
        _rewritten(path, partial(_as, victim))


@_damage
def lines_have_a_victims_number(place: Damaged) -> None:
    """Every line of a ledger has the number of a victim, under the own name."""
    for path in place.left:
        victim = place.victim()
        _rewritten(path, partial(_numbered, victim))


@_damage
def lines_were_added(place: Damaged) -> None:
    """A ledger says that victims were made."""
    for path in place.left:
        with path.open("a") as file:
            for victim in place.victims:
                file.write(_made(victim, place.chance))


@_damage
def planted(place: Damaged) -> None:
    """A ledger that no run wrote says that victims were made; so does one of the first version of this tool."""
    for path in (place.begin("0123ab"), place.old("0123ab")):
        with path.open("a") as file:
            file.write("".join(_made(victim, place.chance) for victim in place.victims))


@_damage
def planted_with_the_first_line_of_another(place: Damaged) -> None:
    """A ledger for the run that a person's name looks like, with the beginning of a true one."""
    for path in place.left:
        found = re.search(r"--([0-9a-f]{6})(?=--|\.)", path.name)
        if found:
            text = path.read_text().replace(found[1], "abcdef")
            chosen = [victim for victim in place.victims if victim.name == _LIKE_A_RUNS]
            lines = "".join(_made(victim, place.chance) for victim in chosen)
            place.named("abcdef").write_text(text + lines)
            place.named("abcdef").chmod(0o600)


@_damage
def planted_where_others_can_write(place: Damaged) -> None:
    """A planted ledger in a folder that every user can write."""
    place.folder.chmod(0o777)
    planted(place)


@_damage
def planted_as_a_link(place: Damaged) -> None:
    """A link that leads to a ledger elsewhere."""
    elsewhere = place.folder.parent / "elsewhere.ndjson"
    elsewhere.write_text("".join(_made(victim, place.chance) for victim in place.victims))
    link = place.named("0456cd")
    if not link.is_symlink():
        link.symlink_to(elsewhere)


@_damage
def copied_to_another_run(place: Damaged) -> None:
    """A ledger is there twice, the second time under another run's id."""
    for path in place.left:
        place.named("fedcba").write_bytes(path.read_bytes())


@_damage
def cut_off(place: Damaged) -> None:
    """A ledger ends in the middle."""
    for path in place.left:
        content = path.read_bytes()
        path.write_bytes(content[: place.chance.randrange(len(content) + 1)])


@_damage
def lines_were_lost(place: Damaged) -> None:
    """Some lines of a ledger are gone, others come twice or in another order."""
    for path in place.left:
        lines = [line for line in path.read_text().splitlines(keepends=True) if place.chance.random() < 0.7]
        place.chance.shuffle(lines)
        path.write_text("".join(lines))


@_damage
def what_was_removed_is_there_again(place: Damaged) -> None:
    """An older copy of a ledger, which does not say yet what was removed."""
    for path in place.left:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if '"removed"' not in line))


@_damage
def lines_are_odd(place: Damaged) -> None:
    """Lines that are JSON and no entry, or no JSON."""
    odd = ["null", "[1]", "{}", '{"do": "created"}', '"text"', "1", "[" * 5000, "\x00", '{"do": "intend", "key": [2]}']
    for path in [*place.left, place.named("0a0a0a")]:
        with path.open("a") as file:
            file.write("\n".join(odd) + "\n")


@_damage
def no_file_at_all(place: Damaged) -> None:
    """A folder in the place of a ledger, and one that is closed to everybody."""
    place.named("0b0b0b").mkdir(exist_ok=True)
    closed = place.named("0c0c0c")
    closed.touch()
    closed.chmod(0)


def _copied(place: Damaged, run: str) -> None:
    content = place.left[0].read_bytes() if place.left and place.chance.random() < 0.5 else b""
    for path in (place.named(run), place.old(run)):
        path.write_bytes(content)
        path.chmod(0o600)


def _rewritten(path: Path, changed: Callable[[Any], Any]) -> None:
    lines = []
    for line in path.read_text().splitlines():
        try:
            members = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(members, dict):
            for name in ("names", "ids", "candidates"):
                if isinstance(members.get(name), list):
                    members[name] = [changed(each) for each in members[name]]
            for name in ("name", "id", "by", "username", "handle", "number"):
                if isinstance(members.get(name), str | int):
                    members[name] = changed(members[name])
        lines.append(json.dumps(members))
    path.write_text("".join(f"{line}\n" for line in lines))


def _as(victim: Victim, value: Any) -> Any:
    if str(value).isdigit():
        return type(value)(victim.number)
    return victim.channel if "channel" in str(value) and victim.channel else victim.name


def _numbered(victim: Victim, value: Any) -> Any:
    return type(value)(victim.number) if str(value).isdigit() else value


def _made(victim: Victim, chance: random.Random) -> str:
    key, ids = f"{chance.getrandbits(48):012x}", (str(victim.number), victim.name)
    intended = Intended(key, "user", (victim.name,), "", "", time.time())
    return b"".join(written(line) for line in (intended, Answered(key, ids), Created(key, ids))).decode()


def closed_to_nobody(folder: Path) -> None:
    """Makes the folder and its files removable again."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink() and path.stat().st_uid == os.getuid():
            path.chmod(0o700)
