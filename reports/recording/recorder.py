"""Append-only record of a run: one JSON line per exchange, finding or outcome, on disk when the call returns.

Each worker writes a file of its own; a run that is killed leaves readable files, with a torn last line at worst.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from peertube_conformance.reports.model.confirmation import Confirmation
from peertube_conformance.reports.model.exchange import Exchange, Request, Response
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.reports.model.recipe import Recipe
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.model.write_errors import not_written
from peertube_conformance.reports.recording.body_shape import merge, shape_of
from peertube_conformance.reports.recording.clean_exchange import CleanExchange, without_personal
from peertube_conformance.reports.recording.curl import curl_line
from peertube_conformance.reports.recording.known_deviations import NONE, KnownDeviations
from peertube_conformance.reports.recording.recorded_bodies import MAX_READ_CHARACTERS, MAX_SECRET_CHARACTERS, body_text
from peertube_conformance.reports.recording.request_values import part_names
from peertube_conformance.reports.recording.shortening import cut, shortened
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document, escaped_json, escaped_line
from peertube_conformance.reports.report_directory.report_folder import INCOMPLETE, ReportError, open_part

_MAX_PER_FINGERPRINT = 3
# What only the first run of a test says.
_OF_TESTS = frozenset({"outcome", "evidence", "unjudged", "flow"})


class Recorder:
    """Records the exchanges, findings and outcomes of one worker in `DIRECTORY/parts/WORKER.ndjson`."""

    def __init__(
        self,
        directory: Path,
        worker: str,
        redactor: Redactor,
        known: KnownDeviations = NONE,
        *,
        recipe: Callable[[], Recipe | None] = lambda: None,
        found: Callable[[Sequence[Finding]], None] = lambda _findings: None,
    ) -> None:
        """Opens the file; raises ReportError where it cannot be written.

        `known` explains findings, `recipe` says what is run now, and `found` is called with all recorded findings.
        """
        self._recipe = recipe
        self._found_now = found
        self._is_repeating = False
        self._redactor = redactor
        self._known = known
        # Counts findings by fingerprint and deviation: an unexplained one is recorded though explained ones were.
        self._reported: Counter[tuple[str, str | None]] = Counter()
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
        clean = without_personal(exchange, self._redactor)
        curl, needs = curl_line(clean.exchange.request, self._redactor, spare)
        completed = [self._completed(self._known.explained(exchange, each), clean, curl, needs) for each in findings]
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
        self._found_now(completed)
        return completed

    def finding(self, exchange: Exchange, finding: Finding) -> Finding:
        """Records a violation that an already recorded exchange shows only together with others; returns it completed."""
        self._number += 1
        clean = without_personal(exchange, self._redactor)
        explained = self._known.explained(exchange, finding)
        completed = self._completed(explained, clean, *curl_line(clean.exchange.request, self._redactor))
        self._write({"kind": "finding", **self._seen(clean), **self._found([completed])})
        self._found_now([completed])
        return completed

    @contextmanager
    def repeating(self) -> Iterator[None]:
        """Marks what is recorded inside the context as made again; how tests end that are run again is not recorded."""
        self._is_repeating = True
        try:
            yield
        finally:
            self._is_repeating = False

    @property
    def is_repeating(self) -> bool:
        """Whether requests are made again to confirm findings."""
        return self._is_repeating

    def confirmation(
        self, fingerprint: str, confirmation: Confirmation, recipe: Recipe | None = None, detail: str = ""
    ) -> None:
        """Records whether a finding happened again by its recipe; `detail` says more about why that was not tried."""
        members = {
            "fingerprint": fingerprint,
            **confirmation.to_json(),
            "detail": self._redactor.error(detail),
            "recipe": None if recipe is None else asdict(recipe),
        }
        self._write({"kind": "confirmation", **members})

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

    def _seen(self, clean: CleanExchange) -> dict[str, Any]:
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
            **({"repeated": True} if self._is_repeating else {}),
        }

    def _found(self, findings: list[Finding]) -> dict[str, Any]:
        """The findings' JSON members: the first few of each fingerprint and deviation in full, the others by fingerprint
        alone."""
        for finding in findings:
            self._reported[_kind(finding)] += 1
        full = {_kind(f): self._reported[_kind(f)] <= _MAX_PER_FINGERPRINT for f in findings}
        return {
            "findings": [f.to_json() for f in findings if full[_kind(f)] or f.steps],
            "more": [f.fingerprint for f in findings if not (full[_kind(f)] or f.steps)],
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

    def _completed(self, finding: Finding, clean: CleanExchange, curl: str, needs: tuple[str, ...]) -> Finding:
        request = clean.marked_summary if finding.request == clean.summary else finding.request
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
        recipe = self._recipe()
        members["recipe"] = None if recipe is None else asdict(recipe)
        return Finding.from_json(members)

    def _excerpt(self, text: str, redact: Callable[[str], str] | None = None) -> str:
        """The beginning of a text, redacted."""
        clean = (redact or self._redactor.text)(text[:MAX_READ_CHARACTERS])
        if len(text) > MAX_READ_CHARACTERS:
            # The end of what was read may be the beginning of a secret.
            clean = clean[: max(0, len(clean) - MAX_SECRET_CHARACTERS)]
        return cut(clean)

    def _clean(self, value: Any) -> Any:
        return shortened(self._redactor.value(shortened(value, longest=MAX_READ_CHARACTERS)))

    def _request(self, exchange: Exchange) -> dict[str, Any]:
        request = exchange.request
        return {
            "method": request.method,
            "target": self._redactor.text(request.marked_target),
            "headers": self._redactor.headers(request.headers),
            "body": body_text(self._redactor, request.marked_body),
            "parts": part_names(request),
        }

    def _response(self, response: Response, body: str | None) -> dict[str, Any]:
        shape = shape_of(response.json) if response.is_json else {}
        return {
            "status": response.status,
            "headers": self._redactor.headers(response.headers.multi_items()),
            "body": body_text(self._redactor, response.body if body is None else body),
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

    def _write(self, members: Mapping[str, Any]) -> None:
        """Writes one line. Sets `lost` to the reason instead of raising, as a test must not fail for lack of a record."""
        if self.lost or (self._is_repeating and members["kind"] in _OF_TESTS):
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


def _kind(finding: Finding) -> tuple[str, str | None]:
    return finding.fingerprint, finding.deviation
