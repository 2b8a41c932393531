"""Exchanges put into the words of the people who look after courses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.inspector.exchanges import Exchange
from app.inspector.findings import Finding, describe
from app.inspector.results import tell_result
from app.words import worded

_KINDS = {
    "hacp": worded("AICC message"),
    "oauth": worded("Token request"),
    "xapi": worded("xAPI request"),
    "launch": worded("Course launch"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as shown: its code, what it means, what exactly was seen, and who can fix it."""

    code: str
    sentence: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    at: datetime
    kind: str
    result: str
    status: int
    tone: str
    is_demo: bool
    integration_id: str | None
    launch_id: str | None
    statement_key: int | None
    notes: tuple[Note, ...]


def to_events(exchanges: Iterable[Exchange]) -> list[Event]:
    """Turn exchanges into events, in the same order."""
    return [
        Event(
            id=exchange.id,
            at=exchange.received_at,
            kind=_KINDS.get(exchange.face, exchange.face),
            result=tell_result(exchange.result),
            status=exchange.status,
            tone=_tone(exchange),
            is_demo=exchange.is_demo,
            integration_id=exchange.integration_id,
            launch_id=exchange.launch_id,
            statement_key=exchange.statement_key,
            notes=tuple(to_note(finding) for finding in exchange.findings),
        )
        for exchange in exchanges
    ]


def to_note(finding: Finding) -> Note:
    """Put a finding into words."""
    code, detail = finding.code, finding.detail
    try:
        meaning = describe(code)
    except KeyError:
        # A code of a newer version after a downgrade: the list must still open.
        return Note(code, worded("This finding is of a kind this version does not know."), detail, "")
    return Note(code, meaning.sentence, detail, "" if meaning.who == "nobody" else meaning.who)


def _tone(exchange: Exchange) -> str:
    # HACP answers 200 also where it refuses.
    if exchange.status >= 400 or exchange.result.startswith("Refused"):
        return "bad"
    return "warn" if exchange.findings or exchange.is_parked else "ok"
