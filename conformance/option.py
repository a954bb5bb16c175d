"""The model of one option of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its flag, its help text, and how argparse is to read it."""

    flag: str
    help: str
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`admin_username` for `--admin-username`."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def destination(self) -> str:
        """The name under which pytest keeps the value, with a prefix because plugins share one name space."""
        return f"peertube_{self.name}"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Keyword arguments for argparse; the value of `--report-dir` is shown as `REPORT_DIR`."""
        takes_any_value = "choices" not in self.how and "action" not in self.how
        shown = {"metavar": self.name.upper()} if takes_any_value else {}
        return {"dest": self.destination, "default": None, "help": self.help, **shown, **self.how}
