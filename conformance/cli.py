"""Runs the commands of `peertube-conformance`."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from peertube_conformance.conformance.exit_codes import HARNESS_FAILED, INTERRUPTED, UNUSABLE
from peertube_conformance.conformance.pytest_plugin.early_signals import signals_end_early, signals_interrupt
from peertube_conformance.conformance.pytest_plugin.standard_output import LastingOutput

if TYPE_CHECKING:
    from peertube_conformance.conformance.pytest_plugin.console_writer import Console
    from peertube_conformance.reports.redaction.redactor import Redactor
    from peertube_conformance.reports.redaction.safe_output import CleanDocument

PACKAGES = ("peertube_conformance.conformance", "peertube_conformance.stateful")


class MistakeError(Exception):
    """A user's mistake; the text says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    with signals_end_early(is_process=arguments is None):
        from peertube_conformance.conformance.command_parser import command_parser

        parser = command_parser()
        given, rest = parser.parse_known_args(arguments)
        if given.command == "run":
            return _run(given, rest)
        if rest:
            parser.error(f"{given.command} has no option or argument {' '.join(rest)}")
        if given.command == "serve":
            return _serve(given)
        if given.command == "replay":
            # pytest heeds signals itself.
            return _command(given)
        with signals_interrupt():
            return _command(given)


def _command(given: argparse.Namespace) -> int:
    """Runs a command; every error is one sentence, except a defect of the harness."""
    from peertube_conformance.reports.report_directory.lock_file import ReportError

    try:
        return _COMMANDS[given.command](given)
    except (MistakeError, ReportError) as error:
        _console(sys.stderr).say(f"ERROR: {error}")
        return UNUSABLE
    except BrokenPipeError:
        return UNUSABLE
    except KeyboardInterrupt:
        _console(sys.stderr).say("ERROR: ended by a signal")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - a traceback shows what a target said
        _console(sys.stderr).tell(traceback.format_exc())
        return HARNESS_FAILED


def _console(stream: TextIO | None = None) -> Console:
    """The console that a command writes to; it knows the secrets of the environment."""
    from peertube_conformance.conformance.pytest_plugin.console_writer import Console

    return Console(lambda line: print(line, file=stream or sys.stdout, flush=True), _redactor)


@cache
def _redactor() -> Redactor:
    from peertube_conformance.conformance.pytest_plugin.output_redaction import knowing

    return knowing()


def _run(given: argparse.Namespace, rest: Sequence[str]) -> int:
    output = LastingOutput(sys.stdout)
    with redirect_stdout(cast("TextIO", output)):
        code = _tested([*rest, *_options(given)])
        output.flush()
    if output.failure:
        # A closed terminal has closed both.
        errors = cast("TextIO", LastingOutput(sys.stderr))
        reason = f"standard output cannot be written ({output.failure})"
        _console(errors).say(f"ERROR: {reason}: read the report instead")
    return code


def _tested(arguments: Sequence[str], plugins: Sequence[object] = ()) -> int:
    """Runs the tests of the package in this process; returns the exit code."""
    import pytest

    # Schemathesis is used as a library; its own plugin would only double the time to start. Nothing here is judged by
    # `assert`, and rewriting those of every module takes seconds where Python may not keep what it compiled.
    fixed = [
        "--pyargs",
        *PACKAGES,
        "--import-mode=importlib",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
    ]
    return int(pytest.main([*fixed, *arguments], plugins=list(plugins)))


def _options(given: argparse.Namespace) -> Iterator[str]:
    """The options of a run that were given, as pytest takes them."""
    from peertube_conformance.conformance.options import OPTIONS

    if given.base_url:
        yield f"--base-url={given.base_url}"
    for option in OPTIONS:
        value = getattr(given, option.destination, None)
        if value is True:
            yield option.flag
        elif value is not None:
            yield from (f"{option.flag}={each}" for each in (value if isinstance(value, list) else [value]))


def _replay(given: argparse.Namespace) -> int:
    from peertube_conformance.conformance.replay import ReplayError, replay

    report = _read(given.report)
    try:
        answer = replay(given, report, [*_options(given)], _tested)
    except ReplayError as error:
        raise MistakeError(str(error)) from error
    _console().say(answer.sentence)
    return answer.exit_code


def _serve(given: argparse.Namespace) -> int:
    from peertube_conformance.fixtures.instance.process import main as serve

    arguments = ["--port", str(given.port), "--signup", given.signup, "--limits", given.limits]
    arguments += ["--transcoding", given.transcoding]
    if given.smtp:
        arguments += ["--smtp", given.smtp]
    return serve(arguments)


def _compare(given: argparse.Namespace) -> int:
    from peertube_conformance.reports.comparison.compare import compare
    from peertube_conformance.reports.views.comparison import rendered

    before, after = _read(given.before), _read(given.after)
    _check_shards(before, after)
    comparison = compare(before, after)
    output = rendered(comparison, given.format)
    if given.format in {"html", "json"}:
        _console().write_file(output)
    else:
        _console().show(output.split("\n"))
    return 1 if comparison.has_regressions else 0


def _report(given: argparse.Namespace) -> int:
    from peertube_conformance.conformance.pytest_plugin.report_recovery import is_unfinished, lacks_files, recovered
    from peertube_conformance.reports.recording.record_files import join_parts
    from peertube_conformance.reports.redaction.safe_output import clean_document
    from peertube_conformance.reports.report_directory.report_folder import ReportFolder
    from peertube_conformance.reports.run_document.run_json import run_file
    from peertube_conformance.reports.views.report_files import write_views

    directory = given.report_dir or run_file(given.run).parent
    # A file that is no run document is reported before anything is overwritten.
    has_ended = not is_unfinished(given.run) or lacks_files(given.run)
    finished = _read(given.run) if has_ended else None
    with ReportFolder(directory) as folder:
        if finished is None:
            document, known = recovered(given.run)
            write_views(clean_document(document, _redactor()), folder, known)
        else:
            write_views(finished, folder)
            if directory == given.run and is_unfinished(given.run):
                join_parts(folder)
    _console().say(str(directory / "report.html"))
    return 0


def _merge(given: argparse.Namespace) -> int:
    import shutil

    from peertube_conformance.reports.comparison.compare import compare
    from peertube_conformance.reports.merge import merge
    from peertube_conformance.reports.redaction.safe_output import clean_document
    from peertube_conformance.reports.report_directory.report_folder import ReportFolder
    from peertube_conformance.reports.run_document.run_json import RunFileError
    from peertube_conformance.reports.views.console import lines
    from peertube_conformance.reports.views.report_files import write_views
    from peertube_conformance.spec.errors import ContractError

    baseline = None if given.baseline is None else _read(given.baseline)
    if baseline is not None:
        _check_shards(baseline, {})
    with ReportFolder(given.report_dir) as folder:
        try:
            document, known = merge(given.parts, folder, strict_deviations=given.strict_deviations)
        except (RunFileError, ContractError) as error:
            raise MistakeError(str(error)) from error
        if baseline is not None:
            document["comparison"] = compare(baseline, document).to_json()
        clean = clean_document(document, _redactor())
        write_views(clean, folder, known)
    _console().show(lines(clean, shutil.get_terminal_size().columns))
    _console().say(str(given.report_dir / "report.html"))
    return int(document["exitCode"])


def _deviations(given: argparse.Namespace) -> int:
    from peertube_conformance.reports.views.deviation_entries import entries

    _console().show(entries(_read(given.run)).splitlines())
    return 0


def _requirements(_given: argparse.Namespace) -> int:
    from peertube_conformance.conformance.pytest_plugin.requirement_traceability import coverage_lines

    _console().show(coverage_lines())
    return 0


def _parties(given: argparse.Namespace) -> int:
    from peertube_conformance.reports.views.parties import lines

    _console().show(lines([_read(run) for run in given.runs], every=given.all))
    return 0


def _reap(given: argparse.Namespace) -> int:
    import os

    from peertube_conformance.conformance.options import ADMIN_PASSWORD
    from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES
    from peertube_conformance.fixtures.run.reap import reap

    try:
        done = reap(
            given.base_url,
            given.admin_username,
            os.environ.get(ADMIN_PASSWORD, ""),
            dry_run=given.dry_run,
            say=_console().say,
        )
    except USER_MISTAKES as error:
        raise MistakeError(str(error)) from error
    return 0 if done else 1


def _read(path: Path) -> CleanDocument:
    from peertube_conformance.reports.redaction.safe_output import clean_document
    from peertube_conformance.reports.run_document.run_json import RunFileError, read_run

    try:
        return clean_document(read_run(path), _redactor())
    except RunFileError as error:
        raise MistakeError(str(error)) from error


def _check_shards(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    from peertube_conformance.reports.comparison.comparable import check_shards
    from peertube_conformance.reports.run_document.run_json import RunFileError

    try:
        check_shards(before, after)
    except RunFileError as error:
        raise MistakeError(str(error)) from error


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "compare": _compare,
    "report": _report,
    "merge": _merge,
    "deviations": _deviations,
    "requirements": _requirements,
    "parties": _parties,
    "reap": _reap,
    "replay": _replay,
}

if __name__ == "__main__":
    sys.exit(main())
