"""Says what a run leaves that ends at once, and how to remove it."""

from __future__ import annotations

import shlex
from pathlib import Path

from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.cleanup.removal import REMOVALS
from peertube_conformance.fixtures.safety.ledger.ledger import read_ledger
from peertube_conformance.fixtures.safety.ledger.secure_files import LedgerError
from peertube_conformance.reports.formatting import counted


def last_words(options: Options, ledger: Path | None) -> str:
    """What is left and how to remove it, by the ledger of the run; with None its set-up is not complete."""
    if ledger is None:
        return options.how_to_clean
    report = f"write the report with: peertube-conformance report {shlex.quote(str(options.report_dir))}"
    if not options.base_url:
        return f"{options.how_to_clean}; {report}"
    left = _left(ledger)
    return (
        f"{counted(left, 'account')} left; {options.how_to_clean}; {report}" if left else f"nothing is left; {report}"
    )


def _left(ledger: Path) -> int:
    """The number of users and registrations that were not removed; 0 where the ledger was deleted, as all were."""
    if not ledger.exists():
        return 0
    try:
        entries = read_ledger(ledger).entries
    except LedgerError:
        return 0
    return sum(not entry.removed and entry.kind in REMOVALS for entry in entries)
