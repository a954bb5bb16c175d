"""The flows there are, and what each of them needs of an instance."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

from peertube_conformance import stateful
from peertube_conformance.conformance.pytest_plugin.requirement_marker import ids_of
from peertube_conformance.fixtures.instance.startup_settings import Signup
from peertube_conformance.spec import load_contract
from peertube_conformance.stateful.engine.flow import Flow


@cache
def _modules() -> list[ModuleType]:
    return [
        importlib.import_module(f"{stateful.__name__}.{path.stem}")
        for path in sorted(Path(next(iter(stateful.__path__))).glob("test_*.py"))
    ]


@cache
def flows() -> dict[str, type[Flow]]:
    """Every flow by name."""
    return {
        name: member
        for module in _modules()
        for name, member in vars(module).items()
        if isinstance(member, type) and issubclass(member, Flow) and member.__module__ == module.__name__
    }


def test_of(flow: type[Flow]) -> str:
    """The name of the flow's test."""
    (test,) = (name for name in vars(importlib.import_module(flow.__module__)) if name.startswith("test_"))
    return test


test_of.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it where it is imported


def marked(flow: str) -> list[str]:
    """The requirements that the test of the flow is marked with; there is one test in its module."""
    module = importlib.import_module(flows()[flow].__module__)
    (test,) = (member for name, member in vars(module).items() if name.startswith("test_"))
    return ids_of(getattr(test, "pytestmark", ()))


def signup_of(flow: type[Flow]) -> Signup:
    """The kind of sign-up of an instance on which the flow can be walked."""
    contract = load_contract(None)
    needed = {contract.operation(name).capability for name in flow.about}
    return "approval" if "registration-approval" in needed else "direct"
