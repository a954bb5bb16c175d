"""Faults that answer with success and do nothing: one for each operation that removes or changes something."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from tests.faults.registry import Fault, Handler

PREFIX = "no-effect:"
# Each with the requirements that a run may report it by.
OPERATIONS = (
    "deleteSubscription",
    "clearMyHistory",
    "deleteMyHistoryElement",
    "delVideo",
    "putVideo",
    "delUser",
    "putUser",
    "blockUser",
    "unblockUser",
    "putUserInfo",
    "acceptRegistration",
    "rejectRegistration",
    "deleteRegistration",
    "delVideoChannel",
    "putVideoChannel",
    "markMyNotificationsRead",
    "markAllMyNotificationsRead",
    "putMyNotificationSettings",
    "deleteUserExport",
    "uploadResumableCancel",
    "replaceVideoSourceResumableCancel",
    "userImportResumableCancel",
    "revokeOAuthToken",
    "disableTwoFactor",
    "deletePlaylist",
    "delComment",
    "rateVideo",
    "addSubscription",
)
_BODIES = {"revokeOAuthToken": b'{"success": true}'}


def _does_nothing(_handler: Handler, request: Any) -> Any:
    body = _BODIES.get(request.operation.id)
    if body is None:
        return Response(status_code=204)
    return Response(body, media_type="application/json")


def no_effect(name: str) -> Fault:
    """The fault of this name: `no-effect:` and an operation."""
    return Fault(name, (), (name.removeprefix(PREFIX),), "state and consistency", _does_nothing)
