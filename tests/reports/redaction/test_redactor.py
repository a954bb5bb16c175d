"""No secret reaches what people read: not by its value, however it is encoded, nor under a telling key."""

from __future__ import annotations

import json
import time
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.reports.model.variables import mark, shown
from peertube_conformance.reports.redaction.redactor import MASK, Redactor

SECRET = "s3cr3t-value"
KEYS = [
    "access_token", "refresh_token", "client_secret", "password", "currentPassword", "verificationString",
    "requestToken", "otpToken", "videoFileToken", "secret", "token",
]  # fmt: skip


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "text",
    [
        '{"KEY": "VALUE"}',
        '{"a":1,"KEY":"VALUE","b":2}',
        '{\n  "KEY" :\n "VALUE"}',
        '{"deep": [{"KEY": "VALUE"}]}',
        '{"KEY": ["VALUE", "b]\\"VALUE", "VALUE"]}',
        '{"KEY": "a\\"VALUE"}',
        "KEY=VALUE",
        "a=1&KEY=VALUE&b=2",
        "https://h/x?KEY=VALUE",
        "https://h/x?a=1&KEY=VALUE#top",
        "https://h/x#KEY=VALUE",
        "of%5B0%5D%5BKEY%5D=VALUE&of[KEY]=VALUE",
        "KEY[0]=VALUE&KEY%5B1%5D=VALUE&KEY[]=VALUE",
        'see "https://h/?KEY=VALUE" there',
        '--b\r\nContent-Disposition: form-data; name="KEY"\r\n\r\nVALUE\r\n--b--',
        '--b\nContent-Disposition: form-data; name="KEY[0]"\nContent-Type: text/plain\n\nVALUE\n--b--',
    ],
)
def test_what_stands_under_a_telling_key_is_masked(key: str, text: str, redactor: Redactor) -> None:
    clean = redactor.text(text.replace("KEY", key).replace("VALUE", SECRET))
    assert SECRET not in clean
    assert MASK in clean
    assert key in clean


@pytest.mark.parametrize(
    "text",
    ['{"name": "VALUE"}', "name=VALUE", "passwords=VALUE", '{"tokens": "VALUE"}', "a token VALUE", '{"token": 5}'],
)
def test_other_text_stays(text: str, redactor: Redactor) -> None:
    text = text.replace("VALUE", SECRET)
    assert redactor.text(text) == text


def test_bearer_tokens_and_keys_of_two_factor_apps_are_masked(redactor: Redactor) -> None:
    text = f'Bearer {SECRET} and otpauth://totp/x?secret={SECRET}&issuer=y "bearer {SECRET}"'
    assert SECRET not in redactor.text(text)


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "Set-Cookie", "X-PeerTube-OTP", "x-peertube-video-password"]
)
def test_fields_that_hold_secrets_show_none(name: str, redactor: Redactor) -> None:
    redactor.add("known-secret", "ROOT_TOKEN")
    ((_, unknown),) = redactor.headers([(name, SECRET)])
    ((_, known),) = redactor.headers([(name, "Bearer known-secret")])
    assert SECRET not in unknown
    assert known == "Bearer $ROOT_TOKEN"


def test_other_fields_are_searched_too(redactor: Redactor) -> None:
    redactor.add(SECRET, "USER_TOKEN")
    fields = [("Location", f"/x?token=unknown&next={SECRET}"), ("X-Plain", "kept")]
    assert redactor.headers(fields) == [("Location", f"/x?token={MASK}&next=$USER_TOKEN"), ("X-Plain", "kept")]


def test_a_field_that_was_shown_is_not_any_more_once_its_value_is_known(redactor: Redactor) -> None:
    field = [("X-Hint", "the-value-of-a-secret")]
    assert redactor.headers(field) == field
    redactor.add("value-of-a-secret", "TOKEN")
    assert redactor.headers(field) == [("X-Hint", "the-$TOKEN")]


def test_a_field_that_was_hidden_is_shown_once_its_value_is_known_as_harmless(redactor: Redactor) -> None:
    field = [("Authorization", "Bearer made-up-token")]
    assert redactor.headers(field) == [("Authorization", "$AUTHORIZATION")]
    redactor.harmless("Bearer made-up-token")
    assert redactor.headers(field) == field


def test_fields_of_one_value_are_told_by_their_names(redactor: Redactor) -> None:
    fields = [("X-Hint", "something"), ("Cookie", "something")]
    for _ in range(2):
        assert redactor.headers(fields) == [("X-Hint", "something"), ("Cookie", "$COOKIE")]


def test_harmless_values_are_shown(redactor: Redactor) -> None:
    redactor.harmless("Bearer 000000")
    assert redactor.headers([("Authorization", "Bearer 000000")]) == [("Authorization", "Bearer 000000")]


_SECRETS = st.text(st.characters(exclude_categories=["Cs", "Co"]), min_size=6, max_size=20)


@given(_SECRETS, st.sampled_from(["json", "ascii", "form", "plus", "draft", "plain"]))
def test_a_known_secret_is_found_in_any_encoding(secret: str, encoding: str) -> None:
    encoded = {
        "json": json.dumps(secret, ensure_ascii=False)[1:-1],
        "ascii": json.dumps(secret)[1:-1],
        "form": urlencode({"note": secret}).removeprefix("note="),
        "plus": quote_plus(secret),
        "draft": quote(secret, "@:,"),
        "plain": secret,
    }[encoding]
    redactor = Redactor({secret: "NAME"})
    assert redactor.text(f"<<{encoded}>>") == "<<$NAME>>"
    assert redactor.marks(f"<<{encoded}>>") == f"<<{mark('NAME')}>>"


def test_a_secret_that_is_part_of_another_hides_nothing_of_it(redactor: Redactor) -> None:
    redactor.add("abcdef", "SHORT")
    redactor.add("abcdefghij", "LONG")
    redactor.add("xxabcdefghij", "LONGEST")
    assert redactor.text("abcdef abcdefghij xxabcdefghij") == "$SHORT $LONG $LONGEST"


def test_short_values_are_no_secrets(redactor: Redactor) -> None:
    redactor.add("12345", "NAME")
    assert redactor.text("12345") == "12345"


def test_values_of_findings_are_cleaned_in_their_structure(redactor: Redactor) -> None:
    redactor.add("known-secret", "NAME")
    value = {
        "password": SECRET,
        "list": ["known-secret", f"token={SECRET}", 5, None, True],
        "known-secret": {"token": {"deep": f'{{"secret": "{SECRET}"}}'}},
    }
    clean = redactor.value(value)
    assert SECRET not in json.dumps(clean)
    assert "known-secret" not in json.dumps(clean)
    assert clean["list"][2:] == [5, None, True]
    assert clean["password"] == MASK


@pytest.mark.parametrize(
    "text", ['token=abc"def', "token=abc\\", 'otpauth://x\\"y', '"password": "x\\"', "\ud800 token=\udfff"]
)
def test_no_text_is_too_odd_to_be_cleaned(text: str, redactor: Redactor) -> None:
    assert isinstance(redactor.value({"actual": text})["actual"], str)
    assert isinstance(redactor.text(text), str)


def test_long_texts_are_cleaned_in_no_time(redactor: Redactor) -> None:
    began = time.process_time()
    for text in (
        '"token": [' * 20_000,
        '"token": "' + "\\" * 200_000,
        'name="token"' + "\n" * 100_000,
        " =" * 100_000,
        "password=['" * 20_000,
        "password = '" + "\\'" * 100_000,
    ):
        redactor.text(text)
        redactor.error(text)
    assert time.process_time() - began < 10


def test_marks_are_shown_as_shell_variables() -> None:
    assert shown(f"a {mark('USER_TOKEN')} b") == "a $USER_TOKEN b"


@pytest.mark.parametrize("key", [*KEYS, "ADMIN_PASSWORD", "cookie", "X-PeerTube-OTP"])
@pytest.mark.parametrize(
    "text",
    [
        "{'KEY': 'VALUE'}",
        "{'KEY': \"it's VALUE\"}",
        "{'KEY': b'VALUE'}",
        "{'KEY': ['VALUE', 'and VALUE']}",
        "Account(KEY='VALUE', label='user')",
        "[('KEY', 'VALUE'), ('accept', '*/*')]",
        "KEY       = 'VALUE'",
        "KEY='a\\'VALUE'",
        '{"KEY": "VALUE"}',
    ],
)
def test_errors_show_values_as_python_writes_them(key: str, text: str, redactor: Redactor) -> None:
    clean = redactor.error(text.replace("KEY", key).replace("VALUE", SECRET))
    assert SECRET not in clean
    assert MASK in clean
    assert key in clean
    assert "*/*" in clean or "accept" not in text


def test_errors_show_no_password_of_a_url(redactor: Redactor) -> None:
    reported = "Cannot connect to 'http://ann:s3cr3t@proxy:3128/a?b=c@d', nor to http://h/@ann"
    assert redactor.error(reported) == reported.replace("ann:s3cr3t", MASK)


def test_in_errors_known_secrets_stay_variables(redactor: Redactor) -> None:
    redactor.add(SECRET, "USER_TOKEN")
    assert redactor.error(f"{{'token': '{SECRET}'}} {SECRET}") == "{'token': '$USER_TOKEN'} $USER_TOKEN"
    assert redactor.error("no user account: the tier observe creates none") == (
        "no user account: the tier observe creates none"
    )


@given(
    secrets=st.lists(st.text(min_size=6, max_size=60), min_size=40, max_size=60, unique=True),
    which=st.integers(0, 39),
    before=st.text(max_size=40),
    after=st.text(max_size=40),
)
def test_one_of_many_secrets_is_found_wherever_it_stands(
    secrets: list[str], which: int, before: str, after: str
) -> None:
    many, few = Redactor(dict.fromkeys(secrets, "ANY")), Redactor({secrets[which]: "ANY"})
    text = f"{before}{secrets[which]}{after}"
    assert many.marks(text) != text
    assert few.marks(text) != text
    assert secrets[which] not in many.marks(text)


@pytest.mark.parametrize("length", [6, 13, 14, 15, 16, 40])
@pytest.mark.parametrize("at", range(17))
def test_a_secret_of_any_length_is_found_at_any_place(length: int, at: int) -> None:
    secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"[:length]
    redactor = Redactor({secret: "ANY"} | {f"another secret {number:04}": "OTHER" for number in range(50)})
    for rest in range(9):
        text = "-" * at + secret + "-" * rest
        assert redactor.marks(text) == "-" * at + mark("ANY") + "-" * rest
