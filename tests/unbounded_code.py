"""Finds code that a target could keep busy without end: a lint rule of this project's own, by syntax alone.

- `while` may call nothing but the few functions of PURE, so that no answer decides how often something is sent.
- Endless iterators (`count`, `repeat`, `cycle`, `iter` of a function) are for `Deadline.polls` alone where the loop calls
  anything else.
- Nothing but the module of the deadline sleeps by itself.
- A loop over what an answer holds, which sends for each item, is cut by `at_most`, `islice` or a slice.
- A function that calls itself takes a `depth`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from typing import NamedTuple

# Calls that send nothing, whatever they are called on: of builtins, containers, texts, regular expressions and files.
PURE = frozenset(
    {
        "len",
        "isinstance",
        "min",
        "max",
        "int",
        "float",
        "str",
        "ord",
        "divmod",
        "range",
        "dict",
        "list",
        "set",
        "tuple",
        "pop",
        "popitem",
        "append",
        "extend",
        "add",
        "update",
        "setdefault",
        "items",
        "values",
        "keys",
        "get",
        "split",
        "partition",
        "strip",
        "startswith",
        "endswith",
        "find",
        "pread",
        "exists",
        "index",
        "from_bytes",
        "unpack_from",
        "decompress",
        "crc32",
        "iter",
        "next",
        "print",
        "ListDefect",
    }
)
_ENDLESS = frozenset({"count", "repeat", "cycle"})
_POLLS = "polls"
# The ways to send, by the names under which loops call them.
_SENDING = frozenset({"send", "_send", "call", "ask", "got", "poll", "wait_for", "_remove", "ask_for_tokens"})
_OF_ANSWERS = frozenset({"json", "value"})
_CUTS = frozenset({"at_most", "islice", "range"})


class Unbounded(NamedTuple):
    """One place: its line, the function that it is in, and what is wrong."""

    line: int
    function: str
    problem: str


def unbounded(source: str) -> list[Unbounded]:
    """The places of a module that have no bound."""
    found: list[Unbounded] = []
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    called = {function: _called(function) for function in functions}
    sending = _SENDING | {function.name for function in functions if called[function] & _SENDING}
    for node, function, is_method in _placed(tree, "", is_in_class=False):
        problems = list(_problems(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name in called[node] and _calls_itself(node, is_method=is_method) and not _has_depth(node):
                problems.append("calls itself without a depth")
            if called[node] & sending and any(_over(node, sending)):
                problems.append("sends for each item of an answer")
        found += [Unbounded(_line(node), str(getattr(node, "name", function)), problem) for problem in problems]
    return sorted(set(found))


def _placed(node: ast.AST, function: str, *, is_in_class: bool) -> Iterator[tuple[ast.AST, str, bool]]:
    """Every node with the name of the function that it is in, and whether it is directly in a class."""
    for child in ast.iter_child_nodes(node):
        yield child, function, is_in_class
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from _placed(child, inside, is_in_class=isinstance(child, ast.ClassDef))


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0) or getattr(getattr(node, "iter", None), "lineno", 0)


def _problems(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.While):
        others = sorted((_called(node) | {"await" for one in ast.walk(node) if isinstance(one, ast.Await)}) - PURE)
        if others:
            yield f"a while loop calls {', '.join(others)}"
    elif isinstance(node, ast.For | ast.comprehension) and _is_endless(node.iter):
        parts = node.body if isinstance(node, ast.For) else node.ifs
        if any(_called(part) - PURE for part in parts):
            yield "a loop over an endless iterator"
    elif (isinstance(node, ast.Attribute) and node.attr == "sleep" and _name_of(node.value) in {"time", "asyncio"}) or (
        isinstance(node, ast.ImportFrom)
        and node.module in {"time", "asyncio"}
        and "sleep" in {alias.name for alias in node.names}
    ):
        yield "sleeps by itself"


def _over(function: ast.AST, sending: Set[str]) -> Iterator[ast.For]:
    """The loops of a function that send once for each item of something that was read from an answer."""
    tainted: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _reads(node.value, tainted, sending):
            tainted |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    for node in ast.walk(function):
        if not isinstance(node, ast.For) or _is_cut(node.iter) or not _reads(node.iter, tainted, sending):
            continue
        if any(_called(part) & (sending) for part in node.body):
            yield node


def _reads(value: ast.AST, tainted: set[str], sending: Set[str]) -> bool:
    return any(
        (isinstance(node, ast.Call) and _name_of(node.func) in sending)
        or (isinstance(node, ast.Attribute) and node.attr in _OF_ANSWERS)
        or (isinstance(node, ast.Name) and node.id in tainted)
        for node in ast.walk(value)
    )


def _is_cut(value: ast.AST) -> bool:
    if isinstance(value, ast.Call):
        return _name_of(value.func) in _CUTS | {_POLLS}
    if isinstance(value, ast.Tuple | ast.List | ast.Dict):
        return True
    return isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) and value.slice.upper is not None


def _is_endless(value: ast.AST) -> bool:
    if isinstance(value, ast.Call) and _name_of(value.func) in {_POLLS, "zip", "islice"}:
        return False
    return any(
        isinstance(node, ast.Call)
        and (
            (_name_of(node.func) in _ENDLESS and not (isinstance(node.func, ast.Attribute) and node.args))
            or (_name_of(node.func) == "iter" and len(node.args) > 1)
        )
        for node in ast.walk(value)
    )


def _calls_itself(function: ast.FunctionDef | ast.AsyncFunctionDef, *, is_method: bool) -> bool:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or _name_of(node.func) != function.name:
            continue
        if isinstance(node.func, ast.Name) and not is_method:
            return True
        if isinstance(node.func, ast.Attribute) and is_method and _name_of(node.func.value) in {"self", "cls"}:
            return True
    return False


def _has_depth(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return "depth" in {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}


def _called(node: ast.AST) -> set[str]:
    return {_name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
