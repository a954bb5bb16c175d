"""A target that repeats what it was sent, in whatever form and at whatever moment: nothing of it is in any output."""

from __future__ import annotations

import base64
import html
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.command_line import CLI, python_module
from tests.conformance.whole_runs.echoing_proxy import PLACES, SPELLINGS, Echoing, echoing
from tests.conformance.whole_runs.run_process import running

_PASSWORD = "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD"
_PIECE = 12
# Method and path of what is answered so.
SIGN_IN = "^POST /api/v1/users/token$"
OPERATION = "/users/me/video-quota-used"
CLEAN_UP = "^(DELETE /api/v1/users/|POST /api/v1/users/revoke-token)"
_CHOSEN = ("--operations=getMyQuotaUsed", "-k", "test_operations", "--depth=smoke")
_AT_LENGTH = ("-vv", "--showlocals", "--tb=long", "-rA", "-o", "log_cli=true", "--log-cli-level=DEBUG")
_ESCAPED_UNIT = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)


@pytest.fixture(scope="module")
def instance() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as instance:
        yield instance


def pieces(secret: str) -> Iterator[str]:
    """Every piece of a secret that is long enough, in every spelling, in lower case."""
    octets = secret.encode()
    forms = [secret, secret[::-1], octets.hex()]
    forms += [base64.b64encode(b"\0" * before + octets).decode()[4:-4] for before in range(3)]
    forms += [form.replace("+", "-").replace("/", "_") for form in forms[3:]]
    for form in forms:
        for at in range(len(form) - _PIECE + 1):
            yield form[at : at + _PIECE].lower()


def decoded(text: str) -> str:
    """The text with its escapes decoded, however deep they lie."""
    for _ in range(4):
        units = _ESCAPED_UNIT.sub(lambda found: chr(int(found[1], 16)), text.replace("\\\\", "\\"))
        text = html.unescape(unquote(units))
    return text


def shown(secrets: Iterable[str], texts: dict[str, str]) -> set[tuple[str, str]]:
    """Where pieces of the secrets are."""
    every = {piece for secret in secrets for piece in pieces(secret)}
    return {
        (where, reported[max(0, at - 60) : at + 60])
        for where, text in texts.items()
        for reported in (text.lower(), decoded(text).lower())
        for at in range(len(reported) - _PIECE + 1)
        if reported[at : at + _PIECE] in every
    }


def outputs(folder: Path) -> dict[str, str]:
    """Everything that was written, but for the private folder that keeps a session which could not be ended."""
    private = {kept for kept in folder.glob("peertube-conformance-*") if kept.stat().st_mode & 0o077 == 0}
    return {
        str(file.relative_to(folder)): file.read_text("utf-8", "replace")
        for file in folder.rglob("*")
        if file.is_file() and not private & set(file.parents)
    }


def run(proxy: Echoing, instance: EmbeddedInstance, folder: Path, *more: str) -> int:
    """A run against the proxy; what it prints is in the folder."""
    given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}", *_CHOSEN, *more)
    with running(folder, *given, output=folder / "console.txt", **{_PASSWORD: instance.password}) as begun:
        return begun.end()


def check(proxy: Echoing, instance: EmbeddedInstance, folder: Path, fewest: int) -> dict[str, str]:
    """Nothing that is written shows what the proxy repeated."""
    reported = outputs(folder)
    assert proxy.echoed >= fewest, reported["console.txt"]
    assert len(proxy.secrets) >= 3, "the proxy heard what passed"
    assert shown({*proxy.secrets, instance.password}, reported) == set()
    return reported


def test_what_is_looked_for_would_be_found(instance: EmbeddedInstance) -> None:
    for spell in SPELLINGS.values():
        assert shown([instance.password], {"console": f"you sent {spell(instance.password)} there"})


def test_a_sign_in_that_repeats_the_request_shows_nothing(instance: EmbeddedInstance, tmp_path: Path) -> None:
    with echoing(instance.base_url, SIGN_IN) as proxy:
        assert run(proxy, instance, tmp_path, *_AT_LENGTH) == 4
    proxy.secrets.add(instance.password)
    reported = outputs(tmp_path)
    assert proxy.echoed == 1
    assert shown(proxy.secrets, reported) == set()
    assert f"ERROR: {ADMIN_NAME} cannot sign in" in reported["console.txt"]


@pytest.mark.parametrize("place", ["everything", pytest.param("success", marks=pytest.mark.nightly)])
def test_an_operation_that_repeats_the_token_shows_nothing(
    place: str, instance: EmbeddedInstance, tmp_path: Path
) -> None:
    with echoing(instance.base_url, OPERATION, place=place) as proxy:
        assert run(proxy, instance, tmp_path, *_AT_LENGTH) == 1
    reported = check(proxy, instance, tmp_path, 1)
    assert "httpcore" in reported["console.txt"], "what is logged was looked at"
    assert "[redacted]" in reported["report/run.json"]
    assert "$USER_TOKEN" in reported["report/run.json"]


def test_a_clean_up_that_repeats_the_token_shows_nothing_and_says_what_is_left(
    instance: EmbeddedInstance, tmp_path: Path
) -> None:
    with echoing(instance.base_url, CLEAN_UP) as proxy:
        run(proxy, instance, tmp_path, *_AT_LENGTH)
        reported = check(proxy, instance, tmp_path, 2)
        assert "left on the target" in reported["console.txt"]
        assert f"the session of {ADMIN_NAME} that this tool began was not ended: " in reported["report/run.json"]
        environment = {_PASSWORD: instance.password}
        given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}")
        reaped = python_module(CLI, tmp_path, "reap", *given, **environment)
    (tmp_path / "reaped.txt").write_text(reaped.stdout + reaped.stderr)
    assert reaped.returncode in {1, 3}, reaped.stdout + reaped.stderr
    check(proxy, instance, tmp_path, 4)


_MOMENTS = {"sign-in": SIGN_IN, "operation": OPERATION, "clean-up": CLEAN_UP, "reap": CLEAN_UP}
_WAYS = {"plain": (), "at length": _AT_LENGTH[:4], "logged": _AT_LENGTH[4:]}


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("moment", "way", "place"),
    [*itertools.product(_MOMENTS, _WAYS, [place for place in PLACES if place != "everything"])],
)
def test_nothing_is_shown_in_any_form(
    moment: str, way: str, place: str, instance: EmbeddedInstance, tmp_path: Path
) -> None:
    with echoing(instance.base_url, _MOMENTS[moment], place=place) as proxy:
        run(proxy, instance, tmp_path, *_WAYS[way])
        if moment == "reap":
            given = ("reap", f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}")
            reaped = python_module(CLI, tmp_path, *given, **{_PASSWORD: instance.password})
            (tmp_path / "reaped.txt").write_text(reaped.stdout + reaped.stderr)
    assert proxy.echoed
    assert shown({*proxy.secrets, instance.password}, outputs(tmp_path)) == set()
