"""An enclosure without length is one finding, not one for each requirement that mentions enclosures."""

from __future__ import annotations

from pathlib import Path

from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import load_deviations
from tests.conformance.hand_written.runner import arena, enumerated, load, ran


def test_an_enclosure_without_length_is_reported_once(tmp_path: Path) -> None:
    (test,) = [one for one in enumerated() if one.name == "test_podcast"]
    (fault,) = [one for one in load().values() if one.id == "podcasts-do-not-tell-lengths"]
    with arena(tmp_path) as environment:
        assert ran(environment, test) == ([], "")
        with environment.spoiled(fault):
            found = [finding.fingerprint for finding in ran(environment, test)[0]]
    assert found == ["getVideosPodcastFeed|PT-FEED-05|200|/response/body/item/enclosure"]
    contract = load_contract()
    assert contract.deviations is not None
    known = [entry.id for entry in load_deviations([contract.deviations]) if entry.matches(found[0])]
    assert known == ["podcasts-of-streams-without-length"]
