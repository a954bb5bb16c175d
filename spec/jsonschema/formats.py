"""The string formats that JSON Schema does not define; the others are validated by the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from peertube_conformance.spec.jsonschema.short_uuid import is_short_uuid

FORMATS: Mapping[str, Callable[[str], bool]] = {"short-uuid": is_short_uuid}
