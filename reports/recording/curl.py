"""Writes a request as one curl line that a person can replay.

Tokens and ids that belong to the run are shell variables: the line holds no secret and works against any instance once
the variables are set. It is quoted for POSIX shells.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from peertube_conformance.reports.model.exchange import Request
from peertube_conformance.reports.model.variables import MARK, mark, shell_quoted, variables_in
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import UNFIT

_LEFT_OUT = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent"})
_INLINE_BYTES = 4096
# No argument can hold NUL or bytes that are not UTF-8; the rest would be shown escaped, and so could not be copied.
_UNSAFE_IN_ARGUMENTS = re.compile(rf"[\n{UNFIT}]|##")


def curl_line(request: Request, redactor: Redactor, spare: str = "") -> tuple[str, tuple[str, ...]]:
    """Returns the curl line of a request and the variables to set before it runs (`BASE_URL` first). The value of the
    member `spare`, which was generated to be invalid, is not a secret."""
    texts: list[str] = []

    def word(text: str) -> str:
        texts.append(text)
        return shell_quoted(text)

    how = ["--head"] if request.method == "HEAD" else ["-X", request.method]
    words = [
        "curl -sS -i --path-as-is",
        *how,
        word(mark("BASE_URL") + redactor.replayable(request.marked_target, spare)),
    ]
    for name, value in redactor.marked_headers(request.headers):
        if name.lower() not in _LEFT_OUT:
            # curl leaves a field out for `Name:`, and sends it without a value for `Name;`.
            words += ["-H", word(f"{name}: {value}" if value.strip() else f"{name};")]
    named = {name.lower() for name, _ in request.headers}
    if request.body and "content-type" not in named:
        words += ["-H", "'Content-Type:'"]
    line = " ".join(words)
    if request.body:
        line = _with_body(line, request, redactor, spare, word)
    elif request.method in {"POST", "PUT", "PATCH"}:
        line += " -H 'Content-Length: 0'"
    return line, variables_in("".join(texts))


def _with_body(line: str, request: Request, redactor: Redactor, spare: str, word: Callable[[str], str]) -> str:
    if len(request.body) > _INLINE_BYTES:
        return f"{line} --data-binary @{word(mark('BODY_FILE'))}"
    text = redactor.replayable(request.marked_body.decode("utf-8", "surrogateescape"), spare)
    if not _UNSAFE_IN_ARGUMENTS.search(text):
        return f"{line} --data-raw {word(text)}"
    # Bytes that no argument can hold go through printf, with the variables as its arguments.
    marks: list[str] = []

    def octal(part: str) -> str:
        octets = part.encode("utf-8", "surrogateescape")
        return "".join(chr(b) if 32 <= b < 127 and b not in b"%\\'#" else f"\\{b:03o}" for b in octets)

    template, end = "", 0
    for found in MARK.finditer(text):
        template += octal(text[end : found.start()]) + "%s"
        marks.append(word(found[0]))
        end = found.end()
    template += octal(text[end:])
    if template.startswith("-"):
        template = f"\\{ord('-'):03o}{template[1:]}"  # or printf takes it for an option
    return f"{' '.join(['printf', _single_quoted(template), *marks])} | {line} --data-binary @-"


def _single_quoted(template: str) -> str:
    return f"'{template}'"
