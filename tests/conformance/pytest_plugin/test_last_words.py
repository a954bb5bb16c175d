"""What a run that ends at once says: what it leaves, and how that is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.last_words import last_words
from peertube_conformance.fixtures.safety.ledger.ledger import Header, Ledger

REAP = "remove it with: peertube-conformance reap --base-url=http://my.instance --admin-username=root"
REPORT = "write the report with: peertube-conformance report 'my report'"
TARGET = Options(base_url="http://my.instance", admin_username="root", report_dir=Path("my report"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state" / "ledger", Header("ab12cd", "http://my.instance", 1000.0))


def test_accounts_that_are_left_are_counted(ledger: Ledger) -> None:
    keys = [ledger.intend("user", f"ptcab12cdw0user_{number}") for number in range(3)]
    ledger.intend("video", "goes with its user")
    ledger.removed(keys[0])
    assert last_words(TARGET, ledger.path) == f"2 accounts left; {REAP}; {REPORT}"


def test_after_the_clean_up_nothing_is_left(ledger: Ledger) -> None:
    assert last_words(TARGET, ledger.path) == f"nothing is left; {REPORT}"
    ledger.close()
    assert last_words(TARGET, ledger.path) == f"nothing is left; {REPORT}"


def test_before_the_end_of_the_set_up_it_is_not_known(tmp_path: Path) -> None:
    assert last_words(TARGET, None) == REAP


def test_the_embedded_instance_has_nothing_left(ledger: Ledger) -> None:
    own = Options(report_dir=Path("report"))
    said = "the embedded instance ended with the run; write the report with: peertube-conformance report report"
    assert last_words(own, ledger.path) == said
