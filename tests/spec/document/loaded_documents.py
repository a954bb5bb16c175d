"""Documents to load."""

from __future__ import annotations

from collections.abc import Callable

from peertube_conformance.spec import Contract

Loaded = Callable[[str], Contract]


HEAD = "openapi: 3.1.0\ninfo: {title: Things, version: 1.0.0}\n"


FINE = 'responses: {"200": {description: Fine.}}'
