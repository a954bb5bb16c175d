"""Selects the operations of the contract that a run tests: `--operations`, `--tags` and `--shard`."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from peertube_conformance.conformance.options import Options
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
