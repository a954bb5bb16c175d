"""Texts of other people are found wherever they are written, and words that anybody uses are not."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from peertube_conformance.reports.redaction.personal_texts import PersonalTexts

WORDS = frozenset({"video", "name", "the", "of", "my", "server", "must", "answer", "text"})
NAME = "Wilhelmina 'Mina' Quatermain"
LONG = "Beekeeping near Tewkesbury, with hives of my own.\nEvery spring the Quillfeathers count the queens."


def texts(*known: str, key: str = "k") -> PersonalTexts:
    personal = PersonalTexts(key, WORDS)
    for text in known:
        personal.mask(text)
    return personal


def hidden(personal: PersonalTexts, text: str) -> str:
    """The text with `#` in place of each personal text."""
    parts, end = [], 0
    for span in personal.found(text):
        parts += [text[end : span.start], "#"]
        end = span.end
    return "".join([*parts, text[end:]])


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "quoted": repr,
    "in JSON": lambda text: json.dumps({"a": [text]}),
    "in JSON of ASCII": lambda text: json.dumps(text, ensure_ascii=True),
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "in a path": lambda text: f"/x/{quote(text, safe='')}/videos",
    "twice in a path": lambda text: quote(quote(text, safe=""), safe=""),
    "in a page": lambda text: f"<p>{html.escape(text)}</p>",
    "in a sentence": lambda text: f"expected none, got {text}, which is wrong",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "known", [NAME, LONG, "zebulon", "wilhelmina.q", "Jörg Müßig", "mina@quatermain.example", "192.0.2.7"]
)
def test_a_text_is_found_in_every_form(way: str, known: str) -> None:
    written = WAYS[way](known)
    shown = hidden(texts(known), written)
    assert "#" in shown
    for word in known.replace("\n", " ").split():
        assert len(word) < 4 or word not in shown


def test_each_line_of_a_text_is_found() -> None:
    assert hidden(texts(LONG), "see: Every spring the Quillfeathers count the queens!") == "see: #!"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("got 'Beekeeping near Tewkesb", "got '#"),
        ("got 'Beekeeping near Tewkesbury, with…'", "got '#…'"),
        ("got 'Beekeep…'", "got '#…'"),
        ("got 'Beekeep...'", "got '#...'"),
        ("got 'Beekeep'", "got 'Beekeep'"),
    ],
)
def test_the_beginning_of_a_text_is_found(written: str, shown: str) -> None:
    assert hidden(texts(LONG), written) == shown


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("ann", "annotations of annette"),
        ("video", "the video of /api/v1/videos"),
        ("Video", "the Video"),
        ("my video", "the name of my video"),
        ("42", "/videos/42?count=42"),
        ("2024-05-01", "2024-05-01T10:00:00Z"),
        ("12:30:45", "at 12:30:45"),
        ("x", "x = 1"),
        ("!!!", "no!!!"),
    ],
)
def test_what_anybody_writes_is_not_hidden(known: str, written: str) -> None:
    assert hidden(texts(known), written) == written


def test_the_longest_text_is_hidden_and_equal_texts_have_equal_masks() -> None:
    personal = texts("anna", "anna kowalska", "anna kowalska-meier")
    assert hidden(personal, "anna kowalska-meier, anna kowalska, anna k., anna") == "#, #, # k., #"
    spans = personal.found("anna kowalska, anna")
    assert [span.mask for span in spans] == [personal.known("anna kowalska"), personal.known("anna")]


def test_a_mask_keeps_the_kind_and_the_length_class_and_nothing_else() -> None:
    personal = PersonalTexts("k")
    shown = {
        text: personal.mask(text) for text in ("anna", "bertha", "a@b.example", "192.0.2.7", "2001:db8::1", "a" * 129)
    }
    assert [mask.shown.split(" #")[0] for mask in shown.values() if mask] == [
        "‹text ≤4", "‹text ≤8", "‹e-mail ≤16", "‹address ≤16", "‹address ≤16", "‹text ≤256",
    ]  # fmt: skip
    assert len({mask.shown for mask in shown.values() if mask}) == len(shown)


def test_masks_are_keyed_and_the_same_in_each_process() -> None:
    assert texts(key="k").mask(NAME) == texts(key="k").mask(NAME)
    assert texts(key="k").mask(NAME) != texts(key="l").mask(NAME)


def test_what_the_run_sent_is_its_own() -> None:
    personal = PersonalTexts("k")
    personal.own_prefix("ptcabc123")
    personal.own("A description that the run made up, and which is rather long for a list")
    assert personal.mask("user ptcabc123w0user") is None
    assert personal.mask("A description that the run made up, and which…") is None
    assert personal.mask("zzptcabc") is not None


def test_what_was_read_before_does_not_become_the_runs_own_by_being_sent() -> None:
    personal = texts("anna")
    personal.own("anna")
    assert personal.mask("anna") == personal.known("anna") is not None


@given(st.text(min_size=1), st.text(), st.text())
def test_what_surrounds_a_text_stays(known: str, before: str, after: str) -> None:
    assume(known.strip())
    personal = texts(known)
    written = f"{before} {known} {after}"
    spans = personal.found(written)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert all(0 <= span.start < span.end <= len(written) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize("body", ["anna " * 50_000, "a" * 250_000, "%61" * 80_000, "\\" * 250_000, "anna kow" * 30_000])
def test_the_time_grows_with_the_text_alone(body: str) -> None:
    personal = texts(*(f"anna kowalska {number}" for number in range(3000)), "a" * 5000)
    began = time.process_time()
    personal.found(body)
    assert time.process_time() - began < 5
