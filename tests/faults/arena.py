"""An embedded instance in this process with switchable faults, and a session of the harness on it."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
import uvloop

from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.options import DEPTHS, Options
from peertube_conformance.fixtures.instance.http.coalesced_writes import GatheringProtocol
from peertube_conformance.fixtures.instance.process import _listen, application
from peertube_conformance.fixtures.instance.startup_settings import (
    ADMIN_NAME,
    RAISED_RATE_LIMITS,
    RateLimit,
    Settings,
    Signup,
    SmtpAddress,
    Transcoding,
)
from peertube_conformance.fixtures.mailboxes.open_by_url import SmtpSink
from peertube_conformance.fixtures.run.run import Run, Setup
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import load_deviations
from tests.faults.spoiling import AnyFault, spoilable

# Short windows, so that no test waits for them.
_LIMITS = {
    "api": RateLimit(12, 2),
    "login": RateLimit(4, 300),
    "register": RateLimit(2, 300, successes_only=True),
    "ask-send-email": RateLimit(3, 300),
    "feeds": RateLimit(12, 2),
}


@dataclass
class Arena:
    """The instance, a session on it, and the active fault."""

    session: Session
    base_url: str
    password: str
    token: str = ""
    _active: list[AnyFault | None] = field(default_factory=lambda: [None])

    @contextmanager
    def spoiled(self, fault: AnyFault) -> Iterator[None]:
        """Activates a fault inside the context."""
        self._active[0] = fault
        self._forget_routes()
        try:
            yield
        finally:
            self._active[0] = None
            self._forget_routes()

    def _forget_routes(self) -> None:
        """Forgets which operations were seen implemented or not: with another fault, it is another instance."""
        routes = self.session.missing_routes
        for known in (routes._served, routes._suspects, routes._tries):
            known.clear()
        file = self.session.environment.shared.folder / "missing-routes.ndjson"
        file.unlink(missing_ok=True)
        routes._missing = type(routes._missing)(file)


@contextmanager
def arena(
    folder: Path,
    *,
    signup: Signup = "approval",
    seed: int = 1,
    depth: str = "standard",
    transcoding: Transcoding = "hls-and-web-videos",
    stock: bool = False,
) -> Iterator[Arena]:
    """Serves in a thread, with mail; everything ends with the context. With `stock`, known deviations count."""
    os.environ["PEERTUBE_CONFORMANCE_STATE_DIR"] = str(folder / "state")
    contract = load_contract(None)
    newest = max(operation.since for operation in contract.operations)
    sink = SmtpSink(folder / "mail")
    sink.start()
    host, _, port = sink.address.rpartition(":")
    sockets = _listen("localhost", 0)
    base_url = f"http://localhost:{sockets[0].getsockname()[1]}"
    password = secrets.token_urlsafe(16)
    settings = Settings(
        version=".".join(map(str, newest)),
        signup=signup,
        transcoding=transcoding,
        smtp=SmtpAddress(host.strip("[]"), int(port)),
        admin_password=password,
        rate_limits=_LIMITS,
        direct_rate_limits=RAISED_RATE_LIMITS,
    )
    active: list[AnyFault | None] = [None]
    with spoilable(lambda: active[0]):
        app = application(settings, base_url, contract)
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            http=GatheringProtocol,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: uvloop.run(server.serve(sockets=sockets)), daemon=True)
        thread.start()
        run = Run(
            Setup(
                base_url=base_url,
                admin_username=ADMIN_NAME,
                admin_password=password,
                mailbox=f"maildir:{sink.maildir}",
                safety=Safety.DISPOSABLE,
                seed=seed,
            )
        )
        try:
            shared = run.start()
            options = Options(base_url=base_url, seed=seed, report_dir=folder, depth=DEPTHS[depth])
            known = load_deviations([contract.deviations]) if stock and contract.deviations else []
            session = Session(options, shared, contract, known, "main")
            yield Arena(session, base_url, password, _active=active)
            session.close()
        finally:
            # Its resources end with the instance: nothing is cleaned up before.
            run.stop()
            server.should_exit = True
            thread.join(timeout=10)
            sink.stop()
