"""The first lines of each view say whether the known deviations of stock servers count."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.junit import junit
from peertube_conformance.reports.views.markdown import summary

DECISION = {"applied": False, "reason": "the target's NodeInfo names the software vidzy"}


@pytest.mark.parametrize("decision", [DECISION, None])
def test_each_view_says_so_where_the_run_does(decision: dict[str, Any] | None, sound: dict[str, Any]) -> None:
    document = clean_document(sound | ({"stockDeviations": decision} if decision else {}), Redactor())
    shown = " ".join(lines(document, 200)[:4])
    said = [
        "do not count" in shown,
        "do not count" in summary(document)[:1000],
        "do not count" in page(document).partition("<dl")[0],
        b"do not count" in junit(document),
    ]
    assert said == [decision is not None] * 4
