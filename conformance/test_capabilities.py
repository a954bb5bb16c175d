"""Tests that the instance configuration reports features truly (reference, "Get instance public configuration")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import Unavailable
from peertube_conformance.fixtures.safety.guard import Refused, Safety
from peertube_conformance.fixtures.target.capabilities import is_known
from peertube_conformance.reports import Finding

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

# An operation that works only where the feature is on, and needs nothing else.
_SHOWN_BY = {
    "user-export": "listUserExports",
    "user-import": "userImportResumableInit",
    "video-replacement": "replaceVideoSourceResumableInit",
    "video-studio": "createStudioTask",
    "registration": "registerUser",
    "registration-approval": "requestRegistration",
}
# Sign-ups are few: one that fails is not counted, and shows as much. It is invalid, unless sign-up is off altogether.
_SIGN_UPS = frozenset({"registration", "registration-approval"})
# These have no switch of their own on the server: an upload is refused later.
_REFUSING = frozenset({"user-export", "user-import", "video-replacement", "video-studio", "registration"})


@pytest.mark.judges(capability=_SHOWN_BY)
@pytest.mark.requirement("PT-CAP-01")
@pytest.mark.parametrize("capability", list(_SHOWN_BY))
def test_claimed(examine: Examination, capability: str) -> None:
    """One operation of the feature, on whichever target offers it."""
    _on_some_target(examine, capability, claimed=True)


@pytest.mark.judges(capability=_SHOWN_BY)
@pytest.mark.requirement("PT-CAP-02")
@pytest.mark.parametrize("capability", sorted(_REFUSING))
def test_not_claimed(examine: Examination, capability: str) -> None:
    """The same operation, on whichever target says that the feature is off."""
    _on_some_target(examine, capability, claimed=False)


@pytest.mark.judges("getVideo")
@pytest.mark.requirement("PT-CAP-01")
def test_renditions(examine: Examination) -> None:
    """Where renditions for streaming are made, a published video has one."""
    world = examine.world
    if "hls" not in world.capabilities:
        raise Unavailable("the instance does not offer hls")
    world.needs_own("no video that was uploaded while hls is enabled")
    video = world.video()
    exchange = examine.send("getVideo", video.owner, path={"id": video.uuid})
    examine.agree(
        exchange, "PT-CAP-01", at="/response/body/streamingPlaylists", expected=True,
        actual=bool(Answer.of(exchange).at("streamingPlaylists").value),
        message="a published video has no rendition, although hls is enabled",
    )  # fmt: skip


def _on_some_target(examine: Examination, capability: str, *, claimed: bool) -> None:
    """Tests the first target whose configuration reports the feature as `claimed`."""
    # Imported here because they load the generators.
    from peertube_conformance.conformance.execution.phases import Exercise  # noqa: PLC0415
    from peertube_conformance.conformance.generation.schemathesis_driver import NotGenerated  # noqa: PLC0415

    assert is_known(capability)
    for environment in examine.session.environments():
        if (capability in environment.world.capabilities) is claimed:
            examine.environment = environment
            operation = environment.contract.operation(_SHOWN_BY[capability])
            if capability not in _SIGN_UPS:
                try:
                    examine.session.generator.first(operation)
                except NotGenerated as error:
                    raise Unavailable(str(error)) from error
            exercise = Exercise(examine.session, operation)
            exercise.environment = environment
            (_served if claimed else _refused)(examine, capability, exercise.base)
            return
    raise Unavailable(f"{capability} is {'disabled' if claimed else 'enabled'}")


def _served(examine: Examination, capability: str, base: Callable[..., Draft]) -> None:
    if capability in _SIGN_UPS:
        exchange = examine.send(_SHOWN_BY[capability], body={})
        examine.expect(
            exchange,
            400,
            requirement="PT-CAP-01",
            situation=f"an incomplete request to the enabled feature {capability}",
        )
        return
    try:
        draft = base(fresh=True)
    except PRECONDITION_ERRORS as blocker:
        # It is claimed: a part of it that is not available is not served, unless the harness lacks the right to ask.
        shared = examine.environment.shared
        may_ask = shared.accounts and shared.safety is not Safety.OBSERVE and not isinstance(blocker, Refused)
        if not may_ask or not isinstance(blocker, Unavailable):
            raise
        exchange = examine.send("getConfig")
        examine.wrong("PT-CAP-01", exchange, Finding(f"/response/body/{capability}", str(blocker), "on", "off"))
        return
    exchange = examine.environment.client.send(draft)
    right = draft.operation.success_statuses
    examine.expect(
        exchange, *right, requirement="PT-CAP-01", situation=f"a request to the enabled feature {capability}"
    )


def _refused(examine: Examination, capability: str, base: Callable[..., Draft]) -> None:
    exchange = (
        examine.send(_SHOWN_BY[capability], body={})
        if capability in _SIGN_UPS
        else examine.environment.client.send(base(fresh=True))
    )
    # 404 is the status of a route that was never registered.
    examine.expect(
        exchange, 400, 403, 404, requirement="PT-CAP-02", situation=f"a request to the disabled feature {capability}"
    )
