"""How much of an instance's limits several workers use together: `python -m tests.benchmarks.shared_budget [BASE_URL]`.

Prints the share of what the limits allow, for a budget in a file; with the embedded instance where no address is given.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peertube_conformance.fixtures.rate_limit.windows import STOCK_LIMITS
from peertube_conformance.fixtures.target.embedded_process import EmbeddedInstance
from tests.fixtures.parallel_programs import side_by_side

_LIMIT, _SECONDS = STOCK_LIMITS["api"]
_WORKERS = 4
_MORE = 20
_WORKER = """
import sys, time
from pathlib import Path
import httpx
from peertube_conformance.fixtures.rate_limit.limiter import Budget
from peertube_conformance.fixtures.rate_limit.redis_store import RedisStore

where, base_url, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
budget = Budget(RedisStore(where, base_url) if where.startswith("redis") else Path(where))
refused = 0
began = None
with httpx.Client() as client:
    for _ in range(calls):
        budget.acquire(["api"])
        answer = client.get(base_url + "/api/v1/config")
        began = began or time.monotonic()
        refused += answer.status_code == 429
        budget.observe(["api"], {} if answer.status_code == 429 else dict(answer.headers))
print(refused, began, time.monotonic())
"""


@dataclass(frozen=True, slots=True)
class Shared:
    """Calls of all workers, those that were refused, and the seconds from the first answer to the last."""

    calls: int
    refused: int
    seconds: float

    @property
    def windows(self) -> int:
        """How many windows the calls need, the first of which costs no time."""
        return self.calls // _LIMIT

    @property
    def share(self) -> float:
        """Of the calls that the limits allow in that time, those that were made."""
        return self.windows * _SECONDS / self.seconds


def measured(where: str, base_url: str, windows: int) -> Shared:
    """Lets four processes fill so many windows and a little of the next, with the budget in a file or at a Redis URL."""
    calls = (windows * _LIMIT + _MORE) // _WORKERS
    outputs = side_by_side(_WORKER, *[(where, base_url, calls)] * _WORKERS)
    refused, began, ended = zip(*(map(float, output.split()) for output in outputs), strict=True)
    return Shared(calls * _WORKERS, int(sum(refused)), max(ended) - min(began))


def main() -> None:
    """Measures six windows."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedInstance(limits="stock") as instance:
        base_url = sys.argv[1] if len(sys.argv) > 1 else instance.base_url
        shared = measured(str(Path(folder) / "budget.json"), base_url, windows=6)
    print(
        f"{shared.calls} calls of {_WORKERS} workers in {shared.seconds:.1f} s, {shared.refused} refused: "
        f"{shared.share:.1%} of what {_LIMIT} in {_SECONDS} s allow"
    )


if __name__ == "__main__":
    main()
