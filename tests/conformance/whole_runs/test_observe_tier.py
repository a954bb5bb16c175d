"""A run in the tier `observe`, as a proxy before the instance sees it: nothing but reading, and one session."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.whole_runs.recording_proxy import listening
from tests.conformance.whole_runs.run_process import running

SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION = {("POST", "/api/v1/users/token"), ("POST", "/api/v1/users/revoke-token")}


def test_nothing_but_reading_and_one_session_is_seen(tmp_path: Path) -> None:
    """Of both packages, with an administrator: whoever has more rights could do more harm."""
    with EmbeddedInstance() as instance, listening(instance.base_url) as proxy:
        given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}")
        asked = ("--safety=observe", "--depth=standard", "-n", "2")
        with running(tmp_path, *given, *asked, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password) as run:
            assert run.end() in {0, 1}, run.text()
    seen = Counter((method, path.partition("?")[0]) for method, path in proxy.methods)
    assert {one for one in seen if one[0] not in SAFE} == SESSION
    assert seen["POST", "/api/v1/users/revoke-token"] == 1, "it ends the one session that it began as somebody"
    assert seen.total() > 100
    assert run.document["safety"] == "observe"
    assert run.document["ledger"] == {"created": 0, "removed": 0, "left": []}
    # The proxy gives the instance its own name, whatever the request says.
    new = {finding["fingerprint"] for finding in run.document["findings"] if finding["deviation"] is None}
    assert new <= {"getOAuthClient|PT-STATUS-06|200|/response/status/403"}
    assert run.ledger() == []
    reasons = {entry["reason"] for kind in ("operations", "requirements", "flows") for entry in run.document[kind]}
    assert "no further user account: the tier observe creates none" in reasons
    assert "POST is not sent in the tier observe" in reasons
    advised = [reason for reason in reasons if "give " in reason and "give --subject" not in reason]
    assert advised == [], "whoever is given, nobody is made"
