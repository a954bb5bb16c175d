"""Maps the files of a report to the views that render them, and writes them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from peertube_conformance.reports.redaction.safe_output import CleanDocument, file_text
from peertube_conformance.reports.report_directory.file_recognition import ALLURE
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.views.allure import allure_files
from peertube_conformance.reports.views.badge import badge
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.junit import junit
from peertube_conformance.reports.views.markdown import summary
from peertube_conformance.reports.views.sarif import sarif
from peertube_conformance.reports.views.serialization import encoded, json_text
from peertube_conformance.spec.deviations import Deviation

VIEWS: Mapping[str, Callable[[CleanDocument], bytes]] = {
    "run.json": lambda document: encoded(json_text(document)),
    "report.html": lambda document: encoded(file_text(page(document))),
    "summary.md": lambda document: encoded(file_text(summary(document))),
    "junit.xml": junit,
    "report.sarif": lambda document: encoded(json_text(sarif(document))),
    "badge.json": lambda document: encoded(json_text(badge(document))),
}


def write_views(document: CleanDocument, folder: ReportFolder, deviations: Iterable[Deviation] = ()) -> None:
    """Writes every view of the run into the folder.

    The entries of these deviations are added to the document. A view that fails does not prevent the others
    from being written; ReportError then names it.
    """
    explained = _explained(document, deviations)
    failures: dict[str, Exception] = {}
    for name, view in VIEWS.items():
        try:
            folder.write(name, view(explained))
        except Exception as error:  # noqa: BLE001 - a defect in one view must not cost the others
            failures[name] = error
    try:
        folder.write_allure(allure_files(explained))
    except Exception as error:  # noqa: BLE001 - as above
        failures[ALLURE] = error
    if failures:
        raise ReportError(_why(failures)) from next(iter(failures.values()))


def _explained(document: CleanDocument, deviations: Iterable[Deviation]) -> CleanDocument:
    entries = [deviation.to_json() for deviation in deviations]
    known = document["deviations"]
    explained = {**document, "deviations": {**known, "entries": entries or known.get("entries", [])}}
    return CleanDocument(explained)


def _why(failures: Mapping[str, Exception]) -> str:
    """One sentence: why files cannot be written, or which views failed."""
    unwritten = [str(error) for error in failures.values() if isinstance(error, ReportError)]
    if unwritten:
        return unwritten[0]
    reasons = "; ".join(f"{name} ({type(error).__name__}: {error})" for name, error in failures.items())
    return f"these files of the report could not be made: {reasons}"
