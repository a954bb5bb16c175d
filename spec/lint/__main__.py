"""Checks contracts against the project's rules: python -m peertube_conformance.spec.lint [FOLDER ...]"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from peertube_conformance.spec.document.yaml_files import read_yaml
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.jsonschema.pointers import references
from peertube_conformance.spec.lint.deviation_rules import deviation_breaches
from peertube_conformance.spec.lint.operation_rules import Breach, breaches
from peertube_conformance.spec.lint.paths_index import indexed
from peertube_conformance.spec.loading import available_versions, load_contract

_SHARED = ("parameters.yaml", "headers.yaml", "responses.yaml")


def lint(folder: Path) -> list[Breach]:
    """Lints the contract in a folder: OpenAPI validity, the project's rules, a stale paths index, unused definitions.

    Raises:
        ContractError: it cannot be loaded.
    """
    contract = load_contract(folder / "openapi.yaml")
    found = [*_invalid(contract.document), *breaches(contract), *_unused(folder), *_deviations(folder)]
    if (folder / "openapi.yaml").read_text(encoding="utf-8") != indexed(folder):
        found.append(
            Breach("index", "openapi.yaml", "paths is stale: run python -m peertube_conformance.spec.lint.paths_index")
        )
    return found


def _deviations(folder: Path) -> Iterator[Breach]:
    # The contract of a folder knows its deviations; one that is read from a file does not.
    bundled = {path.resolve(): ".".join(map(str, version)) for version, path in available_versions().items()}
    if version := bundled.get(folder.resolve()):
        yield from deviation_breaches(load_contract(version))


def _invalid(document: Any) -> Iterator[Breach]:
    # A development dependency, which is not installed where instances are tested.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    for error in OpenAPIV31SpecValidator(document).iter_errors():
        yield Breach("openapi", "/".join(str(key) for key in error.absolute_path), error.message[:200])


def _unused(folder: Path) -> Iterator[Breach]:
    """Yields definitions that no file refers to, directly or through other definitions in use."""
    files = sorted(file for file in folder.rglob("*.yaml") if file.parent.name in {folder.name, "paths", "schemas"})
    contents = {file.resolve(): read_yaml(file) for file in files}
    reached: set[tuple[Path, str]] = set()
    waiting = [(file, contents[file]) for file in contents if file.parent.name == "paths" or file.stem == "openapi"]
    while waiting:
        base, node = waiting.pop()
        for _, holder in references(node, named=base.parent.name == "paths"):
            name, _, pointer = holder["$ref"].partition("#")
            file = (base.parent / name).resolve() if name else base
            target = (file, pointer.split("/")[1] if "/" in pointer else "")
            if target not in reached and file in contents and target[1] in contents[file]:
                reached.add(target)
                waiting.append((file, {target[1]: contents[file][target[1]]}))
    for file, content in contents.items():
        if file.parent.name == "schemas" or file.name in _SHARED:
            for name in content or ():
                if (file, name) not in reached:
                    yield Breach("unused", f"{file.parent.name}/{file.name}", f"nothing refers to {name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints every breach in the given folders, or in every bundled contract; returns 1 if there is any, else 0."""
    given = sys.argv[1:] if arguments is None else arguments
    folders = [Path(name) for name in given] or list(available_versions().values())
    count = 0
    for folder in folders:
        try:
            found = lint(folder)
        except ContractError as error:
            found = [Breach("load", str(folder), str(error))]
        count += len(found)
        sys.stdout.writelines(f"{breach}\n" for breach in found)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
