"""The command: its options, one line for each case, and a summary."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..checks import Failed, NotRun
from ..http_client import NoReply, split_url
from .document import write_document
from .launching import PLACEHOLDER, CommandSource, Desk, ServiceSource, Source
from .registry import Trial, list_cases, list_trials
from .runner import Outcome, Result, run_all

PROGRAM = "python -m tests.conformance.hacp"
DESCRIPTION = "Ask a HACP endpoint (AICC CMI001 v4.0) every question of the conformance suite."
EPILOG = f"""\
examples:
  {PROGRAM} --url https://lms.example/hacp --sid 4f1c…
  {PROGRAM} --launch-command './launch --learner {PLACEHOLDER}'
  {PROGRAM} --launch-service 'python -m tests.conformance.hacp.waymark --serve'

The command that launches prints JSON: session_id and aicc_url, and what else it can tell.
docs/hacp.md has the cases, the features that a launch can be asked for, and how to ask.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code: 0 when nothing failed, 1 when something did, 2 for misuse."""
    parser = _parser()
    options = parser.parse_args(arguments)
    trials = _chosen(parser, options.case)
    if options.write_docs is not None:
        write_document(Path(options.write_docs))
        return 0
    if options.list:
        for trial in trials:
            print(_line(trial, ""))
        return 0
    desk = _desk(parser, options)
    try:
        return _run(desk, trials, stops_at_failure=options.stop)
    except (Failed, NotRun, NoReply) as error:
        print(f"The suite cannot begin: {desk.hide(str(error))}", file=sys.stderr)
        return 1
    finally:
        for source in {desk.source, desk.progress_source}:
            if isinstance(source, ServiceSource):
                source.close()


def _run(desk: Desk, trials: list[Trial], *, stops_at_failure: bool) -> int:
    counts: Counter[Outcome] = Counter()
    for result in run_all(desk, trials, stops_at_failure=stops_at_failure):
        counts[result.outcome] += 1
        for line in _report(result):
            print(line, flush=True)
    passed, failed, not_run = (counts[each] for each in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_RUN))
    print(f"\n{passed} passed, {failed} failed, {not_run} not run.")
    if failed + passed == 0:
        print("Nothing was asked: that is no success.")
        return 1
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_argument_group("where")
    where.add_argument("--url", help="the AICC_URL; with a launch command: instead of the one that it tells")
    where.add_argument("--sid", help="the session id of one launch that has not been used")
    where.add_argument(
        "--launch-command", metavar="COMMAND", help="prints a fresh launch as JSON, run for each"
    )
    where.add_argument(
        "--launch-service", metavar="COMMAND", help="the same, started once: a line of JSON in, a line out"
    )
    where.add_argument(
        "--progress-command", metavar="COMMAND", help="prints as JSON what the LMS shows of a launch"
    )
    where.add_argument("--log", action="append", default=[], metavar="FILE", help="a log of the server")
    where.add_argument("--insecure", action="store_true", help="do not verify the server's certificate")
    where.add_argument("--timeout", type=float, default=30, metavar="SECONDS", help="for one reply (30)")
    what = parser.add_argument_group("what")
    what.add_argument(
        "--case", action="append", default=[], metavar="NUMBERS", help="18, 19-23 or 54a; may be repeated"
    )
    what.add_argument("--stop", action="store_true", help="stop at the first failure")
    what.add_argument("--list", action="store_true", help="list the cases and run nothing")
    what.add_argument(
        "--write-docs",
        nargs="?",
        const="docs/hacp.md",
        metavar="FILE",
        help="write the document of the cases",
    )
    return parser


def _chosen(parser: argparse.ArgumentParser, wanted: list[str]) -> list[Trial]:
    cases = list_cases()
    chosen = []
    for text in [part.strip() for each in wanted for part in each.split(",")]:
        first, dash, last = text.partition("-")
        if dash and first.isdigit() and last.isdigit():
            found = [case for case in cases if int(first) <= case.sort_key[0] <= int(last)]
        else:
            found = [case for case in cases if text == case.number]
        if not found:
            parser.error(f"there is no case {text}")
        chosen += found
    return list_trials(chosen or cases)


def _desk(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Desk:
    source: Source | None = None
    if options.launch_command and options.launch_service:
        parser.error("give --launch-command or --launch-service, not both")
    if options.launch_command:
        source = CommandSource.of(options.launch_command)
    elif options.launch_service:
        source = ServiceSource(options.launch_service)
    elif not options.url or not options.sid:
        parser.error("give --url and --sid, or --launch-command")
    if options.url:
        try:
            split_url(options.url)
        except ValueError as error:
            parser.error(str(error))
    progress_source = CommandSource.of(options.progress_command) if options.progress_command else None
    if progress_source is None and isinstance(source, ServiceSource):
        progress_source = source
    return Desk(
        source=source,
        progress_source=progress_source,
        url=options.url,
        session_id=options.sid,
        log_files=tuple(options.log),
        verifies_certificate=not options.insecure,
        timeout_seconds=options.timeout,
    )


def _report(result: Result) -> list[str]:
    lines = [_line(result.trial, result.outcome.value)]
    if result.outcome is Outcome.NOT_RUN:
        lines.append(f"           because {result.reason}")
    if result.outcome is Outcome.FAILED:
        lines += [f"           {text}" for text in result.messages]
        lines.append(f"           expected  {result.expected}")
        lines.append(f"           received  {result.received}")
    return lines


def _line(trial: Trial, outcome: str) -> str:
    start = f"{outcome:<8}" if outcome else ""
    return f"{start}{trial.label}  {trial.title}  ({trial.case.clause})"
