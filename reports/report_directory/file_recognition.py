"""Recognises by their contents the files of a report directory that the product wrote.

Reports of earlier versions have no mark, and a killed run does not mark the files that it wrote last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PARTS = "parts"
BEGUN = "begun.json"
ALLURE = "allure-results"
ENVIRONMENT = "environment.properties"
EXCHANGES = "exchanges.ndjson"
# How much of a file is read to recognise it.
HEAD_BYTES = 65536
# The kinds of recorded lines.
KINDS = (
    *("exchange", "finding", "evidence", "unjudged", "outcome", "flow", "death"),
    *("budget", "ceiling", "confirmation", "refusals", "failures", "stop"),
)
_RECORD = (rb'\{"kind": "(?:%s)"[,}]' % "|".join(KINDS).encode(),)
# Earlier versions wrote the last one, and no numbers.
_ANSWERS = "conforms|nothing found|does not conform|interrupted|inconclusive|nothing was tested|the harness failed"
_TESTED = r"(?: \([0-9,]+ of [0-9,]+ tested\))?"
RESULT, CONTAINER = "-result.json", "-container.json"
# For each file, what its head must contain: the first expression at the start, the others anywhere.
_SIGNS: dict[str, tuple[bytes, ...]] = {
    "run.json": (rb'\s*\{\s*"schemaVersion": ', rb'"harness": \{\s*"name": "peertube-conformance"'),
    "report.html": (rb"<!doctype html>", rb"default-src 'none'; style-src ", rb'<a class="skip" href="#main">'),
    "summary.md": (
        (
            rf"# (?:✅|☑️|❌|⚠️) (?i:{_ANSWERS}){_TESTED}\n\n"
            r"[^\n]*(?:findings?|no longer found)[^\n]*; [^\n]*(?: passed|operations: | judged; )[^\n]*\.\n\n"
            r"[^\n]*, PeerTube [^\n]*, (?:held against|tested with) contract "
        ).encode(),
    ),
    "junit.xml": (rb"<\?xml ", rb'<testsuites name="PeerTube REST API conformance"'),
    "report.sarif": (rb"\{", rb'"driver": \{\s*"name": "peertube-conformance"'),
    "badge.json": (
        (
            r'\{\s*"schemaVersion": 1,\s*"label": "PeerTube API(?: (?:[^"\\]|\\.)*)?",\s*'
            rf'"message": "(?:(?:{_ANSWERS}){_TESTED}|[0-9,]+ findings?)",\s*'
            r'"color": "\w+",\s*"isError": (?:true|false)\s*\}\s*\Z'
        ).encode(),
    ),
    EXCHANGES: _RECORD,
    f"{PARTS}/{BEGUN}": (rb'\{"at": ', rb'"facts": \{'),
    f"{ALLURE}/{ENVIRONMENT}": (rb"instance=", rb"\nPeerTube=", rb"\ncontract="),
}
FILES = tuple(name for name in _SIGNS if "/" not in name)
_PART = re.compile(r"(?:main|controller|set-up|clean-up|gw\d+)\.ndjson")
_RESULT = re.compile(r"[0-9a-f-]{36}-result\.json")
_BESIDE_RESULT = re.compile(r"[0-9a-f-]{36}-(?:attachment(?:\.[\w.-]+)?|container\.json)")
_RESULT_SIGNS = (rb"\{", rb'"fullName": "peertube[-_]conformance\.')


def is_part(name: str) -> bool:
    """Whether a file of `parts/` has the name of a worker's record, or of the facts written when the run began."""
    return name == BEGUN or _PART.fullmatch(name) is not None


def is_recognised(name: str, head: bytes) -> bool:
    """Whether a file with this name (relative to the folder) begins as the product's own do; an empty one does not."""
    folder, _, last = name.rpartition("/")
    if folder == PARTS and _PART.fullmatch(last):
        return _holds(head, _RECORD)
    if folder == ALLURE and _RESULT.fullmatch(last):
        return _holds(head, _RESULT_SIGNS)
    return name in _SIGNS and _holds(head, _SIGNS[name])


def belonging(results: Iterable[bytes], containers: Mapping[str, bytes]) -> set[str]:
    """The names of files that belong to these Allure results: attachments, and containers of only these results.

    A result may name any file; only names of the form that Allure generates are returned.
    """
    names: set[str] = set()
    known: set[str] = set()
    for members in map(_members, results):
        known.add(str(members.get("uuid")))
        names.update(_attachments(members))
    for name, members in ((name, _members(content)) for name, content in containers.items()):
        children = members.get("children")
        if isinstance(children, list) and children and known.issuperset(map(str, children)):
            names.update([name, *_attachments(members)])
    return set(filter(_BESIDE_RESULT.fullmatch, names))


def _members(content: bytes) -> dict[str, Any]:
    try:
        members = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _attachments(members: dict[str, Any]) -> Iterator[str]:
    """Yields the attachments of a result or a container, and of the steps and fixtures in it."""
    for name in ("steps", "befores", "afters"):
        for inner in members.get(name) or ():
            if isinstance(inner, dict):
                yield from _attachments(inner)
    for attached in members.get("attachments") or ():
        if isinstance(attached, dict) and "source" in attached:
            yield str(attached["source"])


def _holds(head: bytes, signs: tuple[bytes, ...]) -> bool:
    first, *others = signs
    return re.match(first, head) is not None and all(re.search(sign, head) for sign in others)
