"""A course with several units, through services and database: in any order, and the same when made again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.service import add_course, own_identifier
from app.learners.service import add_learner, own_identity
from app.models.learning import AssignableUnit, ProgressRow
from app.progress.rebuild import rebuild
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.settings import Settings

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_units_reported_in_any_order_make_the_same_row(
    session: Session, settings: Settings, order: tuple[int, ...]
) -> None:
    where = add_integration(session, load_organisation(session, settings), kind=Kind.AICC, name="Vendor")
    course = add_course(
        session, integration_id=where.id, title="T", activity_id="x:1", launch_url="https://x.example.com"
    )
    second = AssignableUnit(
        course_id=course.id, position=1, system_id="A2", launch_url="https://x.example.com/2"
    )
    session.add(second)
    session.flush()
    ana = add_learner(session, name="Diaz, Ana", email=None, user_id="ana")
    messages = (
        (str(course.unit_id), Status.PASSED, None),
        (second.id, Status.IN_PROGRESS, Decimal(40)),
        (second.id, Status.COMPLETED, None),
    )
    statuses = []
    for number in order:
        unit_id, status, percent = messages[number]
        at = NOON + timedelta(minutes=number)
        change = record(
            session,
            identity=own_identity(session, ana.id),
            identifier=own_identifier(session, course.id),
            report=Report(Channel.AICC, f"launch-{unit_id}", status, at, at, percent=percent),
            evidence=Evidence("exchange", "1"),
            integration_id=where.id,
            unit_id=unit_id,
        )
        statuses.append(change.after.status)
    assert statuses[0] is Status.IN_PROGRESS
    assert statuses[-1] is Status.COMPLETED
    session.expire_all()
    before = row_of(session)
    assert (before["percent"], before["completed_at"]) == (100.0, NOON + timedelta(minutes=2))
    rebuild(session, [ana.id])
    session.expire_all()
    assert row_of(session) == before


def row_of(session: Session) -> dict[str, object]:
    row = session.scalars(select(ProgressRow)).one()
    return {column.name: getattr(row, column.name) for column in ProgressRow.__table__.columns}
