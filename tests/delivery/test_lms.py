"""An LMS that launched us gets what its learner did: one PutParam after the other, and one ExitAU."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from app import clock
from app.access.sealing import LMS_SESSION, seal
from app.delivery import lanes, queries
from app.delivery.destinations import change_lms
from app.delivery.queue import Whose, find_lms, pass_up, take_over_owed
from app.delivery.worker import deliver_due
from app.hacp.aicc_data import AiccData, parse_groups
from app.models.delivery import Delivery, DeliveryTry, Destination
from app.models.launches import Launch, UpstreamSession
from tests.command_line import CommandLine
from tests.delivery.receiver import Receiver
from tests.hacp.content import Classroom, Content

TAKEN = (200, {}, b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\n")


def _open(
    classroom: Classroom, receiver: Receiver, *, session_id: str = "lms|1", version: str = "4.0"
) -> Content:
    content = classroom.open()
    session = classroom.session
    lms = find_lms(session, classroom.integration.id, "lms.example", at=clock.now())
    launch = session.get(Launch, content.launch.launch_id)
    assert launch is not None
    launch.destination_id = lms
    session.add(
        UpstreamSession(
            launch_id=launch.id,
            url=f"{receiver.url}/hacp",
            session_id=seal(classroom.settings, session_id, purpose=LMS_SESSION),
            version=version,
            opened_at=clock.now(),
        )
    )
    session.commit()
    return content


def _deliver(classroom: Classroom) -> int:
    classroom.session.rollback()
    with classroom.client.application.app_context():
        return deliver_due(classroom.settings, holder="test")


def _commands(receiver: Receiver) -> list[str]:
    return [parse_qs(text)["command"][0] for text in receiver.texts()]


def _told(text: str) -> AiccData:
    return parse_groups(parse_qs(text)["AICC_Data"][0])


def test_results_and_the_end_reach_the_lms_in_order(classroom: Classroom, receiver: Receiver) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver)
    content.get()
    content.put("lesson_status=incomplete|score=40|time=00:03:00|lesson_location=p4", lesson="a=b\r\n[x]")
    assert _deliver(classroom) == 1
    content.put("lesson_status=passed|score=85.5|time=00:10:00|lesson_location=p9", lesson="end")
    content.leave()
    content.leave()
    assert _deliver(classroom) == 2
    assert _commands(receiver) == ["PutParam", "PutParam", "ExitAU"]
    assert {parse_qs(text)["session_id"][0] for text in receiver.texts()} == {"lms|1"}
    first, last = _told(receiver.texts()[0]), _told(receiver.texts()[1])
    assert first.find_value("core", "lesson_status") == "incomplete,suspend"
    assert (first.find_value("core", "score"), first.find_value("core", "time")) == ("40", "00:03:00")
    assert first.find_text("core_lesson") == "a=b\r\n[x]"
    assert last.find_value("core", "lesson_status") == "passed"
    assert (last.find_value("core", "score"), last.find_value("core", "time")) == ("85.5", "00:10:00")
    assert last.find_value("core", "lesson_location") == "p9"
    assert _deliver(classroom) == 0


def test_several_puts_become_one_and_nothing_is_sent_for_nothing(
    classroom: Classroom, receiver: Receiver
) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver)
    content.get()
    assert _deliver(classroom) == 0
    for minutes in range(1, 6):
        content.put(f"lesson_status=incomplete|time=00:0{minutes}:00")
    assert _deliver(classroom) == 1
    content.put("lesson_status=incomplete|time=00:05:00")
    assert _deliver(classroom) == 0
    assert _told(receiver.texts()[0]).find_value("core", "time") == "00:05:00"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ((500, {}, b"oops"), "http_500"),
        ((200, {}, b"<html><form>Sign in</form></html>"), "html"),
        ((200, {}, b"error=1\r\nerror_text=Invalid Command\r\n"), "hacp_1"),
        ((200, {}, b""), "empty"),
        ((302, {"Location": "https://lms.example/login"}, b""), "http_302"),
    ],
)
def test_the_end_waits_for_a_result_that_is_not_taken(
    classroom: Classroom, receiver: Receiver, reply: tuple[int, dict[str, str], bytes], code: str, pass_time
) -> None:
    replies = iter([reply])
    receiver.answer = lambda _got: next(replies, TAKEN)
    content = _open(classroom, receiver)
    content.get()
    content.put("lesson_status=completed")
    content.leave()
    _deliver(classroom)
    assert _commands(receiver) == ["PutParam"]
    waiting = queries.list_deliveries(classroom.session)
    assert sorted((each.kind, each.state, each.code) for each in waiting) == [
        ("aicc_exit", "pending", ""),
        ("aicc_put", "pending", code),
    ]
    pass_time(timedelta(minutes=1))
    _deliver(classroom)
    assert _commands(receiver) == ["PutParam", "PutParam", "ExitAU"]
    assert receiver.got[0].body == receiver.got[1].body


def test_a_dead_session_is_told_with_the_next_launch(classroom: Classroom, receiver: Receiver) -> None:
    receiver.answer = lambda _got: (200, {}, b"error=3\r\nerror_text=Invalid Session ID\r\n")
    content = _open(classroom, receiver)
    content.get()
    content.put("lesson_status=completed|score=90")
    content.leave()
    _deliver(classroom)
    assert _commands(receiver) == ["PutParam"]
    session = classroom.session
    assert {each.state for each in queries.list_deliveries(session)} == {"dead"}

    receiver.answer = lambda _got: TAKEN
    again = _open(classroom, receiver, session_id="lms|2")
    launch = session.get(Launch, again.launch.launch_id)
    assert launch is not None
    assert launch.destination_id is not None
    whose = Whose(launch.integration_id, launch.learner_id, launch.course_id, launch_id=launch.id)
    owed = take_over_owed(session, launch.destination_id, launch.learner_id, launch.course_id, at=clock.now())
    assert owed == 1
    pass_up(session, launch.destination_id, whose, at=clock.now(), is_exit=False, delay=timedelta(0))
    session.commit()
    _deliver(classroom)
    last = parse_qs(receiver.texts()[-1])
    assert (last["session_id"], last["command"]) == (["lms|2"], ["PutParam"])
    assert _told(receiver.texts()[-1]).find_value("core", "lesson_status") == "completed"
    assert {each.state for each in queries.list_deliveries(session)} == {"delivered"}


def test_an_old_lms_hears_whole_numbers(classroom: Classroom, receiver: Receiver) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver, version="2.2")
    content.get()
    content.put("lesson_status=completed|score=79.9|time=00:00:30.5")
    _deliver(classroom)
    told = _told(receiver.texts()[0])
    assert (told.find_value("core", "score"), told.find_value("core", "time")) == ("79", "00:00:30")


def test_an_lms_that_adds_up_is_told_what_is_new(classroom: Classroom, receiver: Receiver) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver)
    lms = classroom.session.scalars(select(Destination)).one()
    lms.options = '{"time_mode": "delta"}'
    classroom.session.commit()
    content.get()
    for minutes in (3, 10):
        content.put(f"lesson_status=incomplete|time=00:{minutes:02}:00")
        _deliver(classroom)
    assert [_told(text).find_value("core", "time") for text in receiver.texts()] == ["00:03:00", "00:07:00"]


def test_an_lms_may_be_told_a_score_without_its_range(classroom: Classroom, receiver: Receiver) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver)
    lms = classroom.session.scalars(select(Destination.id)).one()
    content.get()
    for has_range, score in ((True, 70), (False, 80)):
        classroom.session.rollback()
        change_lms(classroom.session, lms, has_range=has_range)
        classroom.session.commit()
        content.put(f"lesson_status=incomplete|score={score},100,0")
        _deliver(classroom)
    assert [_told(text).find_value("core", "score") for text in receiver.texts()] == ["70,100,0", "80"]


def test_what_is_held_waits_with_what_follows_it_until_it_is_released(
    classroom: Classroom, receiver: Receiver, cli: CommandLine
) -> None:
    receiver.answer = lambda _got: TAKEN
    first, second = _open(classroom, receiver), _open(classroom, receiver, session_id="lms|2")
    for content, score in ((first, 40), (second, 50)):
        content.get()
        content.put(f"lesson_status=incomplete|score={score}")
    query = select(Delivery).where(Delivery.launch_id == first.launch.launch_id)
    held = classroom.session.scalars(query).one().id
    classroom.session.rollback()
    assert cli.json("delivery", "hold", str(held))["state"] == "held"
    # What it reports meanwhile is held too, and its end waits behind it; others pass.
    first.put("lesson_status=passed|score=85")
    first.leave()
    assert _deliver(classroom) == 1
    assert lanes.list_due(classroom.session, clock.now() + timedelta(hours=1)) == []
    with pytest.raises(queries.CannotHold, match="held, not pending"):
        queries.hold(classroom.session, held)
    classroom.session.rollback()
    assert cli.json("delivery", "release", str(held))["state"] == "pending"
    assert _deliver(classroom) == 2
    assert _commands(receiver) == ["PutParam", "PutParam", "ExitAU"]
    assert _told(receiver.texts()[1]).find_value("core", "score") == "85"
    with pytest.raises(queries.CannotHold, match="delivered, not pending"):
        queries.hold(classroom.session, held)


def test_the_lms_s_session_id_is_neither_kept_nor_shown_in_clear(
    classroom: Classroom, receiver: Receiver
) -> None:
    receiver.answer = lambda _got: TAKEN
    content = _open(classroom, receiver, session_id="TopSecret77")
    content.get()
    content.put("lesson_status=completed")
    _deliver(classroom)
    session = classroom.session
    assert b"TopSecret77" not in session.scalars(select(UpstreamSession.session_id)).one()
    shown = session.scalars(select(DeliveryTry.request)).one()
    assert "TopSecret77" not in shown
    assert content.launch.launch_id in shown
    assert session.scalars(select(Delivery.payload)).all() == [""]
