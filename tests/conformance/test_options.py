"""What a person asked for, by option or environment, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.option_values import OptionError
from peertube_conformance.conformance.options import (
    ADMIN_PASSWORD,
    COMMAND_LINE_ONLY,
    DEFAULT_SEED,
    DEPTHS,
    OPTIONS,
    USER_TOKEN,
    Options,
)
from peertube_conformance.conformance.stock_deviations import StockDeviations
from peertube_conformance.fixtures.resources.subjects import Subject
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.hazards import Hazard
from peertube_conformance.reports import Level
from peertube_conformance.reports.model.shard import Shard


def read(given: dict[str, Any] | None = None, environment: dict[str, str] | None = None, base_url: str = "") -> Options:
    """Options of flags (`{"seed": "5"}`) and variables (`{"SEED": "5"}`)."""
    named = {f"PEERTUBE_CONFORMANCE_{name}": value for name, value in (environment or {}).items()}
    known = {f"peertube_{name}": value for name, value in (given or {}).items()}
    return Options.read(lambda name: known.pop(name, None), base_url, named)


def test_defaults() -> None:
    assert read() == Options()
    assert (read().depth, read().seed, read().fail_on) == (DEPTHS["standard"], DEFAULT_SEED, Level.MUST)
    assert (read().safety, read().max_time, read().base_url) == (None, None, "")
    assert read().report_dir == Path("conformance-report")


VALUES: dict[str, tuple[str, Any]] = {
    "spec": ("6.2", "6.2"),
    "admin_username": ("root", "root"),
    "mailbox": ("maildir:/x", "maildir:/x"),
    "safety": ("observe", Safety.OBSERVE),
    "subject": (
        "video=9c9de5e8-0a1e-484a-b099-e80766180a6d, account=a.name@its.host",
        (Subject("video", "9c9de5e8-0a1e-484a-b099-e80766180a6d"), Subject("account", "a.name@its.host")),
    ),
    "disposable_host": ("my.instance", "my.instance"),
    "allow": ("part-names, configuration", (Hazard.PART_NAMES, Hazard.CONFIGURATION)),
    "budget": ("redis://localhost:6379/0", "redis://localhost:6379/0"),
    "depth": ("thorough", DEPTHS["thorough"]),
    "max_time": ("1.5", 1.5),
    "item_timeout": ("2.5", 2.5),
    "seed": ("42", 42),
    "operations": ("get*", "get*"),
    "tags": ("Video", "Video"),
    "shard": ("2/4", Shard(2, 4)),
    "deviations": (__file__, Path(__file__)),
    "fail_on": ("may", Level.MAY),
    "strict_deviations": ("yes", True),
    "stock_deviations": ("on", StockDeviations.ON),
    "report_dir": ("out", Path("out")),
    "baseline": ("before", Path("before")),
    "example_database": ("kept", Path("kept")),
    "keep_bodies": ("true", True),
    "reap": ("1", True),
}


def test_every_option_is_tried_here() -> None:
    assert set(VALUES) == {option.name for option in OPTIONS}


@pytest.mark.parametrize("name", VALUES)
def test_each_option_by_flag_and_by_variable(name: str) -> None:
    text, value = VALUES[name]
    assert getattr(read({name: text}), name) == value
    by_variable = read({}, {name.upper(): text})
    assert getattr(by_variable, name) == (getattr(Options(), name) if name in COMMAND_LINE_ONLY else value)


@pytest.mark.parametrize("name", VALUES)
def test_an_empty_variable_is_none(name: str) -> None:
    assert read({}, {name.upper(): ""}) == Options()


def test_a_flag_goes_before_a_variable() -> None:
    assert read({"seed": "1"}, {"SEED": "2"}).seed == 1
    assert read({}, {"BASE_URL": "http://b"}, "http://a").base_url == "http://a"
    assert read({}, {"BASE_URL": "http://b"}).base_url == "http://b"


def test_the_password_comes_from_the_environment_and_is_not_shown() -> None:
    options = Options.read(lambda _name: None, "", {ADMIN_PASSWORD: "s3cret"})
    assert options.admin_password == "s3cret"
    assert "s3cret" not in repr(options)
    assert "password" not in " ".join(option.flag for option in OPTIONS)


def test_a_user_s_token_comes_from_the_environment_and_is_not_shown() -> None:
    options = Options.read(lambda _name: None, "", {USER_TOKEN: "t0ken-of-a-user"})
    assert options.user_token == "t0ken-of-a-user"
    assert "t0ken" not in repr(options)
    assert "token" not in " ".join(option.flag for option in OPTIONS)


def test_subjects_of_several_flags_are_kept_in_their_order() -> None:
    given = Options.read({"peertube_subject": ["video=12", "channel=a_channel"]}.get, "", {})
    assert given.subject == (Subject("video", "12"), Subject("channel", "a_channel"))


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("false", False)])
def test_switches(text: str, value: bool) -> None:
    assert read({}, {"REAP": text}).reap is value
    assert read({"reap": True}).reap


def test_a_random_seed_is_a_number_to_repeat_the_run_with() -> None:
    seeds = {read({"seed": "random"}).seed for _ in range(5)}
    assert len(seeds) > 1
    assert all(read({"seed": str(seed)}).seed == seed for seed in seeds)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("safety", "everything"), ("safety", "Observe"),
        ("depth", "deep"), ("depth", ""),
        ("fail_on", "never"),
        ("seed", "-1"), ("seed", "1.5"), ("seed", "Random"), ("seed", "٣"), ("seed", " "),
        ("max_time", "0"), ("max_time", "-5"), ("max_time", "soon"), ("max_time", "nan"), ("max_time", "inf"),
        ("item_timeout", "0"), ("item_timeout", "-5"), ("item_timeout", "soon"), ("item_timeout", "inf"),
        ("subject", "film=1"), ("subject", "video"), ("subject", "video=../1"), ("subject", "user=root"),
        ("allow", "everything"), ("allow", "part-names;bombs"),
        ("deviations", "/nowhere/deviations.yaml"), ("deviations", "/"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_that_names_the_option(name: str, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        read({name: text})
    reported = str(caught.value)
    assert f"--{name.replace('_', '-')}" in reported
    assert "\n" not in reported


def test_flags_and_destinations_are_unique_and_told() -> None:
    assert len({option.flag for option in OPTIONS}) == len(OPTIONS)
    assert all(option.destination.startswith("peertube_") for option in OPTIONS)
    assert all(option.help for option in OPTIONS)


def test_deeper_means_more() -> None:
    for less, more in (("smoke", "standard"), ("standard", "thorough")):
        assert DEPTHS[less].valid < DEPTHS[more].valid
        assert DEPTHS[less].defects < DEPTHS[more].defects
        assert DEPTHS[less].variants <= DEPTHS[more].variants
