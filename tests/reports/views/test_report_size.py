"""The report of a long run needs little memory, on a page that a browser can show; its time is for the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.report_size import measured


@pytest.mark.nightly
def test_a_hundred_thousand_exchanges(tmp_path: Path) -> None:
    figures = measured(tmp_path)
    assert figures["exchanges"] == 100_000
    assert figures["megabytes"] < 500
    assert figures["pageMegabytes"] < 5


@pytest.mark.nightly
def test_a_page_takes_no_more_memory_for_more_exchanges(tmp_path: Path) -> None:
    few, many = (measured(tmp_path / str(number), number) for number in (7_000, 14_000))
    assert many["megabytes"] < few["megabytes"] + 20
    assert many["pageMegabytes"] < 5
