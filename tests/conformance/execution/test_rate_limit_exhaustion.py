"""Using a limit up on a target that was started by somebody else, as the first and only test of a run."""

from __future__ import annotations

from pathlib import Path

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.command_line import CLI, python_module
from tests.stateful.faulty_instance import FaultyInstance


def alone(instance: EmbeddedInstance, folder: Path) -> str:
    """What a run of this one test prints."""
    return python_module(
        CLI,
        folder,
        "run",
        f"--base-url={instance.base_url}",
        f"--admin-username={ADMIN_NAME}",
        "-k",
        "test_exhaustion",
        "-rs",
        PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password,
    ).stdout


def test_a_limit_that_the_first_answer_says_is_too_high_is_not_used_up(tmp_path: Path) -> None:
    with EmbeddedInstance(limits="raised") as instance:
        told = " ".join(alone(instance, tmp_path).split())
    assert "requests is too high to be used up by a test" in told
    assert "PT-RATE-05]" not in told


def test_a_limit_that_refuses_nobody_is_one_finding(tmp_path: Path) -> None:
    with FaultyInstance(limits="stock", fault="nobody-is-refused") as instance:
        told = alone(instance, tmp_path)
    # The general limit, and that of the feeds.
    assert told.count("PT-RATE-05]") == 2, told
