"""The deviations that apply to a run: the contract's own and those of `--deviations`."""

from __future__ import annotations

import datetime

from peertube_conformance.conformance.options import Options
from peertube_conformance.spec import Contract, load_contract
from peertube_conformance.spec.deviations import Deviation, check_deviations, load_deviations
from peertube_conformance.spec.requirements import load_requirements


def known_deviations(contract: Contract, options: Options, server_version: str) -> list[Deviation]:
    """The contract's own deviations and those of `--deviations` that apply to this release today."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [entry for entry in _deviations(contract, options) if entry.applies_to(server_version, today)]


def _deviations(contract: Contract, options: Options) -> list[Deviation]:
    """Loads all deviations.

    The contract's are of stock servers: the embedded instance, a model answer, gets none of them.
    """
    stock = contract.deviations if options.base_url else None
    return load_deviations(path for path in (stock, options.deviations) if path is not None and path.exists())


def check_given_deviations(contract: Contract, options: Options) -> None:
    """Raises DeviationError where an entry names an operation or requirement that does not exist."""
    # Flows use the package's own contract, whatever document the operations are tested against.
    operations = {operation.id for each in (contract, load_contract(None)) for operation in each.operations}
    check_deviations(_deviations(contract, options), operations, load_requirements())
