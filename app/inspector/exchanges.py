"""Keep every protocol request and reply, redacted, for the people who must find out what happened."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.inspector.findings import Finding
from app.inspector.redact import redact
from app.models.base import table_of
from app.models.records import Exchange as Row, FindingRow, Statement
from app.prepared import Prepared

# A plain exchange keeps this much of each body; a parked one is kept whole: nothing else holds its data.
BODY_CAP_BYTES = 16 * 1024
PARKED_CAP_BYTES = 10 * 1024 * 1024
ANONYMOUS_CAP_BYTES = 2 * 1024
# Refused requests of strangers must not fill the disk: the newest are kept, in a ring.
ANONYMOUS_RING = 1000


RecordedChange = tuple[str, str, str]
"""What changed, from what, to what: three short texts for people."""


@dataclass(frozen=True, slots=True)
class NewExchange:
    """One request and its reply, about to be kept. `request_id` becomes the row's id."""

    request_id: str
    face: str
    method: str
    path: str
    status: int
    result: str
    received_at: datetime
    duration: timedelta
    client_address: str = ""
    user_agent: str = ""
    host: str = ""
    integration_id: str | None = None
    launch_id: str | None = None
    credential_id: str | None = None
    learner_id: str | None = None
    statement_key: int | None = None
    request_body: bytes | None = None
    reply_body: bytes | None = None
    is_demo: bool = False
    is_parked: bool = False
    findings: tuple[Finding, ...] = ()
    repairs: tuple[str, ...] = ()
    changes: tuple[RecordedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A kept exchange, as lists show it."""

    id: str
    face: str
    method: str
    path: str
    status: int
    result: str
    received_at: datetime
    integration_id: str | None
    launch_id: str | None
    statement_key: int | None
    is_demo: bool
    is_parked: bool
    findings: tuple[Finding, ...] = field(default_factory=tuple)


def write_exchange(session: Session, exchange: NewExchange) -> str:
    """Keep an accepted exchange (or a parked one, whole); returns its id."""
    _insert(session, exchange, is_anonymous=False)
    return exchange.request_id


def write_refusal(session: Session, exchange: NewExchange, *, is_anonymous: bool) -> None:
    """Keep a refused exchange; those of strangers only in the ring."""
    _insert(session, exchange, is_anonymous=is_anonymous)
    if is_anonymous:
        _trim_ring(session)


def list_exchanges(
    session: Session, *, integration_id: str | None = None, launch_id: str | None = None, limit: int = 20
) -> list[Exchange]:
    """List exchanges with their findings, newest first."""
    query = select(Row).order_by(Row.received_at.desc(), Row.id.desc()).limit(limit)
    if integration_id is not None:
        query = query.where(Row.integration_id == integration_id)
    if launch_id is not None:
        query = query.where(Row.launch_id == launch_id)
    rows = session.scalars(query).all()
    findings = list_findings(session, [row.id for row in rows])
    return [
        Exchange(
            id=row.id,
            face=row.face,
            method=row.method,
            path=row.path,
            status=row.status,
            result=row.result,
            received_at=row.received_at,
            integration_id=row.integration_id,
            launch_id=row.launch_id,
            statement_key=row.statement_key,
            is_demo=row.is_demo,
            is_parked=row.is_parked,
            findings=tuple(findings.get(row.id, ())),
        )
        for row in rows
    ]


def list_findings(session: Session, exchange_ids: Collection[str]) -> dict[str, list[Finding]]:
    """List what was found in these exchanges, by their ids; those without findings are left out."""
    findings: dict[str, list[Finding]] = {}
    for exchange_id, code, detail in session.execute(
        select(FindingRow.exchange_id, FindingRow.code, FindingRow.detail)
        .where(FindingRow.exchange_id.in_(exchange_ids))
        .order_by(FindingRow.id)
    ):
        findings.setdefault(exchange_id, []).append(Finding(code, detail))
    return findings


def list_exchanges_of(session: Session, statement_keys: Collection[int]) -> dict[int, str]:
    """Return by which exchange each of these statements came."""
    query = select(Statement.key, Statement.exchange_id).where(Statement.key.in_(statement_keys))
    return {row.key: row.exchange_id for row in session.execute(query)}


def prune_exchanges(session: Session, *, older_than: timedelta, max_bytes: int, batch: int = 2000) -> int:
    """Delete at most `batch` exchanges that are too old or too many; returns how many went.

    Parked ones stay until they are older than ten times the limit: they hold data that is nowhere else.
    """
    now = clock.now()
    old = select(Row.id).where(Row.received_at < now - older_than, Row.is_parked.is_(False)).limit(batch)
    count = _delete(session, list(session.scalars(old)))
    ancient = select(Row.id).where(Row.received_at < now - older_than * 10).limit(batch)
    count += _delete(session, list(session.scalars(ancient)))
    total = session.execute(select(func.coalesce(func.sum(Row.size_bytes), 0))).scalar_one()
    if total > max_bytes:
        oldest = select(Row.id).where(Row.is_parked.is_(False)).order_by(Row.received_at).limit(batch)
        count += _delete(session, list(session.scalars(oldest)))
    return count


def _delete(session: Session, ids: list[str]) -> int:
    if ids:
        session.execute(delete(FindingRow).where(FindingRow.exchange_id.in_(ids)))
        session.execute(delete(Row).where(Row.id.in_(ids)))
    return len(ids)


# Made once: putting a statement together costs more than running it. Work that is done again after a
# commit of unknown outcome finds its exchange kept already.
_INSERT = Prepared(
    {
        name: make(table_of(Row)).on_conflict_do_nothing(index_elements=["id"]).returning(table_of(Row).c.id)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)


def _insert(session: Session, exchange: NewExchange, *, is_anonymous: bool) -> None:
    cap = ANONYMOUS_CAP_BYTES if is_anonymous else PARKED_CAP_BYTES if exchange.is_parked else BODY_CAP_BYTES
    request_body = None if exchange.request_body is None else redact(exchange.request_body)[:cap]
    reply_body = None if exchange.reply_body is None else redact(exchange.reply_body)[:cap]
    values = {
        "id": exchange.request_id,
        "face": exchange.face,
        "method": _text(exchange.method, 10),
        "path": _text(exchange.path, 500),
        "status": exchange.status,
        "result": _text(exchange.result, 200),
        "received_at": exchange.received_at,
        "duration_microseconds": exchange.duration // timedelta(microseconds=1),
        "integration_id": exchange.integration_id,
        "launch_id": exchange.launch_id,
        "credential_id": exchange.credential_id,
        "learner_id": exchange.learner_id,
        "statement_key": exchange.statement_key,
        "client_address": _text(exchange.client_address, 64),
        "user_agent": _text(exchange.user_agent, 255),
        "host": _text(exchange.host, 300),
        "request_body": request_body,
        "reply_body": reply_body,
        "repairs": _dump(exchange.repairs),
        "changes": _dump(exchange.changes),
        "size_bytes": 300 + len(request_body or b"") + len(reply_body or b""),
        "is_demo": exchange.is_demo,
        "is_parked": exchange.is_parked,
        "is_anonymous": is_anonymous,
    }
    if not exchange.findings:
        _INSERT.run(session, values)
    elif _INSERT.first(session, values) is not None:
        session.execute(
            insert(FindingRow),
            [
                {
                    "exchange_id": exchange.request_id,
                    "integration_id": exchange.integration_id,
                    "at": exchange.received_at,
                    "code": finding.code,
                    "detail": _text(finding.detail, 500),
                }
                for finding in exchange.findings
            ],
        )


def _dump(items: tuple[str, ...] | tuple[RecordedChange, ...]) -> str:
    """JSON, its texts in ASCII: neither NUL nor a lone surrogate of the content reaches the column."""
    return json.dumps(items) if items else ""


def _text(text: str, limit: int) -> str:
    """Make client text storable on both databases: no NUL, no lone surrogate, bounded."""
    return (
        text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")[:limit]
    )


def _trim_ring(session: Session) -> None:
    edge = session.execute(
        select(Row.received_at)
        .where(Row.is_anonymous)
        .order_by(Row.received_at.desc())
        .offset(ANONYMOUS_RING)
        .limit(1)
    ).scalar_one_or_none()
    if edge is not None:
        doomed = select(Row.id).where(Row.is_anonymous, Row.received_at <= edge)
        _delete(session, list(session.scalars(doomed)))
