"""Checks and work before a run begins: the confirmed tier, and what earlier runs left."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from peertube_conformance.conformance.options import USER_TOKEN, Options
from peertube_conformance.fixtures.run.reap import reap
from peertube_conformance.fixtures.run.run import CannotRun, Setup
from peertube_conformance.fixtures.safety.default_tier import default_safety, is_loopback
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.reports.redaction.redactor import Redactor


def setup_of(options: Options, redactor: Redactor) -> Setup:
    """The settings of the run that these options ask for."""
    return Setup(
        base_url=options.base_url,
        admin_username=options.admin_username,
        admin_password=options.admin_password,
        mailbox=options.mailbox,
        user_token=options.user_token,
        subjects=options.subject,
        safety=options.safety,
        seed=options.seed,
        allowed=options.allow,
        budget=options.budget,
        max_time=options.max_time,
        item_timeout=options.item_timeout,
        keep_bodies=options.keep_bodies,
        redactor=redactor,
    )


def check_disposable(options: Options) -> None:
    """Raises CannotRun where the tier disposable is not confirmed with the name of the target's host."""
    if options.safety is not Safety.DISPOSABLE or not options.base_url or is_loopback(options.base_url):
        return
    host = urlsplit(options.base_url).hostname or ""
    if options.disposable_host.lower() != host.lower():
        raise CannotRun(
            f"--safety=disposable may change and delete everything on {host}: confirm that with --disposable-host={host} "
            "on the command line, or use --safety=sandbox"
        )


def check_reading(options: Options) -> None:
    """Raises CannotRun where a subject or a user's token is given to a run that may write.

    They belong to somebody else: only a run that cannot change them gets them.
    """
    given = "--subject" if options.subject else USER_TOKEN if options.user_token else ""
    is_observed = bool(options.base_url) and default_safety(options.base_url, options.safety) is Safety.OBSERVE
    if given and not is_observed:
        raise CannotRun(f"{given} is only used where a run changes nothing: add --base-url and --safety=observe")


def reap_first(options: Options, say: Callable[[str], None]) -> None:
    """Removes what earlier runs left on the target, with `--reap`."""
    if not options.reap or not options.base_url:
        return
    if not options.admin_username:
        raise CannotRun("--reap needs an administrator: set --admin-username")
    if default_safety(options.base_url, options.safety) is Safety.OBSERVE:
        raise CannotRun(
            "--reap removes resources, and the tier observe only reads: add --safety=sandbox, or call "
            "peertube-conformance reap"
        )
    reap(options.base_url, options.admin_username, options.admin_password, say=say)
