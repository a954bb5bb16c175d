"""A request as one curl line that a person can replay.

Tokens and ids that belong to the run are shell variables: the line holds no secret and works against any instance once
the variables are set. Quoted for POSIX shells.
"""

from __future__ import annotations

from peertube_conformance.reports.exchange import Request
from peertube_conformance.reports.redaction import Redactor
from peertube_conformance.reports.variables import mark, shell_quoted, variables_in

_LEFT_OUT = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent"})
_INLINE_BYTES = 4096


def curl_line(request: Request, redactor: Redactor) -> tuple[str, tuple[str, ...]]:
    """The line, and the variables to set before it runs (`BASE_URL` first)."""
    texts: list[str] = []

    def word(text: str) -> str:
        texts.append(text)
        return shell_quoted(text)

    how = ["--head"] if request.method == "HEAD" else ["-X", request.method]
    words = ["curl -sS -i --path-as-is", *how, word(mark("BASE_URL") + redactor.marks(request.marked_target))]
    for name, value in redactor.marked_headers(request.headers):
        if name.lower() not in _LEFT_OUT:
            words += ["-H", word(f"{name}: {value}")]
    named = {name.lower() for name, _ in request.headers}
    if request.body and "content-type" not in named:
        words += ["-H", "'Content-Type:'"]
    line = " ".join(words)
    if request.body:
        line = _with_body(line, request, redactor, word)
    elif request.method in {"POST", "PUT", "PATCH"}:
        line += " -H 'Content-Length: 0'"
    return line, variables_in("".join(texts))


def _with_body(line: str, request: Request, redactor: Redactor, word: object) -> str:
    assert callable(word)
    body = request.marked_body
    if len(body) > _INLINE_BYTES:
        return f"{line} --data-binary @{word(mark('BODY_FILE'))}"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\r" not in text and "\0" not in text:
        return f"{line} --data-raw {word(redactor.marks(text))}"
    escaped = "".join(chr(b) if 32 <= b < 127 and b not in b"%\\'" else f"\\{b:03o}" for b in request.body)
    return f"printf '{escaped}' | {line} --data-binary @-"
