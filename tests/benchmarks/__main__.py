"""Measures this harness and plain Schemathesis: `python -m tests.benchmarks [--update]`.

Both test the embedded instance by the same contract, with an administrator's token and about as many requests, in
turns. What several workers bring is measured at the depth thorough too, where beginning and ending weigh less. With
`--update`, the tables in docs/measurements.md are replaced by what was measured; `--part` measures one of them alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.commands import Took, harness, plain
from tests.benchmarks.contracts import written
from tests.measured_tables import replaced

_WHOLE = 120
_SIZES = (30, 90, _WHOLE, 240)
# What a run of the harness at its default depth sends is met by about so many examples.
_EXAMPLES = 60
_FAULT, _FAILING = "failures-are-500", "not_a_server_error"


def measured(rounds: int, folder: Path) -> Iterator[str]:
    """The lines of the report."""
    whole = written(folder, _WHOLE)
    kinds = {
        "this harness": harness,
        "`-n 2`": lambda: harness(workers=2),
        "`-n 4`": lambda: harness(workers=4),
        "plain `schemathesis run`": lambda: plain(whole, "--max-examples", str(_EXAMPLES)),
        "plain, `--workers 2`": lambda: plain(whole, "--max-examples", str(_EXAMPLES), "--workers", "2"),
    }
    took: dict[str, list[Took]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, run in kinds.items():
            took[name].append(run())
            _tell(f"{name}: {took[name][-1]}")
    first = {
        "this harness": [harness(fault=_FAULT).first for _ in range(rounds)],
        "plain `schemathesis run`": [
            plain(whole, "--max-examples", str(_EXAMPLES), fault=_FAULT, failing=_FAILING).first for _ in range(rounds)
        ],
    }
    yield "| | requests | requests/s | checks/s | CPU ms/request | memory, MB | first finding, s |"
    yield "|---|---|---|---|---|---|---|"
    for name, several in took.items():
        yield _row(name, several, first.get(name, []))
    yield ""
    yield from _ratios(took)
    yield ""
    yield "| operations | this harness: requests | CPU ms/request | s | plain: requests | CPU ms/request | s |"
    yield "|---|---|---|---|---|---|---|"
    for size in _SIZES:
        contract = written(folder, size)
        own = harness("--spec", str(contract), "-k", "test_valid or test_invalid or test_access or test_refusals")
        other = plain(contract, "--max-examples", "10")
        _tell(f"{size}: {own} {other}")
        cells = [str(size)]
        for one in (own, other):
            cells += [f"{one.requests:,}", f"{one.cpu_ms:.1f}", f"{one.seconds:.0f}"]
        yield f"| {' | '.join(cells)} |"


def _row(name: str, took: Sequence[Took], first: Sequence[float | None]) -> str:
    known = [value for value in first if value is not None]
    cells = [
        name,
        f"{statistics.median(one.requests for one in took):,.0f}",
        f"{statistics.median(one.per_second for one in took):.0f}",
        f"{statistics.median(one.checks / one.seconds for one in took):,.0f}",
        f"{statistics.median(one.cpu_ms for one in took):.1f}",
        f"{statistics.median(one.memory_mb for one in took):.0f}",
        f"{statistics.median(known):.1f}" if known else "",
    ]
    return f"| {' | '.join(cells)} |"


def _ratios(took: dict[str, list[Took]]) -> Iterator[str]:
    own, two, four, other, _ = took.values()

    yield (
        f"This harness sends {_ratio(own, other, 'per_second'):.2f} times as many requests per second as plain "
        f"Schemathesis and uses {_ratio(own, other, 'cpu_ms'):.2f} times the CPU per request. With `-n 2` it sends "
        f"{_ratio(two, own, 'per_second'):.2f} times, and with `-n 4` (on two cores) "
        f"{_ratio(four, own, 'per_second'):.2f} times as many requests per second as with one worker."
    )


def _ratio(of: Sequence[Took], to: Sequence[Took], member: str) -> float:
    pairs = zip(of, to, strict=True)
    return statistics.median(getattr(a, member) / getattr(b, member) for a, b in pairs)


def measured_workers(rounds: int, _folder: Path) -> Iterator[str]:
    """The lines about runs that take long."""
    one: list[Took] = []
    two: list[Took] = []
    for _ in range(rounds):
        for workers, took in ((1, one), (2, two)):
            took.append(harness("--depth", "thorough", workers=workers))
            _tell(f"thorough, {workers}: {took[-1]}")
    yield from workers_table(one, two)


def workers_table(one: Sequence[Took], two: Sequence[Took]) -> Iterator[str]:
    """The table of one worker and of two."""
    yield "| | requests | requests/s | CPU ms/request | s |"
    yield "|---|---|---|---|---|"
    for name, several in (("`--depth thorough`", one), ("`--depth thorough -n 2`", two)):
        requests, per_second, cpu, seconds = (
            statistics.median(getattr(each, member) for each in several)
            for member in ("requests", "per_second", "cpu_ms", "seconds")
        )
        yield f"| {name} | {requests:,.0f} | {per_second:.0f} | {cpu:.1f} | {seconds:.0f} |"
    yield ""
    yield f"Two workers send {_ratio(two, one, 'per_second'):.2f} times as many requests per second as one."


_PARTS = {"benchmark": measured, "benchmark of workers": measured_workers}


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default: %(default)s)")
    parser.add_argument("--update", action="store_true", help="write the tables into docs/measurements.md")
    parser.add_argument("--part", choices=_PARTS, action="append", help="this alone (default: everything)")
    options = parser.parse_args(arguments)
    for name in options.part or _PARTS:
        with tempfile.TemporaryDirectory() as folder:
            lines = list(_PARTS[name](options.rounds, Path(folder)))
        print("\n".join(lines))
        if options.update:
            replaced(name, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
