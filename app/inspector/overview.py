"""The overview's numbers: counted for the page, or by the worker where counting them takes long.

What the worker counted is kept with the moment at which it was true, and is always shown with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.inspector.traffic import Hour, count_messages
from app.models.records import StoredFigures
from app.progress.days import last_days, last_hours, start_of_day
from app.progress.figures import (
    Active,
    BusyCourse,
    Standing,
    list_busy_courses,
    read_active,
    read_completions,
    read_standing,
)
from app.progress.presence import has_demo, has_real_progress

PERIODS = (7, 30, 90)
HOURS = 24
# Where all periods are counted in this time, each page counts for itself.
QUICK = timedelta(milliseconds=200)
# The worker counts for a fiftieth of its time at most, and every ten minutes at least.
_REST = 50
_LONGEST_REST = timedelta(minutes=10)
# Of a worker that has stopped, or of another day, pages do not believe numbers: they wait for true ones.
_LONGEST_LIFE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Question:
    """Of which moment, with which days, and whether the demo counts."""

    now: datetime
    zone: ZoneInfo
    has_demo: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What was true at that moment, of a period that ends with its day."""

    at: datetime
    standing: Standing
    active: Active
    completions: list[tuple[date, int]]
    hours: list[Hour]
    courses: list[BusyCourse]


def demo_counts(session: Session) -> bool:
    """Tell whether the demo counts: nobody wants to see zeros beside it until something real has come.

    Where there is no demo, leaving it out of each row would be work for nothing.
    """
    return not (has_demo(session) and has_real_progress(session))


def read_figures(session: Session, question: Question, days: int) -> Figures:
    """Return what the worker counted not long ago, else count now."""
    return _find_figures(session, question, days) or next(_count(session, question, [days]))


def has_figures(session: Session) -> bool:
    return session.scalar(select(StoredFigures.days).limit(1)) is not None


def is_due(session: Session, now: datetime) -> bool:
    """Tell whether the worker should count again."""
    row = StoredFigures
    last = session.execute(select(row.counted_at, row.took).order_by(row.counted_at).limit(1)).first()
    return last is None or now - last.counted_at >= min(last.took * _REST, _LONGEST_REST)


def count_all(session: Session, question: Question) -> list[StoredFigures]:
    """Count every period; returns what is worth keeping, nothing when it was quick."""
    began = clock.now()
    counted = list(_count(session, question, PERIODS))
    took = clock.now() - began
    if took < QUICK:
        return []
    return [
        StoredFigures(
            days=days,
            zone=question.zone.key,
            has_demo=question.has_demo,
            counted_at=figures.at,
            took=took,
            figures=json.dumps(asdict(figures), default=_format),
        )
        for days, figures in zip(PERIODS, counted, strict=True)
    ]


def keep(session: Session, rows: Sequence[StoredFigures]) -> None:
    """Put these in the place of what was kept."""
    session.execute(delete(StoredFigures))
    session.add_all(rows)
    session.flush()


def _count(session: Session, question: Question, periods: Sequence[int]) -> Iterator[Figures]:
    now, zone, with_demo = question.now, question.zone, question.has_demo
    standing = read_standing(session, has_demo=with_demo)
    active = read_active(session, now=now, zone=zone, has_demo=with_demo)
    hours = count_messages(session, last_hours(now, zone, HOURS), has_demo=with_demo)
    days = last_days(now, zone, max(periods))
    completions = read_completions(session, days=days, zone=zone, has_demo=with_demo)
    for period in periods:
        since = start_of_day(days[-period], zone)
        courses = list_busy_courses(session, since=since, has_demo=with_demo)
        yield Figures(now, standing, active, completions[-period:], hours, courses)


def _find_figures(session: Session, question: Question, days: int) -> Figures | None:
    row = session.get(StoredFigures, days)
    if row is None or (row.zone, row.has_demo) != (question.zone.key, question.has_demo):
        return None
    is_today = _local_day(row.counted_at, question) == _local_day(question.now, question)
    is_fresh = is_today and question.now - row.counted_at < _LONGEST_LIFE
    return _parse(json.loads(row.figures)) if is_fresh else None


def _local_day(moment: datetime, question: Question) -> date:
    return moment.astimezone(question.zone).date()


def _format(moment: date | datetime) -> str:
    return moment.isoformat()


def _parse(kept: dict[str, Any]) -> Figures:
    standing, active = kept["standing"], kept["active"]
    return Figures(
        at=datetime.fromisoformat(kept["at"]),
        standing=Standing(standing["in_progress"], tuple(standing["bands"])),
        active=Active(date.fromisoformat(active["since"]), active["now"], active["before"]),
        completions=[(date.fromisoformat(day), count) for day, count in kept["completions"]],
        hours=[
            Hour(datetime.fromisoformat(each["begins"]), each["accepted"], each["refused"])
            for each in kept["hours"]
        ],
        courses=[BusyCourse(**course) for course in kept["courses"]],
    )
