"""The table of the parties: what the document asks and what each server answered."""

from __future__ import annotations

from dataclasses import replace

from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.views.parties import lines
from peertube_conformance.spec.deviations import Deviation

WRONG = Finding(at="/response/status", message="wrong", requirement="PT-STATUS-02", check="documented_status")
KNOWN = Deviation("known-one", ("getVideo|*",), "document", "The document forgot it.", "Seen.")


def test_what_every_server_passes_is_left_out_and_blame_is_told(new_run) -> None:
    sound, faulty = new_run(), new_run()
    faulty.deviations = [KNOWN]
    for run, findings in ((sound, ()), (faulty, (WRONG,))):
        run.saw("getVideos", 200, {})
        run.saw("getVideo", 200, {}, *(replace(finding, operation_id="getVideo") for finding in findings))
        for operation in ("getVideos", "getVideo"):
            run.ended(operation, Verdict.PASSED)
    documents = [sound.document(), faulty.document()]
    documents[1]["deviations"]["entries"] = [{"id": "known-one", "party": "document", "reason": "r"}]
    reported = "\n".join(lines(documents))
    (row,) = [line for line in reported.split("\n") if line.startswith("getVideo ")]
    assert (
        row.split("  ")[1:] == ["GET /api/v1/videos/{id}", "passed", "known (document 1)"]
        or "known (document 1)" in row
    )
    assert not any(line.startswith("getVideos ") for line in reported.split("\n"))
    (of_requirement,) = [line for line in reported.split("\n") if line.startswith("PT-STATUS-02")]
    assert of_requirement.rstrip().endswith("known (document 1)")
    assert any(line.startswith("getVideos ") for line in lines(documents, every=True))


def test_a_part_that_a_run_does_not_know_is_told(new_run, contract) -> None:
    run = new_run()
    run.saw("getVideo", 200, {})
    document = run.document()
    other = {**document, "operations": [], "requirements": []}
    assert any("not in this run" in line for line in lines([document, other]))
