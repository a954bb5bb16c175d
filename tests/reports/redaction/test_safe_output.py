"""No text of a target is obeyed by a terminal or a CI system, nor invisible, on any line and in any view."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peertube_conformance.reports.formatting import on_one_line, value_text, verbatim, wrapped
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import (
    clean_document,
    escaped,
    escaped_json,
    escaped_line,
    sentence,
    view,
)
from peertube_conformance.reports.views.markdown_elements import block, code, plain

# Written down once more: what this is held against is not what is held.
CONTROLS = [chr(number) for number in (*range(0x20), *range(0x7F, 0xA0))]
INVISIBLE = [
    *"\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\u2066\u2067\u2068\u2069\ufeff",
    "\ud800",
    "\udfff",
]
INVISIBLE += [chr(number) for number in range(0x202A, 0x202F)]
COMMANDS = ["::error::x", "::add-mask::x", "##[add-mask]x", "##vso[task.setvariable]x", "##teamcity[x]", "##[group]"]
PIECES = st.sampled_from(
    [*COMMANDS, *CONTROLS, *INVISIBLE, "#", ":", " ", "a", "word ", "\n", "\t", "\\x", "é", "##", "["]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)
_LIVE = re.compile(r"^\s*::|##[\w.-]*\[", re.MULTILINE)
_ALLOWED_CONTROLS = {"\t", "\n"}


def is_harmless(line: str) -> bool:
    """Whether a terminal shows the line as it is, and a CI system reads no command in it."""
    every = {*CONTROLS, *INVISIBLE} - _ALLOWED_CONTROLS
    return not _LIVE.search(line) and not any(sign in line for sign in every)


@pytest.mark.parametrize("sign", [sign for sign in (*CONTROLS, *INVISIBLE) if sign not in _ALLOWED_CONTROLS])
def test_what_is_not_seen_is_shown(sign: str) -> None:
    number = ord(sign)
    expected = f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
    assert escaped(f"a{sign}b") == f"a{expected}b"
    assert escaped_line(f"a{sign}b") == f"a{expected}b"


@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\n", "\xa0", "word ", "\r", "\u200b", "\x1b[2K", "\u2028", "\u3000"]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_of_a_ci_system_is_live(command: str, before: str) -> None:
    for line in (escaped(before + command), escaped_line(before + command), on_one_line(before + command)):
        assert is_harmless(line)
        assert "error" in line or "#" in line or "add-mask" in line


@given(TEXTS)
def test_what_was_escaped_stays(text: str) -> None:
    once = escaped(text)
    assert escaped(once) == once
    assert escaped_line(escaped_line(text)) == escaped_line(text)
    assert is_harmless(once)


@given(TEXTS, TEXTS, st.integers(20, 60))
def test_no_wrapped_line_is_obeyed(before: str, text: str, width: int) -> None:
    for reported in (
        on_one_line(f"{before}: {text}"),
        value_text(text),
        f"expected {value_text(before)}, got {value_text(text)}",
    ):
        for line in wrapped(reported, width, "  "):
            assert is_harmless(line)


@given(TEXTS)
def test_no_line_of_markdown_is_obeyed(text: str) -> None:
    for line in [plain(text), code(text), *block(text), *(f"  {line}" for line in block(verbatim(text)))]:
        assert is_harmless(line)
        assert "\n" not in line


@given(st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)))
@example("\ud800\udfff")
def test_json_keeps_its_value(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    reported = escaped_json(text)
    # Two halves that stand together are one character to whoever reads JSON's escapes.
    assert json.loads(reported) == json.loads(json.dumps(value))
    assert is_harmless(reported)


def test_plain_text_stays() -> None:
    for text in (
        "Größe: 5 µs, 日本語 🎬",
        "a::b",
        "tests/x.py::test_y[z]",
        "http://[::1]:9000/",
        "# title #1",
        "C++ ## x",
        "\ttab\nline",
    ):
        assert escaped(text) == text


@given(TEXTS)
def test_every_line_of_the_console_is_one_line(text: str) -> None:
    reported = sentence(text, Redactor())
    assert is_harmless(reported)
    assert "\n" not in reported
    assert is_harmless(view(text, Redactor()))


def test_words_of_the_harness_stay_though_a_password_is_one() -> None:
    redactor = Redactor({"passed": "ADMIN_PASSWORD", "a secret of some length": "TOKEN"})
    document = {
        "operations": [
            {
                "verdict": "passed",
                "reason": "it said a secret of some length",
                "shape": {"/a secret of some length": []},
            }
        ]
    }
    assert clean_document(document, redactor) == {
        "operations": [{"verdict": "passed", "reason": "it said $TOKEN", "shape": {"/$TOKEN": []}}]
    }
