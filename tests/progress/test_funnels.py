"""The funnel of a course against what was reported of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.access.launches import open_launch
from app.access.organisation import load_organisation
from app.catalog.service import resolve_identifier
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from app.progress.funnels import NOBODY, Middle, count_unheard, find_middle, read_funnels
from app.progress.values import Status
from app.settings import Settings
from tests.admin.desk import integration, report

REPORTED = (
    (0, Status.NOT_STARTED),
    (10, Status.IN_PROGRESS),
    (45, Status.IN_PROGRESS),
    (50, Status.IN_PROGRESS),
    (60, Status.IN_PROGRESS),
    (30, Status.FAILED),
    (100, Status.COMPLETED),
    (100, Status.PASSED),
)


def test_a_funnel_counts_who_has_come_how_far_and_where_the_middle_is(
    session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    for number, (percent, status) in enumerate(REPORTED):
        report(session, where, learner=f"p{number}@x.org", course="urn:x:1", percent=percent, status=status)
    report(session, where, learner="p1@x.org", course="urn:x:2", percent=90)
    one, other, third = (resolve_identifier(session, f"urn:x:{number}").course_id for number in (1, 2, 3))
    found = read_funnels(session, [one, other, third])
    assert set(found) == {one, other}
    funnel = found[one]
    assert (funnel.learners, funnel.started, funnel.half_way, funnel.done) == (8, 7, 4, 2)
    assert funnel.by_status == {status: 4 if status is Status.IN_PROGRESS else 1 for status in Status}
    assert find_middle(session, one, funnel) == Middle(47.5, timedelta(minutes=47.5))
    assert find_middle(session, other, found[other]) == Middle(90, timedelta(minutes=90))
    assert find_middle(session, third, NOBODY) is None


def test_whoever_opened_a_course_and_was_not_heard_of_is_counted_once(
    session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    report(session, where, learner="ana@x.org", course="urn:x:1")
    course_id = resolve_identifier(session, "urn:x:1").course_id
    for name in ("ana@x.org", "cora@x.org", "cora@x.org"):
        open_launch(
            session,
            settings,
            load_organisation(session, settings),
            integration_id=where.id,
            course_id=course_id,
            learner_id=resolve_identity(session, kind=IdentityKind.EMAIL, value=name).learner_id,
        )
    assert count_unheard(session, course_id) == 1
