"""Records and reports of a run: exchanges, findings, verdicts, the recorder, the run document and its views."""

from peertube_conformance.reports.model.exchange import Exchange, Intent, Purpose, Request, Response
from peertube_conformance.reports.model.finding import Finding, Level
from peertube_conformance.reports.model.situation import Situation
from peertube_conformance.reports.model.verdict import Verdict

__all__ = ["Exchange", "Finding", "Intent", "Level", "Purpose", "Request", "Response", "Situation", "Verdict"]
