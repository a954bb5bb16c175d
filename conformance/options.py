"""The options of a run, the same for pytest and for the command line; all but one have an environment variable."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from peertube_conformance.conformance.option import Option
from peertube_conformance.conformance.option_values import (
    OptionError,
    choice,
    existing_file,
    folder,
    hazards,
    seconds,
    seed,
    subjects,
    yes,
)
from peertube_conformance.conformance.stock_deviations import StockDeviations
from peertube_conformance.fixtures.resources.subjects import KINDS, Subject
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.hazards import Hazard
from peertube_conformance.reports import Level
from peertube_conformance.reports.model.recipe import Replayed
from peertube_conformance.reports.model.shard import WHOLE, Shard
from peertube_conformance.spec.judgement_limits import LIMITS

ENVIRONMENT_PREFIX = "PEERTUBE_CONFORMANCE_"
ADMIN_PASSWORD = f"{ENVIRONMENT_PREFIX}ADMIN_PASSWORD"
BUDGET_PASSWORD = f"{ENVIRONMENT_PREFIX}BUDGET_PASSWORD"
MAILBOX_PASSWORD = f"{ENVIRONMENT_PREFIX}MAILBOX_PASSWORD"
USER_TOKEN = f"{ENVIRONMENT_PREFIX}USER_TOKEN"
DEFAULT_SEED = 1
# A decision about one target, which no file or variable that is there for all of them may take.
COMMAND_LINE_ONLY = frozenset({"disposable_host"})


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
        "--subject",
        f"in the tier observe, a resource to read: KIND=ID, for {', '.join(KINDS)}; may be given several times; default: "
        "what the target's own public lists show. A user's token for reading as this user is read from "
        f"{USER_TOKEN}",
        {"action": "append", "metavar": "KIND=ID"},
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
        "--stock-deviations",
        "whether known deviations of stock servers count: on, off or auto (default: where NodeInfo names peertube)",
        {"choices": list(StockDeviations)},
    ),
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
    """The parsed options of a run; `replays` is the finding of an earlier run that the command `replay` is about."""

    base_url: str = ""
    spec: str = ""
    admin_username: str = ""
    admin_password: str = field(default="", repr=False)
    mailbox: str = ""
    safety: Safety | None = None
    subject: tuple[Subject, ...] = ()
    user_token: str = field(default="", repr=False)
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
    stock_deviations: StockDeviations = StockDeviations.AUTO
    fail_on: Level = Level.MUST
    strict_deviations: bool = False
    baseline: Path | None = None
    example_database: Path | None = None
    report_dir: Path = Path("conformance-report")
    keep_bodies: bool = False
    reap: bool = False
    replays: Replayed | None = None

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
        password, token = environment.get(ADMIN_PASSWORD, ""), environment.get(USER_TOKEN, "")
        return cls(base_url=base, admin_password=password, user_token=token, **found)

    @property
    def how_to_clean(self) -> str:
        """Advice for users where a run with these options could not remove everything."""
        if not self.base_url:
            return "the embedded instance ended with the run"
        name, base = shlex.quote(self.admin_username or "NAME"), shlex.quote(self.base_url)
        return f"remove it with: peertube-conformance reap --base-url={base} --admin-username={name}"


def _shard(value: str) -> Shard:
    number, _, of = value.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise OptionError(f"--shard {value!r} is invalid: use I/N, for example 2/4 for the second of four parts")
    return Shard(int(number), int(of))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "stock_deviations": choice("stock-deviations", {each.value: each for each in StockDeviations}),
    "safety": choice("safety", {tier.value: tier for tier in Safety}),
    "subject": subjects,
    "allow": hazards,
    "depth": choice("depth", DEPTHS),
    "fail_on": choice("fail-on", {level.value: level for level in Level}),
    "seed": seed,
    "shard": _shard,
    "max_time": seconds("--max-time"),
    "item_timeout": seconds("--item-timeout"),
    "deviations": existing_file,
    "report_dir": Path,
    "baseline": Path,
    "example_database": folder,
    "strict_deviations": yes,
    "keep_bodies": yes,
    "reap": yes,
}
