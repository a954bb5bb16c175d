"""A server that answers with success and does nothing is reported, and sent no more requests than any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from peertube_conformance.fixtures.mailboxes.open_by_url import SmtpSink
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME
from tests.conformance.whole_runs.run_process import running
from tests.faults.no_effect import OPERATIONS, PREFIX
from tests.stateful.faulty_instance import FaultyInstance

FINDINGS = 1
ALWAYS = ("deleteSubscription",)
# The registrations that a moderator decides about, and the flows that need them.
_APPROVED = {"acceptRegistration", "rejectRegistration", "deleteRegistration"}
# What is wrong shows only after several steps, for which smoke runs are too short.
_STANDARD = {
    "uploadResumableCancel",
    "replaceVideoSourceResumableCancel",
    "userImportResumableCancel",
    "clearMyHistory",
    "deleteMyHistoryElement",
    "markAllMyNotificationsRead",
    "putMyNotificationSettings",
}
CASES = [pytest.param(name, marks=[] if name in ALWAYS else [pytest.mark.nightly]) for name in OPERATIONS]
# Runs of everything, not only of the operation.
WHOLE = [pytest.param(name, marks=pytest.mark.nightly) for name in ("deleteSubscription", "delUser", "putUserInfo")]


@contextmanager
def instance(folder: Path, fault: str, *, signup: str) -> Iterator[tuple[FaultyInstance, str]]:
    """The embedded instance with a fault, none where its name is empty, and the URL of its mailbox."""
    sink = SmtpSink(folder / "mail")
    sink.start()
    try:
        with FaultyInstance(smtp=sink.address, signup=signup, fault=fault) as served:
            yield served, f"maildir:{sink.maildir}"
    finally:
        sink.stop()


def run_of(fault: str, *selection: str, signup: str) -> tuple[int, dict[str, Any]]:
    """The exit code and document of a run against an instance with this fault."""
    with TemporaryDirectory() as name, instance(Path(name), fault, signup=signup) as (served, mailbox):
        arguments = ("--base-url", served.base_url, "--admin-username", ADMIN_NAME, "--mailbox", mailbox, "--seed", "1")
        with running(Path(name), *arguments, *selection, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=served.password) as run:
            return run.end(), run.document


@cache
def usual(*selection: str, signup: str) -> int:
    """The requests of a run without a fault."""
    code, document = run_of("", *selection, signup=signup)
    assert code == 0
    sent: int = document["requests"]["sent"]
    return sent


def judged(operation: str, *selection: str, most: int) -> None:
    """Judges a run against an instance on which the operation has no effect: at most so many times the usual requests."""
    signup = "approval" if operation in _APPROVED else "direct"
    code, document = run_of(PREFIX + operation, *selection, signup=signup)
    assert code == FINDINGS
    assert document["totals"]["newFindings"] > 0
    requests = document["requests"]
    assert requests["sent"] <= requests["ceiling"]
    assert requests["sent"] <= most * usual(*selection, signup=signup)
    assert requests["reached"] == []


@pytest.mark.parametrize("operation", CASES)
def test_what_has_no_effect_is_reported_by_few_requests(operation: str) -> None:
    depth = "standard" if operation in _STANDARD else "smoke"
    # A run of few tests is short, so that shortening and confirming what they find is much of it.
    judged(operation, "--operations", operation, "--depth", depth, most=3)


@pytest.mark.parametrize("operation", WHOLE)
def test_a_whole_run_ends_as_soon_as_any_other(operation: str) -> None:
    judged(operation, "--depth", "smoke", "-n", "2", most=2)
