"""The worker ends sessions that nobody ended, and loses nothing by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.access.integrations import Kind, delete_integration, update_integration
from app.access.policies import MasteryPolicy
from app.jobs.expiry import expire_launches
from app.models.learning import AssignableUnit
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import Classroom

PassTime = Callable[[timedelta], None]
HOUR = timedelta(hours=1)


def work(classroom: Classroom) -> int:
    count = expire_launches(classroom.session, classroom.settings)
    classroom.session.commit()
    return count


def set_mastery(classroom: Classroom, score: float) -> None:
    classroom.session.query(AssignableUnit).one().mastery_score = score
    classroom.session.commit()


def test_sessions_end_with_their_reason_at_their_time(classroom: Classroom, pass_time: PassTime) -> None:
    unused, quiet, busy = (classroom.open() for _ in range(3))
    quiet.get()
    busy.get()
    assert work(classroom) == 0
    for _ in range(8):
        pass_time(20 * HOUR)
        busy.put("lesson_status=i")
    assert work(classroom) == 2
    rows = [classroom.launch_row(each) for each in (unused, quiet, busy)]
    assert [(row.state, row.end_reason) for row in rows] == [
        ("ended", "unused"),
        ("ended", "idle"),
        ("running", None),
    ]
    quiet_row = rows[1]
    assert quiet_row.ended_at is not None
    assert quiet_row.last_message_at is not None
    assert quiet_row.ended_at - quiet_row.last_message_at == 24 * HOUR
    pass_time(9 * HOUR)
    assert work(classroom) == 1
    row = classroom.launch_row(busy)
    assert (row.end_reason, row.ended_at) == ("absolute", row.opened_at + timedelta(days=7))
    assert work(classroom) == 0


def test_an_expired_session_keeps_what_it_put_and_parks_what_comes_late(
    classroom: Classroom, pass_time: PassTime
) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|lesson_location=4|time=00:05:00", lesson="mine")
    pass_time(25 * HOUR)
    work(classroom)
    late = content.put("lesson_status=passed")
    assert (late.error, late.error_text) == (3, "Invalid Session ID")
    parked = [each for each in classroom.exchanges() if each.is_parked]
    assert len(parked) == 1
    assert b"passed" in (parked[0].request_body or b"")
    assert [each.code for each in classroom.findings()] == ["A2"]
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.time) == ("in_progress", timedelta(minutes=5))
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["lesson_status"]) == ("4", "incomplete,resume")


def test_a_session_that_was_only_opened_or_asked_leaves_no_trace_in_progress(
    classroom: Classroom, pass_time: PassTime
) -> None:
    classroom.open()
    classroom.open().get()
    pass_time(25 * HOUR)
    assert work(classroom) == 2
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "not_started"
    assert classroom.open().get().core["lesson_status"] == "not attempted,ab-initio"


@pytest.mark.parametrize(
    ("core", "policy", "status"),
    [
        ("score=90", "completed_only", "passed"),
        ("score=70", "completed_only", "failed"),
        ("score=90", "never", "incomplete"),
        ("score=90|lesson_status=incomplete", "always", "incomplete"),
        ("lesson_location=3", "always", "incomplete"),
    ],
)
def test_a_score_without_a_status_is_judged_as_by_exit(
    classroom: Classroom, pass_time: PassTime, core: str, policy: str, status: str
) -> None:
    set_mastery(classroom, 80)
    update_integration(classroom.session, classroom.integration.id, mastery_policy=MasteryPolicy(policy))
    classroom.session.commit()
    content = classroom.open()
    content.put(core)
    pass_time(25 * HOUR)
    work(classroom)
    attempt, progress = classroom.attempt(), classroom.progress()
    assert attempt is not None
    assert progress is not None
    assert attempt.lesson_status == status
    assert progress.status == ("in_progress" if status == "incomplete" else status)


def test_linkedins_percentage_is_not_judged(new_classroom: NewClassroom, pass_time: PassTime) -> None:
    classroom = new_classroom(Kind.LINKEDIN_LEARNING)
    set_mastery(classroom, 80)
    classroom.open().put("score=90")
    pass_time(25 * HOUR)
    work(classroom)
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent) == ("in_progress", 90)


def test_sessions_of_a_deleted_integration_end_too(classroom: Classroom, pass_time: PassTime) -> None:
    set_mastery(classroom, 80)
    classroom.open().put("score=90")
    delete_integration(classroom.session, classroom.integration.id, erase_data=False)
    classroom.session.commit()
    pass_time(25 * HOUR)
    assert work(classroom) == 1
