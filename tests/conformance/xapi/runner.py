"""Runs cases one after another and says of each whether it passed, failed or could not be asked."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..checks import Failed, NotRun
from ..http_client import HttpReply, NoReply, Request
from .lrs import Lrs
from .registry import Trial


class Outcome(StrEnum):
    """How a case ended."""

    PASSED = "pass"
    FAILED = "FAIL"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """One case's end; credentials are taken out of every text."""

    trial: Trial
    outcome: Outcome
    expected: str = ""
    received: str = ""
    messages: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The report: one line, and for a failure what was sent, expected and received."""
        case = self.trial.case
        first = f"{self.outcome:<8} {self.trial.label}  {case.section}: {case.holds}"
        if self.outcome is Outcome.PASSED:
            return [first]
        if self.outcome is Outcome.NOT_RUN:
            return [f"{first} ({self.received})"]
        more = [*self.messages, f"expected  {self.expected}", f"received  {self.received}"]
        return [first, *(f"    {line}" for line in more)]


def run_one(lrs: Lrs, trial: Trial) -> Result:
    """Run one case."""
    try:
        trial.run(lrs)
    except NotRun as reason:
        return Result(trial, Outcome.NOT_RUN, received=str(reason))
    except Failed as failure:
        return _failure(lrs, trial, failure.expected, failure.received)
    except NoReply as error:
        return _failure(lrs, trial, "a reply", f"none: {error}")
    except Exception:  # noqa: BLE001 - a fault of the suite is shown, and the other cases still run
        return _failure(lrs, trial, "the suite to understand the reply", traceback.format_exc(limit=-3))
    return Result(trial, Outcome.PASSED)


def _failure(lrs: Lrs, trial: Trial, expected: str, received: str) -> Result:
    messages = tuple(text for exchange in lrs.exchanges[-4:] for text in _describe(*exchange))
    return Result(trial, Outcome.FAILED, expected, received, messages)


def _describe(request: Request, reply: HttpReply | None) -> Iterator[str]:
    shown = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    headers = ", ".join(f"{name}: {value}" for name, value in shown.items())
    yield f"sent      {request.method} {request.target} ({headers}) {_cut(request.body or b'')}"
    if reply is None:
        yield "answered  nothing"
        return
    yield f"answered  {reply.status} ({reply.header('content-type')}) {_cut(reply.body)}"


def _cut(body: bytes) -> str:
    text = repr(body.decode("utf-8", "backslashreplace"))
    return text if len(text) <= 900 else f"{text[:700]} … {text[-150:]} ({len(text)} characters)"
