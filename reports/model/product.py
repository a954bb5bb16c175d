"""Name and installed version of this program."""

from __future__ import annotations

import importlib.metadata

PRODUCT = "peertube-conformance"
# Read once at import: the package may be upgraded, or become unreadable, during a long run.
VERSION = importlib.metadata.version(PRODUCT)
