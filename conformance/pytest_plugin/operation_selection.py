"""Selects the operations of the contract that a run tests: `--operations`, `--tags` and `--shard`."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow, is_of_operation
from peertube_conformance.spec import Contract, Operation


def chosen(contract: Contract, options: Options) -> list[Operation]:
    """The operations that `--operations` and `--tags` leave."""
    return [
        operation
        for operation in contract.operations
        if (not options.operations or fnmatch.fnmatchcase(operation.id, options.operations))
        and (not options.tags or operation.tag.lower() == options.tags.lower())
    ]


def in_shard(operations: Sequence[Operation], options: Options) -> list[Operation]:
    """The operations that are in this run's shard."""
    return options.shard.part(operations, lambda operation: operation.id)


def narrowing(options: Options, items: Sequence[str]) -> Mapping[str, Any]:
    """The member `narrowed` of the run document, for a run with these items; empty where no option narrows the run."""
    if not (options.operations or options.tags):
        return {}
    flows = sum(is_flow(item) for item in items)
    hand_written = sum(not is_flow(item) and not is_of_operation(item) for item in items)
    return {"narrowed": {"handWrittenTests": hand_written, "flows": flows}}
