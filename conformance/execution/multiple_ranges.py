"""Reads responses to requests for several byte ranges (RFC 9110 section 14.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.parser import BytesParser
from email.policy import HTTP

from peertube_conformance.reports import Response

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def holds_ranges(answer: Response, whole: bytes, ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether the response has these ranges (first and last byte), each with its bytes; or is the whole file."""
    if answer.status == 200:
        return answer.body == whole
    if answer.media_type != "multipart/byteranges":
        return False
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + answer.body)
    found = []
    for part in message.iter_parts():
        named = _CONTENT_RANGE.fullmatch(str(part.get("content-range", "")).strip())
        content = part.get_payload(decode=True)
        if named is None or content != whole[int(named[1]) : int(named[2]) + 1]:
            return False
        found.append((int(named[1]), int(named[2])))
    return found == list(ranges)
