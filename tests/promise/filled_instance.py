"""An embedded instance with other people's resources, whose state can be restored."""

from __future__ import annotations

import logging
import mailbox
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
import uvloop

from peertube_conformance.fixtures.instance.application import Application
from peertube_conformance.fixtures.instance.http.coalesced_writes import GatheringProtocol
from peertube_conformance.fixtures.instance.process import _listen, application
from peertube_conformance.fixtures.instance.startup_settings import RAISED_RATE_LIMITS, Settings
from peertube_conformance.fixtures.instance.storage.state import State, Table
from peertube_conformance.spec import load_contract
from tests.promise.population import APPLICANTS, LATE_APPLICANTS, NEWCOMERS, PEOPLE, ROOT_PASSWORD, Household, Person
from tests.promise.snapshot import Snapshot, taken

T = TypeVar("T")


class Outbox:
    """Collects sent mail, by recipient; with a Maildir it is delivered there."""

    enabled = True

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.maildir: mailbox.Maildir | None = None

    def send(self, to: str, subject: str, text: str) -> None:
        """Takes a mail."""
        self.sent.append(to)
        if self.maildir is not None:
            message = EmailMessage()
            message["To"], message["Subject"] = to, subject
            message.set_content(text)
            self.maildir.add(message)

    def close(self) -> None:
        """Does nothing: no mail is waiting."""


class FilledInstance:
    """An instance, the people on it, and the state that `restore` puts back.

    It is served by one thread. Code that reads or changes its state runs on that thread (`on_loop`), or while no
    request is made.
    """

    def __init__(self, base_url: str, people: Sequence[Person] = PEOPLE) -> None:
        settings = Settings(
            admin_password=ROOT_PASSWORD, signup="approval", direct_rate_limits=RAISED_RATE_LIMITS, job_delay=0.01
        )
        self.app: Application = application(settings, base_url, load_contract())
        self.instance = self.app.instance
        self.outbox = Outbox()
        self.instance.mail = self.outbox  # type: ignore[assignment]
        self.household = Household(self.app)
        self.household.move_in(people, APPLICANTS)
        self.people = [person.name for person in people]
        self._kept = self._image()
        self._kept_with_newcomers: bytes | None = None
        self._newer: list[tuple[str, int]] = []
        self.before = self.snapshot()

    @property
    def state(self) -> State:
        """The state of the instance."""
        return self.instance.state

    def snapshot(self) -> Snapshot:
        """Copies everything that is on the instance now."""
        return taken(self.state, self.outbox.sent)

    def restore(self) -> None:
        """Restores the state after filling. Ids begin again from there."""
        self._put_back(self._kept)
        self.before = self.snapshot()

    def restore_backup(self) -> None:
        """Restores the state after filling, and adds new people, who get the ids that were given out since."""
        if self._kept_with_newcomers is None:
            self._put_back(self._kept)
            known = self.snapshot()
            self.household.move_in(NEWCOMERS, LATE_APPLICANTS)
            self.people += [person.name for person in NEWCOMERS]
            self._newer = [
                (name, row.id)
                for name, table in tables(self.state)
                for row in table
                if row.id not in known.tables[name]
            ]
            self._kept_with_newcomers = self._image()
        self._put_back(self._kept_with_newcomers)
        now = self.instance.now()
        for table, number in self._newer:
            for member in ("created_at", "updated_at", "published_at"):
                row = getattr(self.state, table).get(number)
                if hasattr(row, member):
                    setattr(row, member, now)
        self.before = self.snapshot()

    def _put_back(self, image: bytes) -> None:
        self.instance._jobs.clear()
        self.outbox.sent.clear()
        kept = pickle.loads(image)
        for name, members in kept["tables"].items():
            vars(getattr(self.state, name)).update(members)
        self.state.accounts._last_id = kept["accounts"]
        self.state.vault._kept = kept["vault"]
        self.state.pictures._kept = kept["pictures"]
        self.state.custom_config = kept["config"]
        self.state.retired_names = kept["retired"]
        self.people, self.household.tokens = kept["people"], kept["sessions"]
        _write_files(self.state.storage, kept["files"])

    def new_rows(self, table: str) -> list[Any]:
        """The rows that none of the people made, the newest last."""
        known = self.before.tables[table]
        return [row for row in getattr(self.state, table) if row.id not in known]

    def _image(self) -> bytes:
        state = self.state
        return pickle.dumps(
            {
                "tables": {name: vars(table) for name, table in tables(state)},
                "accounts": state.accounts._last_id,
                "vault": state.vault._kept,
                "pictures": state.pictures._kept,
                "config": state.custom_config,
                "retired": state.retired_names,
                "people": self.people,
                "sessions": self.household.tokens,
                "files": _read_files(state.storage),
            }
        )


def tables(state: State) -> Iterator[tuple[str, Table[Any]]]:
    """Every table of the state, by name."""
    return ((name, value) for name, value in vars(state).items() if isinstance(value, Table))


def _read_files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    for file in folder.rglob("*"):
        if file.is_file() and str(file.relative_to(folder)) not in files:
            file.unlink()
    for name, content in files.items():
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


class Serving:
    """An application that is served, and the thread that serves it."""

    def __init__(self, sockets: list[Any]) -> None:
        self.base_url = f"http://localhost:{sockets[0].getsockname()[1]}"
        self._sockets = sockets
        self._loop: Any = None

    def on_loop(self, do: Callable[[], T]) -> T:
        """Runs `do` between two requests and returns its result."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(do())
            except BaseException as error:  # noqa: BLE001 - it is raised where it was asked for
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(timeout=60)

    @contextmanager
    def serving(self, app: Any) -> Iterator[None]:
        """Serves the application while the context lasts."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="off",
            http=GatheringProtocol,
        )
        server = uvicorn.Server(config)
        started = threading.Event()

        async def serve() -> None:
            import asyncio  # noqa: PLC0415 - the loop of this thread

            self._loop = asyncio.get_running_loop()
            started.set()
            await server.serve(sockets=self._sockets)

        thread = threading.Thread(target=lambda: uvloop.run(serve()), daemon=True)
        thread.start()
        assert started.wait(30)
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def listening() -> Serving:
    """Opens sockets on a free port of loopback, not served yet."""
    return Serving(_listen("localhost", 0))
