"""Refuses to compare runs that did not run the same part of the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peertube_conformance.reports.model.shard import Shard
from peertube_conformance.reports.run_document.run_json import RunFileError


def check_shards(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raises RunFileError unless both documents are of whole runs, or of the same shard of as many."""
    earlier, later = Shard.from_json(before), Shard.from_json(after)
    if earlier != later:
        names = [shard.name or "a whole run" for shard in (earlier, later)]
        raise RunFileError(
            f"the earlier report is of {names[0]}, the later of {names[1]}: compare whole runs (`merge` joins shards) or "
            "the same shard of both"
        )
