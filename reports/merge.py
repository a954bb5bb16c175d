"""Merges the reports of parts of one run, made on several machines, as if one machine had made them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from peertube_conformance.reports.comparison.announced_changes import contract_of_run
from peertube_conformance.reports.model.shard import Shard
from peertube_conformance.reports.redaction.safe_output import escaped_json
from peertube_conformance.reports.report_directory.file_recognition import EXCHANGES
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.run_document.run_json import RunFileError, read_run, run_file
from peertube_conformance.reports.run_document.run_verdict import Answer, Ending, RunVerdict
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements

# Members of the run document that must be equal in all parts.
_SAME = (
    ("contract", "version"),
    ("target", "serverVersion"),
    ("target", "embedded"),
    ("harness", "version"),
    ("safety",),
    ("depth",),
    ("seed",),
    ("failOn",),
    ("selection",),
    ("schemaVersion",),
)


def merge(
    parts: Sequence[Path], into: ReportFolder, *, strict_deviations: bool = False
) -> tuple[dict[str, Any], list[Deviation]]:
    """Merges parts into the document of the whole run and the deviations for its views; writes exchanges `into` a folder.

    Raises RunFileError where a folder is not a report, or the reports are not all shards of one run.
    """
    folders = [run_file(part).parent for part in parts]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise RunFileError("a report is named twice: give each part of the run once")
    documents = [read_run(part) for part in parts]
    _check_run(parts, documents)
    _check_shards(parts, documents)
    deviations = list(_deviations(documents))
    contract = contract_of_run(documents[0])
    run = {entry["operationId"] for document in documents for entry in document["operations"]}
    operations = [operation for operation in contract.operations if operation.id in run]
    whole = RunDocument(contract, operations, load_requirements(), deviations, _facts(documents))
    with into.writing(EXCHANGES) as file:
        whole.add(_written(folders, file))
    return whole.to_json(_ending(documents, strict=strict_deviations)), deviations


def _check_run(parts: Sequence[Path], documents: Sequence[Mapping[str, Any]]) -> None:
    # Each machine has an embedded instance of its own.
    embedded = documents[0]["target"].get("embedded", False)
    for names in (*_SAME, *(() if embedded else (("target", "baseUrl"),))):
        first, *others = [_member(document, names) for document in documents]
        for part, other in zip(parts[1:], others, strict=True):
            if other != first:
                raise RunFileError(
                    f"{part} is not a part of the same run as {parts[0]}: {' '.join(names)} is {other}, not {first}"
                )


def _member(document: Mapping[str, Any], names: Sequence[str]) -> Any:
    value: Any = document
    for name in names:
        value = value.get(name)
    return value


def _check_shards(parts: Sequence[Path], documents: Sequence[Mapping[str, Any]]) -> None:
    """Refuses parts that are not each shard of one run once; earlier versions did not record which shard they ran."""
    if not any("shard" in document for document in documents):
        return
    shards = [Shard.from_json(document) for document in documents]
    of = shards[0].of
    seen: dict[int, Path] = {}
    for part, shard in zip(parts, shards, strict=True):
        if len(parts) > 1 and not shard.name:
            raise RunFileError(f"{part} is the report of a whole run: give only the parts of one run (--shard)")
        if shard.of != of:
            raise RunFileError(
                f"{part} is {shard.name}, and {parts[0]} {shards[0].name}: give the parts of one run, of as many each"
            )
        if shard.number in seen:
            raise RunFileError(f"{seen[shard.number]} and {part} are both {shard.name}: give each shard once")
        seen[shard.number] = part
    missing = [f"{number}/{of}" for number in range(1, of + 1) if number not in seen]
    if missing:
        what = "shard {} is" if len(missing) == 1 else "shards {} are"
        raise RunFileError(f"{what.format(', '.join(missing))} missing: give the reports of all {of} shards")


def _written(folders: Sequence[Path], out: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yields every recorded line, with the number of its part in its id, and writes it to the file."""
    for number, folder in enumerate(folders, 1):
        try:
            lines = (folder / EXCHANGES).open(encoding="utf-8", errors="replace")
        except OSError as error:
            raise RunFileError(
                f"{folder / EXCHANGES} cannot be read ({error.strerror}): a part is its whole report directory"
            ) from error
        with lines:
            for line in lines:
                try:
                    part: dict[str, Any] = json.loads(line)
                except ValueError:
                    continue
                if "id" in part:
                    part["id"] = f"{number}.{part['id']}"
                encoded = escaped_json(json.dumps(part, ensure_ascii=False)) + "\n"
                out.write(encoded.encode("utf-8", "backslashreplace"))
                yield part


def _deviations(documents: Sequence[Mapping[str, Any]]) -> Iterator[Deviation]:
    entries = {e["id"]: e for document in documents for e in document["deviations"].get("entries", ())}
    yield from (Deviation.from_json(entry) for entry in entries.values())


def _personal_data(documents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Other people's data is kept in the whole where it is kept in one part; older documents do not say."""
    stated = {document.get("personalData", "") for document in documents}
    return next(({"personalData": value} for value in ("kept", "masked", "own") if value in stated), {})


def _facts(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The merged facts of the parts: target, start, duration, and the ledger of created resources."""
    first = documents[0]
    begun = [datetime.datetime.fromisoformat(document["startedAt"]) for document in documents]
    ended = [
        start + datetime.timedelta(seconds=document["durationSeconds"])
        for start, document in zip(begun, documents, strict=True)
    ]
    ledgers = [document["ledger"] for document in documents]
    offered = {name for document in documents for name in document["target"].get("capabilities", ())}
    return {
        **{name: first[name] for name in ("harness", "contract", "seed", "depth", "safety", "failOn")},
        "shard": None,
        **({"selection": first["selection"]} if "selection" in first else {}),
        **_personal_data(documents),
        "startedAt": min(begun).isoformat(timespec="seconds"),
        "durationSeconds": round((max(ended) - min(begun)).total_seconds(), 1),
        "target": {**first["target"], "capabilities": sorted(offered)},
        **({"stockDeviations": first["stockDeviations"]} if "stockDeviations" in first else {}),
        "requests": {
            name: sum(document.get("requests", {}).get(name, 0) for document in documents)
            for name in ("announced", "ceiling", "sent")
        },
        "ledger": {
            "created": sum(ledger["created"] for ledger in ledgers),
            "removed": sum(ledger["removed"] for ledger in ledgers),
            "left": [entry for ledger in ledgers for entry in ledger["left"]],
        },
    }


def _ending(documents: Sequence[Mapping[str, Any]], *, strict: bool) -> Ending:
    """How a single run of all parts would have ended: the record says everything but what cut a part short."""
    verdicts = [RunVerdict.from_json(document["runVerdict"]) for document in documents]
    return Ending(
        interrupted=next((v.reason for v in verdicts if v.answer is Answer.INTERRUPTED), ""),
        harness_failure=next((v.reason for v in verdicts if v.harness_failed), ""),
        strict=strict,
    )
