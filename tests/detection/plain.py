"""Tries the faults that one request can show with plain `schemathesis run`, which users have without this harness.

It gets the same contract, an administrator's token, and as many examples as the harness sent requests, beside what its
other phases send. A fault counts as killed where a check fails that does not without the fault, rightly or not.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS
from peertube_conformance.fixtures.instance.startup_settings import ADMIN_NAME, Signup
from peertube_conformance.fixtures.resources import ids_by_kind
from peertube_conformance.spec import load_contract
from tests.conformance.hand_written.runner import EXERCISED
from tests.detection.by_operation import signup_of
from tests.detection.catalogue import AnyFault, all_faults
from tests.detection.detection import Detection
from tests.faults.arena import Arena, arena
from tests.faults.contract_faults import ContractFault, sample
from tests.faults.registry import GROUPS

_FEWEST_EXAMPLES = 10
_OF_A_CLASS = 4
_TOGETHER = 6
_LONGEST_SECONDS = 120


def compare(found: Sequence[Detection], count: int, seed: int, workers: int = 2) -> None:
    """Adds the plain tool's result to about `count` of the detections, and to a few of each class.

    The same faults are chosen each time. Known results stay.
    """
    chosen = [detection for detection in _chosen(found, count) if not detection.plain]
    contract = load_contract(None)
    portions: dict[Signup, list[Detection]] = {}
    for detection in chosen:
        operation_id = detection.operation_id
        portions.setdefault(signup_of(contract.operation(operation_id)) if operation_id else "approval", []).append(
            detection
        )
    batches = [
        (signup, [(d.id, d.requests) for d in of_it[at : at + _TOGETHER]], seed)
        for signup, of_it in portions.items()
        for at in range(0, len(of_it), _TOGETHER)
    ]
    by_id = {detection.id: detection for detection in found}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for reported in pool.map(_tried, batches):
            for name, how in reported:
                by_id[name].plain = how


def _chosen(found: Sequence[Detection], count: int) -> list[Detection]:
    single = [detection for detection in found if detection.single]
    chosen = sample(single, count)
    for group in GROUPS:
        of_it = [detection for detection in single if detection.group == group]
        if sum(detection.group == group for detection in chosen) < _OF_A_CLASS:
            chosen += [detection for detection in sample(of_it, _OF_A_CLASS) if detection not in chosen]
    return chosen


def _tried(batch: tuple[Signup, list[tuple[str, int]], int]) -> list[tuple[str, dict[str, Any]]]:
    signup, faults, seed = batch
    found: list[tuple[str, dict[str, Any]]] = []
    usual: dict[tuple[tuple[str, ...], int], set[str]] = {}
    for fault_id, requests in faults:
        fault = all_faults()[fault_id]
        on = (fault.operation_id,) if isinstance(fault, ContractFault) else fault.on or EXERCISED
        examples = max(_FEWEST_EXAMPLES, requests)
        if (on, examples) not in usual:
            usual[on, examples] = _run(signup, None, on, examples, seed)[0]
        failures, sent = _run(signup, fault, on, examples, seed)
        reported = sorted(failures - usual[on, examples])
        found.append((fault_id, {"killed": bool(reported), "checks": reported, "requests": sent}))
    return found


def _run(signup: Signup, fault: AnyFault | None, on: Sequence[str], examples: int, seed: int) -> tuple[set[str], int]:
    """The checks that fail on a fresh instance: a plain run may leave an administrator without a password."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contract = folder / "contract.json"
        contract.write_text(json.dumps(load_contract(None).document), encoding="utf-8")
        with arena(folder, signup=signup, seed=seed) as at:
            _furnish(at)
            # The sign-in comes before the fault, which may be one of signing in.
            at.token = _token(at)
            with at.spoiled(fault) if fault is not None else contextlib.nullcontext():
                return _failures(at, contract, on, examples=examples, seed=seed)


def _furnish(at: Arena) -> None:
    """Creates one resource of each kind, so that small numbers are ids as on any instance in use."""
    world = at.session.environment.world
    for kind in ids_by_kind._FACTORIES:
        with contextlib.suppress(*PRECONDITION_ERRORS):
            ids_by_kind.existing(world, kind, world.root, fresh=False)


def _failures(
    at: Arena, contract: Path, operations: Sequence[str], *, examples: int, seed: int
) -> tuple[set[str], int]:
    """The checks that fail, with their codes and operations, and how many requests were sent."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(contract), "--url", at.base_url]
        command += ["-H", f"Authorization: Bearer {at.token}", "--max-examples", str(examples)]
        command += ["--seed", str(seed), "--report", "ndjson", "--report-dir", folder, "--continue-on-failure"]
        for operation_id in operations:
            command += ["--include-operation-id", operation_id]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False, cwd=folder
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"schemathesis ended with {done.returncode}: {done.stderr[-500:]}")
        failures: set[str] = set()
        sent = 0
        for recorder in _recorders(Path(folder)):
            sent += len(recorder.get("interactions", {}))
            for checks in recorder.get("checks", {}).values():
                for check in checks:
                    if check["status"] == "failure":
                        failure = check["failure_info"]["failure"]
                        failures.add(f"{check['name']} {failure.get('code', failure['type'])} {failure['operation']}")
    return failures, sent


def _recorders(folder: Path) -> Iterator[dict[str, Any]]:
    for path in folder.glob("*.ndjson"):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line).get("ScenarioFinished")
            if event is not None:
                yield event["recorder"]


def _token(at: Arena) -> str:
    """The administrator's token."""
    api = f"{at.base_url}/api/v1"
    client = httpx.get(f"{api}/oauth-clients/local").json()
    form = {**client, "grant_type": "password", "username": ADMIN_NAME, "password": at.password}
    answer = httpx.post(f"{api}/users/token", data=form)
    token: str = answer.json()["access_token"]
    return token
