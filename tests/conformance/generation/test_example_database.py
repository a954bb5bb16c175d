"""What one run drew where it found something is drawn again by the next, whatever its seed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.conformance.option_values import OptionError
from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import load_contract

CONTRACT = load_contract(None)
OPERATION = CONTRACT.operation("getVideos")
# Whose systematic cases do not show every defect that there is.
SPOILT = CONTRACT.operation("getVideo")


def valid(seed: int, folder: Path | None = None) -> list[str]:
    return _reported(Generator(CONTRACT, seed, Examples(folder)).valid(OPERATION, 8))


def invalid(seed: int, folder: Path | None = None) -> list[str]:
    defects = Generator(CONTRACT, seed, Examples(folder)).defects(SPOILT, 60, 40)
    return _reported(defect.drawn for defect in defects)


def _reported(drafts: Iterable[Draft]) -> list[str]:
    return [draft.request("http://localhost").url for draft in drafts]


def test_valid_requests_that_showed_something_are_drawn_again_with_another_seed(tmp_path: Path) -> None:
    by_chance = set(valid(1)) - set(valid(2))
    assert by_chance
    Examples(tmp_path).showed(OPERATION.id, "positive", 1)
    again = valid(2, tmp_path)
    assert again[: len(valid(2))] == valid(2)
    assert by_chance <= set(again)


def test_invalid_requests_that_showed_something_are_drawn_again_with_another_seed(tmp_path: Path) -> None:
    by_chance = set(invalid(1)) - set(invalid(2))
    assert by_chance
    Examples(tmp_path).showed(SPOILT.id, "negative", 1)
    again = set(invalid(2, tmp_path))
    assert set(invalid(2)) <= again
    assert by_chance & again


def test_another_operation_is_drawn_as_ever(tmp_path: Path) -> None:
    Examples(tmp_path).showed("getVideo", "positive", 1)
    Examples(tmp_path).showed(OPERATION.id, "negative", 1)
    assert valid(2, tmp_path) == valid(2)


def test_a_folder_that_holds_something_else_keeps_nothing(tmp_path: Path) -> None:
    Examples(tmp_path).showed(OPERATION.id, "positive", 1)
    for file in (tmp_path / "requests").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\xff no number")
    assert Examples(tmp_path).seeds(OPERATION.id, "positive") == []


def test_what_shows_nothing_any_more_is_dropped(tmp_path: Path) -> None:
    for seed in (1, 2):
        Examples(tmp_path).showed(OPERATION.id, "positive", seed)
    Examples(tmp_path).showed(OPERATION.id, "negative", 1)
    later = Examples(tmp_path)
    later.drawn_again(OPERATION.id, "positive", 1)
    later.drawn_again(OPERATION.id, "negative", 1)
    later.showed(OPERATION.id, "negative", 3)
    later.close()
    assert Examples(tmp_path).seeds(OPERATION.id, "positive") == [2]
    assert Examples(tmp_path).seeds(OPERATION.id, "negative") == [1, 3]


def test_a_few_are_drawn_again_however_many_there_are(tmp_path: Path) -> None:
    for seed in range(20):
        Examples(tmp_path).showed(OPERATION.id, "positive", seed)
    assert Examples(tmp_path).seeds(OPERATION.id, "positive") == [0, 1, 2, 3]


def test_without_a_folder_nothing_is_kept() -> None:
    examples = Examples(None)
    examples.showed(OPERATION.id, "positive", 1)
    examples.drawn_again(OPERATION.id, "positive", 1)
    examples.close()
    assert examples.seeds(OPERATION.id, "positive") == []
    assert examples.of_flows is None


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.touch()
    with pytest.raises(OptionError, match="is not a folder"):
        Options.read({"peertube_example_database": str(file)}.get, "", {})
