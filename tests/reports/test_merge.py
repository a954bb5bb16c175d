"""Parts of a run that several machines made, told as one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.cli import main
from peertube_conformance.conformance.option_values import OptionError
from peertube_conformance.conformance.options import Options
from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.merge import merge
from peertube_conformance.reports.model.shard import Shard
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.file_recognition import PARTS
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
from peertube_conformance.reports.run_document.run_json import RunFileError
from peertube_conformance.reports.run_document.run_verdict import Ending
from peertube_conformance.reports.views.console import lines
from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import Deviation
from tests.reports.conftest import FACTS, NewRun, SampleRun
from tests.reports.written_report import write_all

WRONG = Finding("/response/body/id", "wrong", 1, 2, requirement="PT-BODY-02")
_ENDINGS = {2: Ending(interrupted="a signal ended the run"), 3: Ending(harness_failure="it broke")}
KNOWN = Deviation("known-id", ("getVideos|PT-BODY-02|200|*",), "server", "It was always so.", "Seen.")


def whole(parts: list[Path], into: Path, **how: Any) -> tuple[dict[str, Any], list[Deviation]]:
    """What `merge` makes of the parts."""
    with ReportFolder(into) as folder:
        return merge(parts, folder, **how)


@pytest.fixture
def part(new_run: NewRun, tmp_path: Path) -> Any:
    """Writes the report of a part, as a machine does."""

    def made(
        name: str, operation_id: str, *findings: Finding, code: int = 0, shard: Shard | None = None, **facts: Any
    ) -> Path:
        run: SampleRun = new_run(load_contract("6.2"))
        shard = shard or Shard(["one", "two"].index(name) + 1, 2)
        run.facts |= {"contract": {**run.facts["contract"], "source": "bundled peertube-6.2"}, **facts}
        run.facts["shard"] = shard.to_json()
        run.deviations = [KNOWN]
        run.saw(operation_id, 200, None, *findings, times=2)
        run.ended(operation_id, Verdict.PASSED)
        document = run.document(_ENDINGS.get(code, Ending()))
        folder = tmp_path / name
        mine = [entry for entry in document["operations"] if entry["operationId"] == operation_id]
        write_all(clean_document({**document, "operations": mine}, Redactor()), folder, run.deviations)
        lines = [file.read_bytes() for file in (run._folder / PARTS).glob("*.ndjson")]
        (folder / "exchanges.ndjson").write_bytes(b"".join(lines))
        return folder

    return made


def test_parts_are_told_as_one_run(part: Any, tmp_path: Path) -> None:
    later = {"startedAt": "2026-01-02T03:04:25+00:00", "durationSeconds": 30.0}
    parts = [part("one", "getVideos", WRONG), part("two", "getVideo", **later)]
    document, known = whole(parts, tmp_path / "whole")
    assert [entry.id for entry in known] == ["known-id"]
    assert {entry["operationId"]: entry["verdict"] for entry in document["operations"]} == {
        "getVideos": "known",
        "getVideo": "passed",
    }
    assert (document["exitCode"], document["totals"]["exchanges"]) == (0, 4)
    assert (document["startedAt"], document["durationSeconds"]) == ("2026-01-02T03:04:05+00:00", 50.0)
    assert document["ledger"] == {"created": 6, "removed": 6, "left": []}
    assert document["shard"] is None
    assert document["runVerdict"]["shard"] == ""
    assert document["budget"]["requests"] == 20
    lines = [json.loads(line) for line in (tmp_path / "whole" / "exchanges.ndjson").read_text().splitlines()]
    ids = [line["id"] for line in lines if line["kind"] == "exchange"]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("codes", "findings", "expected"),
    [((0, 0), (), 0), ((0, 1), (WRONG,), 1), ((0, 2), (WRONG,), 2), ((3, 0), (), 3), ((5, 0), (), 0)],
)
def test_it_ends_as_one_run_of_all_would(
    part: Any, tmp_path: Path, codes: tuple[int, int], findings: tuple[Finding, ...], expected: int
) -> None:
    parts = [part("one", "getVideos", code=codes[0]), part("two", "getVideo", *findings, code=codes[1])]
    assert whole(parts, tmp_path / "whole")[0]["exitCode"] == expected


def test_a_missed_deviation_fails_where_that_is_asked_for(part: Any, tmp_path: Path) -> None:
    parts = [part("one", "getVideos"), part("two", "getVideo")]
    assert whole(parts, tmp_path / "lenient")[0]["exitCode"] == 0
    assert whole(parts, tmp_path / "strict", strict_deviations=True)[0]["exitCode"] == 1


def test_parts_of_different_runs_are_refused(part: Any, tmp_path: Path) -> None:
    one, other = part("one", "getVideos"), part("two", "getVideo", depth="smoke")
    with pytest.raises(RunFileError, match="depth is smoke, not standard"):
        whole([one, other], tmp_path / "whole")
    with pytest.raises(RunFileError, match="named twice"):
        whole([one, one / "run.json"], tmp_path / "whole")
    alone = part("alone", "getVideos", shard=Shard())
    (alone / "exchanges.ndjson").unlink()
    with pytest.raises(RunFileError, match="its whole report directory"):
        whole([alone], tmp_path / "whole")


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"safety": "disposable"}, "safety is disposable, not sandbox"),
        ({"target": {**FACTS["target"], "baseUrl": "https://other.example.com"}}, "target baseUrl is https://other"),
        ({"target": {**FACTS["target"], "embedded": True}}, "target embedded is True, not False"),
        ({"harness": {**FACTS["harness"], "version": "0.2.0"}}, "harness version is 0.2.0, not 0.1.0"),
        ({"selection": {"operations": "get*", "tags": ""}}, "selection is"),
    ],
)
def test_shards_of_runs_that_differ_are_refused(part: Any, tmp_path: Path, other: dict[str, Any], what: str) -> None:
    with pytest.raises(RunFileError, match=f"two is not a part of the same run as .*one: {what}"):
        whole([part("one", "getVideos"), part("two", "getVideo", **other)], tmp_path / "whole")


def test_each_embedded_instance_has_an_address_of_its_own(part: Any, tmp_path: Path) -> None:
    targets = [{**FACTS["target"], "embedded": True, "baseUrl": f"http://localhost:{port}"} for port in (1024, 1025)]
    parts = [part("one", "getVideos", target=targets[0]), part("two", "getVideo", target=targets[1])]
    assert whole(parts, tmp_path / "whole")[0]["totals"]["exchanges"] == 4


@pytest.mark.parametrize(
    ("shards", "what"),
    [
        ([(1, 4), (3, 4)], "shards 2/4, 4/4 are missing: give the reports of all 4 shards"),
        ([(2, 2)], "shard 1/2 is missing: give the reports of all 2 shards"),
        ([(1, 2), (1, 2)], "are both shard 1 of 2: give each shard once"),
        ([(1, 2), (2, 3)], "is shard 2 of 3, and .* shard 1 of 2"),
        ([(1, 2), (1, 1)], "is the report of a whole run: give only the parts"),
        ([(1, 1), (1, 1)], "is the report of a whole run: give only the parts"),
    ],
)
def test_what_is_not_each_shard_of_one_run_is_refused(
    part: Any, tmp_path: Path, shards: list[tuple[int, int]], what: str
) -> None:
    parts = [part(f"part-{at}", "getVideos", shard=Shard(*shard)) for at, shard in enumerate(shards)]
    with pytest.raises(RunFileError, match=what):
        whole(parts, tmp_path / "whole")


def test_reports_of_versions_without_shards_are_merged(part: Any, tmp_path: Path) -> None:
    parts = [part("one", "getVideos"), part("two", "getVideo")]
    for folder in parts:
        document = json.loads((folder / "run.json").read_text())
        del document["shard"], document["selection"], document["runVerdict"]["shard"]
        (folder / "run.json").write_text(json.dumps(document))
    assert whole(parts, tmp_path / "whole")[0]["totals"]["exchanges"] == 4


def test_a_shard_is_compared_with_the_same_shard_only(
    part: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = part("one", "getVideos"), part("two", "getVideo")
    run, quarter = part("run", "getVideos", shard=Shard()), part("quarter", "getVideos", shard=Shard(1, 4))
    for earlier, later in ((one, run), (run, one), (one, two), (one, quarter)):
        assert main(["compare", str(earlier), str(later)]) == 4
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert "ERROR: the earlier report is of shard 1 of 2, the later of shard 1 of 4: compare whole runs" in shown.err
    assert main(["compare", str(one), str(one)]) == 0
    into = ["--report-dir", str(tmp_path / "whole")]
    assert main(["merge", str(one), str(two), *into, "--baseline", str(one)]) == 4
    assert "shard 1 of 2, the later of a whole run" in capsys.readouterr().err
    assert not (tmp_path / "whole").exists()


def test_every_view_of_a_shard_names_it_first(part: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = part("one", "getVideos")
    first = "(1 of 120 tested, shard 1 of 2)"
    assert json.loads((folder / "run.json").read_text())["shard"] == {"number": 1, "of": 2}
    assert first in (folder / "summary.md").read_text().splitlines()[0]
    page = (folder / "report.html").read_text()
    assert first in page.partition("<title>")[2].partition("</title>")[0]
    assert first in page.partition("<h1>")[2].partition("</h1>")[0]
    for view in ("junit.xml", "badge.json", "report.sarif"):
        assert first in (folder / view).read_text(), view
    assert main(["report", str(folder)]) == 0
    assert first in lines(json.loads((folder / "run.json").read_text()), 200)[0]
    capsys.readouterr()


def test_the_command_writes_every_view(part: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = part("one", "getVideos"), part("two", "getVideo", WRONG)
    baseline = part("earlier", "getVideos", shard=Shard())
    given = [str(one), str(two), "--report-dir", str(tmp_path / "whole"), "--baseline", str(baseline)]
    assert main(["merge", *given]) == 1
    assert "does not conform" in capsys.readouterr().out.lower()
    assert {file.name for file in (tmp_path / "whole").iterdir()} >= {"run.json", "report.html", "junit.xml"}
    assert main(["merge", str(tmp_path / "nowhere")]) == 4
    assert "cannot be read" in capsys.readouterr().err


# The parts


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_every_test_is_in_one_part(of: int) -> None:
    names = [f"operation {number}" for number in range(20)]
    parts = [Shard(number, of).part(reversed(names), str) for number in range(1, of + 1)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert [sorted(part) for part in parts] == [
        sorted(Shard(number, of).part(names, str)) for number in range(1, of + 1)
    ]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/", "/2", "a/b", "-1/2", "1/2/3"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="second of four"):
        Options.read({"peertube_shard": text}.get, "", {})
