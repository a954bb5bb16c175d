"""The page."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import jinja2
import lxml.html
import pytest

from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.reports.views.html.page import page
from tests.reports.conftest import HOSTILE

WHO = "peertube_conformance.reports.views.html.findings"


def read(document: dict[str, Any]) -> Any:
    """The page as browsers build it."""
    return lxml.html.document_fromstring(page(document))


def text_of(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_first_screen_says_that_it_conforms(sound: dict[str, Any]) -> None:
    root = read(sound)
    assert text_of(root.find(".//h1")) == "Conforms (4 of 4 tested)"
    assert root.find(".//header").get("class") == "answer passed"
    top = text_of(root.find(".//header"))
    assert "No findings; operations: 4 passed; 261 requirements without evidence." in top
    assert "PeerTube 6.2.0" in top
    assert "2026-01-02 03:04 UTC" in top
    assert "Every operation of the run was tested." in text_of(root.get_element_by_id("untested"))


def test_the_first_screen_says_that_it_does_not(faulty: dict[str, Any]) -> None:
    root = read(faulty)
    assert text_of(root.find(".//h1")) == "Does not conform (3 of 4 tested)"
    assert root.find(".//header").get("class") == "answer failed"
    reported = text_of(root.get_element_by_id("untested"))
    assert "1 operation blocked: no video could be created: the quota is used up" in reported


@pytest.mark.parametrize("ending", [Ending(interrupted="a signal ended the run"), Ending(harness_failure="it broke")])
def test_a_run_that_did_not_end_well_is_not_green(sound: dict[str, Any], ending: Ending) -> None:
    assert read(concluded(sound, ending)).find(".//header").get("class") == "answer blocked"


def test_a_run_that_found_nothing_but_did_not_test_everything_has_a_look_of_its_own(known: dict[str, Any]) -> None:
    root = read(known)
    assert text_of(root.find(".//h1")) == "Nothing found (3 of 4 tested)"
    assert root.find(".//header").get("class") == "answer found"


def test_errors_of_the_harness_are_on_the_first_screen(sound: dict[str, Any]) -> None:
    root = read(concluded(sound | {"errors": ["getVideo valid: it broke"]}, Ending()))
    assert "getVideo valid: it broke" in text_of(root.get_element_by_id("untested"))


def test_a_finding_shows_expected_beside_actual(faulty: dict[str, Any]) -> None:
    (finding,) = read(faulty).xpath("//section[@id='findings']//details")
    expected, actual = (text_of(value) for value in finding.xpath(".//dl[@class='pair']//pre"))
    assert (expected, actual) == ("404", "400")
    assert finding.xpath(".//div[@class='curl']/pre")[0].text_content() == faulty["findings"][0]["curl"]
    assert finding.xpath(".//div[@class='curl']/button")
    assert [text_of(mark) for mark in finding.xpath(".//figure//mark")] == ['"status": 400']


def test_requirements_have_verdict_level_and_source(faulty: dict[str, Any]) -> None:
    root = read(faulty)
    requirement = root.get_element_by_id("requirement-PT-ERR-03")
    assert requirement.get("data-verdict") == "failed"
    assert "must" in text_of(requirement)
    assert "1 finding" in text_of(requirement)
    source = next(entry["source"] for entry in faulty["requirements"] if entry["id"] == "PT-ERR-03")
    assert source in text_of(requirement)


def test_the_matrix_tells_observed_wrong_and_never_observed(faulty: dict[str, Any]) -> None:
    root = read(faulty)
    cells = root.get_element_by_id("operation-getVideo").xpath(".//span[contains(@class, 'chip ')]")
    assert [text_of(cell) for cell in cells if cell.text_content()] == ["200 ✓observed", "404 ✗wrong"]
    rows = root.get_element_by_id("operation-delVideo").xpath(".//tbody/tr")
    assert [[text_of(cell) for cell in row] for row in rows] == [
        ["204", "2", "observed"],
        ["404", "0", "never observed: no video could be created: the quota is used up"],
    ]
    assert root.xpath("//*[@id='operation-getVideo']//a[starts-with(@href, '#finding-')]")


def test_deviations_have_their_reason(known: dict[str, Any]) -> None:
    known["deviations"]["entries"] = [
        {"id": "stock-404", "party": "server", "reason": "A slip.", "evidence": "GET -> 404", "expires": None}
    ]
    root = read(known)
    reported = text_of(root.get_element_by_id("deviations"))
    assert "stock-404 behaviour at fault: server 1 finding" in reported
    assert "A slip." in reported
    assert "No longer found 1 entry" in reported
    assert "Nothing new was found." in text_of(root.get_element_by_id("findings"))


def test_what_is_left_on_the_target_is_told(faulty: dict[str, Any]) -> None:
    assert "user pt-abc: answered 500" in text_of(read(faulty).get_element_by_id("traces"))


def test_latency_has_a_plot_for_each_operation(sound: dict[str, Any]) -> None:
    root = read(sound)
    assert len(root.xpath("//table[@class='latency']/tbody/tr")) == 4
    assert root.xpath("//tr[@id='latency-getVideo']//rect/title/text()") == ["up to 20 ms: 9"]


@pytest.mark.parametrize("name", ["sound", "faulty", "known", "hostile", "empty", "flood"])
def test_every_anchor_is_there_once(name: str, request: pytest.FixtureRequest) -> None:
    root = read(request.getfixturevalue(name))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in root.xpath("//a/@href")} <= set(ids)


@pytest.mark.parametrize("name", ["faulty", "hostile"])
def test_it_needs_nothing_else(name: str, request: pytest.FixtureRequest) -> None:
    text = page(request.getfixturevalue(name))
    root = lxml.html.document_fromstring(text)
    assert not root.xpath("//link|//iframe|//object|//embed|//img|//*[@src]|//*[@style]|//form[@action]")
    assert all(link.startswith("#") for link in root.xpath("//a/@href"))
    assert "@import" not in text
    assert "url(" not in text


def test_only_its_own_style_and_script_may_run(hostile: dict[str, Any]) -> None:
    root = read(hostile)
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    for name in ("style", "script"):
        (element,) = root.iter(name)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_the_target_injects_no_markup(hostile: dict[str, Any], sound: dict[str, Any]) -> None:
    text = page(hostile)
    assert "<img" not in text
    root = lxml.html.document_fromstring(text)
    assert not root.xpath("//*[@onerror]")
    assert len(root.xpath("//script|//style")) == 2
    assert "</script><img src=x onerror=alert(1)>" in root.get_element_by_id("findings").text_content()
    text.encode("utf-8")


def _texts(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The places of all texts, those of list items as one."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _texts(member, (*place, name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, (*place, "*"))


def _replaced(value: Any, place: tuple[str, ...]) -> Any:
    if not place:
        return f"{HOSTILE}{value}" if isinstance(value, str) else value
    if isinstance(value, list):
        return [_replaced(item, place[1:]) for item in value] if place[0] == "*" else value
    if isinstance(value, dict) and place[0] in value:
        return {**value, place[0]: _replaced(value[place[0]], place[1:])}
    return value


@pytest.mark.parametrize("name", ["faulty", "known"])
def test_no_text_of_the_document_becomes_markup(name: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(name)
    shown = 0
    for place in sorted(set(_texts(document))):
        try:
            text = page(_replaced(document, place))
        except (KeyError, ValueError, jinja2.UndefinedError):
            continue  # a word of a fixed list, which is not shown as it stands
        assert "<img" not in text, place
        shown += "&lt;img" in text
    assert shown > 20


def test_a_page_full_of_exchanges_leaves_the_rest_out(flood: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WHO}._MAX_PAGE_CHARACTERS", 5000)
    root = read(flood)
    assert len(root.xpath("//section[@id='findings']//details")) == 40
    assert 0 < len(root.xpath("//div[@class='exchange']")) < 40


def test_findings_beyond_the_most_are_counted(flood: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WHO}._MAX_FINDINGS", 25)
    root = read(flood)
    assert len(root.xpath("//section[@id='findings']//details")) == 25
    assert "15 more are in run.json." in text_of(root.get_element_by_id("findings"))


def test_large_bodies_keep_the_page_below_five_megabytes(flood: dict[str, Any]) -> None:
    findings = []
    for number in range(1500):
        finding = dict(flood["findings"][0])
        finding["fingerprint"] = f"getVideo|PT-BODY-02|200|/response/body/{number}"
        finding["exchange"] = {
            **finding["exchange"],
            "response": {**finding["exchange"]["response"], "body": '"<&>' * 1000},
        }
        findings.append(finding)
    assert len(page(flood | {"findings": findings}).encode()) < 5_000_000


def test_changes_since_the_run_before_are_on_it(sound: dict[str, Any]) -> None:
    earlier = copy.deepcopy(sound)
    earlier["operations"][1]["shape"]["200"]["/id"] = {"string": 8}
    comparison = compare(earlier, sound, lambda _change: True).to_json()
    section = read(sound | {"comparison": comparison}).get_element_by_id("changes")
    reported = 'getVideo the type of /id changed in 200 ["string"] before, ["integer"] after announced'
    assert reported in text_of(section)


def test_colours_are_given_for_both_schemes(sound: dict[str, Any]) -> None:
    style = read(sound).find(".//style").text
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    names = re.compile(r"--[\w-]+(?=:)")
    assert set(names.findall(light)) == set(names.findall(dark))
