"""Append-only record of a run: one JSON line per exchange, finding or outcome, on disk when the call returns.

Each worker writes a file of its own; a run that is killed leaves readable files, with a torn last line at worst.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from peertube_conformance.reports.model.exchange import Exchange, Request, Response
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.model.write_errors import not_written
from peertube_conformance.reports.recording.body_shape import merge, shape_of
from peertube_conformance.reports.recording.curl import curl_line
from peertube_conformance.reports.recording.request_values import part_names
from peertube_conformance.reports.recording.shortening import cut, shortened
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document, escaped_json, escaped_line
from peertube_conformance.reports.report_directory.file_recognition import EXCHANGES, PARTS, is_part
from peertube_conformance.reports.report_directory.report_folder import INCOMPLETE, ReportError, ReportFolder, open_part

_MAX_BODY_CHARACTERS = 8192
_MAX_BYTES = 256
_MAX_READ_CHARACTERS = 16 * _MAX_BODY_CHARACTERS
_MAX_SECRET_CHARACTERS = 1024
_BYTES = re.compile("[\udc80-\udcff]")
_MAX_PER_FINGERPRINT = 3


class _CleanExchange(NamedTuple):
    """An exchange as it may be recorded; `body` replaces that of the response, `summary` is of the original."""

    exchange: Exchange
    body: str | None
    summary: str


class Recorder:
    """Records the exchanges, findings and outcomes of one worker in `DIRECTORY/parts/WORKER.ndjson`."""

    def __init__(self, directory: Path, worker: str, redactor: Redactor) -> None:
        """Opens the file; raises ReportError where it cannot be written."""
        self._redactor = redactor
        self._reported: Counter[str] = Counter()
        self._directory = directory
        try:
            self._file = open_part(directory, worker)
        except OSError as error:
            raise ReportError(not_written(INCOMPLETE, error, directory)) from error
        # The sentence that says why a line could not be recorded; nothing is recorded after it.
        self.lost = ""
        self._worker = worker
        self._number = 0

    def exchange(
        self, exchange: Exchange, evidence: Iterable[str], findings: Iterable[Finding], in_part: Sequence[str] = ()
    ) -> list[Finding]:
        """Records an exchange with the requirements it is evidence of, its findings, and what of its response was judged
        in part; returns the findings completed."""
        self._number += 1
        spare = "" if exchange.defect is None else exchange.defect.field
        clean = self._clean_exchange(exchange)
        curl, needs = curl_line(clean.exchange.request, self._redactor, spare)
        completed = [self._completed(finding, clean, curl, needs) for finding in findings]
        self._write(
            {
                "kind": "exchange",
                **self._seen(clean),
                "curl": curl,
                "needs": list(needs),
                "evidence": sorted(set(evidence)),
                **({"inPart": [self._redactor.text(part) for part in in_part]} if in_part else {}),
                **self._found(completed),
            }
        )
        return completed

    def finding(self, exchange: Exchange, finding: Finding) -> Finding:
        """Records a violation that an already recorded exchange shows only together with others; returns it completed."""
        self._number += 1
        clean = self._clean_exchange(exchange)
        completed = self._completed(finding, clean, *curl_line(clean.exchange.request, self._redactor))
        self._write({"kind": "finding", **self._seen(clean), **self._found([completed])})
        return completed

    def evidence(self, counts: Mapping[str, int]) -> None:
        """Records how often each requirement was tested, other than by the checks of an exchange."""
        self._write({"kind": "evidence", "requirements": dict(counts)})

    def unjudged(self, requirements: Iterable[str], verdict: Verdict, reason: str, cause: str = "") -> None:
        """Records why these requirements could not be tested; `cause` is the fingerprint of a finding."""
        self._write(
            {
                "kind": "unjudged",
                "requirements": list(requirements),
                "verdict": verdict.value,
                "reason": self._redactor.error(reason),
                "cause": cause,
            }
        )

    def stop(self, reason: str, *, unjudgeable: bool) -> None:
        """Records why the run ends early; `unjudgeable` where no answer of the target can be judged."""
        reported = self._redactor.error(reason)
        self._write({"kind": "stop", "reason": reported, "unjudgeable": unjudgeable})

    def _clean_exchange(self, exchange: Exchange) -> _CleanExchange:
        """The exchange without other people's names in its path, and the body of its response without their texts."""
        personal = self._redactor.personal
        if personal is None:
            return _CleanExchange(exchange, None, exchange.summary)
        body = personal.read(exchange)
        return _CleanExchange(replace(exchange, request=personal.request(exchange)), body, exchange.summary)

    def _seen(self, clean: _CleanExchange) -> dict[str, Any]:
        exchange = clean.exchange
        return {
            "id": f"{self._worker}-{self._number}",
            "at": round(exchange.sent_at, 3),
            "operationId": exchange.operation.id,
            "intent": exchange.intent.value,
            "violation": "" if exchange.purpose is None else str(exchange.purpose),
            "defect": None if exchange.defect is None else asdict(exchange.defect),
            "situation": None if exchange.situation is None else exchange.situation.id,
            "role": exchange.role,
            "counted": exchange.counted,
            "request": self._request(exchange),
            "response": None if exchange.response is None else self._response(exchange.response, clean.body),
            "failure": self._redactor.text(exchange.failure),
        }

    def _found(self, findings: list[Finding]) -> dict[str, Any]:
        """The findings' JSON members: the first few of each fingerprint in full, the others by fingerprint alone."""
        for finding in findings:
            self._reported[finding.fingerprint] += 1
        full = {f.fingerprint: self._reported[f.fingerprint] <= _MAX_PER_FINGERPRINT for f in findings}
        return {
            "findings": [f.to_json() for f in findings if full[f.fingerprint] or f.steps],
            "more": [f.fingerprint for f in findings if not (full[f.fingerprint] or f.steps)],
        }

    def outcome(self, operation_id: str, phase: str, verdict: Verdict, reason: str = "", cause: str = "") -> None:
        """Records how a phase of an operation ended, other than by its findings; `cause` is a finding's fingerprint."""
        self._write(
            {
                "kind": "outcome",
                "operationId": operation_id,
                "phase": phase,
                "verdict": verdict.value,
                "reason": self._redactor.error(reason),
                "cause": cause,
            }
        )

    def note(self, kind: str, members: Mapping[str, Any]) -> None:
        """Records a line of another kind, such as the budget's sums or the guard's refusals."""
        self._write({"kind": kind, **clean_document(members, self._redactor)})

    def named(self, request: Request) -> dict[str, Any]:
        """A request in readable form: method and target, curl line, and the variables to set first."""
        curl, needs = curl_line(request, self._redactor)
        reported = f"{request.method} {self._redactor.text(request.marked_target)}"
        return {"request": reported, "curl": curl, "needs": list(needs)}

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _completed(self, finding: Finding, clean: _CleanExchange, curl: str, needs: tuple[str, ...]) -> Finding:
        is_own = finding.request == clean.summary
        request = (
            f"{clean.exchange.request.method} {clean.exchange.request.marked_target}" if is_own else finding.request
        )
        members = finding.to_json() | {
            "curl": curl,
            "needs": needs,
            "message": self._excerpt(finding.message),
            # The pointer is part of the fingerprint, which is compared and copied.
            "pointer": escaped_line(self._excerpt(finding.at, self._redactor.pointer)),
        }
        members["expected"] = self._clean(finding.expected)
        members["actual"] = self._clean(finding.actual)
        members["request"] = self._redactor.text(request)
        return Finding.from_json(members)

    def _excerpt(self, text: str, redact: Callable[[str], str] | None = None) -> str:
        """The beginning of a text, redacted."""
        clean = (redact or self._redactor.text)(text[:_MAX_READ_CHARACTERS])
        if len(text) > _MAX_READ_CHARACTERS:
            # The end of what was read may be the beginning of a secret.
            clean = clean[: max(0, len(clean) - _MAX_SECRET_CHARACTERS)]
        return cut(clean)

    def _clean(self, value: Any) -> Any:
        return shortened(self._redactor.value(shortened(value, longest=_MAX_READ_CHARACTERS)))

    def _request(self, exchange: Exchange) -> dict[str, Any]:
        request = exchange.request
        return {
            "method": request.method,
            "target": self._redactor.text(request.marked_target),
            "headers": self._redactor.headers(request.headers),
            "body": self._body(request.marked_body),
            "parts": part_names(request),
        }

    def _response(self, response: Response, body: str | None) -> dict[str, Any]:
        shape = shape_of(response.json) if response.is_json else {}
        return {
            "status": response.status,
            "headers": self._redactor.headers(response.headers.multi_items()),
            "body": self._body(response.body) if body is None else self._text(body),
            "bytes": len(response.body),
            "milliseconds": round(response.elapsed * 1000, 2),
            "shape": self._names(shape),
        }

    def _names(self, shape: dict[str, list[str]]) -> dict[str, list[str]]:
        """The shape with secrets in the names of members redacted."""
        joined = "\n".join(shape)
        if self._redactor.pointer(joined) == joined:
            return shape
        clean: dict[str, list[str]] = {}
        for name, types in shape.items():
            merge(clean, {self._redactor.pointer(name): types})
        return clean

    def _body(self, body: bytes) -> str:
        """The body as text, or the beginning of anything else as base64; cut after secrets are redacted, never before."""
        return self._text(body.decode("utf-8", "surrogateescape"))

    def _text(self, text: str) -> str:
        clean = self._redactor.text(text[:_MAX_READ_CHARACTERS])
        is_text = _BYTES.search(clean) is None
        longest = _MAX_BODY_CHARACTERS if is_text else _MAX_BYTES
        if len(text) > _MAX_READ_CHARACTERS:
            # The end of what was read may be the beginning of a secret.
            longest = min(longest, max(0, len(clean) - _MAX_SECRET_CHARACTERS))
        reported, more = clean[:longest], "…" if len(clean) > longest else ""
        if is_text:
            return reported + more
        return f"base64:{base64.b64encode(reported.encode('utf-8', 'surrogateescape')).decode()}{more}"

    def _write(self, members: Mapping[str, Any]) -> None:
        """Writes one line. Sets `lost` to the reason instead of raising, as a test must not fail for lack of a record."""
        if self.lost:
            return
        line = json.dumps(members, default=str, ensure_ascii=False)
        try:
            if not os.fstat(self._file.fileno()).st_nlink:
                self._restore()
            data = f"{escaped_json(line)}\n".encode("utf-8", "backslashreplace")
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.lost = not_written(INCOMPLETE, error, self._directory)

    def _restore(self) -> None:
        """Recreates a file that was removed, alone or with its folder, with its former content."""
        removed = self._file
        removed.seek(0)
        self._file = open_part(self._directory, self._worker)
        with removed:
            shutil.copyfileobj(removed, self._file)


def part_files(directory: Path) -> list[Path]:
    """The record files that the workers of a run wrote into a report folder; other files there are left out."""
    return [path for path in sorted((directory / PARTS).glob("*.ndjson")) if is_part(path.name)]


def join_parts(folder: ReportFolder) -> None:
    """Joins the records of all workers in the file of exchanges, and removes them. Raises ReportError."""
    with folder.writing(EXCHANGES) as file:
        for part in part_files(folder.path):
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, file)
    folder.remove_parts()


def read_parts(directory: Path) -> Iterator[dict[str, Any]]:
    """Yields every recorded line, worker by worker in the order written; a torn last line is skipped."""
    for path in part_files(directory):
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue
