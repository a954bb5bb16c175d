"""Model of a follower of channels: the channels, their videos, and the notifications."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

PUBLIC, UNLISTED, PRIVATE, INTERNAL = 1, 2, 3, 4
_FOR_USERS = frozenset({PUBLIC, INTERNAL})
WEB, MAIL = 1, 2

# Requirements that more than one step may break.
SUBSCRIBED, ONCE, UNSUBSCRIBED, VIDEOS, HIDDEN = ("PT-SUBS-01", "PT-SUBS-02", "PT-SUBS-03", "PT-SUBS-04", "PT-SUBS-05")
NOTIFIED, NOT_PUBLIC, PUBLISHED_LATER, DELIVERY, NOT_FOLLOWED = (
    "PT-NOTIF-01",
    "PT-NOTIF-02",
    "PT-NOTIF-03",
    "PT-NOTIF-04",
    "PT-NOTIF-05",
)


@dataclass(slots=True)
class Clip:
    """A video of the walk. `was_public`: it could have been announced already; `later`: not when it was uploaded.

    `silenced_by` is the requirement by which no notification of it was due, empty where one was; `uploaded` is the time
    of the upload, in seconds of a clock of the walk.
    """

    number: int
    channel: int
    name: str
    privacy: int
    id: int
    uuid: str
    short_uuid: str
    uploaded: float
    was_public: bool = False
    later: bool = False
    is_there: bool = True
    silenced_by: str = NOT_PUBLIC


@dataclass(slots=True)
class Notice:
    """A notification about a video."""

    clip: int
    read: bool = False


@dataclass(slots=True)
class Following:
    """The state of one follower. Subscriptions are in the order in which they began, notifications newest first."""

    followed: list[int] = field(default_factory=list)
    clips: dict[int, Clip] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    where: int = WEB
    made: int = 0

    def there(self) -> list[Clip]:
        """The videos that were not deleted."""
        return [clip for clip in self.clips.values() if clip.is_there]

    def visible(self) -> list[int]:
        """The videos that are in the follower's lists and feeds."""
        return [clip.number for clip in self.there() if clip.channel in self.followed and clip.privacy in _FOR_USERS]

    def hideable(self) -> list[Clip]:
        """The videos that are public."""
        return [clip for clip in self.there() if clip.privacy == PUBLIC]

    def publishable(self) -> list[Clip]:
        """The videos that never were public: servers may or may not announce the others again."""
        return [clip for clip in self.there() if not clip.was_public]

    def published(self, clip: Clip, *, later: bool) -> bool:
        """Records that a video is public now; returns whether its follower is notified in the web interface."""
        clip.privacy, clip.was_public, clip.later = PUBLIC, True, later
        if clip.channel not in self.followed:
            clip.silenced_by = NOT_FOLLOWED
        elif not self.where & WEB:
            clip.silenced_by = DELIVERY
        else:
            clip.silenced_by = ""
            self.notices.insert(0, Notice(clip.number))
        return not clip.silenced_by

    def kept(self, clip: Clip, notified: Collection[int]) -> None:
        """Drops the notification of a video where the server does: it may or may not outlive the video."""
        self.notices = [one for one in self.notices if one.clip != clip.number or clip.number in notified]

    def mails(self, clip: Clip) -> int:
        """The number of mails that announce a video that became public just now."""
        return int(clip.channel in self.followed and bool(self.where & MAIL))

    def not_listed(self) -> dict[str, list[int]]:
        """The videos that must not be in lists or feeds, by the requirement that says so."""
        others = [clip.number for clip in self.there() if clip.channel not in self.followed]
        hidden = [clip.number for clip in self.clips.values() if not clip.is_there or clip.privacy not in _FOR_USERS]
        return {UNSUBSCRIBED: others, HIDDEN: hidden}

    def notified(self) -> dict[str, list[int]]:
        """The videos that must have a notification, by the requirement that says so."""
        clips = [self.clips[notice.clip] for notice in self.notices]
        return {
            NOTIFIED: [clip.number for clip in clips if not clip.later],
            PUBLISHED_LATER: [clip.number for clip in clips if clip.later],
        }

    def not_notified(self) -> dict[str, list[int]]:
        """The videos for which no notification was due, by the requirement that says so."""
        return {
            requirement: [clip.number for clip in self.clips.values() if clip.silenced_by == requirement]
            for requirement in (NOT_PUBLIC, DELIVERY, NOT_FOLLOWED)
        }
