"""An LMS hears the end of its session once, and not while a launch from it goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.delivery.worker import deliver_due
from app.jobs.expiry import expire_launches
from app.models.delivery import Delivery
from app.models.launches import Launch
from tests.delivery.receiver import Receiver
from tests.hacp.content import Classroom, Content
from tests.hacp.test_lms_routes import launch, lms, rows, school, settings

__all__ = ["lms", "school", "settings"]


def deliver(school: Classroom) -> None:
    school.session.rollback()
    with school.client.application.app_context():
        deliver_due(school.settings, holder="test")


def commands(lms: Receiver) -> list[str]:
    return [each.body.split(b"&")[0].removeprefix(b"command=").decode() for each in lms.got]


def waiting(school: Classroom) -> list[str]:
    return sorted(each.kind for each in rows(school, Delivery) if each.state == "pending")


@pytest.fixture
def course(school: Classroom, lms: Receiver) -> Content:
    """A course that has reported, opened by the LMS."""
    content = launch(school, lms)
    content.get()
    content.put("lesson_status=incomplete|time=00:03:00")
    return content


def test_content_that_is_loaded_again_does_not_end_the_session(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    course.leave()
    assert waiting(school) == ["aicc_exit", "aicc_put"]
    course.get()
    assert waiting(school) == ["aicc_put"]
    course.put("lesson_status=completed|score=90|time=00:01:00")
    course.leave()
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert commands(lms) == ["GetParam", "PutParam", "ExitAU"]
    assert b"time%3D00%3A04%3A00" in lms.got[1].body


def test_a_page_of_the_lms_that_is_loaded_again_does_not_end_the_session(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    course.leave()
    again = launch(school, lms)
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert "ExitAU" not in commands(lms)
    again.get()
    assert "aicc_exit" not in waiting(school)
    again.put("lesson_status=completed|score=90|time=00:02:00")
    again.leave()
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert commands(lms) == ["GetParam", "GetParam", "PutParam", "PutParam", "ExitAU"]
    assert b"time%3D00%3A05%3A00" in lms.got[3].body


def test_a_launch_that_nobody_uses_holds_the_end_up_for_two_minutes_only(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    course.leave()
    launch(school, lms)
    pass_time(timedelta(minutes=2, seconds=6))
    deliver(school)
    assert commands(lms)[-2:] == ["PutParam", "ExitAU"]


def test_the_launch_left_behind_ends_without_the_other(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    again = launch(school, lms)
    again.get()
    course.leave()
    assert "aicc_exit" not in waiting(school)
    again.leave()
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert commands(lms).count("ExitAU") == 1


def test_another_session_of_the_lms_ends_for_itself(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    launch(school, lms, sid="second").get()
    course.leave()
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert commands(lms)[-1] == "ExitAU"


def test_a_session_that_nobody_ended_is_ended_at_the_lms_by_the_worker(
    school: Classroom, lms: Receiver, course: Content, pass_time: Any
) -> None:
    deliver(school)
    pass_time(timedelta(hours=school.settings.session_idle_hours, minutes=1))
    school.session.rollback()
    assert expire_launches(school.session, school.settings) == 1
    school.session.commit()
    assert rows(school, Launch)[0].end_reason == "idle"
    pass_time(timedelta(seconds=6))
    deliver(school)
    assert commands(lms)[-1] == "ExitAU"
