"""Narrow runs: the real set-up and clean-up of the harness, and a few steps between them."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from peertube_conformance import stateful
from peertube_conformance.conformance import cli
from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.conformance.options import DEPTHS, Options
from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.run.run import Run, Setup
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.spec import load_contract
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.runner import walk
from tests.promise.population import ROOT_PASSWORD

_GIVEN = "root"
_LINES_SHOWN = 20


def run(job: Mapping[str, Any], notes: list[str]) -> None:
    """Sets a run up, performs the steps, and cleans up; notes how each ended."""
    whole = Run(
        Setup(
            base_url=job["baseUrl"],
            admin_username=_GIVEN,
            admin_password=ROOT_PASSWORD,
            safety=Safety(job["safety"]),
            seed=job["seed"],
        )
    )
    try:
        shared = whole.start()
    except USER_MISTAKES as error:
        notes.append(f"cannot run: {error}")
        return
    options = Options(base_url=job["baseUrl"], seed=job["seed"], report_dir=Path(job["folder"]), depth=DEPTHS["smoke"])
    session = Session(options, shared, load_contract(), [], "main")
    for name in job["steps"]:
        try:
            _step(session, name)
        except Exception as error:  # noqa: BLE001 - a run goes on after any test that fails
            notes.append(f"{name}: {type(error).__name__}: {error}")
        else:
            notes.append(f"{name}: done")
    session.close()
    cleaned = whole.finish()
    notes += [f"left: {line}" for line in cleaned.left]


def reap(job: Mapping[str, Any], notes: list[str]) -> None:
    """Runs `peertube-conformance reap`."""
    _called(notes, "reap", "--base-url", job["baseUrl"], "--admin-username", _GIVEN)


def whole(job: Mapping[str, Any], notes: list[str]) -> None:
    """Runs `peertube-conformance run --depth smoke`; with `reap` in the job only one operation, after a reap."""
    folder = job["folder"]
    _called(
        notes,
        *("run", "-n", "0", "-q", "--depth", "smoke", "--base-url", job["baseUrl"], "--admin-username", _GIVEN),
        *("--safety", job["safety"], "--seed", str(job["seed"]), "--report-dir", f"{folder}/report"),
        *(("--operations=ping", "--reap") if job.get("reap") else ("--mailbox", f"maildir:{folder}/mail")),
    )


def _called(notes: list[str], *arguments: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = cli.main(arguments)
    notes += [line for line in printed.getvalue().splitlines() if line.strip()][-_LINES_SHOWN:]
    notes.append(f"exit code {code}")


def command(job: Mapping[str, Any], notes: list[str]) -> None:
    """Runs `peertube-conformance` with the arguments of the job; notes all it prints, then the exit code."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = cli.main(job["arguments"])
    notes += [*printed.getvalue().splitlines(), str(code)]


def warm() -> None:
    """Loads modules that are otherwise loaded when first needed."""
    contract = load_contract()
    Generator(contract, 1).first(contract.operation("addUser"))


JOBS = {"run": run, "reap": reap, "whole": whole, "command": command}


def _step(session: Session, name: str) -> None:
    kind, _, of = name.partition(":")
    if kind == "flow":
        walk(session, FLOWS[of])
    elif kind == "exercise":
        exercise = Exercise(session, session.contract.operation(of))
        for phase in (exercise.valid, exercise.access, exercise.refusals):
            exercise.run(phase)
    else:
        STEPS[name](session.environment.world)


def _people(world: World) -> None:
    for role in ("user", "moderator", "admin"):
        world.account(role, fresh=True)


def _things(world: World) -> None:
    world.channel(fresh=True)
    video = world.video(fresh=True)
    world.comment(video, fresh=True)
    world.playlist(fresh=True)


def _uploads(world: World) -> None:
    upload = world.upload()
    world.upload(world.account("other user"))
    world.call("uploadResumableCancel", upload.owner, query={"upload_id": upload.upload_id})


def _news(world: World) -> None:
    world.notification()
    world.call("markAllMyNotificationsRead", world.account())


def _pictures(world: World) -> None:
    for owner in (world.account(), world.account("other user")):
        _picture(world, owner, "pickMyAvatar", "avatarfile")
        channel = {"channelHandle": owner.channel_handle}
        _picture(world, owner, "pickVideoChannelAvatar", "avatarfile", channel)
        _picture(world, owner, "pickVideoChannelBanner", "bannerfile", channel)


def _picture(world: World, owner: Account, does: str, field: str, path: Any = None) -> None:
    body = {field: Upload("picture.png", "image/png", world.media.png())}
    world.call(does, owner, path=path or {}, body=body, media_type="multipart/form-data")


def _removals(world: World) -> None:
    root, owner = world.root, world.account()
    world.call("delUser", root, path={"id": world.bystander(fresh=True)})
    video = world.video(fresh=True)
    comment = world.comment(video, fresh=True)
    world.call("delComment", owner, path={"id": video.id, "commentId": comment.id})
    world.call("delVideo", owner, path={"id": video.id})
    world.call("deletePlaylist", owner, path={"playlistId": world.playlist(fresh=True).id})
    world.call("delVideoChannel", owner, path={"channelHandle": world.channel(fresh=True).handle})


def _changes(world: World) -> None:
    root, number = world.root, world.bystander(fresh=True)
    world.limit(world.account("user", fresh=True), 10_000_000)
    world.call("putUser", root, path={"id": number}, body={"password": "another password", "role": 2})
    world.call("blockUser", root, path={"id": number}, body={"reason": "To test."})
    world.call("unblockUser", root, path={"id": number})
    owner, video = world.account(), world.video(fresh=True)
    form: dict[str, Any] = {"body": {"name": "another name"}, "media_type": "multipart/form-data"}
    world.call("putVideo", owner, path={"id": video.id}, **form)
    world.call("putVideo", owner, path={"id": video.uuid}, **form)
    channel = {"channelHandle": owner.channel_handle}
    world.call("putVideoChannel", owner, path=channel, body={"displayName": "another name"})
    world.call("putUserInfo", owner, body={"displayName": "another name"})


def _twice(world: World) -> None:
    """Removes what it has removed, as a test of idempotency does."""
    root = world.root
    number = world.bystander(fresh=True)
    video = world.video(fresh=True)
    for _ in range(2):
        world.client.send(_draft(world, "delUser", root, id=number))
        world.client.send(_draft(world, "delVideo", video.owner, id=video.id))


def _draft(world: World, operation: str, actor: Account | None, **path: Any) -> Draft:
    return Draft(world.contract.operation(operation), actor=actor, path=path)


def _registrations(world: World) -> None:
    root = world.root
    body = {"moderationResponse": "You may.", "preventEmailDelivery": True}
    for does in ("acceptRegistration", "rejectRegistration"):
        one = world.new_registration()
        world.call(does, root, path={"registrationId": one.id}, body=body)
    world.registration()
    gone = world.new_registration()
    world.call("deleteRegistration", root, path={"registrationId": gone.id})


def _sessions(world: World) -> None:
    someone = world.account("user", fresh=True)
    world.call("revokeOAuthToken", someone)
    again = world.sign_in(someone.username, someone.password, "again")
    world.call("putUserInfo", again, body={"displayName": "another name"})


STEPS: Mapping[str, Callable[[World], object]] = {
    "people": _people,
    "things": _things,
    "uploads": _uploads,
    "news": _news,
    "pictures": _pictures,
    "removals": _removals,
    "changes": _changes,
    "twice": _twice,
    "registrations": _registrations,
    "sessions": _sessions,
    "export": lambda world: world.export(),
    "subscription": lambda world: world.subscription(fresh=True),
}


def _flows() -> Iterator[type[Flow]]:
    for module in pkgutil.iter_modules(stateful.__path__):
        if module.name.startswith("test_"):
            for value in vars(importlib.import_module(f"{stateful.__name__}.{module.name}")).values():
                if isinstance(value, type) and issubclass(value, Flow) and value is not Flow:
                    yield value


FLOWS: Mapping[str, type[Flow]] = {flow.__name__: flow for flow in _flows()}
