"""Lines that were recorded before they carried the defect and the id of the situation."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports.run_document.older_formats import with_purpose


@pytest.mark.parametrize(
    ("intent", "violation", "defect"),
    [
        ("invalid", "query/count maximum", ("query", "/count", "maximum")),
        ("invalid", "body malformed", ("body", "", "malformed")),
        ("invalid", "body/a b/*/c required", ("body", "/a b/*/c", "required")),
        ("provoked", "a thing that does not exist", None),
        ("valid", "", None),
    ],
)
def test_the_defect_is_read_from_its_text(intent: str, violation: str, defect: tuple[str, str, str] | None) -> None:
    part = with_purpose({"intent": intent, "violation": violation, "role": "user"})
    expected = defect and dict(zip(("location", "pointer", "keyword"), defect, strict=True))
    assert (part["defect"], part["situation"], part["role"]) == (expected, None, "user")


def test_a_line_that_carries_them_is_left_alone() -> None:
    part: dict[str, Any] = {"intent": "invalid", "violation": "x y", "defect": None, "situation": None}
    assert with_purpose(part) == part
