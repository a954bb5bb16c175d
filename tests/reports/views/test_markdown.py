"""The summary for a CI job."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports.views.markdown import summary
from peertube_conformance.reports.views.markdown_elements import block, code, plain, table


def test_a_sound_run_conforms(sound: dict[str, Any]) -> None:
    reported = summary(sound).splitlines()
    assert reported[0] == "# ✅ Conforms (4 of 4 tested)"
    assert reported[2] == "No findings; operations: 4 passed; 261 requirements without evidence."
    assert "| Video | 3 | 3 |  |  |  |" in reported
    assert not any("Findings" in line or "Not tested" in line for line in reported if line.startswith("##"))


def test_a_faulty_run_does_not(faulty: dict[str, Any]) -> None:
    text = summary(faulty)
    assert text.startswith("# ❌ Does not conform (3 of 4 tested)\n")
    assert "| Video | 3 | 1 | 1 |  | 1 |" in text
    assert "### PT-ERR-03 (must): 1 finding" in text
    assert f"```sh\n{faulty['findings'][0]['curl']}\n```" in text
    assert "expected `404`, got `400`" in text
    assert "| no video could be created: the quota is used up | blocked | 1 | delVideo |" in text
    assert "* user pt-abc: answered 500" in text


def test_known_deviations_have_their_reason(known: dict[str, Any]) -> None:
    entry = {"id": "stock-404", "party": "server", "reason": "A slip of the server."}
    known["deviations"]["entries"] = [entry]
    text = summary(known)
    assert text.startswith("# ☑️ Nothing found (3 of 4 tested)")
    assert "| `stock-404` | behaviour | 1 | server | A slip of the server. |" in text
    assert "No longer found: `gone-by-now`" in text


def test_many_findings_do_not_make_it_long(flood: dict[str, Any]) -> None:
    text = summary(flood)
    assert text.count("```sh") == 10
    assert "30 more in `report.html`." in text


def test_nothing_of_the_target_is_markup(hostile: dict[str, Any]) -> None:
    for line in summary(hostile).splitlines():
        without_code = "".join(line.split("``")[::2])
        assert "<" not in without_code.replace("\\<", "")
        assert "\x1b" not in line


@pytest.mark.parametrize("text", ["a|b", "a`b", "```", "`", ""])
def test_a_code_span_holds_any_text(text: str) -> None:
    span = code(text)
    fence = len(span) - len(span.lstrip("`"))
    assert "`" * fence not in span[fence:-fence]


def test_a_bar_does_not_end_a_cell() -> None:
    assert table(("A", "B "), [("x|y", "1")]) == ["| A | B |", "| --- | ---: |", r"| x\|y | 1 |"]


def test_a_block_outlasts_the_fences_in_it() -> None:
    assert block("```\nrm") == ["````", "```", "rm", "````"]


@pytest.mark.parametrize("text", ["<b>", "[a](b)", "*a*", "_a_", "~~a~~", "@team", "#1", "&lt;", "$a$"])
def test_plain_text_has_its_markup_escaped(text: str) -> None:
    escaped = plain(text)
    assert all(escaped[at - 1] == "\\" for at, sign in enumerate(escaped) if sign in "<>[]*_~@#&$")


def test_plain_text_makes_no_link() -> None:
    assert "://" not in plain("see https://elsewhere.example.com")
    assert plain("www.example.com") == r"www\.example.com"
