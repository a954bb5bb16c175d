"""An instance in this process whose faults are switched on and off, and the enumerated tests run on it one by one."""

from __future__ import annotations

import asyncio
import importlib
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from peertube_conformance import conformance
from peertube_conformance.conformance.examination import Examination
from peertube_conformance.conformance.options import DEPTHS, Options
from peertube_conformance.conformance.outcome import HINDRANCES
from peertube_conformance.conformance.phases import Exercise
from peertube_conformance.conformance.session import Session
from peertube_conformance.fixtures.guard import Safety
from peertube_conformance.fixtures.instance import handlers, routing
from peertube_conformance.fixtures.instance.app import Application
from peertube_conformance.fixtures.instance.server import _listen, application
from peertube_conformance.fixtures.instance.settings import (
    ADMIN_NAME,
    RAISED_RATE_LIMITS,
    RateLimit,
    Settings,
)
from peertube_conformance.fixtures.run import Run, Setup
from peertube_conformance.reports import Finding
from peertube_conformance.spec import load_contract

FAULTS = Path(__file__).parent.parent.parent / "faults"
sys.path.insert(0, str(FAULTS))

from registry import Fault, load, seed_everywhere  # noqa: E402 - the folder is no package

# Tests that every operation is put to run on these, one of each kind of role and authentication.
EXERCISED = (
    "getVideo",
    "getCategories",
    "getUserInfo",
    "putVideo",
    "listUserExports",
    "getUsers",
    "getCustomConfig",
)
# Short windows, so that nobody waits for them.
_LIMITS = {
    "api": RateLimit(12, 2),
    "login": RateLimit(4, 300),
    "register": RateLimit(2, 300, successes_only=True),
    "ask-send-email": RateLimit(3, 300),
    "feeds": RateLimit(12, 2),
}


@dataclass(frozen=True)
class Enumerated:
    """One enumerated test with one set of its parameters, and the requirements that it is marked with."""

    name: str
    call: Callable[..., None]
    parameters: dict[str, Any]
    requirements: frozenset[str]


@dataclass
class Arena:
    """The instance, a session on it, and the fault of the moment."""

    session: Session
    active: Fault | None = None
    hindrance: str = ""

    def run(self, test: Enumerated) -> list[Finding]:
        """The findings of a test: its own, and those of the checks on what it sent."""
        self.session.collect()
        self.hindrance = ""
        examination = Examination(self.session, self.session.ground, test.name)
        parameters = dict(test.parameters)
        if "exercise" in parameters:
            operation = self.session.contract.operation(parameters["exercise"])
            parameters["exercise"] = Exercise(self.session, operation)
        try:
            test.call(examine=examination, **parameters)
        except HINDRANCES as hindrance:
            self.hindrance = str(hindrance)
        return [*examination.findings, *self.session.collect()]

    @contextmanager
    def spoiled(self, fault: Fault) -> Iterator[None]:
        """The instance with this fault."""
        self.active = fault
        try:
            yield
        finally:
            self.active = None


_CURRENT: list[Arena | None] = [None]


def _fault() -> Fault | None:
    return None if _CURRENT[0] is None else _CURRENT[0].active


def _switchable() -> None:
    """Puts a switch between the router and each handler that some fault spoils, once a process."""
    handlers.load()
    for operation_id in {operation for fault in load().values() for operation in fault.on}:
        handler, refusal = routing._HANDLERS[operation_id]

        def switched(request: Any, handler: Any = handler, operation_id: str = operation_id) -> Any:
            fault = _fault()
            if fault is None or operation_id not in fault.on:
                return handler(request)
            return fault.spoiled(handler, request)

        routing._HANDLERS[operation_id] = (switched, refusal)
    seed_everywhere(_fault)


@contextmanager
def arena(folder: Path) -> Iterator[Arena]:
    """Serves in a thread; everything ends with the context."""
    handlers.load()
    kept_handlers, kept_answer = dict(routing._HANDLERS), Application._answer
    _switchable()
    os.environ["PEERTUBE_CONFORMANCE_STATE_DIR"] = str(folder / "state")
    sockets = _listen("localhost", 0)
    base_url = f"http://localhost:{sockets[0].getsockname()[1]}"
    password = secrets.token_urlsafe(16)
    settings = Settings(
        signup="approval", admin_password=password, rate_limits=_LIMITS, direct_rate_limits=RAISED_RATE_LIMITS
    )
    app = application(settings, base_url, load_contract(None))
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        http="h11",
        h11_max_incomplete_event_size=256 * 1024,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=sockets)), daemon=True)
    thread.start()
    run = Run(
        Setup(base_url=base_url, admin_username=ADMIN_NAME, admin_password=password, safety=Safety.DISPOSABLE)
    )
    try:
        shared = run.start()
        options = Options(base_url=base_url, seed=1, report_dir=folder, depth=DEPTHS["standard"])
        session = Session(options, shared, load_contract(None), [], "main")
        found = _CURRENT[0] = Arena(session)
        yield found
        session.close()
        run.finish()
    finally:
        _CURRENT[0] = None
        server.should_exit = True
        thread.join(timeout=10)
        routing._HANDLERS.update(kept_handlers)
        Application._answer = kept_answer  # type: ignore[method-assign]


def enumerated() -> list[Enumerated]:
    """Every hand-written test of the conformance room that examines, once for each set of its parameters."""
    found: list[Enumerated] = []
    for path in sorted(Path(next(iter(conformance.__path__))).glob("test_*.py")):
        module = importlib.import_module(f"{conformance.__name__}.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and "examine" in getattr(test, "__annotations__", {}):
                found += _variants(name, test)
    return found


def _variants(name: str, test: Any) -> Iterator[Enumerated]:
    marks = getattr(test, "pytestmark", [])
    requirements = frozenset(known for mark in marks if mark.name == "requirement" for known in mark.args)
    sets: list[dict[str, Any]] = [{}]
    if "exercise" in test.__annotations__:
        sets = [{"exercise": operation_id} for operation_id in EXERCISED]
    for mark in marks:
        if mark.name == "parametrize":
            names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
            each = [value if len(names) > 1 else (value,) for value in mark.args[1]]
            sets = [{**known, **dict(zip(names, one, strict=True))} for known in sets for one in each]
    for parameters in sets:
        yield Enumerated(name, test, parameters, requirements)
