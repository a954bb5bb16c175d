"""Findings, a deviation, and the parts of a run document."""

from __future__ import annotations

from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements
from tests.reports.conftest import SampleRun

KNOWN = Deviation("known-id", ("getVideo|PT-BODY-02|200|*",), "server", "It was always so.", "Seen.")


def document_of(run: SampleRun) -> RunDocument:
    """The document as the end of a run sees it."""
    run.close()
    document = RunDocument(run.contract, run.contract.operations, load_requirements(), run.deviations, {})
    document.add(read_parts(run._folder))
    return document


def stale(run: SampleRun) -> list[str]:
    return [entry.id for entry in document_of(run).stale_deviations()]
