"""The overview's numbers against plain counts, on days on which the clock is put back."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration
from app.access.organisation import Organisation
from app.catalog.service import resolve_identifier
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from app.progress.bands import BANDS
from app.progress.days import last_days, start_of_day
from app.progress.figures import (
    BusyCourse,
    list_busy_courses,
    read_active,
    read_completions,
    read_standing,
)
from app.progress.queries import ProgressFilter, ProgressLine, count_progress, iterate_progress
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 10, 26, 9, 30, tzinfo=UTC)
DAYS = last_days(NOW, MADRID, 30)
DAY = timedelta(days=1)


@pytest.fixture
def said(session: Session) -> list[tuple[str, str, datetime]]:
    """Report 200 times on 15 learners, one of them the demo's, six courses and a video, over 40 days."""
    chance = random.Random(3)
    integration = add_integration(
        session, Organisation("http://localhost", "env", "UTC"), kind=Kind.LINKEDIN_LEARNING, name="LL"
    )
    said = []
    for number in range(200):
        learner, course = chance.randrange(15), chance.randrange(7)
        urn = f"urn:li:lyndaCourse:{course}" if course else "urn:li:lyndaVideo:(urn:li:lyndaCourse:1,9)"
        at = NOW - timedelta(minutes=chance.randrange(40 * 24 * 4) * 15)
        is_demo = learner == 14
        record(
            session,
            identity=resolve_identity(
                session, kind=IdentityKind.EMAIL, value=f"l{learner}@example.com", is_demo=is_demo
            ),
            identifier=resolve_identifier(session, urn),
            report=Report(
                channel=Channel.XAPI,
                source=f"s{number}",
                status=chance.choice(list(Status)),
                percent=Decimal(chance.choice(["0", "0.5", "24.99", "25", "49.5", "74.9", "75", "99.99"])),
                event_at=at,
                received_at=at,
            ),
            evidence=Evidence("statement", str(number)),
            integration_id=integration.id,
        )
        if course and not is_demo:
            said.append((f"l{learner}@example.com", urn, at))
    return said


def read_rows(session: Session, **wanted: object) -> list[ProgressLine]:
    return list(iterate_progress(session, ProgressFilter(**wanted)))  # type: ignore[arg-type]


def test_what_is_in_progress_and_in_each_band_is_what_the_table_counts(
    session: Session, said: object
) -> None:
    for has_demo in (False, True):
        standing = read_standing(session, has_demo=has_demo)
        assert standing.in_progress == count_progress(
            session, ProgressFilter(statuses=frozenset([Status.IN_PROGRESS]), has_demo=has_demo)
        )
        counts = [count_progress(session, ProgressFilter(band=band, has_demo=has_demo)) for band in BANDS]
        assert standing.bands == tuple(counts)
        assert sum(counts) == len(read_rows(session, has_demo=has_demo))
        assert all(counts)


def test_active_learners_are_those_of_whom_something_was_said(
    session: Session, said: list[tuple[str, str, datetime]]
) -> None:
    active = read_active(session, now=NOW, zone=MADRID, has_demo=False)
    assert active.since == date(2026, 10, 20)
    first = start_of_day(active.since, MADRID)
    # The week before lies in summer time.
    week_before = datetime(2026, 10, 12, 22, tzinfo=UTC)
    assert active.now == len({who for who, _, at in said if at >= first})
    assert active.before == len({who for who, _, at in said if week_before <= at < NOW - 7 * DAY})
    assert active.now == len({row.learner_id for row in read_rows(session, since=first, has_demo=False)})


def test_completions_stand_on_their_local_days(session: Session, said: object) -> None:
    rows = read_rows(session, has_demo=False)
    counted = read_completions(session, days=DAYS, zone=MADRID, has_demo=False)
    local = [row.completed_at.astimezone(MADRID).date() for row in rows if row.completed_at]
    assert counted == [(day, local.count(day)) for day in DAYS]
    assert sum(count for _, count in counted) == count_progress(
        session, ProgressFilter(completed_since=start_of_day(DAYS[0], MADRID), has_demo=False)
    )
    put_back = date(2026, 10, 25)
    hours = [start_of_day(put_back, MADRID), start_of_day(put_back + DAY, MADRID)]
    on_it = ProgressFilter(completed_since=hours[0], completed_until=hours[1], has_demo=False)
    assert dict(counted)[put_back] == count_progress(session, on_it)


def test_the_busiest_courses_tell_what_happened_with_them(session: Session, said: object) -> None:
    since = start_of_day(DAYS[0], MADRID)
    rows = read_rows(session, has_demo=False)
    expected = []
    for course_id in {row.course_id for row in rows}:
        of_it = [row for row in rows if row.course_id == course_id]
        times = [
            (row.completed_at - row.first_seen) / DAY
            for row in of_it
            if row.completed_at and row.first_seen and row.completed_at >= since
        ]
        expected.append(
            BusyCourse(
                course_id=course_id,
                title=of_it[0].course_title,
                active=sum(row.last_activity >= since for row in of_it if row.last_activity),
                started=sum(row.first_seen >= since for row in of_it if row.first_seen),
                completed=len(times),
                median_days=median(times) if times else None,
            )
        )
    expected.sort(key=lambda course: (-course.active, course.title))
    assert list_busy_courses(session, since=since, has_demo=False) == expected


def test_nothing_at_all_is_zero(session: Session) -> None:
    standing = read_standing(session, has_demo=True)
    assert (standing.in_progress, sum(standing.bands)) == (0, 0)
    assert read_active(session, now=NOW, zone=MADRID, has_demo=False).now == 0
    assert list_busy_courses(session, since=NOW, has_demo=False) == []
