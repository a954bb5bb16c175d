"""Answers of the target are data: their bodies are read through the typed reader alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("fixtures", "conformance", "stateful")
# The attributes of a response that are its undecided content, and those of an exchange that may have none.
_BODIES = frozenset({"json", "problem"})
_UNTYPED = "value"
_READING = frozenset({"get", "items", "keys", "values", "pop"})
# Modules that read bodies of any shape, and why.
_MAY_READ = {
    "fixtures/messages/json_response.py": "the typed reader itself",
    "fixtures/messages/run_values.py": "looks for ids in a body of any shape",
    "fixtures/mailboxes/": "what a mail server answers",
    "fixtures/target/probe.py": "looks whether it is a PeerTube at all, and tolerates everything",
    "conformance/checks/": "judges bodies",
    "conformance/execution/response_likeness.py": "compares bodies of any shape",
    "conformance/execution/feed_parser.py": "parses JSON feeds of any shape",
    "stateful/engine/reproduction_steps.py": "looks for a value anywhere in an answer",
}


def unread(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and source of each expression that reads an answer, or trusts that there is one, without the reader."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        is_body = isinstance(node, ast.Attribute) and node.attr in _BODIES and id(node) not in called
        if is_body or _decodes(node) or _reads(node) or _trusts(node):
            yield getattr(node, "lineno", 0), ast.unparse(node)


def _decodes(node: ast.AST) -> bool:
    """Whether it is `response.json()`, and not `Draft.json`, which sets the body of a request."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "json"):
        return False
    return not node.keywords and "draft" not in ast.unparse(node.func.value).lower()


def _trusts(node: ast.AST) -> bool:
    """Whether it asserts that there is a response, which the target decides."""
    return isinstance(node, ast.Assert) and any(
        isinstance(each, ast.Attribute) and each.attr == "response" for each in ast.walk(node.test)
    )


def _reads(node: ast.AST) -> bool:
    """Whether it takes an answer's untyped value apart: by subscript, by a method of objects, or as an iterable."""
    if isinstance(node, ast.Subscript | ast.Starred):
        return _is_value(node.value)
    if isinstance(node, ast.For | ast.comprehension):
        return _is_value(node.iter)
    if isinstance(node, ast.Call):
        method = node.func if isinstance(node.func, ast.Attribute) else None
        if method is not None and method.attr in _READING and _is_value(method.value):
            return True
        is_conversion = isinstance(node.func, ast.Name) and node.func.id in {"int", "float", "dict", "list", "sorted"}
        return is_conversion and len(node.args) == 1 and _is_value(node.args[0])
    return False


def _is_value(node: ast.AST) -> bool:
    """Whether it is the `value` of an answer: of a call of the reader, or of something that is named an answer."""
    if not (isinstance(node, ast.Attribute) and node.attr == _UNTYPED):
        return False
    of = node.value
    name = of.id if isinstance(of, ast.Name) else ""
    is_reader = isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute) and of.func.attr in {"at", "of", "ask"}
    return is_reader or name in {"answer", "found", "shown", "seen", "details", "item"}


def _files() -> list[Path]:
    return sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))


def _may_read(file: Path) -> bool:
    return file.relative_to(ROOT).as_posix().startswith(tuple(_MAY_READ))


def test_answers_are_read_through_the_reader() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {source}"
        for file in _files()
        if not _may_read(file)
        for line, source in unread(ast.parse(file.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize("place", _MAY_READ)
def test_who_may_read_is_there_and_does(place: str) -> None:
    """A place that reads nothing any more is taken off the list."""
    files = [file for file in _files() if file.relative_to(ROOT).as_posix().startswith(place)]
    assert any(True for file in files for _ in unread(ast.parse(file.read_text("utf-8"))))


@pytest.mark.parametrize(
    "code",
    [
        'exchange.response.json["id"]',
        'exchange.response.json.get("id")',
        "body = answer.json",
        "[one for one in response.json]",
        'response.json()["id"]',
        'exchange.response.problem.get("code")',
        "assert exchange.response is not None",
        "assert answer.response",
        'world.ask("getUser").value["id"]',
        'answer.at("user").value["id"]',
        'answer.at("user").value.get("id")',
        'int(answer.at("id").value)',
        'for one in answer.at("data").value: use(one)',
        "[one for one in Answer.of(exchange).value]",
        "[*answer.value]",
        'sorted(answer.at("tags").value)',
    ],
)
def test_a_body_that_is_trusted_is_found(code: str) -> None:
    assert list(unread(ast.parse(code))) != []


@pytest.mark.parametrize(
    "code",
    [
        'draft.json(name="a")',
        "Draft(operation).json()",
        'Answer.of(exchange).number("user", "id")',
        'answer.at("total").value == 5',
        'json.dumps({"a": 1})',
        "import json",
        'self.parameters["json"]',
        "if exchange.response is None: pass",
    ],
)
def test_what_is_read_safely_is_not(code: str) -> None:
    assert list(unread(ast.parse(code))) == []
