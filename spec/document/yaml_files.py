"""Reads YAML and JSON documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from peertube_conformance.spec.contract import Repair
from peertube_conformance.spec.errors import ContractError

_MOST_SINGLE_TABS = 20
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 loader: dates stay text, and `yes`, `no`, `on` and `off` are not booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in {_TIMESTAMP, _BOOL}]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def parse(text: str) -> Any:
    """Parses a YAML or JSON text.

    Raises:
        yaml.YAMLError: the text is neither.
    """
    stripped = text.removeprefix("\ufeff")
    if stripped.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(stripped)
        except ValueError:
            pass
    return yaml.load(stripped, _Loader)  # noqa: S506 - derived from the safe loader


def read_yaml(path: Path) -> Any:
    """Reads and parses a YAML or JSON file.

    Raises:
        ContractError: it cannot be read or is not YAML.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ContractError(f"{path} cannot be read: {reason}.") from None
    except yaml.YAMLError as error:
        raise ContractError(f"{path} is not YAML: {_reason(error)}; correct it.") from None


def parse_leniently(text: str, source: str) -> tuple[Any, list[Repair]]:
    """Parses a YAML or JSON text that may contain tabs where YAML forbids them; each becomes a space and a repair.

    Raises:
        ContractError: it is not YAML for another reason.
    """
    repairs: list[Repair] = []
    while True:
        try:
            return parse(text), repairs
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            lines = text.split("\n")
            if mark is None or not (mark.line < len(lines) and "\t" in lines[mark.line]):
                raise ContractError(
                    f"{source} is neither YAML nor JSON ({_reason(error)}): give an OpenAPI document."
                ) from None
            several = len(repairs) >= _MOST_SINGLE_TABS
            chosen = range(mark.line, len(lines)) if several else (mark.line,)
            for number in chosen:
                lines[number] = lines[number].replace("\t", " ")
            where = f"line {mark.line + 1}" + (" and after" if several else "")
            repairs.append(Repair(where, "a tab, which YAML forbids there, was read as a space"))
            text = "\n".join(lines)


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)
