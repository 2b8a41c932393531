"""Runs cases one after another and says of each whether it passed, failed or could not be asked."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..checks import Failed, NotRun
from ..http_client import HttpReply, NoReply, Request
from .bench import Bench
from .launching import Desk
from .registry import READS, Trial


class Outcome(StrEnum):
    """How a case ended."""

    PASSED = "pass"
    FAILED = "FAIL"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """One case's end; session ids are taken out of every text."""

    trial: Trial
    outcome: Outcome
    reason: str = ""
    expected: str = ""
    received: str = ""
    messages: tuple[str, ...] = ()


def run_all(desk: Desk, trials: Iterable[Trial], *, stops_at_failure: bool = False) -> Iterator[Result]:
    """Yield the results, in an order that does no case wrong where all share one attempt."""
    for trial in _in_order(desk, list(trials)):
        result = run_one(desk, trial)
        yield result
        if stops_at_failure and result.outcome is Outcome.FAILED:
            return


def run_one(desk: Desk, trial: Trial) -> Result:
    """Run one case."""
    bench = Bench(desk, trial.label, writes=trial.case.order > READS)
    try:
        trial.run(bench)
    except NotRun as reason:
        return Result(trial, Outcome.NOT_RUN, reason=str(reason))
    except Failed as failure:
        return _failure(bench, trial, failure.expected, failure.received)
    except NoReply as error:
        return _failure(bench, trial, "a reply", f"none: {error}")
    except Exception:  # noqa: BLE001 - a fault of the suite is shown, and the other cases still run
        return _failure(bench, trial, "the suite to understand the reply", traceback.format_exc(limit=-3))
    finally:
        bench.close()
    return Result(trial, Outcome.PASSED)


def _in_order(desk: Desk, trials: list[Trial]) -> list[Trial]:
    if desk.is_fresh:
        return trials
    return sorted(trials, key=lambda trial: trial.case.order)


def _failure(bench: Bench, trial: Trial, expected: str, received: str) -> Result:
    hide = bench.desk.hide
    messages = tuple(hide(text) for exchange in bench.exchanges[-3:] for text in _describe(*exchange))
    return Result(trial, Outcome.FAILED, expected=hide(expected), received=hide(received), messages=messages)


def _describe(request: Request, reply: HttpReply | None) -> Iterator[str]:
    headers = ", ".join(f"{name}: {value}" for name, value in request.headers.items())
    body = (request.body or b"").decode("utf-8", "backslashreplace")
    yield f"sent      {request.method} {request.target} ({headers}) {_cut(body)}"
    if reply is None:
        yield "answered  nothing"
        return
    text = reply.body.decode("utf-8", "backslashreplace")
    yield f"answered  {reply.status} ({reply.header('content-type')}) {_cut(text)}"


def _cut(text: str) -> str:
    text = repr(text)
    return text if len(text) <= 700 else f"{text[:500]} … {text[-150:]} ({len(text)} characters)"
