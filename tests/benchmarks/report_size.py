"""How long the report of a long run takes, how much memory, and how large its page is.

`python -m tests.benchmarks.report_size [EXCHANGES [DIRECTORY]]` makes 100,000 recorded exchanges, as many as a thorough
run of a week, from the contract's own examples, writes every view of them in a process of its own, and prints figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from peertube_conformance.reports import Exchange, Finding, Intent, Request, Response, Verdict
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.file_recognition import PARTS
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.spec import Contract, Defect, Operation, load_contract
from peertube_conformance.spec.requirements import load_requirements
from tests.reports.written_report import write_all

_ROOT = Path(__file__).parent.parent.parent
_EXCHANGES = 100_000
_EVERY = 7
_ROLES = ("anonymous", "user", "moderator", "admin")
_EVIDENCE = ("PT-STATUS-01", "PT-STATUS-02", "PT-BODY-01", "PT-BODY-02", "PT-CORS-01", "PT-RATE-01", "PT-AUTH-01")
_HEADERS = {"x-ratelimit-limit": "50", "access-control-allow-origin": "*", "etag": 'W/"1d-4a"', "vary": "Accept"}


def _exchanges(contract: Contract) -> Iterator[tuple[Exchange, list[Finding]]]:
    """Every documented answer of every operation, for each role; one in seven has a finding."""
    number = 0
    for operation in contract.operations:
        for status, response in operation.responses.items():
            for role in _ROLES:
                for defect in (None, Defect("query", "/count", "maximum"), Defect("body", "/name", "maxLength")):
                    number += 1
                    answer = _answer(operation, status, number)
                    exchange = Exchange(
                        operation=operation,
                        request=_request(operation, number),
                        response=answer,
                        intent=Intent.INVALID if defect else Intent.VALID,
                        role=role,
                        purpose=defect,
                    )
                    kind = next(iter(response.content), "")
                    wrong = Finding(
                        f"/response/body/member{number % 40}",
                        f"is not as {kind or 'nothing'} should be",
                        "a text",
                        number,
                        check="a_check",
                        requirement="PT-BODY-02",
                        operation_id=operation.id,
                        status=answer.status,
                        request=exchange.summary,
                    )
                    yield exchange, [wrong] if number % _EVERY == 0 else []


def _request(operation: Operation, number: int) -> Request:
    target = f"{operation.path.replace('{', '').replace('}', '')}?start={number}&count=15&sort=-createdAt"
    return Request(
        method=operation.method,
        url=f"http://localhost:9000{target}",
        headers=(("Accept", "application/json"), ("Authorization", "Bearer 0123456789abcdef")),
        body=json.dumps({"name": "n" * (number % 200), "tags": ["a", "b"], "number": number}).encode(),
        marked_target=target,
        marked_body=b'{"name": "a name"}',
    )


def _answer(operation: Operation, status: str, number: int) -> Response:
    code = int(status) if status.isdigit() else 200
    body: Any = {"type": "about:blank", "title": "Not found", "status": code, "detail": f"thing {number}"}
    if code < 400 or number % 3:
        row = {"id": number, "uuid": "b3f8a7e2", "name": "Sunrise", "description": None, "tags": ["a", "b"]}
        body = {"total": number, "data": [row | {"channel": {"id": n, "name": "main"}} for n in range(40)]}
    kind = "application/problem+json" if code >= 400 else "application/json"
    headers = {**_HEADERS, "content-type": kind, "x-ratelimit-remaining": str(number % 50)}
    return Response(code, httpx.Headers(headers), json.dumps(body).encode(), 0.003 + number % 97 / 1000)


def record(directory: Path, exchanges: int) -> None:
    """Records the distinct exchanges, and repeats their lines, at other times, until there are enough."""
    contract = load_contract(None)
    recorder = Recorder(directory, "main", Redactor())
    for exchange, findings in _exchanges(contract):
        recorder.exchange(exchange, _EVIDENCE, findings)
    for operation in contract.operations:
        recorder.outcome(operation.id, "valid", Verdict.PASSED)
    recorder.close()
    lines = [part for part in read_parts(directory) if part["kind"] == "exchange"]
    (directory / PARTS / "main.ndjson").unlink()
    with (directory / PARTS / "gw0.ndjson").open("w") as file:
        for number, part in enumerate(islice(_again(lines), exchanges)):
            reported = part if number < len(lines) else {**part, "findings": [], "more": _reported(part)}
            file.write(json.dumps({**reported, "id": f"worker-{number}", "at": 1_767_000_000 + number / 40}) + "\n")


def _again(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    while True:
        yield from lines


def _reported(part: dict[str, Any]) -> list[str]:
    return [finding["fingerprint"] for finding in part["findings"]]


def report(directory: Path) -> None:
    """Writes every view, and prints what it cost this process as JSON."""
    began = time.perf_counter()
    contract = load_contract(None)
    document = RunDocument(contract, contract.operations, load_requirements(), (), _facts(contract))
    document.add(read_parts(directory))
    reported = document.to_json()
    write_all(clean_document(reported, Redactor()), directory)
    figures = {
        "seconds": round(time.perf_counter() - began, 2),
        "cpuSeconds": round(time.process_time(), 2),
        "megabytes": _most_memory(),
        "pageMegabytes": round((directory / "report.html").stat().st_size / 1e6, 2),
        "exchanges": reported["totals"]["exchanges"],
        "findings": reported["totals"]["findings"],
    }
    print(json.dumps(figures))


def _most_memory() -> int:
    """The most that this process had in memory so far, in megabytes; what getrusage says is of its parents too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _facts(contract: Contract) -> dict[str, Any]:
    return {
        "harness": {"name": "peertube-conformance", "version": "0"},
        "startedAt": "2026-01-02T03:04:05+00:00",
        "durationSeconds": 2500.0,
        "target": {
            "baseUrl": "http://localhost:9000",
            "serverVersion": "6.2.0",
            "embedded": False,
            "capabilities": [],
            "limits": {},
        },
        "contract": {"version": contract.version, "source": contract.source, "operations": 120, "repairs": []},
        "seed": 1,
        "depth": "thorough",
        "safety": "sandbox",
        "failOn": "must",
        "ledger": {"created": 0, "removed": 0, "left": []},
    }


def measured(directory: Path, exchanges: int = _EXCHANGES) -> dict[str, Any]:
    """The figures of a report of so many exchanges, written in a process of its own."""
    record(directory, exchanges)
    command = [sys.executable, "-m", "tests.benchmarks.report_size", "--report", str(directory)]
    reported = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(reported.stdout)
    return figures


def main() -> None:
    """Measures, or is the measured process."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--report"]:
        report(Path(arguments[1]))
        return
    exchanges = int(arguments[0]) if arguments else _EXCHANGES
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(arguments[1]) if arguments[1:] else Path(temporary)
        for name, value in measured(directory, exchanges).items():
            print(f"{name}: {value:,}")


if __name__ == "__main__":
    main()
