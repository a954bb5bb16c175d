"""The options of a run, the same for pytest and for the command line; all but one have an environment variable."""

from __future__ import annotations

import math
import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.hazards import Hazard
from peertube_conformance.reports import Level
from peertube_conformance.reports.model.shard import WHOLE, Shard
from peertube_conformance.spec.judgement_limits import LIMITS

ENVIRONMENT_PREFIX = "PEERTUBE_CONFORMANCE_"
ADMIN_PASSWORD = f"{ENVIRONMENT_PREFIX}ADMIN_PASSWORD"
BUDGET_PASSWORD = f"{ENVIRONMENT_PREFIX}BUDGET_PASSWORD"
MAILBOX_PASSWORD = f"{ENVIRONMENT_PREFIX}MAILBOX_PASSWORD"
DEFAULT_SEED = 1
# A decision about one target, which no file or variable that is there for all of them may take.
COMMAND_LINE_ONLY = frozenset({"disposable_host"})


class OptionError(Exception):
    """An option cannot be used; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many requests an operation gets: valid ones, defects, and variants of one defect.

    With `every_value`, requests of safe methods are added until each enumerated value was in one.
    """

    name: str
    valid: int
    defects: int
    variants: int
    every_value: bool = True


DEPTHS: Mapping[str, Depth] = {
    depth.name: depth
    for depth in (
        Depth("smoke", 2, 6, 1, every_value=False),
        Depth("standard", 8, 24, 1),
        Depth("thorough", 40, 150, 3),
    )
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its flag, its help text, and how argparse is to read it."""

    flag: str
    help: str
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`admin_username` for `--admin-username`."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def destination(self) -> str:
        """The name under which pytest keeps the value, with a prefix because plugins share one name space."""
        return f"peertube_{self.name}"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Keyword arguments for argparse; the value of `--report-dir` is shown as `REPORT_DIR`."""
        takes_any_value = "choices" not in self.how and "action" not in self.how
        shown = {"metavar": self.name.upper()} if takes_any_value else {}
        return {"dest": self.destination, "default": None, "help": self.help, **shown, **self.how}


_SWITCH = {"action": "store_true"}
OPTIONS: tuple[Option, ...] = (
    Option(
        "--spec",
        "contract: a PeerTube version (6.2), or the path or URL of an OpenAPI 3 document; default: the newest contract "
        "in this package",
    ),
    Option("--admin-username", f"administrator of the target; the password is read from {ADMIN_PASSWORD}"),
    Option(
        "--mailbox",
        "where to read the target's mail: smtp://HOST:PORT (the run starts a mail server there), maildir:PATH, "
        f"mailpit+http://HOST:PORT (or +https) or imaps://USER@HOST/FOLDER; its password is read from {MAILBOX_PASSWORD}",
    ),
    Option(
        "--safety",
        "what the run may change: observe (nothing), sandbox (what it created) "
        "or disposable (everything); default: sandbox on this machine, observe on others",
        {"choices": [tier.value for tier in Safety]},
    ),
    Option(
        "--disposable-host",
        "host name of the target: confirms --safety=disposable on a target that is not on this machine; to be written on "
        "the command line, not in a configuration file or environment variable",
    ),
    Option(
        "--allow",
        f"dangerous classes of requests that the run may send, separated by commas: {', '.join(Hazard)}; the tier "
        "disposable includes all but hostile-archives",
    ),
    Option("--depth", "how many requests: smoke, standard (default) or thorough", {"choices": list(DEPTHS)}),
    Option(
        "--budget",
        "Redis server through which several machines share the instance's rate limits: redis://HOST:PORT/DB (the "
        f"password is read from {BUDGET_PASSWORD}); default: a file on this machine",
    ),
    Option(
        "--max-time", "time limit in seconds for tests and waits; clean-up may take one more minute", {"type": float}
    ),
    Option(
        "--item-timeout",
        "longest time in seconds for one response: to receive it, and to judge it; default 60; waiting for the target's "
        "rate limits does not count",
        {"type": float},
    ),
    Option(
        "--seed",
        f"random seed of the generated requests: a number or 'random'; default {DEFAULT_SEED}; printed by every run",
    ),
    Option("--operations", "test only operations whose id matches this pattern (*, ?)"),
    Option("--tags", "test only operations with this tag"),
    Option(
        "--shard", "I/N: run only part I of N equal parts of the tests; `peertube-conformance merge` joins the reports"
    ),
    Option("--deviations", "YAML file with further known deviations"),
    Option(
        "--fail-on",
        "lowest level of a finding that fails the run: must (default), should or may",
        {"choices": [v.value for v in Level]},
    ),
    Option("--strict-deviations", "fail if a known deviation no longer occurs", _SWITCH),
    Option("--baseline", "run.json of an earlier run; the report shows what changed since"),
    Option("--example-database", "folder that keeps failing examples between runs; every later run replays them"),
    Option("--report-dir", "directory of the report; default conformance-report"),
    Option("--keep-bodies", "write names, addresses and texts of other people as they were read: unmasked", _SWITCH),
    Option("--reap", "before the run, remove what killed runs left on the target", _SWITCH),
)


@dataclass(frozen=True, slots=True)
class Options:
    """The parsed options of a run."""

    base_url: str = ""
    spec: str = ""
    admin_username: str = ""
    admin_password: str = field(default="", repr=False)
    mailbox: str = ""
    safety: Safety | None = None
    disposable_host: str = ""
    allow: tuple[Hazard, ...] = ()
    depth: Depth = DEPTHS["standard"]
    budget: str = ""
    max_time: float | None = None
    item_timeout: float = LIMITS.seconds
    seed: int = DEFAULT_SEED
    operations: str = ""
    tags: str = ""
    shard: Shard = WHOLE
    deviations: Path | None = None
    fail_on: Level = Level.MUST
    strict_deviations: bool = False
    baseline: Path | None = None
    example_database: Path | None = None
    report_dir: Path = Path("conformance-report")
    keep_bodies: bool = False
    reap: bool = False

    @classmethod
    def read(cls, option: Callable[[str], Any], base_url: str, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads parsed options (`option("peertube_seed")`) and the environment, an option going before a variable.

        Raises OptionError for a value that cannot be used.
        """
        found: dict[str, Any] = {}
        for known in OPTIONS:
            value = option(known.destination)
            if value is None and known.name not in COMMAND_LINE_ONLY:
                value = environment.get(ENVIRONMENT_PREFIX + known.name.upper()) or None
            if value is not None:
                found[known.name] = _READERS.get(known.name, str)(value)
        base = base_url or environment.get(f"{ENVIRONMENT_PREFIX}BASE_URL", "")
        return cls(base_url=base, admin_password=environment.get(ADMIN_PASSWORD, ""), **found)

    @property
    def how_to_clean(self) -> str:
        """Advice for users where a run with these options could not remove everything."""
        if not self.base_url:
            return "the embedded instance ended with the run"
        name = shlex.quote(self.admin_username or "NAME")
        base = shlex.quote(self.base_url)
        return f"remove it with: peertube-conformance reap --base-url={base} --admin-username={name}"


def _choice(name: str, choices: Mapping[str, Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in choices:
            raise OptionError(f"--{name} {value!r} is not one of {', '.join(choices)}")
        return choices[value]

    return read


def _hazards(value: str) -> tuple[Hazard, ...]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Hazard)]
    if unknown:
        raise OptionError(f"--allow {unknown[0]!r} is not one of {', '.join(Hazard)}")
    return tuple(Hazard(name) for name in names)


def _seed(value: str) -> int:
    if value == "random":
        return secrets.randbelow(2**32)
    if not value.isascii() or not value.isdigit():
        raise OptionError(f"--seed {value!r} is neither a number nor 'random': use one of them")
    return int(value)


def _seconds(option: str) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < math.inf:
            raise OptionError(f"{option} {value!r} is not a number of seconds above 0: use one")
        return seconds

    return read


def _shard(value: str) -> Shard:
    number, _, of = value.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise OptionError(f"--shard {value!r} is invalid: use I/N, for example 2/4 for the second of four parts")
    return Shard(int(number), int(of))


def _existing_file(value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise OptionError(f"--deviations: there is no file {value}: check the path")
    return path


def _folder(value: str) -> Path:
    path = Path(value)
    if path.exists() and not path.is_dir():
        raise OptionError(f"--example-database: {value} is not a folder: use a folder or a new name")
    return path


def _yes(value: Any) -> bool:
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "safety": _choice("safety", {tier.value: tier for tier in Safety}),
    "allow": _hazards,
    "depth": _choice("depth", DEPTHS),
    "fail_on": _choice("fail-on", {level.value: level for level in Level}),
    "seed": _seed,
    "shard": _shard,
    "max_time": _seconds("--max-time"),
    "item_timeout": _seconds("--item-timeout"),
    "deviations": _existing_file,
    "report_dir": Path,
    "baseline": Path,
    "example_database": _folder,
    "strict_deviations": _yes,
    "keep_bodies": _yes,
    "reap": _yes,
}
