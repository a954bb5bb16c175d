"""Each rule for known deviations refuses an entry that explains too much or nothing, and the contract's own pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from peertube_conformance.conformance.arrangements import registry
from peertube_conformance.conformance.checks import authentication, status_codes
from peertube_conformance.conformance.execution.phases import ABSENT
from peertube_conformance.spec import Contract, load_contract
from peertube_conformance.spec.lint.deviation_rules import deviation_breaches
from peertube_conformance.stateful.resumable_transfer.base_flow import SMALLER_TOTAL

START = "getVideos|PT-STATUS-01|500|/request/query/start"
CHALLENGE = "getUserInfo|PT-AUTH-05|401|/response/headers/www-authenticate"
RIGHT = {"id": "one", "class": "behaviour", "party": "server", "reason": "r", "evidence": "e"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(None)


def breaches(contract: Contract, folder: Path, **members: Any) -> list[str]:
    file = folder / "deviations.yaml"
    file.write_text(yaml.safe_dump([{k: v for k, v in (RIGHT | members).items() if v is not None}]))
    return [breach.what for breach in deviation_breaches(replace(contract, deviations=file))]


def test_the_entries_of_the_contract_are_narrow(contract: Contract) -> None:
    assert list(deviation_breaches(contract)) == []


@pytest.mark.parametrize(
    ("members", "reported"),
    [
        ({"fingerprint": START, "when": None}, "lacks when"),
        ({"fingerprint": START, "when": [{"value": "integer > 9"}], "class": None}, "lacks class"),
        ({"fingerprint": "get*|PT-STATUS-05|200|/request/query/start", "when": [{"value": "text"}]}, "by a pattern"),
        ({"fingerprint": START, "when": [{"actual": "is 500"}]}, "without a class of what was sent"),
        ({"fingerprint": START, "when": [{"sent": {"/query/start": ["absent", "integer"]}}]}, "on an ordinary request"),
        ({"fingerprint": CHALLENGE, "when": [{"status": "401"}]}, "holds for every request"),
        ({"fingerprint": CHALLENGE, "when": [{"actual": ["absent", "text"]}]}, "holds for every request"),
        ({"fingerprint": CHALLENGE, "when": [{"headers": {"www-authenticate": "present"}}]}, "holds for every request"),
        ({"fingerprint": START, "when": [{"sent": {"/query/begin": "integer > 9"}}]}, "which no operation has"),
        (
            {"fingerprint": START, "when": [{"at": "/request/query/count", "value": "integer > 9"}]},
            "no fingerprint has",
        ),
        ({"fingerprint": START, "when": [{"keyword": "largest", "value": "integer > 9"}]}, "no defect has"),
        ({"fingerprint": START, "when": [{"operations": "getUsers", "value": "integer > 9"}]}, "not about"),
        ({"fingerprint": START, "when": [{"value": f"integer > {10**40}"}]}, "no value that is sent"),
    ],
)
def test_an_entry_that_explains_too_much_or_nothing_is_refused(
    members: dict[str, Any], reported: str, contract: Contract, tmp_path: Path
) -> None:
    found = breaches(contract, tmp_path, **members)
    assert any(reported in each for each in found), found


@pytest.mark.parametrize(
    "members",
    [
        {"fingerprint": START, "when": [{"value": "integer > 2147483647"}]},
        {"fingerprint": CHALLENGE, "when": [{"headers": {"www-authenticate": "absent"}}], "class": "form"},
    ],
)
def test_a_narrow_entry_is_taken(members: dict[str, Any], contract: Contract, tmp_path: Path) -> None:
    assert breaches(contract, tmp_path, **members) == []


def test_situations_of_conditions_exist(contract: Contract) -> None:
    registry._load()
    known = {each.id for each in (ABSENT, SMALLER_TOTAL, authentication.WRONG_TOKEN, status_codes.WINDOW_OVER)}
    known |= set(registry._SITUATIONS)
    assert contract.deviations is not None
    for entry in yaml.safe_load(contract.deviations.read_text("utf-8")):
        for case in entry["when"]:
            named = case.get("situation", [])
            assert set([named] if isinstance(named, str) else named) <= known, entry["id"]
