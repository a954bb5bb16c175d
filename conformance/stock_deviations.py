"""Decides whether the known deviations of stock PeerTube servers count for a target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

STOCK_SOFTWARE = "peertube"


class StockDeviations(StrEnum):
    """Whether the deviations of stock servers count: by the software that the target names, always, or never."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class StockDecision:
    """Whether the deviations of stock servers count, and why."""

    applied: bool
    reason: str


def stock_decision(setting: StockDeviations, software: str, *, embedded: bool) -> StockDecision:
    """Decides for a target whose NodeInfo names this software; empty where it has none that can be read."""
    if setting is not StockDeviations.AUTO:
        return StockDecision(setting is StockDeviations.ON, f"--stock-deviations={setting}")
    if embedded:
        return StockDecision(applied=False, reason="the embedded instance is not a stock server")
    if not software:
        return StockDecision(applied=False, reason="the target's NodeInfo names no software")
    return StockDecision(software == STOCK_SOFTWARE, f"the target's NodeInfo names the software {software}")
