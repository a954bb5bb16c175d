"""The commands of `peertube-conformance`, their options and arguments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from peertube_conformance.conformance.exit_codes import UNUSABLE
from peertube_conformance.conformance.options import ADMIN_PASSWORD, OPTIONS

_DESCRIPTION = "Tests PeerTube instances, and compares and joins the reports. Each COMMAND has its own --help."
# Options of a run that `replay` takes from the report, or that mean nothing for one finding.
_NOT_OF_REPLAY = frozenset(
    {"seed", "depth", "fail_on", "operations", "tags", "shard", "strict_deviations", "baseline", "report_dir"}
    | {"example_database", "reap"}
)


class Parser(argparse.ArgumentParser):
    """Argument parser that exits with the exit code of unusable options instead of argparse's."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"ERROR: {message}: see {self.prog} --help\n")


def command_parser() -> argparse.ArgumentParser:
    """The parser of all commands; the name of the command given is in `command`."""
    parser = Parser(prog="peertube-conformance", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)

    run = commands.add_parser("run", help="test an instance; other options are passed to pytest (-n 2, -k …)")
    run.add_argument(
        "--base-url", default="", metavar="URL", help="URL of the instance; default: the embedded instance"
    )
    for option in OPTIONS:
        run.add_argument(option.flag, **option.arguments)

    serve = commands.add_parser("serve", help="start the embedded instance and keep it running")
    serve.add_argument("--port", type=int, default=9000, help="port to listen on, 0 for any free port; default 9000")
    serve.add_argument(
        "--signup",
        choices=["direct", "approval", "closed"],
        default="direct",
        help="who may sign up: everybody (default), everybody after approval, or nobody",
    )
    serve.add_argument(
        "--transcoding",
        choices=["hls", "off", "hls-and-web-videos"],
        default="hls-and-web-videos",
        help="files of videos: HLS alone, as on a stock PeerTube; the uploaded file alone (off); or both (default)",
    )
    serve.add_argument(
        "--limits",
        choices=["stock", "raised"],
        default="stock",
        help="rate limits: those of a stock PeerTube (default) or higher ones",
    )
    serve.add_argument("--smtp", default="", metavar="HOST:PORT", help="mail server to which the instance sends mail")

    compare = commands.add_parser("compare", help="show what changed between two runs; exits 1 on regressions")
    compare.add_argument("before", type=Path, help="report directory or run.json of the earlier run")
    compare.add_argument("after", type=Path, help="report directory or run.json of the later run")
    compare.add_argument(
        "--format",
        choices=["console", "markdown", "html", "json"],
        default="console",
        help="form of the comparison; default console",
    )

    report = commands.add_parser(
        "report", help="write the report files again, or for the first time after a killed run"
    )
    report.add_argument("run", type=Path, help="report directory or run.json of the run")
    report.add_argument(
        "--report-dir", type=Path, default=None, help="directory of the report; default: the directory of run.json"
    )

    replay = commands.add_parser(
        "replay",
        help="run again what made one finding; exits 1 if it happens again, 0 if not, 3 if it could not be tried",
    )
    replay.add_argument("fingerprint", help="fingerprint of the finding, as in the report")
    replay.add_argument("report", type=Path, help="report directory or run.json of the run")
    replay.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="URL of the instance; needed where the run was not on the embedded one",
    )
    for option in OPTIONS:
        if option.name not in _NOT_OF_REPLAY:
            replay.add_argument(option.flag, **option.arguments)

    merge = commands.add_parser(
        "merge", help="join the reports of the parts of one run (--shard); exits as one complete run would"
    )
    merge.add_argument("parts", type=Path, nargs="+", metavar="PART", help="report directory of a part")
    merge.add_argument(
        "--report-dir",
        type=Path,
        default=Path("conformance-report"),
        help="directory of the joint report; default conformance-report",
    )
    merge.add_argument(
        "--baseline", type=Path, default=None, help="run.json of an earlier run; the report shows what changed since"
    )
    merge.add_argument("--strict-deviations", action="store_true", help="fail if a known deviation no longer occurs")

    deviations = commands.add_parser(
        "deviations", help="print entries for a file of known deviations, one for each new finding of a run"
    )
    deviations.add_argument("run", type=Path, help="report directory or run.json of the run")

    commands.add_parser("requirements", help="list all requirements and the tests that check them; needs no target")

    parties = commands.add_parser("parties", help="print the verdicts of several runs side by side")
    parties.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="report directory or run.json of a run")
    parties.add_argument("--all", action="store_true", help="also list what every server passes")

    reap = commands.add_parser("reap", help="remove what killed runs left on a target")
    reap.add_argument("--base-url", required=True, metavar="URL", help="URL of the instance")
    reap.add_argument(
        "--admin-username",
        required=True,
        help=f"administrator of the instance; the password is read from {ADMIN_PASSWORD}",
    )
    reap.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    return parser
