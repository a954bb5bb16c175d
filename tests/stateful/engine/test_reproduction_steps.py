"""The lines of a walk read what they need out of earlier answers."""

from __future__ import annotations

import json
import shutil
import subprocess

import httpx
import pytest

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange, Response
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import load_contract
from peertube_conformance.stateful.engine.reproduction_steps import Call, Story

BASE = "http://localhost"
JSON = httpx.Headers({"content-type": "application/json"})


def _asked(operation_id: str, answer: object = None, **parts: object) -> Exchange:
    draft = Draft(load_contract(None).operation(operation_id), **parts)  # type: ignore[arg-type]
    content = json.dumps(answer).encode()
    return Exchange(draft.operation, draft.request(BASE), Response(200, JSON, content))


def _lines(*exchanges: Exchange, **known: object) -> list[str]:
    story = Story()
    story.called(Call("step", {}))
    for exchange in exchanges:
        story.sent(exchange)
    reported = {name: str(value) for name, value in known.items()}
    (step,) = story.steps(exchanges[-1], Redactor(), reported)
    return list(step.lines)


def _value(line: str, answer: object) -> str:
    """What a shell sets the variable to."""
    command = f"ANSWER='{json.dumps(answer)}'; {line}; printf %s \"${line.partition('=')[0]}\""
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


def test_of_equal_numbers_the_one_that_is_called_like_the_variable_is_read() -> None:
    answer = {"id": 7, "account": {"id": 7}, "videoChannels": [{"id": 7}]}
    number = NamedNumber(7, "MAKER_CHANNEL_ID")
    later = _asked("getVideoChannel", path={"channelHandle": number})
    lines = _lines(_asked("getUserInfo", answer), later, MAKER_CHANNEL_ID=number)
    assert lines[1] == "MAKER_CHANNEL_ID=$(printf %s \"$ANSWER\" | jq -r '.videoChannels[0].id')"


def test_a_number_that_is_called_otherwise_is_another() -> None:
    number = NamedNumber(16, "MAKER_ID")
    later = _asked("getUser", path={"id": number})
    lines = _lines(_asked("getConfig", {"signup": {"minimumAge": 16}}), later, MAKER_ID=number)
    assert not any(line.startswith("MAKER_ID=") for line in lines)


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_parts_of_an_address_are_cut_out_of_it() -> None:
    url = f"{BASE}/download/user-exports/user-export-2-2026.zip?jwt=e30.e30.signature"
    answer = {"data": [{"id": 1, "privateDownloadUrl": url}]}
    name, token = (NamedText("user-export-2-2026.zip", "ARCHIVE"), NamedText("e30.e30.signature", "EXPORT_TOKEN"))
    later = _asked("downloadUserExport", path={"filename": name}, query={"jwt": token})
    lines = _lines(_asked("listUserExports", answer, path={"userId": 2}), later, ARCHIVE=name, EXPORT_TOKEN=token)
    assert [_value(line, answer) for line in lines[1:3]] == [name, token]
