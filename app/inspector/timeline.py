"""Everything that came in and went out, newest first: exchanges of all faces and tries to deliver.

Every filter has its index, but for deliveries, of which a moment has few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.inspector.findings import CATALOGUE, Finding
from app.inspector.meanings import Who
from app.inspector.messages import readable
from app.models.delivery import Delivery, DeliveryTry, Destination
from app.models.learning import Learner
from app.models.records import IS_REFUSED, Exchange as Row, FindingRow
from app.words import worded

DELIVERY = "delivery"
KINDS = ("hacp", "launch", "oauth", "xapi", DELIVERY)
RESULTS = ("ok", "refused", "parked")
NEWS_CAP = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; None or "" asks for everything."""

    kind: str = ""
    result: str = ""
    code: str = ""
    integration_id: str = ""
    launch_id: str = ""
    learner_ids: tuple[str, ...] | None = None
    exchange_ids: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A place between two lines: the moment and the id of one of them.

    Of one microsecond, exchanges come first. The id of a try to deliver is its number behind a full stop,
    which sorts before every id of an exchange.
    """

    at: datetime
    id: str

    @classmethod
    def of_try(cls, at: datetime, number: int) -> Mark:
        return cls(at, f".{number:018}")

    @property
    def number(self) -> int | None:
        """The number of the try that it marks; None for an exchange."""
        return int(self.id[1:]) if self.id.startswith(".") else None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: an exchange, or one try to deliver (`id` is its delivery's then)."""

    id: str
    mark: Mark
    kind: str
    method: str
    path: str
    status: int | None
    result: str
    duration: timedelta | None
    size_bytes: int
    integration_id: str | None
    launch_id: str | None
    learner_id: str | None
    learner_name: str
    is_refused: bool
    is_parked: bool
    is_demo: bool
    findings: tuple[Finding, ...] = ()

    @property
    def needs_a_look(self) -> bool:
        """Tell whether somebody can put right what was found."""
        known = (CATALOGUE.get(each.code) for each in self.findings)
        return any(each is None or each.who is not Who.NOBODY for each in known)


def list_lines(session: Session, wanted: Wanted, *, before: Mark | None = None, limit: int) -> list[Line]:
    """List what happened, newest first, from `before` on."""
    found: list[Line] = []
    if wanted.kind != DELIVERY:
        found += _list_exchanges(session, wanted, before, limit)
    if _asks_for_deliveries(wanted):
        found += _list_tries(session, wanted, before, limit)
    return sorted(found, key=lambda line: (line.mark.at, line.mark.id), reverse=True)[:limit]


def count_newer(session: Session, wanted: Wanted, mark: Mark) -> int:
    """Count what has happened since a line, to NEWS_CAP."""
    count = 0
    if wanted.kind != DELIVERY:
        query = _narrow(select(Row.id), wanted).where(_newer(*_order_of(wanted), mark)).limit(NEWS_CAP)
        count += session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    if _asks_for_deliveries(wanted):
        tries = _narrow_tries(select(DeliveryTry.id), wanted).where(_newer_try(mark))
        count += session.execute(
            select(func.count()).select_from(tries.limit(NEWS_CAP).subquery())
        ).scalar_one()
    return min(count, NEWS_CAP)


def get_line(session: Session, exchange_id: str) -> Line | None:
    """Return one exchange as the timeline shows it, or None."""
    ids = (exchange_id,) if exchange_id.isalnum() else ()
    lines = _list_exchanges(session, Wanted(exchange_ids=ids), None, 1)
    return lines[0] if lines else None


def count_like(session: Session, code: str, integration_id: str | None, since: datetime) -> int:
    """Count the exchanges of an integration that had this finding since a moment, to NEWS_CAP."""
    row = FindingRow
    rows = select(row.id).where(row.code == code, row.at >= since, row.integration_id == integration_id)
    rows = rows.limit(NEWS_CAP)
    return session.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _asks_for_deliveries(wanted: Wanted) -> bool:
    """Tell whether tries to deliver can match: they have neither findings nor sessions nor parking."""
    has_other = wanted.code or wanted.integration_id or wanted.launch_id or wanted.exchange_ids is not None
    return wanted.kind in ("", DELIVERY) and not has_other and wanted.result != "parked"


def _list_exchanges(session: Session, wanted: Wanted, before: Mark | None, limit: int) -> list[Line]:
    query = _narrow(select(*_EXCHANGE), wanted)
    at, key = _order_of(wanted)
    if before is not None:
        query = query.where(_older(at, key, before))
    rows = session.execute(query.order_by(at.desc(), key.desc()).limit(limit)).all()
    findings = _findings_of(session, [row.id for row in rows])
    names = _names_of(session, [row.learner_id for row in rows])
    return [
        Line(
            id=row.id,
            mark=Mark(row.received_at, row.id),
            kind=row.face,
            method=readable(row.method),
            path=readable(row.path),
            status=row.status,
            result=readable(row.result),
            duration=timedelta(microseconds=row.duration_microseconds),
            size_bytes=row.size_bytes,
            integration_id=row.integration_id,
            launch_id=row.launch_id,
            learner_id=row.learner_id,
            learner_name=names.get(row.learner_id or "", ""),
            is_refused=row.status >= 400 or row.result.startswith("Refused"),
            is_parked=row.is_parked,
            is_demo=row.is_demo,
            findings=tuple(findings.get(row.id, ())),
        )
        for row in rows
    ]


_EXCHANGE = (
    Row.id,
    Row.received_at,
    Row.face,
    Row.method,
    Row.path,
    Row.status,
    Row.result,
    Row.duration_microseconds,
    Row.size_bytes,
    Row.integration_id,
    Row.launch_id,
    Row.learner_id,
    Row.is_parked,
    Row.is_demo,
)


def _order_of(wanted: Wanted) -> tuple[Any, Any]:
    """Return the columns to order by; a finding's own where an index of findings leads."""
    return (FindingRow.at, FindingRow.exchange_id) if wanted.code else (Row.received_at, Row.id)


def _narrow(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.kind:
        query = query.where(Row.face == wanted.kind)
    if wanted.result == "refused":
        query = query.where(text(f"({IS_REFUSED})"))  # Literally the index's condition, so that it is used.
    elif wanted.result == "parked":
        query = query.where(text("is_parked"))
    elif wanted.result == "ok":
        query = query.where(text(f"NOT ({IS_REFUSED})"), Row.is_parked.is_(False))
    if wanted.code:
        query = query.join(FindingRow, FindingRow.exchange_id == Row.id).where(FindingRow.code == wanted.code)
    for column, value in ((Row.integration_id, wanted.integration_id), (Row.launch_id, wanted.launch_id)):
        if value:
            query = query.where(column == value)
    if wanted.learner_ids is not None:
        query = query.where(Row.learner_id.in_(wanted.learner_ids))
    if wanted.exchange_ids is not None:
        query = query.where(Row.id.in_(wanted.exchange_ids))
    return _within(query, _order_of(wanted)[0], wanted)


def _list_tries(session: Session, wanted: Wanted, before: Mark | None, limit: int) -> list[Line]:
    query = _narrow_tries(select(DeliveryTry, Delivery, Destination.name), wanted)
    if before is not None:
        query = query.where(_older_try(before))
    rows = session.execute(query.order_by(DeliveryTry.started_at.desc(), DeliveryTry.id.desc()).limit(limit))
    found = rows.all()
    names = _names_of(session, [delivery.learner_id for _, delivery, _ in found])
    return [
        Line(
            id=delivery.id,
            mark=Mark.of_try(one.started_at, one.id),
            kind=DELIVERY,
            method="",
            path=delivery.kind,
            status=one.status,
            result=_say_try(name, readable(one.reason), one.code),
            duration=None if one.milliseconds is None else timedelta(milliseconds=one.milliseconds),
            size_bytes=0,
            integration_id=None,
            launch_id=None,
            learner_id=delivery.learner_id,
            learner_name=names.get(delivery.learner_id or "", ""),
            is_refused=bool(one.code),
            is_parked=False,
            is_demo=False,
        )
        for one, delivery, name in found
    ]


def _say_try(destination: str, reason: str, code: str | None) -> str:
    """Say what came of a try: what was noted of it, else whether it was understood."""
    if reason:
        return f"{destination}: {reason}"
    if code == "":
        return worded("%(destination)s: understood", destination=destination)
    return worded("%(destination)s: not known", destination=destination)


def _narrow_tries(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = query.join(Delivery, Delivery.id == DeliveryTry.delivery_id)
    query = query.join(Destination, Destination.id == Delivery.destination_id)
    if wanted.result == "ok":
        query = query.where(DeliveryTry.code == "")
    elif wanted.result == "refused":
        query = query.where(DeliveryTry.code != "")
    if wanted.learner_ids is not None:
        query = query.where(Delivery.learner_id.in_(wanted.learner_ids))
    return _within(query, DeliveryTry.started_at, wanted)


def _within(query: Select[*tuple[Any, ...]], column: Any, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.since is not None:
        query = query.where(column >= wanted.since)
    if wanted.until is not None:
        query = query.where(column < wanted.until)
    return query


def _older(at: Any, key: Any, mark: Mark) -> ColumnElement[bool]:
    if mark.number is not None:
        return and_(at < mark.at)
    return and_(at <= mark.at, or_(at < mark.at, key < mark.id))


def _newer(at: Any, key: Any, mark: Mark) -> ColumnElement[bool]:
    if mark.number is not None:
        return and_(at >= mark.at)
    return and_(at >= mark.at, or_(at > mark.at, key > mark.id))


def _older_try(mark: Mark) -> ColumnElement[bool]:
    at = DeliveryTry.started_at
    if mark.number is None:
        return and_(at <= mark.at)
    return and_(at <= mark.at, or_(at < mark.at, DeliveryTry.id < mark.number))


def _newer_try(mark: Mark) -> ColumnElement[bool]:
    at = DeliveryTry.started_at
    if mark.number is None:
        return and_(at > mark.at)
    return and_(at >= mark.at, or_(at > mark.at, DeliveryTry.id > mark.number))


def _findings_of(session: Session, ids: Sequence[str]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    query = select(FindingRow.exchange_id, FindingRow.code, FindingRow.detail)
    for exchange_id, code, detail in session.execute(
        query.where(FindingRow.exchange_id.in_(ids)).order_by(FindingRow.id)
    ):
        found.setdefault(exchange_id, []).append(Finding(code, readable(detail)))
    return found


def _names_of(session: Session, ids: Sequence[str | None]) -> dict[str, str]:
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    rows = session.execute(select(Learner.id, Learner.name).where(Learner.id.in_(wanted)))
    return {key: readable(name) for key, name in rows}
