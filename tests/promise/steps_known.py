"""The names of the steps of narrow runs, for code that draws some without loading the harness."""

from __future__ import annotations

STEPS = (
    *("people", "things", "uploads", "news", "pictures", "removals", "changes", "twice", "registrations", "sessions"),
    *("export", "subscription"),
)
FLOWS = (
    *("Avatars", "WatchHistory", "LegacyUpload", "MyUser", "RegistrationList", "ResumableUpload"),
    *("ResumableReplacement", "Sessions", "Subscriptions", "UserAdministration"),
)
EXERCISED = (
    *("addUser", "putUser", "delUser", "blockUser", "deleteMyAvatar", "addVideoChannel", "putVideoChannel"),
    *("delVideoChannel", "addPlaylist", "deletePlaylist", "addCommentThread", "delComment", "uploadLegacy", "putVideo"),
    *("delVideo", "rateVideo", "addSubscription", "deleteSubscription", "deleteRegistration", "acceptRegistration"),
    *("deleteUserExport", "revokeOAuthToken", "uploadResumableCancel", "putUserInfo", "deleteVideoSourceFile"),
)
