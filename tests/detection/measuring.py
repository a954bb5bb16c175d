"""Tries faults in several processes at a time."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import fields
from pathlib import Path

from tests.detection.catalogue import AnyFault, Batch, all_faults, batches
from tests.detection.detection import Detection


def tried(batch: Batch, seed: int) -> list[Detection]:
    """Tries a batch of faults in this process."""
    from tests.detection import by_hand, by_operation  # noqa: PLC0415 - each process loads what it needs

    faults = [all_faults()[name] for name in batch.faults]
    if batch.kind == "contract":
        return by_operation.detected(faults, seed=seed)  # type: ignore[arg-type]
    if batch.kind == "hand":
        return by_hand.detected(faults, seed=seed)  # type: ignore[arg-type]
    return [by_hand.detected_by_flow(fault, seed=seed) for fault in faults]  # type: ignore[arg-type]


def measured(faults: Sequence[AnyFault], workers: int, seed: int) -> Iterator[Detection]:
    """Tries the faults and yields each result as soon as it is known."""
    context = multiprocessing.get_context("spawn")
    portions = batches(faults)
    # Faults of flows may change state for good: each gets its own process.
    for alone in (True, False):
        chosen = [batch for batch in portions if (batch.kind == "flow") is alone]
        with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1 if alone else None) as pool:
            waiting = [pool.submit(tried, batch, seed) for batch in chosen]
            for done in as_completed(waiting):
                yield from done.result()


def read(path: Path) -> list[Detection]:
    """Reads the results that an earlier run wrote."""
    names = {each.name for each in fields(Detection)}
    document = json.loads(path.read_text(encoding="utf-8"))
    return [Detection(**{k: v for k, v in entry.items() if k in names}) for entry in document["faults"]]
