"""How many messages came in each of the last hours, and how many of them were refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, case, func, select, type_coerce
from sqlalchemy.orm import Session

from app import clock
from app.models.records import Exchange

_HOUR = timedelta(hours=1)
_QUARTER_MICROSECONDS = 15 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Hour:
    """The messages of one hour; `begins` is in UTC."""

    begins: datetime
    accepted: int
    refused: int


def count_messages(session: Session, hours: Sequence[datetime], *, has_demo: bool) -> list[Hour]:
    """Count the messages of each of these hours, which follow each other; opening a course is none."""
    row = Exchange
    # Hours of the local clock may begin at any quarter in UTC.
    quarter = (type_coerce(row.received_at, BigInteger) // _QUARTER_MICROSECONDS).label("quarter")
    query = (
        select(quarter, func.count(), func.sum(case((row.status >= 400, 1), else_=0)))
        .where(row.received_at >= hours[0], row.received_at < hours[-1] + _HOUR, row.face != "launch")
        .group_by(quarter)
    )
    if not has_demo:
        query = query.where(row.is_demo.is_(False))
    totals = dict.fromkeys(range(len(hours)), (0, 0))
    for number, count, refused in session.execute(query):
        moment = clock.from_microseconds(number * _QUARTER_MICROSECONDS)
        place = (moment - hours[0]) // _HOUR
        counted, bad = totals[place]
        totals[place] = counted + count, bad + int(refused)
    return [
        Hour(begins, totals[place][0] - totals[place][1], totals[place][1])
        for place, begins in enumerate(hours)
    ]
