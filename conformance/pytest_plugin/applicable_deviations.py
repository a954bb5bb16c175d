"""The deviations that apply to a run: the contract's own and those of `--deviations`."""

from __future__ import annotations

import datetime

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.stock_deviations import StockDecision, StockDeviations, stock_decision
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.spec import Contract, load_contract
from peertube_conformance.spec.deviations import Deviation, check_deviations, load_deviations
from peertube_conformance.spec.requirements import load_requirements


def known_deviations(contract: Contract, options: Options, shared: Shared) -> list[Deviation]:
    """The contract's own deviations, where they count for the target, and those of `--deviations`.

    Only those that apply to its release today.
    """
    today = datetime.datetime.now(datetime.UTC).date()
    entries = _deviations(contract, options, with_stock=decision_for(options, shared).applied)
    return [entry for entry in entries if entry.applies_to(shared.server_version, today)]


def decision_for(options: Options, shared: Shared) -> StockDecision:
    """Whether the deviations of stock servers count for the target, and why."""
    return stock_decision(options.stock_deviations, shared.software, embedded=shared.embedded)


def _deviations(contract: Contract, options: Options, *, with_stock: bool) -> list[Deviation]:
    stock = contract.deviations if with_stock else None
    return load_deviations(path for path in (stock, options.deviations) if path is not None and path.exists())


def check_given_deviations(contract: Contract, options: Options) -> None:
    """Raises DeviationError where an entry names an operation or requirement that does not exist."""
    # Flows use the package's own contract, whatever document the operations are tested against.
    operations = {operation.id for each in (contract, load_contract(None)) for operation in each.operations}
    with_stock = bool(options.base_url) and options.stock_deviations is not StockDeviations.OFF
    check_deviations(_deviations(contract, options, with_stock=with_stock), operations, load_requirements())
