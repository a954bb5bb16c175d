"""The body of a message as a record holds it: redacted text, or the beginning of anything else as base64."""

from __future__ import annotations

import base64
import re

from peertube_conformance.reports.redaction.redactor import Redactor

_MAX_BODY_CHARACTERS = 8192
_MAX_BYTES = 256
MAX_READ_CHARACTERS = 16 * _MAX_BODY_CHARACTERS
MAX_SECRET_CHARACTERS = 1024
_BYTES = re.compile("[\udc80-\udcff]")


def body_text(redactor: Redactor, body: bytes | str) -> str:
    """The body as text, or the beginning of anything else as base64; cut after secrets are redacted, never before."""
    text = body.decode("utf-8", "surrogateescape") if isinstance(body, bytes) else body
    clean = redactor.text(text[:MAX_READ_CHARACTERS])
    is_text = _BYTES.search(clean) is None
    longest = _MAX_BODY_CHARACTERS if is_text else _MAX_BYTES
    if len(text) > MAX_READ_CHARACTERS:
        # The end of what was read may be the beginning of a secret.
        longest = min(longest, max(0, len(clean) - MAX_SECRET_CHARACTERS))
    reported, more = clean[:longest], "…" if len(clean) > longest else ""
    if is_text:
        return reported + more
    return f"base64:{base64.b64encode(reported.encode('utf-8', 'surrogateescape')).decode()}{more}"
