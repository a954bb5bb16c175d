"""An instance whose videos have HLS files only is tested with these."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.hand_written.runner import arena, enumerated, ran


def test_files_of_streams_are_tested_where_there_are_no_others(tmp_path: Path) -> None:
    tests = [test for test in enumerated() if test.parameters.get("way") in {"public", "private"}]
    assert len(tests) > 10
    with arena(tmp_path, transcoding="hls") as environment:
        results = {f"{test.name} {test.parameters}": ran(environment, test) for test in tests}
    assert {name: result for name, result in results.items() if result != ([], "")} == {}
