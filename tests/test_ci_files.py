"""What CI users take over is right by the schemas of those who read it, and safe by a linter's reckoning."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from peertube_conformance.conformance.command_parser import command_parser
from peertube_conformance.conformance.options import ENVIRONMENT_PREFIX, OPTIONS

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
KINDS = [
    *[(path, ("vendor.github-workflows",)) for path in WORKFLOWS],
    *[(path, ("vendor.github-actions",)) for path in ACTIONS],
    (ROOT / "docs" / "gitlab-ci.yml", ("vendor.gitlab-ci", "--data-transform", "gitlab-ci")),
    (ROOT / "docs" / "compose.yaml", ("vendor.compose-spec",)),
]


def ran(*command: str) -> str:
    """What a program printed; fails where it is not content."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("path", "schema"), KINDS, ids=[str(p.relative_to(ROOT)) for p, _ in KINDS])
def test_a_file_keeps_to_its_schema(path: Path, schema: tuple[str, ...]) -> None:
    ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, str(path))


def test_workflows_and_actions_are_safe() -> None:
    ran(
        str(Path(sys.executable).parent / "zizmor"),
        "--offline",
        "--no-progress",
        "--quiet",
        "--min-severity=medium",
        ".github",
    )


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: str(path.relative_to(ROOT)))
def test_own_actions_get_inputs_that_they_have(path: Path) -> None:
    for step in steps(yaml.safe_load(path.read_text())):
        if str(step.get("uses", "")).startswith("./"):
            action = yaml.safe_load((ROOT / step["uses"] / "action.yml").read_text())
            assert set(step.get("with", {})) <= set(action["inputs"])


def steps(node: Any) -> list[dict[str, Any]]:
    """Every step of a workflow or of a composite action."""
    jobs = node.get("jobs", {"": node.get("runs", {})})
    return [step for job in jobs.values() for step in job.get("steps", ())]


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: str(path.relative_to(ROOT)))
def test_scripts_are_shell(path: Path) -> None:
    for step in steps(yaml.safe_load(path.read_text())):
        script = step.get("run", "")
        assert "${{ inputs" not in script, "an input may hold a command: give it in the environment"
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    "path", [*ACTIONS, ROOT / "docs" / "gitlab-ci.yml"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_variables_and_arguments_are_ones_that_the_harness_reads(path: Path) -> None:
    text = path.read_text()
    known = {f"{ENVIRONMENT_PREFIX}{option.name.upper()}" for option in OPTIONS}
    known |= {f"{ENVIRONMENT_PREFIX}{name}" for name in ("BASE_URL", "ADMIN_PASSWORD")}
    known |= {f"{ENVIRONMENT_PREFIX}{name}_PASSWORD" for name in ("BUDGET", "MAILBOX")}
    assert set(re.findall(rf"{ENVIRONMENT_PREFIX}\w+", text)) <= known
    for command, flags in re.findall(r"bin/peertube-conformance\"? (\w+)([^\n]*(?:\\\n[^\n]*)*)", text):
        commands: Any = command_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
        assert set(re.findall(r"--[\w-]+", flags)) <= set(commands[command]._option_string_actions)


def test_the_parts_of_a_workflow_are_whole() -> None:
    for path in WORKFLOWS:
        inputs = (yaml.safe_load(path.read_text())[True] or {}).get("workflow_call", {}).get("inputs", {})
        if "parts" in inputs:
            parts = json.loads(inputs["parts"]["default"])
            assert parts == [f"{number}/{len(parts)}" for number in range(1, len(parts) + 1)]
