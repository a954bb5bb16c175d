"""Serves the embedded instance and counts what it is asked: `python counted.py [--fault NAME] [options of the instance]`.

`GET /counted` tells the requests so far and the processor seconds that they took. `/again/...` is the same as `/...`, so
that a contract can be served twice.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from starlette.responses import Response

from peertube_conformance.fixtures.instance.application import Application

_AGAIN = "/again"


def count() -> None:
    """Counts from now on."""
    call = Application.__call__
    requests = [0]

    async def counted(self: Application, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if scope["path"] == "/counted":
                used = resource.getrusage(resource.RUSAGE_SELF)
                reported = {"requests": requests[0], "cpu": used.ru_utime + used.ru_stime}
                await Response(json.dumps(reported))(scope, receive, send)
                return
            requests[0] += 1
            if scope["path"].startswith(f"{_AGAIN}/"):
                scope = scope | {
                    "path": scope["path"].removeprefix(_AGAIN),
                    "raw_path": scope["raw_path"].removeprefix(_AGAIN.encode()),
                }
        await call(self, scope, receive, send)

    Application.__call__ = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    from peertube_conformance.fixtures.instance.process import main

    rest = sys.argv[1:]
    if rest[:1] == ["--fault"]:
        sys.path.insert(0, str(Path(__file__).parents[2]))
        from tests.faults.registry import seed

        seed(rest[1])
        rest = rest[2:]
    count()
    sys.exit(main(rest))
