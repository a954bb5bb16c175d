"""A secret that is known is found by any long piece of it, however it is written, in a time that is the text's alone."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peertube_conformance.reports.redaction.known_secrets import PIECE
from peertube_conformance.reports.redaction.redactor import MASK, Redactor

TOKEN = "c0ffee12ab34de56f7890a1b2c3d4e5f60718293"
PASSWORD = "Pa55-wörd & More/Than+That=?"
# Each from any stretch of a secret to what a server may make of it, and the least stretch that shows.
SPELLINGS: Mapping[str, tuple[Callable[[str], str], int]] = {
    "plain": (str, PIECE),
    "upper": (str.upper, PIECE),
    "lower": (str.lower, PIECE),
    "reversed": (lambda text: text[::-1], PIECE),
    "hex": (lambda text: text.encode().hex(), PIECE),
    "upper hex": (lambda text: text.encode().hex().upper(), PIECE),
    "base64": (lambda text: base64.b64encode(text.encode()).decode(), PIECE + 3),
    "url-safe base64": (lambda text: base64.urlsafe_b64encode(text.encode()).decode(), PIECE + 3),
    "shifted base64": (lambda text: base64.b64encode(b"x:" + text.encode()).decode(), PIECE + 3),
    "quoted": (lambda text: quote(text, safe=""), PIECE),
    "quoted twice": (lambda text: quote(quote(text, safe="")), PIECE),
    "every byte quoted": (lambda text: "".join(f"%{byte:02x}" for byte in text.encode()), PIECE),
    "JSON": (lambda text: json.dumps(text)[1:-1], PIECE),
    "every unit escaped": (lambda text: "".join(f"\\u{ord(sign):04X}" for sign in text), PIECE),
    "JSON in JSON": (lambda text: json.dumps(json.dumps(text))[1:-1], PIECE),
    "page": (html.escape, PIECE),
    "references": (lambda text: "".join(f"&#{ord(sign)};" for sign in text), PIECE),
    "hexadecimal references": (lambda text: "".join(f"&#x{ord(sign):x};" for sign in text), PIECE),
    "quoted in JSON": (lambda text: json.dumps(quote(text, safe="")).replace("%", "\\u0025")[1:-1], PIECE),
    "Python bytes": (lambda text: repr(text.encode())[2:-1], PIECE),
}


@pytest.mark.parametrize("secret", [TOKEN, PASSWORD])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_piece_is_found_in_any_spelling(spelling: str, secret: str) -> None:
    spell, shortest = SPELLINGS[spelling]
    redactor = Redactor({secret: "NAME"})
    for begin in range(len(secret) - shortest + 1):
        for end in {begin + shortest, len(secret) - 4, len(secret)}:
            if end - begin >= shortest:
                clean = redactor.text(f"<{spell(secret[begin:end])}>")
                assert MASK in clean or "$NAME" in clean, secret[begin:end]


def test_a_whole_value_is_a_variable_and_a_piece_is_not() -> None:
    redactor = Redactor({TOKEN: "NAME"})
    assert redactor.text(f"a {TOKEN} b") == "a $NAME b"
    assert redactor.text(f"a {TOKEN[:-4]} b") == f"a {MASK} b"
    assert redactor.text(f"a {TOKEN.upper()} b") == f"a {MASK} b"
    assert redactor.text(f"a {TOKEN[: PIECE - 1]} b") == f"a {TOKEN[: PIECE - 1]} b"


_SECRETS = st.text("abcdefXYZ0123456789-_./+é", min_size=PIECE, max_size=40)
_NOISE = st.text(st.characters(exclude_characters="\ue000\ue001"), max_size=40)


@settings(max_examples=400)
@given(st.data(), st.lists(_SECRETS, min_size=1, max_size=5, unique=True), st.sampled_from(sorted(SPELLINGS)))
def test_nothing_of_what_was_planted_is_left(data: st.DataObject, secrets: list[str], spelling: str) -> None:
    spell, shortest = SPELLINGS[spelling]
    secret = data.draw(st.sampled_from(secrets))
    if len(secret) < shortest:
        return
    begin = data.draw(st.integers(0, len(secret) - shortest))
    end = data.draw(st.integers(begin + shortest, len(secret)))
    planted = spell(secret[begin:end])
    # A letter beside it could belong to an escape or to the base64.
    before, after = data.draw(_NOISE), data.draw(_NOISE)
    redactor = Redactor(dict.fromkeys(secrets, "NAME"))
    clean = redactor.marks(f"{before} <{planted}> {after}")
    assert planted not in clean.removeprefix(before).removesuffix(after)


@given(_NOISE, st.lists(_SECRETS, max_size=5))
def test_what_shows_nothing_stays(text: str, secrets: list[str]) -> None:
    redactor = Redactor({f"0{secret}{TOKEN}": "NAME" for secret in secrets})
    if not any(secret[: PIECE - 1] in text for secret in secrets):
        assert redactor.marks(text[: PIECE - 1]) == text[: PIECE - 1]


def test_a_name_that_everybody_may_see_is_shown_though_a_password_has_it() -> None:
    redactor = Redactor({"peertube-conformance-5ecret": "ADMIN_PASSWORD"})
    redactor.public("peertube-conformance", "http://my.instance/peertube-conformance")
    text = "written by peertube-conformance, see http://my.instance/peertube-conformance"
    assert redactor.text(text) == text
    assert redactor.text("peertube-conformance-5e") == MASK
    assert redactor.text("(peertube-conformance-5ecret)") == "($ADMIN_PASSWORD)"


def test_one_of_a_thousand_is_found_and_named() -> None:
    secrets = {hashlib.sha256(str(number).encode()).hexdigest(): f"NAME_{number}" for number in range(1000)}
    redactor = Redactor(secrets)
    for secret, name in list(secrets.items())[::97]:
        assert redactor.text(f"a {secret} b") == f"a ${name} b"


def test_a_short_secret_is_found_whole() -> None:
    redactor = Redactor({"s3cret": "NAME", "letter": "WORD"})
    assert redactor.text("a s3cret letter") == "a $NAME $WORD"
    assert redactor.text("a S3CRET LETTER s3cre") == f"a {MASK} LETTER s3cre"
    assert redactor.text("terc3s \\u0073\\u0033cret") == f"{MASK} $NAME"


# Time

FRAGMENTS = [
    'name="token"\n', 'name="token"\r\nx: y\r\n', 'name="[', '"token": [', '"token": "\\', '"token":"x",', '"token"   ',
    "token[1", "token=", "&token=a", "password=['", "password = '\\'", "token='x' ", "Bearer ", "Bearer abcdefg ",
    "otpauth://", "otpauth://x ", "://", "://a@", "%61", "%2561", "%252525", "\\u0061", "\\ud83d", "\\x61", "\\x61 ",
    "\\\\", "\\", "%", "&", "&amp;", "&#97;", "&#", "é", "\ud800", "[", "(", "'", '"', " ", "\n", TOKEN, TOKEN[:-4],
    TOKEN[: PIECE - 1], f"{TOKEN[:8]}{TOKEN[20:28]}", "aaaaaaaa",
]  # fmt: skip


def steps(do: Callable[[str], object], text: str) -> int:
    """How many lines and calls of Python it takes: what the machine does beside it does not count."""
    count = 0

    def tick(_frame: FrameType, _event: str, _value: Any) -> Any:
        nonlocal count
        count += 1
        return tick

    before = sys.gettrace()
    sys.settrace(tick)
    try:
        do(text)
    finally:
        sys.settrace(before)
    return count


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=4).map("".join),
    st.sampled_from(["text", "error", "replayable"]),
)
def test_steps_grow_with_the_text_alone(fragment: str, way: str) -> None:
    redactor = Redactor({TOKEN: "NAME", PASSWORD: "PASSWORD", "aaaaaaaaaaaaaaaaa": "A"})
    do = getattr(redactor, way)
    do(fragment * 4)  # what is made once is made
    short, long = steps(do, fragment * 60), steps(do, fragment * 480)
    assert long < 16 * short + 2000


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_patterns_run_over_a_text_once(fragment: str) -> None:
    """A pattern that goes back has no steps to count; a quadratic one takes 64 times as long for 8 times as much."""
    redactor = Redactor({TOKEN: "NAME"})
    short, long = fragment * (16_384 // len(fragment)), fragment * (131_072 // len(fragment))
    for do in (redactor.text, redactor.error, redactor.replayable):
        quick = min(seconds(do, short) for _ in range(3))
        assert min(seconds(do, long) for _ in range(2)) < 24 * quick + 0.05


def seconds(do: Callable[[str], object], text: str) -> float:
    """Seconds of this process."""
    began = time.process_time()
    do(text)
    return time.process_time() - began
