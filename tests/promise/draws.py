"""The plans of a seed."""

from __future__ import annotations

from tests.promise.plans import Plan, drawn

# Names of what `steps` knows; that is loaded in the processes of runs only.
STEPS = (
    *("people", "things", "uploads", "news", "pictures", "pictures", "removals", "changes", "twice"),
    *("registrations", "sessions", "export", "subscription"),
)
_FLOWS = (
    *("Avatars", "WatchHistory", "LegacyUpload", "MyUser", "RegistrationList", "ResumableUpload"),
    *("ResumableReplacement", "Sessions", "Subscriptions", "UserAdministration"),
)
_EXERCISED = (
    *("addUser", "putUser", "delUser", "blockUser", "deleteMyAvatar", "addVideoChannel", "putVideoChannel"),
    *("delVideoChannel", "addPlaylist", "deletePlaylist", "addCommentThread", "delComment", "uploadLegacy", "putVideo"),
    *("delVideo", "rateVideo", "addSubscription", "deleteSubscription", "deleteRegistration", "acceptRegistration"),
    *("deleteUserExport", "revokeOAuthToken", "uploadResumableCancel", "putUserInfo", "deleteVideoSourceFile"),
)


def narrow(seed: int) -> Plan:
    """A run of a few steps."""
    flows = tuple(f"flow:{name}" for name in _FLOWS)
    exercised = tuple(f"exercise:{name}" for name in _EXERCISED)
    # Single steps come more often than what has a hundred requests.
    return drawn(seed, STEPS * 4 + flows + exercised)


def whole(seed: int) -> Plan:
    """`peertube-conformance run --depth smoke`, all of it."""
    return drawn(seed, (), whole=True)
