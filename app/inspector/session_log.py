"""The messages of one AICC session in the order they came, each with what it was, said and changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.inspector.exchanges import ANONYMOUS_CAP_BYTES, BODY_CAP_BYTES, RecordedChange
from app.inspector.findings import Finding
from app.inspector.messages import Asked, read_request, readable
from app.models.records import Exchange as Row, FindingRow

PAGE = 200


# What is as long as a cap was cut there, but for the one in thousands that is just as long.
_CUTS = (ANONYMOUS_CAP_BYTES, BODY_CAP_BYTES)


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """One exchange of a session, whole; bodies are redacted, and cut where `is_…_cut` says so."""

    id: str
    face: str
    method: str
    path: str
    status: int
    result: str
    received_at: datetime
    duration: timedelta
    client_address: str
    user_agent: str
    host: str
    request_body: bytes
    reply_body: bytes
    is_parked: bool
    repairs: tuple[str, ...]
    changes: tuple[RecordedChange, ...]
    findings: tuple[Finding, ...]

    @property
    def is_request_cut(self) -> bool:
        return not self.is_parked and len(self.request_body) in _CUTS

    @property
    def is_reply_cut(self) -> bool:
        return not self.is_parked and len(self.reply_body) in _CUTS

    def asked(self) -> Asked:
        """Take the request apart; parses the body anew."""
        return read_request(self.request_body, self.path.partition("?")[2])


@dataclass(frozen=True, slots=True)
class LogPage:
    """Messages oldest first; ids to go on from, None where there is nothing more."""

    messages: tuple[SessionMessage, ...]
    older: str | None
    newer: str | None


def list_messages(
    session: Session,
    launch_id: str,
    *,
    after: str | None = None,
    before: str | None = None,
    is_newest: bool = False,
    limit: int = PAGE,
) -> LogPage:
    """Return one page of a session's messages: the first, the last, or what follows or precedes one.

    A mark that has been pruned meanwhile leads to the first page.
    """
    goes_back = is_newest or before is not None
    query = select(Row).where(Row.launch_id == launch_id)
    mark = _find_mark(session, launch_id, before or after)
    if mark is not None:
        query = query.where(_beyond(mark, goes_back=goes_back))
    elif not is_newest:
        goes_back = False
    order = (Row.received_at.desc(), Row.id.desc()) if goes_back else (Row.received_at, Row.id)
    rows = session.scalars(query.order_by(*order).limit(limit + 1)).all()
    has_more = len(rows) > limit
    rows = rows[:limit][::-1] if goes_back else rows[:limit]
    has_older = has_more if goes_back else mark is not None
    has_newer = mark is not None if goes_back else has_more
    return LogPage(
        _to_messages(session, rows),
        older=rows[0].id if rows and has_older else None,
        newer=rows[-1].id if rows and has_newer else None,
    )


def iterate_messages(session: Session, launch_id: str) -> Iterator[SessionMessage]:
    """Yield every message of a session, oldest first, a page at a time."""
    page = list_messages(session, launch_id)
    yield from page.messages
    while page.newer is not None:
        session.expunge_all()
        page = list_messages(session, launch_id, after=page.newer)
        yield from page.messages


def find_message(session: Session, exchange_id: str) -> SessionMessage | None:
    """Return any one exchange, of a session or of none, or None."""
    # What is no id of ours need not be asked for; PostgreSQL takes no NUL.
    row = session.get(Row, exchange_id) if exchange_id.isalnum() else None
    return None if row is None else _to_messages(session, [row])[0]


def _find_mark(session: Session, launch_id: str, exchange_id: str | None) -> tuple[datetime, str] | None:
    if exchange_id is None:
        return None
    query = select(Row.received_at, Row.id).where(Row.id == exchange_id, Row.launch_id == launch_id)
    found = session.execute(query).first()
    return None if found is None else (found.received_at, found.id)


def _beyond(mark: tuple[datetime, str], *, goes_back: bool) -> ColumnElement[bool]:
    at, exchange_id = mark
    if goes_back:
        return or_(Row.received_at < at, and_(Row.received_at == at, Row.id < exchange_id))
    return or_(Row.received_at > at, and_(Row.received_at == at, Row.id > exchange_id))


def _to_messages(session: Session, rows: Sequence[Row]) -> tuple[SessionMessage, ...]:
    findings: dict[str, list[Finding]] = {}
    for exchange_id, code, detail in session.execute(
        select(FindingRow.exchange_id, FindingRow.code, FindingRow.detail)
        .where(FindingRow.exchange_id.in_([row.id for row in rows]))
        .order_by(FindingRow.id)
    ):
        findings.setdefault(exchange_id, []).append(Finding(code, readable(detail)))
    return tuple(_to_message(row, tuple(findings.get(row.id, ()))) for row in rows)


def _to_message(row: Row, findings: tuple[Finding, ...]) -> SessionMessage:
    return SessionMessage(
        id=row.id,
        face=row.face,
        method=readable(row.method),
        path=row.path,
        status=row.status,
        result=readable(row.result),
        received_at=row.received_at,
        duration=timedelta(microseconds=row.duration_microseconds),
        client_address=readable(row.client_address),
        user_agent=readable(row.user_agent),
        host=readable(row.host),
        request_body=row.request_body or b"",
        reply_body=row.reply_body or b"",
        is_parked=row.is_parked,
        repairs=tuple(readable(each) for each in json.loads(row.repairs or "[]")),
        changes=tuple(_to_change(each) for each in json.loads(row.changes or "[]")),
        findings=findings,
    )


def _to_change(values: Sequence[str]) -> RecordedChange:
    what, before, after = (readable(str(value)) for value in values)
    return what, before, after
