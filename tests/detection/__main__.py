"""Measures how many seeded faults the harness detects: `python -m tests.detection`.

Each fault of the catalogue is put into the embedded instance, and the narrowest part of the harness that applies is run
against it. Exits 1 where less than 97 % are caught by a check that should, or one is missed that is not known to be.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.detection.catalogue import all_faults
from tests.detection.detection import Detection
from tests.detection.measuring import measured, read
from tests.faults.contract_faults import sample
from tests.measured_tables import replaced


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(arguments)
    faults = [f for name, f in all_faults().items() if fnmatch.fnmatchcase(name, options.only)]
    if options.sample:
        faults = sample(faults, options.sample)
    began = time.monotonic()
    chosen = {fault.id for fault in faults}
    found = [d for d in read(options.read) if d.id in chosen and d.caught] if options.read else []
    known = {detection.id for detection in found}
    for detection in measured([f for f in faults if f.id not in known], options.workers, options.seed):
        found.append(detection)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{len(found)} of {len(faults)} faults")
    order = {name: number for number, name in enumerate(all_faults())}
    found.sort(key=lambda detection: order[detection.id])
    _write(options.json, found, options.seed)
    if options.plain:
        from tests.detection.plain import compare  # noqa: PLC0415

        compare(found, options.plain, options.seed, options.workers)
        _write(options.json, found, options.seed)
    from tests.detection.table import is_enough, misses, table  # noqa: PLC0415

    print("\n".join([*table(found), "", *misses(found)]))
    if options.update:
        replaced("detection", table(found))
    print(f"{len(found)} faults in {time.monotonic() - began:.0f} s, seed {options.seed}")
    return 0 if is_enough(found) else 1


def _write(path: Path | None, found: Sequence[Detection], seed: int) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"seed": seed, "faults": [detection.to_json() for detection in found]}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.detection", description=__doc__)
    parser.add_argument("--only", default="*", metavar="GLOB", help="faults whose id matches (*, ?)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="about so many, evenly over all")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="where to write what was found")
    parser.add_argument(
        "--read", type=Path, default=None, metavar="FILE", help="what --json wrote: only what was missed is tried again"
    )
    parser.add_argument("--update", action="store_true", help="write the table into docs/measurements.md")
    parser.add_argument(
        "--plain",
        type=int,
        default=0,
        metavar="N",
        help="also tries about N of the faults that one request can show with `schemathesis run`",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
