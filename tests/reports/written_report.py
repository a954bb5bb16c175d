"""A report directory with every view of a run document."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from peertube_conformance.reports.redaction.safe_output import CleanDocument
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
from peertube_conformance.reports.views.report_files import write_views
from peertube_conformance.spec.deviations import Deviation


def write_all(document: CleanDocument, directory: Path, deviations: Iterable[Deviation] = ()) -> None:
    """Writes every view of the run into the directory, which is created if necessary."""
    with ReportFolder(directory) as folder:
        write_views(document, folder, deviations)
