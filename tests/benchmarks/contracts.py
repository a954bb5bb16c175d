"""Contracts of other sizes: some operations of the bundled one, or all of them twice."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from peertube_conformance.spec import load_contract

_METHODS = ("get", "post", "put", "patch", "delete", "head")


def written(folder: Path, operations: int) -> Path:
    """The file of a contract with so many operations; beyond what there are, each again below `/again`."""
    document: dict[str, Any] = copy.deepcopy(dict(load_contract(None).document))
    kept: dict[str, Any] = {}
    left = operations
    for prefix in ("", "/again"):
        for path, item in document["paths"].items():
            taken = dict(item)
            for method in [name for name in item if name in _METHODS]:
                if not left:
                    del taken[method]
                    continue
                left -= 1
                if prefix:
                    own = copy.deepcopy(item[method])
                    own["operationId"] += "Again"
                    taken[method] = own
            if any(name in taken for name in _METHODS):
                kept[f"{prefix}{path}"] = taken
    document["paths"] = kept
    target = folder / f"contract-{operations}.json"
    target.write_text(json.dumps(document), encoding="utf-8")
    return target
