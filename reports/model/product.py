"""What this program is called, and which version of it is installed."""

from __future__ import annotations

import importlib.metadata

PRODUCT = "peertube-conformance"
# Read once: what runs long may be upgraded meanwhile, or no longer be allowed to read it.
VERSION = importlib.metadata.version(PRODUCT)
