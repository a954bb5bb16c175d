"""Regenerates the `paths` of a contract's root from its tag files: python -m
peertube_conformance.spec.lint.paths_index [FOLDER ...]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from peertube_conformance.spec.document.yaml_files import read_yaml
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.pointers import token
from peertube_conformance.spec.loading import available_versions


def paths_block(folder: Path) -> str:
    """The YAML text of the `paths` block for the files in `folder/paths`, sorted by path.

    Raises:
        ContractError: a file cannot be read, or two describe the same path.
    """
    origins: dict[str, Path] = {}
    for file in sorted((folder / "paths").glob("*.yaml")):
        for path in read_yaml(file) or {}:
            if path in origins:
                raise ContractError(f"{origins[path]} and {file} both describe {path}: remove one.")
            origins[path] = file
    if not origins:
        return "paths: {}\n"
    lines = ["paths:"]
    for path in sorted(origins):
        quoted = path if "{" not in path else f'"{path}"'
        lines += [f"  {quoted}:", f"    $ref: paths/{origins[path].name}#/{token(path)}"]
    return "\n".join(lines) + "\n"


def indexed(folder: Path) -> str:
    """The text of the root, openapi.yaml, with its `paths` block regenerated.

    Raises:
        ContractError: the root has no `paths`.
    """
    root = folder / "openapi.yaml"
    lines = root.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("paths:")]
    if not starts:
        raise ContractError(f"{root} has no `paths`: add a line `paths: {{}}`.")
    start = end = starts[0]
    end += 1
    while end < len(lines) and (lines[end].startswith((" ", "\t")) or not lines[end].strip()):
        end += 1
    return "".join((*lines[:start], paths_block(folder), *lines[end:]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrites the openapi.yaml of the given folders, or of every bundled contract; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    folders = [Path(name) for name in given] or list(available_versions().values())
    try:
        for folder in folders:
            text = indexed(folder)
            (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    except ContractError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
