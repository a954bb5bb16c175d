"""Property tests draw the same values each time, but with `--hypothesis-profile=explore`, which CI gives each night."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile("repeatable")
