"""Decides for each occurrence of a finding whether a known deviation explains it, while its exchange is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from peertube_conformance.reports.model.exchange import Exchange
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.spec.deviations import Answer, Deviation, Occurrence, SentRequest
from peertube_conformance.spec.messages.raw_request import WireRequest


class KnownDeviations:
    """The deviations that apply to a run, and the configuration of the instance that their conditions ask for."""

    def __init__(self, entries: Iterable[Deviation] = (), instance: Mapping[str, Any] | None = None) -> None:
        self._entries = tuple(entries)
        self._instance = instance or {}
        self._candidates: dict[str, tuple[Deviation, ...]] = {}

    def explained(self, exchange: Exchange, finding: Finding) -> Finding:
        """The finding, marked with the first deviation whose condition holds for this occurrence, if any does."""
        candidates = self._matching(finding.fingerprint)
        if not candidates or finding.deviation is not None:
            return finding
        occurrence = self._occurrence(exchange, finding)
        known = next((entry for entry in candidates if entry.explains(occurrence)), None)
        return finding if known is None else finding.explained_by(known.id, known.category)

    def _matching(self, fingerprint: str) -> tuple[Deviation, ...]:
        found = self._candidates.get(fingerprint)
        if found is None:
            found = tuple(entry for entry in self._entries if entry.matches(fingerprint))
            self._candidates[fingerprint] = found
        return found

    def _occurrence(self, exchange: Exchange, finding: Finding) -> Occurrence:
        sent, received = exchange.request, exchange.response
        headers = {} if received is None else dict(received.headers.items())
        return Occurrence(
            operation=finding.operation_id,
            requirement=finding.requirement,
            status=finding.status,
            at=finding.at,
            expected=finding.expected,
            actual=finding.actual,
            request=SentRequest.of(exchange.operation, WireRequest(sent.method, sent.url, sent.headers, sent.body)),
            answer=Answer(headers, b"" if received is None else received.body),
            defect=exchange.defect,
            situation="" if exchange.situation is None else exchange.situation.id,
            caller=exchange.role,
            instance=self._instance,
        )


NONE = KnownDeviations()
