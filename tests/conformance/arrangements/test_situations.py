"""Every situation has an id that is its own and stays."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance import conformance
from peertube_conformance.conformance.arrangements import registry
from peertube_conformance.conformance.arrangements.registry import ArrangementError, arrange, situation, situations
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports import Situation

_KNOWN = Path(__file__).parent / "situation_ids.txt"
_PACKAGES = ("checks", "execution")


def _constants() -> Iterator[Situation]:
    """The situations that modules of checks and phases declare for themselves, each once."""
    for package in _PACKAGES:
        folder = str(Path(next(iter(conformance.__path__))) / package)
        for module in pkgutil.iter_modules([folder]):
            name = f"{conformance.__name__}.{package}.{module.name}"
            for value in vars(importlib.import_module(name)).values():
                if isinstance(value, Situation):
                    yield value


def _all() -> list[Situation]:
    return [*situations(), *{id(value): value for value in _constants()}.values()]


def test_ids_are_unique_words_with_hyphens() -> None:
    ids = [found.id for found in _all()]
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_texts_are_parts_of_sentences() -> None:
    assert [found.text for found in _all() if not found.text.strip() or found.text.endswith(".")] == []


def test_texts_are_noun_phrases() -> None:
    """They stand before a colon: `A wrong password: expected status 400, got 200`."""
    assert [found.text for found in _all() if not re.match(r"(?i)(an?|the) \w", found.text)] == []


def test_an_id_that_was_given_stays() -> None:
    known = _KNOWN.read_text().split()
    assert known == sorted(found.id for found in _all())


def test_a_wording_is_no_part_of_what_a_situation_is() -> None:
    assert Situation("taken-name", "A name that is taken") == Situation("taken-name", "A taken name")
    assert Situation("taken-name", "A taken name") != Situation("free-name", "A taken name")


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registers nothing for good."""
    for name in ("_SUCCESS", "_ANSWERS", "_SITUATIONS"):
        monkeypatch.setattr(registry, name, {})


def _nothing(_world: World, _draft: Draft) -> None:
    """Arranges nothing."""


@pytest.mark.usefixtures("declared")
def test_what_cannot_be_told_apart_is_refused() -> None:
    first = situation("one", "A text")(_nothing)
    with pytest.raises(ArrangementError, match="two situations have the id one"):
        situation("one", "Another text")
    arrange("getVideo", answer=404)(first)
    with pytest.raises(ArrangementError, match="getVideo has two arrangements for 404"):
        arrange("getVideo", answer=404)(situation("two", "Another text")(_nothing))
    with pytest.raises(ArrangementError, match="getVideo has two situations with the text 'A text'"):
        arrange("getVideo", answer=403)(situation("three", "A text")(_nothing))
    arrange("getVideos", answer=404)(first)
    arrange("getVideo")(_nothing)
    with pytest.raises(ArrangementError, match="getVideo has two arrangements for success"):
        arrange("getVideo")(_nothing)
