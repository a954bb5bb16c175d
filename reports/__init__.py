"""What was seen and how it is told: exchanges, findings, verdicts, the recorder, the run document and its views."""

from peertube_conformance.reports.exchange import Exchange, Intent, Request, Response
from peertube_conformance.reports.finding import Finding, Level
from peertube_conformance.reports.verdict import Verdict

__all__ = ["Exchange", "Finding", "Intent", "Level", "Request", "Response", "Verdict"]
