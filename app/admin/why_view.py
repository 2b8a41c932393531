"""The steps of an explained row as its page shows them, each with what was found in its exchange."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.inspector.exchanges import list_exchanges_of, list_findings
from app.inspector.findings import CATALOGUE, Finding
from app.inspector.meanings import Meaning
from app.progress.explaining import Explanation, Heard, Reason, Step

PAGE = 100
Found = tuple[Finding, Meaning | None]


@dataclass(frozen=True, slots=True)
class Turn:
    """The steps of one page, and the numbers before which its neighbours end; None for the newest page."""

    steps: tuple[Step, ...]
    older: int | None
    newer: int | None


def turn_to(why: Explanation, before: int | None) -> Turn:
    """Return the page of steps that ends before a number; the newest for None."""
    end = len(why.steps) if before is None else min(max(before - 1, 0), len(why.steps))
    start = max(end - PAGE, 0)
    newer = min(end + PAGE, len(why.steps)) + 1 if end < len(why.steps) else None
    return Turn(why.steps[start:end], start + 1 if start else None, newer)


def step_address(address: str, reason: Reason, turn: Turn) -> str:
    """Return where the step that a reason speaks of is shown; '' for a reason without one."""
    if reason.step is None:
        return ""
    is_here = any(step.number == reason.step for step in turn.steps)
    return f"{'' if is_here else f'{address}?before={reason.step + 1}'}#step-{reason.step}"


def list_found(session: Session, steps: Collection[Step]) -> dict[int, list[Found]]:
    """Return what was found in the exchanges that brought these steps, by the steps' numbers."""
    heard = [(step.number, step.heard) for step in steps if step.heard]
    keys = [int(each.evidence_id) for _, each in heard if each.evidence_kind == "statement"]
    came = list_exchanges_of(session, keys)
    exchanges = {number: _exchange_of(each, came) for number, each in heard}
    found = list_findings(session, set(filter(None, exchanges.values())))
    return {
        number: [(finding, CATALOGUE.get(finding.code)) for finding in found[exchange_id]]
        for number, exchange_id in exchanges.items()
        if exchange_id in found
    }


def _exchange_of(heard: Heard, came: dict[int, str]) -> str | None:
    if heard.evidence_kind == "statement":
        return came.get(int(heard.evidence_id))
    return heard.evidence_id if heard.evidence_kind == "exchange" else None
