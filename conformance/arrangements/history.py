"""Arrangements of the topic My History: a request that deletes entries uses none that another request needs."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World


@arrange("listMyHistory")
def with_a_watched_video(world: World, draft: Draft) -> None:
    """Watches a video first, where the run may."""
    if not world.creates_nothing:
        _watch(world, draft)


def _watch(world: World, draft: Draft) -> None:
    assert draft.actor is not None
    video = world.video()
    world.call("addView", draft.actor, path={"id": video.id}, body={"currentTime": 0})


@arrange("clearMyHistory")
def of_an_account_of_its_own(world: World, draft: Draft) -> None:
    """Clears a history that nothing else relies on."""
    draft.actor = dedicated(world, "profile")


@arrange("deleteMyHistoryElement")
def of_a_watched_video(world: World, draft: Draft) -> None:
    """Forgets a video that was watched."""
    _watch(world, draft)
    draft.path["videoId"] = world.video().id
