"""No curl line names an id or a name that the run's own resources had: they are gone when a reader copies the line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.exit_codes import PASSED
from peertube_conformance.fixtures.messages.named_resources import kinds_by_name
from peertube_conformance.spec import load_contract
from tests.conformance.whole_runs.run_process import running

_CONTRACT = load_contract(None)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = re.compile(r'"shortUUID": ?"([^"]+)"')
_UPLOAD = re.compile(r"upload_id=([0-9A-Za-z-]+)")
# Names of things that the run never creates: of a file that is absent, and of what makes a request unlike any before.
_NAME = re.compile(r"ptc[0-9a-f]{6}(?!\w*(?:nothing|reading)_)")
_TARGET = re.compile(r"""curl (?:.*?)"\$BASE_URL"((?:'[^']*'|"[^"]*"|[^\s'"])*)""", re.DOTALL)
_OBJECTS = {"videoChannel": "channel", "videoPlaylist": "playlist"}
_CHOSEN = (
    "Export or Playlist or replaceVideoSource or userImport or VideoFile or Subscription or Comment or VideoChannel or"
    " uploadResumable or test_watch_history"
)


def lines_with_ids(exchanges: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yields the curl lines that name something which the exchanges show to be created by the run."""
    every = [line for line in exchanges if line["kind"] in {"exchange", "finding"}]
    texts: set[str] = set()
    numbers: set[tuple[str, str, int]] = set()
    for line in every:
        operation = next((each for each in _CONTRACT.operations if each.id == line["operationId"]), None)
        response = line["response"]
        if operation is None or not operation.creates or response is None or response["status"] >= 400:
            continue
        location = dict(response["headers"]).get("location", "")
        texts.update([*_UUID.findall(response["body"]), *_SHORT.findall(response["body"]), *_UPLOAD.findall(location)])
        numbers.update((_worker(line), *each) for each in _numbers(response["body"], operation.creates))
    numbers |= {("clean-up", kind, number) for _, kind, number in numbers}
    for line in every:
        for curl in filter(None, [line.get("curl", ""), *(found["curl"] for found in line["findings"])]):
            target = found[1] if (found := _TARGET.search(curl)) else ""
            named = _NAME.findall(target) + [text for text in texts if text in curl]
            known = {(_worker(line), *each) for each in _named_numbers(line["operationId"], target)}
            if named or numbers & known:
                yield curl


def _worker(line: Mapping[str, Any]) -> str:
    """The process that sent the request: the numbers of others' resources may be examples of the contract."""
    return str(line["id"]).rpartition("-")[0]


def _numbers(body: str, creates: str) -> Iterator[tuple[str, int]]:
    try:
        whole = json.loads(body)
    except ValueError:
        return
    objects: list[tuple[str, Any]] = [(creates, whole)] if isinstance(whole, dict) else []
    objects += [(_OBJECTS.get(name, name), member) for _, node in list(objects) for name, member in node.items()]
    for kind, node in objects:
        if isinstance(node, dict) and isinstance(node.get("id"), int) and "label" not in node:
            yield kind, node["id"]


def _named_numbers(operation_id: str, target: str) -> Iterator[tuple[str, int]]:
    """Kind and value of the numbers in the path of a target, which is quoted for a shell."""
    operation = next((each for each in _CONTRACT.operations if each.id == operation_id), None)
    if operation is None:
        return
    kinds = kinds_by_name(operation)
    path = target.replace("'", "").partition("?")[0].split("/")
    for part, value in zip(operation.path.split("/"), path, strict=False):
        if part.startswith("{") and value.isdigit():
            yield kinds(part.strip("{}")), int(value)


def test_no_curl_line_names_what_the_run_created(tmp_path: Path) -> None:
    with running(tmp_path, "--depth", "smoke", "-n", "0", "-k", _CHOSEN) as run:
        assert run.end() == PASSED, run.text()
        lines = (run.report / "exchanges.ndjson").read_text().splitlines()
    exchanges = [json.loads(line) for line in lines]
    made = {
        line["operationId"]
        for line in exchanges
        if line["kind"] == "exchange" and (line["response"] or {}).get("status") == 200
    }
    assert {"requestUserExport", "addPlaylist", "uploadLegacy", "addVideoChannel", "addCommentThread"} <= made
    assert list(lines_with_ids(exchanges)) == []
    # Nothing was found, so nothing is sent again.
    assert [line for line in exchanges if line["kind"] == "confirmation" or "repeated" in line] == []
