"""A whole run on an instance that lacks a route: one finding, the verdict `not-implemented`, and exit code 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.exit_codes import FINDINGS
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME
from tests.conformance.whole_runs.run_process import running
from tests.stateful.faulty_instance import FaultyInstance

# The fault, the operation that is missing, and a flow that needs it.
_CASES = [
    pytest.param("histories-cannot-be-cleared", "clearMyHistory", "WatchHistory", id="400-empty"),
    pytest.param("downloads-are-the-web-client", "downloadVideoFile", "ResumableReplacement", id="200-page"),
    pytest.param(
        "downloads-are-plain-text", "downloadVideoFile", "ResumableReplacement", id="404-text",
        marks=pytest.mark.nightly,
    ),
    pytest.param(
        "exports-have-no-list", "listUserExports", "ExportImport", id="404-problem",
        marks=pytest.mark.nightly,
    ),
    pytest.param("videos-have-no-update", "putVideo", "LegacyUpload", id="405", marks=pytest.mark.nightly),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "missing", "flow"), _CASES)
def test_a_run_reports_a_missing_route_once(fault: str, missing: str, flow: str, tmp_path: Path) -> None:
    with FaultyInstance(fault=fault, signup="approval") as instance:
        options = ("--base-url", instance.base_url, "--admin-username", ADMIN_NAME, "--depth", "smoke", "-n", "0")
        chosen = ("--operations", missing, "--seed", "1")
        with running(tmp_path, *options, *chosen, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password) as run:
            assert run.end() == FINDINGS, run.text()
            document = run.document
            exchanges = _exchanges(run.report)
    (found,) = (finding for finding in document["findings"] if finding["operationId"] == missing)
    assert (found["requirement"], found["level"], found["deviation"]) == ("PT-ROUTE-01", "must", None)
    assert found["curl"]
    # The deviations of stock servers are known here, and explain whatever else differs.
    verdicts = {entry["operationId"]: (entry["verdict"], entry["reason"]) for entry in document["operations"]}
    new = [each for each in document["findings"] if not each["deviation"] and each["operationId"] in verdicts]
    assert new == [found]
    assert verdicts[missing] == ("not-implemented", found["message"])
    (ended,) = (entry for entry in document["flows"] if entry["name"] == flow)
    assert (ended["verdict"], found["fingerprint"] in ended["reason"]) == ("blocked", True)
    assert sum(exchange["operationId"] == missing for exchange in exchanges) <= 6
    assert 1 <= sum(exchange["operationId"] == "madeUpRoute" for exchange in exchanges) <= 6 or fault.startswith(
        "videos"
    )
    assert document["totals"]["operations"]["not-implemented"] == 1
    tested = {measure["name"]: measure["missing"] for measure in document["coverage"]["measures"]}
    assert missing in tested["operations with 2xx"]
    # Where every unknown path is the web client's page, the test of CORS fails, too.
    assert ("2 failed" if fault == "downloads-are-the-web-client" else "1 failed") in run.text()


def _exchanges(report: Path) -> list[dict[str, Any]]:
    lines = map(json.loads, (report / "exchanges.ndjson").read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["kind"] == "exchange"]
