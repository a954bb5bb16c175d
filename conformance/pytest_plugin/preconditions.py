"""Checks and work before a run begins: the confirmed tier, and what earlier runs left."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.run.reap import reap
from peertube_conformance.fixtures.run.run import CannotRun
from peertube_conformance.fixtures.safety.default_tier import default_safety, is_loopback
from peertube_conformance.fixtures.safety.guard import Safety


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
