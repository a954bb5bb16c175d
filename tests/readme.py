"""Tables of README.md that are the output of commands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def replaced(name: str, lines: Iterable[str]) -> None:
    """Puts the lines between the marks of that name."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = README.read_text(encoding="utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"README.md has no marks of {name}")
    README.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{after}", encoding="utf-8")
