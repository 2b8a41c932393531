"""AICC sessions as the Inspector reads them: listed, summed up, and message by message in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.access.launches import LaunchState
from app.inspector.session_log import LogPage, iterate_messages, list_messages
from app.inspector.sessions import (
    SessionLine,
    UnknownSession,
    count_unheard,
    get_session,
    list_items,
    list_records,
    list_sessions,
    read_record,
)
from app.models.records import Exchange
from app.progress.values import Status
from tests.hacp.content import Classroom, Content

ANSWERS = (
    '"course_id","date","time","interaction_id","type_interaction","correct_response","student_response",'
    '"result","weighting","latency"\r\n'
    '"","2026/11/22","21:22:43","knot","C","b","a","W","1","0000:00:17"\r\n'
)


def lines_of(classroom: Classroom, **wanted: object) -> list[SessionLine]:
    classroom.session.rollback()
    return list_sessions(classroom.session, **wanted)  # type: ignore[arg-type]


def test_a_session_is_summed_up_by_the_best_it_reported(classroom: Classroom) -> None:
    content = classroom.open()
    (line,) = lines_of(classroom)
    assert (line.reported, line.messages, line.launch.state) == (None, 0, LaunchState.OPENED)
    content.get()
    content.put("lesson_status=passed|score=90|time=00:03:00")
    content.put("lesson_status=incomplete|score=20|time=00:01:00")
    (line,) = lines_of(classroom, learner_id=classroom.learner.id, course_id=classroom.course.id)
    assert line.reported is not None
    assert (line.reported.status, line.reported.percent) == (Status.PASSED, 100.0)
    assert (line.messages, line.launch.session_time) == (3, timedelta(minutes=3))
    assert (line.learner_name, line.course_title) == ("Diaz, Ana", "Knots")


def test_sessions_are_paged_newest_first_and_narrowed(classroom: Classroom) -> None:
    contents = [classroom.open() for _ in range(5)]
    contents[1].get()
    ids = [line.launch.id for line in lines_of(classroom)]
    assert ids == sorted((content.launch.launch_id for content in contents), reverse=True)
    assert [line.launch.id for line in lines_of(classroom, before=ids[1], limit=2)] == ids[2:4]
    (heard,) = lines_of(classroom, is_heard=True)
    assert heard.launch.id == contents[1].launch.launch_id
    assert len(lines_of(classroom, is_heard=False)) == 4
    assert count_unheard(classroom.session, learner_id=classroom.learner.id) == 4
    assert lines_of(classroom, learner_id="nobody") == []


def test_a_session_knows_where_the_attempt_stands(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=i|lesson_location=p", lesson="s" * 10)
    classroom.session.rollback()
    record = get_session(classroom.session, content.launch.launch_id)
    assert record.integration_name == "Ana's content"
    assert record.standing is not None
    assert (record.standing.lesson_status, record.standing.suspend_bytes) == ("incomplete", 10)
    with pytest.raises(UnknownSession):
        get_session(classroom.session, "nobody")


def test_answers_and_their_raw_text_are_kept_once(classroom: Classroom) -> None:
    content = classroom.open()
    for _ in range(2):
        content.send("PutInteractions", ANSWERS)
    classroom.session.rollback()
    (item,) = list_items(classroom.session, content.launch.launch_id, "interaction", limit=9)
    assert (item.fields["interaction_id"], item.fields["student_response"]) == ("knot", "a")
    assert list_items(classroom.session, content.launch.launch_id, "comment", limit=9) == []
    messages = list_messages(classroom.session, content.launch.launch_id).messages
    assert [message.repairs for message in messages] == [(), ()]
    (record,) = list_records(classroom.session, content.launch.launch_id, limit=9)
    assert record.command == "putinteractions"
    assert read_record(classroom.session, content.launch.launch_id, record.id)[1] == ANSWERS.encode()
    assert record.size_bytes == len(ANSWERS.encode())
    other = classroom.open()
    with pytest.raises(UnknownSession):
        read_record(classroom.session, other.launch.launch_id, record.id)


def page_of(classroom: Classroom, content: Content, **marks: object) -> LogPage:
    classroom.session.rollback()
    return list_messages(classroom.session, content.launch.launch_id, limit=3, **marks)  # type: ignore[arg-type]


def test_messages_come_in_order_a_page_at_a_time(classroom: Classroom) -> None:
    content = classroom.open()
    for number in range(7):
        content.put(f"lesson_location={number}")
    classroom.open().get()
    classroom.session.rollback()
    everything = [m.id for m in iterate_messages(classroom.session, content.launch.launch_id)]
    assert len(everything) == 7
    first = page_of(classroom, content)
    assert [m.id for m in first.messages] == everything[:3]
    assert (first.older, first.newer) == (None, everything[2])
    second = page_of(classroom, content, after=first.newer)
    assert [m.id for m in second.messages] == everything[3:6]
    assert (second.older, second.newer) == (everything[3], everything[5])
    last = page_of(classroom, content, is_newest=True)
    assert [m.id for m in last.messages] == everything[4:]
    assert (last.older, last.newer) == (everything[4], None)
    back = page_of(classroom, content, before=last.older)
    assert [m.id for m in back.messages] == everything[1:4]
    assert (back.older, back.newer) == (everything[1], everything[3])
    for mark in ({"after": "gone"}, {"before": "gone"}):
        assert page_of(classroom, content, **mark) == first


def test_messages_of_one_moment_are_neither_lost_nor_doubled(classroom: Classroom) -> None:
    content = classroom.open()
    for number in range(6):
        content.put(f"lesson_location={number}")
    at = classroom.exchanges()[0].received_at
    classroom.session.execute(update(Exchange).values(received_at=at))
    classroom.session.commit()
    page = page_of(classroom, content)
    seen = [m.id for m in page.messages]
    while page.newer is not None:
        page = page_of(classroom, content, after=page.newer)
        seen += [m.id for m in page.messages]
    assert len(set(seen)) == len(seen) == 6


def test_a_long_body_says_that_it_was_cut(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=i", lesson="x" * 20_000)
    content.put("lesson_status=i", lesson="x")
    long, short = page_of(classroom, content).messages
    assert (long.is_request_cut, short.is_request_cut) == (True, False)
    assert long.asked().command == "putparam"
    assert content.launch.session_id not in repr(long)
