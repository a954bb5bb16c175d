"""Walks a flow against an instance that has one fault."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peertube_conformance.conformance.execution.item_costs import cost_of_flow
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.options import DEPTHS, Options
from peertube_conformance.fixtures.mailboxes.open_by_url import SmtpSink
from peertube_conformance.fixtures.run.run import Run, Setup
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from peertube_conformance.spec import load_contract
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.runner import Walked, walk
from tests.stateful.flows import signup_of, test_of

FAULTS = Path(__file__).parent.parent / "faults"


@dataclass
class FaultyInstance(EmbeddedInstance):
    """The embedded instance with a fault of the catalogue; none where the name is empty."""

    fault: str = ""

    def program(self) -> list[str]:
        """The launcher of faults in place of the instance's own."""
        return [sys.executable, str(FAULTS / "serve.py"), self.fault] if self.fault else super().program()


@contextmanager
def session(folder: Path, fault: str = "", *, seed: int = 1, signup: str = "direct") -> Iterator[Session]:
    """A session on an instance of its own, with mail."""
    os.environ["PEERTUBE_CONFORMANCE_STATE_DIR"] = str(folder / "state")
    sink = SmtpSink(folder / "mail")
    sink.start()
    try:
        with FaultyInstance(smtp=sink.address, signup=signup, fault=fault) as instance:
            setup = Setup(
                base_url=instance.base_url,
                admin_username=ADMIN_NAME,
                admin_password=instance.password,
                mailbox=f"maildir:{sink.maildir}",
                seed=seed,
            )
            run = Run(setup)
            shared = run.start()
            options = Options(base_url=instance.base_url, seed=seed, report_dir=folder, depth=DEPTHS["standard"])
            contract = load_contract(None)
            yield Session(options, shared, contract, [], "main")
            run.finish()
    finally:
        sink.stop()


def walked(flow: type[Flow], folder: Path, fault: str = "", *, seed: int = 1) -> Walked:
    """How the flow ends on an instance with this fault, whose sign-up is of the kind that the flow is about."""
    with session(folder, fault, seed=seed, signup=signup_of(flow)) as at:
        with at.requests.item(cost_of_flow(test_of(flow), at.options.depth.name, at.shared.limits)):
            ended = walk(at, flow)
        at.close()
    return ended
