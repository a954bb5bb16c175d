"""Rebuilds the report of a run that was killed, from what its workers recorded and what was known at its start."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peertube_conformance.fixtures.safety.ledger.ledger import read_ledger
from peertube_conformance.fixtures.safety.ledger.secure_files import LedgerError
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.report_directory.file_recognition import BEGUN, PARTS
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.run_document.run_json import RunFileError, read_run
from peertube_conformance.reports.run_document.run_verdict import Ending
from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements

# Members of the run document that no two runs into one directory have in common.
_OF_ONE_RUN = ("startedAt", "seed")


def note_beginning(folder: ReportFolder, members: Mapping[str, Any]) -> None:
    """Writes what `recovered` needs: `facts` of the document, `spec`, ids of `operations`, `deviations`, `ledger`."""
    folder.write(f"{PARTS}/{BEGUN}", json.dumps(members, default=str).encode())


def is_unfinished(directory: Path) -> bool:
    """Whether a run began to write a report here and did not end."""
    return (directory / PARTS / BEGUN).is_file()


def lacks_files(directory: Path) -> bool:
    """Whether an unfinished report has the run document of its run, and only other files could not be written."""
    try:
        document, begun = read_run(directory), json.loads((directory / PARTS / BEGUN).read_text())
    except RunFileError:
        return False
    return all(document.get(name) == begun["facts"][name] for name in _OF_ONE_RUN)


def recovered(directory: Path) -> tuple[dict[str, Any], list[Deviation]]:
    """The run document of a run that did not end, and the deviations for its views."""
    begun = json.loads((directory / PARTS / BEGUN).read_text())
    contract = load_contract(begun["spec"] or None)
    chosen = set(begun["operations"])
    operations = [operation for operation in contract.operations if operation.id in chosen]
    deviations = [Deviation.from_json(entry) for entry in begun["deviations"]]
    parts = list(read_parts(directory))
    facts = begun["facts"]
    last = max((part["at"] for part in parts if part["kind"] == "exchange"), default=begun["at"])
    facts["durationSeconds"] = round(max(0.0, last - begun["at"]), 1)
    facts["ledger"] = _left(Path(begun["ledger"]))
    document = RunDocument(contract, operations, load_requirements(), deviations, facts)
    document.add(parts)
    return document.to_json(Ending(interrupted="the run was killed")), deviations


def _left(path: Path) -> dict[str, Any]:
    """The remaining entries of the ledger; the file is absent where everything was removed since."""
    if not os.path.lexists(path):
        return {"created": 0, "removed": 0, "left": []}
    try:
        record = read_ledger(path)
    except LedgerError as error:
        return {"created": 0, "removed": 0, "left": [str(error)]}
    entries = record.entries
    left = [entry for entry in entries if not entry.removed]
    return {
        "created": sum(entry.created for entry in entries),
        "removed": sum(entry.created and entry.removed for entry in entries),
        "left": [
            f"{entry.kind} {', '.join(sorted(entry.names | entry.ids)) or '(unnamed)'}: the run was killed; remove it "
            "with --reap"
            for entry in left
        ]
        + list(record.problems()),
    }
