"""Allure's results, read back into Allure's own model."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from allure_commons import model2

from peertube_conformance.reports.views.allure import allure_files

STATUSES = {"passed", "failed", "broken", "skipped", "unknown"}


def results(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Results by name, as Allure's model has them: a member that it does not have is an error."""
    folder.mkdir(exist_ok=True)
    for name, content in allure_files(document).items():
        (folder / name).write_bytes(content)
    found = {}
    for file in folder.glob("*-result.json"):
        members = json.loads(file.read_text("utf-8"))
        result = model2.TestResult(**members)
        result.labels = [model2.Label(**label) for label in members["labels"]]
        result.statusDetails = model2.StatusDetails(**members["statusDetails"])
        result.attachments = [model2.Attachment(**member) for member in members.get("attachments", ())]
        found[result.name] = result
    return found


def labels(result: Any, name: str) -> list[str]:
    return [label.value for label in result.labels if label.name == name]


@pytest.mark.parametrize("name", ["sound", "faulty", "known", "hostile", "empty", "flood"])
def test_every_entry_is_a_result_that_allure_reads(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    document = request.getfixturevalue(name)
    found = results(document, tmp_path)
    assert len(found) == len(document["operations"]) + len(document["requirements"])
    assert {result.status for result in found.values()} <= STATUSES
    assert len({result.historyId for result in found.values()}) == len(found)
    assert len({result.uuid for result in found.values()}) == len(found)
    for result in found.values():
        assert result.stop >= result.start > 0
        for attachment in result.attachments:
            assert (tmp_path / attachment.source).is_file()
        assert {field.name for field in attrs.fields(type(result))} >= {"historyId", "fullName", "labels"}


def test_only_passed_is_green(known: dict[str, Any], tmp_path: Path) -> None:
    found = results(known, tmp_path)
    assert (found["getVideo"].status, found["getVideo"].statusDetails.known) == ("unknown", True)
    assert found["getVideos"].status == "passed"
    assert found["delVideo"].status == "broken"
    assert "the quota is used up" in found["delVideo"].statusDetails.message


def test_a_finding_fails(faulty: dict[str, Any], tmp_path: Path) -> None:
    assert results(faulty, tmp_path)["getVideo"].status == "failed"


def test_requirements_are_stories(faulty: dict[str, Any], tmp_path: Path) -> None:
    result = results(faulty, tmp_path)["PT-ERR-03"]
    assert labels(result, "story") == ["PT-ERR-03"]
    assert labels(result, "severity") == ["critical"]
    assert labels(result, "epic") == ["PeerTube 6.2.0"]


def test_exchanges_are_attached_and_hold_no_secret(faulty: dict[str, Any], tmp_path: Path) -> None:
    result = results(faulty, tmp_path)["getVideo"]
    replay, exchange = ((tmp_path / attachment.source).read_text("utf-8") for attachment in result.attachments)
    assert 'curl -sS -i --path-as-is -X GET "$BASE_URL"/api/v1/videos/"$VIDEO_ID"' in replay
    assert json.loads(exchange)["response"]["status"] == 404
    assert not any("very-secret-token" in file.read_text("utf-8") for file in tmp_path.iterdir())


def test_history_is_one_across_runs(sound: dict[str, Any], faulty: dict[str, Any], tmp_path: Path) -> None:
    later = copy.deepcopy(faulty) | {"startedAt": "2026-02-03T04:05:06+00:00"}
    before, after = results(sound, tmp_path / "before"), results(later, tmp_path / "after")
    assert {name: result.historyId for name, result in before.items()} == {
        name: result.historyId for name, result in after.items()
    }
    assert not {result.uuid for result in before.values()} & {result.uuid for result in after.values()}


def test_flows_are_results_too(new_run: Callable[..., Any], tmp_path: Path) -> None:
    run = new_run()
    run.walked("WatchHistory", "passed")
    result = results(run.document(), tmp_path)["WatchHistory"]
    assert (result.status, result.stop - result.start) == ("passed", 500)
    assert labels(result, "feature") == ["Flows"]
