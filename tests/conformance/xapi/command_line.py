"""The command: its options, one line for each case, and a summary."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .document import write_document
from .lrs import Lrs
from .registry import VERSIONS, list_cases, list_trials
from .runner import Outcome, run_one

PROGRAM = "python -m tests.conformance.xapi"
SECRET_VARIABLE = "XAPI_SECRET"


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code: 0 when nothing failed, 1 when something did, 2 for misuse."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Ask an xAPI record store every question of the conformance suite."
    )
    parser.add_argument("--url", help="the address under which /statements stands")
    parser.add_argument("--key", default="", help="user name for HTTP Basic")
    parser.add_argument("--secret", default=os.environ.get(SECRET_VARIABLE, ""), help=f"or {SECRET_VARIABLE}")
    parser.add_argument("--version", choices=VERSIONS, action="append", help="default: both")
    parser.add_argument("--case", default="", help="numbers to run, with commas")
    parser.add_argument("--stop", action="store_true", help="end at the first failure")
    parser.add_argument("--insecure", action="store_true", help="take any certificate")
    parser.add_argument("--list", action="store_true", help="list the cases and ask nothing")
    parser.add_argument("--write-docs", nargs="?", const="docs/xapi.md", metavar="FILE")
    options = parser.parse_args(arguments)
    if options.write_docs is not None:
        write_document(Path(options.write_docs))
        return 0
    wanted = {number for number in options.case.split(",") if number}
    cases = [case for case in list_cases() if not wanted or case.number in wanted]
    if wanted - {case.number for case in cases}:
        parser.error(f"no such case: {', '.join(sorted(wanted - {case.number for case in cases}))}")
    if options.list:
        for case in cases:
            print(f"{case.number}  {case.section}: {case.holds}")
        return 0
    if not options.url:
        parser.error("--url is missing")
    counts: Counter[Outcome] = Counter()
    for trial in list_trials(cases, options.version or VERSIONS):
        lrs = Lrs.at(
            options.url,
            options.key,
            options.secret,
            trial.version,
            verifies_certificate=not options.insecure,
        )
        result = run_one(lrs, trial)
        lrs.client.close()
        counts[result.outcome] += 1
        print(*result.lines, sep="\n", flush=True)
        if options.stop and result.outcome is Outcome.FAILED:
            break
    passed, failed, not_run = (counts[outcome] for outcome in Outcome)
    print(f"{passed} passed, {failed} failed, {not_run} not run")
    return 1 if failed or not passed else 0
