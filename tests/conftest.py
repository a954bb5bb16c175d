"""Property tests draw the same values each time, but with `--hypothesis-profile=explore`, which CI gives each night."""

from __future__ import annotations

from hypothesis import settings

# No deadline: how long an example takes depends on what else the machine does.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, print_blob=True, deadline=None)
settings.load_profile("repeatable")
