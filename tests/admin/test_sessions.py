"""A learner's AICC sessions in the pages: found, read message by message, taken away as files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.access.launches import LessonMode, open_launch
from app.admin.session_view import show_answer
from app.inspector.sessions import Item
from app.models.access import Integration
from app.models.launches import Launch
from tests.admin.desk import NOON, Desk
from tests.hacp.content import Classroom, Content

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
ANSWERS = (
    '"date","time","interaction_id","objective_id","type_interaction","correct_response","student_response",'
    '"result","weighting","latency"\r\n'
    '"2026/11/22","21:22:43","Which knot?","knots","C","bowline","granny","W","2","0000:01:05"\r\n'
)


def page_of(desk: Desk, content: Content, end: str = "") -> str:
    reply = desk.get(f"/admin/sessions/{content.launch.launch_id}{end}")
    assert reply.status_code == 200
    return unescape(reply.text)


def test_a_session_is_reached_from_learner_course_and_list(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=incomplete|score=40|time=00:02:00")
    address = f'href="/admin/sessions/{content.launch.launch_id}"'
    listed = f"/admin/sessions?course={classroom.course.id}"
    assert listed in desk.get(f"/admin/courses/{classroom.course.id}").text
    for path in (
        f"/admin/learners/{classroom.learner.id}",
        listed,
        "/admin/sessions",
        "/admin/sessions?heard=yes",
    ):
        page = desk.get(path).text
        assert address in page, path
        assert "In progress" in page
        assert "2 min" in page
    for path in ("/admin/sessions?heard=no", "/admin/sessions?learner=nobody"):
        assert "No session matches" in desk.get(path).text
        assert desk.get(f"{path}&before=%00&course=%22").status_code == 200


def test_openings_that_nobody_answered_are_summed_up(desk: Desk, classroom: Classroom) -> None:
    learner = f"/admin/learners/{classroom.learner.id}"
    assert "No course has reported over AICC" in desk.get(learner).text
    for _ in range(2):
        classroom.open()
    page = unescape(desk.get(learner).text)
    assert "2 more openings" in page
    assert "No call yet" not in page
    assert "No call yet" in desk.get(f"/admin/sessions?learner={classroom.learner.id}&heard=no").text


def test_a_session_shows_its_messages_in_order_with_all_they_did(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.post(
        f"command=PutParam&session_id={content.launch.session_id}&aicc_data=[core]\r\nlesson_status=i\r\n"
        "lesson_location=page-3\r\nscore=66.67\r\n[core_lesson]\r\nbookmark=3".encode()
    )
    content.put("lesson_status=passed|score=92|time=00:04:00")
    content.leave()
    page = page_of(desk, content)
    order = ["Asked where the learner left off", "Reported progress", "Closed the session"]
    places = [page.index(f'class="moment-title">{title}') for title in order]
    assert places == sorted(places)
    for words in (
        "not attempted,ab-initio", "bookmark=3", "page-3", "error=0 Successful", "aicc_data was not encoded",
        "What had to be repaired to read it", "suspend data", "Lesson status", "66.67", "4 min", "Ended",
        "Normally, for credit", "The course closed it (ExitAU).",
    ):  # fmt: skip
        assert words in page, words
    assert content.launch.session_id not in page


def test_answers_objectives_comments_and_files_are_shown(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.send("PutInteractions", ANSWERS)
    content.send("PutObjectives", "objective_id,status,score\r\nknots,passed,80\r\n")
    content.send("PutComments", "location,comment\r\npage-4,The picture does not load\r\n")
    content.send("PutPath", 'element_location\r\n"page-1"\r\n')
    content.send("PutPerformance", "anything at all")
    page = page_of(desk, content)
    for words in (
        "Which knot?", "granny", "bowline", "Wrong", "1:05", "weight 2", "objective knots", "Choice",
        "21:22:43",
        "The picture does not load", "at page-4", "Time to mastery",
    ):  # fmt: skip
        assert words in page, words
    files = re.findall(r'href="(/admin/sessions/\w+/records/\w+)"', page)
    bodies = [desk.get(path) for path in files]
    assert {reply.get_data(as_text=True) for reply in bodies} >= {ANSWERS, 'element_location\r\n"page-1"\r\n'}
    for reply in bodies:
        assert reply.content_type == "text/plain; charset=utf-8"
        assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_many_files_are_folded(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    for number in range(14):
        content.send("PutPerformance", f"record {number}")
    page = page_of(desk, content)
    assert "<summary>2 more</summary>" in page
    assert len(re.findall(r"/records/\w+", page)) == 14


def test_the_log_holds_every_message_and_no_session_id(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=i", lesson="x" * 20_000)
    reply = desk.get(f"/admin/sessions/{content.launch.launch_id}/log")
    log = reply.get_data(as_text=True)
    assert reply.headers["Content-Disposition"] == (
        f'attachment; filename="session-{content.launch.launch_id}.txt"'
    )
    assert reply.content_type == "text/plain; charset=utf-8"
    assert log.count("=== ") == 2
    assert "--- request, 16384 bytes, cut\n" in log
    assert "changed: " in log
    assert content.launch.session_id not in log


def test_what_the_content_sends_is_shown_as_text(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.put(f"lesson_location={HOSTILE}|lesson_status={HOSTILE}", lesson=HOSTILE)
    content.send(
        "PutInteractions", f'interaction_id,result\r\n"{HOSTILE}","{HOSTILE}"\r\n'.replace('">', '"">')
    )
    content.send("PutComments", f"comment\r\n{HOSTILE}\r\n")
    content.send("PutParam", f"[{HOSTILE}]\r\n{HOSTILE}")
    body = f"command=PutParam&session_id={content.launch.session_id}&aicc_data="
    content.post(
        body.encode() + b"%5Bcore%5D%0D%0Alesson_location=%uD83Dz%00%1B%0D%0A%5Bcomments%5D%0D%0A%uDE00"
    )
    reply = desk.get(f"/admin/sessions/{content.launch.launch_id}")
    assert reply.status_code == 200
    assert "<script>alert" not in reply.text
    assert "<img" not in reply.text
    assert "&lt;script&gt;alert(1)" in reply.text
    assert desk.get(f"/admin/sessions/{content.launch.launch_id}/log").status_code == 200


def test_long_texts_are_cut_on_the_page_and_say_so(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=i", lesson="x" * 20_000)
    page = page_of(desk, content)
    assert "more characters are in the log" in page
    assert "Only the first 16 KiB are kept" in page
    assert len(page) < 40_000


def test_a_long_session_is_paged(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    for number in range(203):
        content.put(f"lesson_location=place-{number}-")
    page = page_of(desk, content)
    assert page.count('class="moment ') == 200
    newer = re.search(r'rel="next" href="([^"#]+)#messages"', page)
    assert newer
    second = unescape(desk.get(newer.group(1)).text)
    assert second.count('class="moment ') == 3
    assert "place-202-" in page_of(desk, content, "?at=end")
    assert "place-0-" in page_of(desk, content, "?after=%00")


def test_refused_messages_say_why_and_who_can_mend_it(
    desk: Desk, classroom: Classroom, pass_time: Callable[[timedelta], None]
) -> None:
    content = classroom.open()
    content.put("lesson_status=i")
    content.leave()
    pass_time(timedelta(minutes=classroom.settings.grace_minutes + 1))
    assert content.put("lesson_status=completed").error == 3
    page = page_of(desk, content)
    assert "Refused" in page
    assert "A9" in page
    assert "error=3 Invalid Session ID" in page


@pytest.mark.parametrize(
    ("reason", "words", "state"),
    [
        ("exit", "The course closed it", "Ended"),
        ("idle", "nothing was heard for 24 hours", "Closed by the server"),
        ("absolute", "open for more than 7 days", "Closed by the server"),
        ("unused", "the course never called", "Never called back"),
    ],
)
def test_an_end_is_told_in_words(
    desk: Desk, classroom: Classroom, reason: str, words: str, state: str
) -> None:
    content = classroom.open()
    content.get()
    values = {"ended_at": NOON, "end_reason": reason, "state": "ended"}
    classroom.session.execute(update(Launch).values(values))
    classroom.session.commit()
    page = page_of(desk, content)
    assert words in page
    assert f"{state}</span>" in page


def test_a_session_that_was_never_called_says_what_may_be_wrong(desk: Desk, classroom: Classroom) -> None:
    page = page_of(desk, classroom.open())
    assert "No message yet" in page
    assert "pop-up blocker" in page
    assert "Download the log" not in page


@pytest.mark.parametrize(
    ("says", "later", "code"),
    [
        ((), timedelta(minutes=1), ""),
        ((), timedelta(minutes=6), "A1"),
        (("get",), timedelta(minutes=6), ""),
        (("get",), timedelta(minutes=31), "A3"),
        (("get", "put"), timedelta(minutes=110), ""),
        (("get", "put"), timedelta(minutes=121), "A4"),
        (("get", "put", "leave"), timedelta(minutes=121), ""),
    ],
)
def test_a_session_shows_what_is_odd_in_it_and_so_does_its_integration(
    desk: Desk,
    classroom: Classroom,
    pass_time: Callable[[timedelta], None],
    says: tuple[str, ...],
    later: timedelta,
    code: str,
) -> None:
    content = classroom.open()
    for word in says:
        if word == "put":
            content.put("lesson_status=incomplete|score=40|time=00:02:00")
        else:
            getattr(content, word)()
    pass_time(later / 2)
    desk.get("/admin/")  # Whoever looks for long stays signed in.
    pass_time(later / 2)
    page = page_of(desk, content)
    integration = desk.get(f"/admin/integrations/{classroom.integration.id}").text
    for each in ("A1", "A3", "A4"):
        link = f'/admin/help/findings/{each}"'
        assert (link in page) is (each == code), each
        # What needs nothing from anybody is no trouble of the integration's.
        assert (link in integration) is (each == code != "A4"), each


def test_a_session_whose_calls_were_refused_has_called(
    desk: Desk, classroom: Classroom, pass_time: Callable[[timedelta], None]
) -> None:
    content = classroom.open()
    classroom.session.execute(update(Integration).values(is_enabled=False))
    classroom.session.commit()
    assert content.get().error == 3
    pass_time(timedelta(minutes=10))
    assert "/admin/help/findings/A1" not in page_of(desk, content)


def test_answers_alone_are_a_report_and_a_review_needs_none(
    desk: Desk, classroom: Classroom, pass_time: Callable[[timedelta], None]
) -> None:
    answered, reviewed = classroom.open(), classroom.open()
    answered.get()
    answered.send("PutInteractions", ANSWERS)
    classroom.session.execute(
        update(Launch)
        .where(Launch.id == reviewed.launch.launch_id)
        .values(lesson_mode=LessonMode.REVIEW.value)
    )
    classroom.session.commit()
    reviewed.get()
    pass_time(timedelta(minutes=40))
    for content in (answered, reviewed):
        assert "/admin/help/findings/A3" not in page_of(desk, content)
    integration = desk.get(f"/admin/integrations/{classroom.integration.id}").text
    assert "/admin/help/findings/A3" not in integration


def test_browsing_without_credit_is_told(desk: Desk, classroom: Classroom) -> None:
    opened = open_launch(
        classroom.session,
        classroom.settings,
        classroom.organisation,
        integration_id=classroom.integration.id,
        course_id=classroom.course.id,
        learner_id=classroom.learner.id,
        is_credit=False,
        lesson_mode=LessonMode.BROWSE,
    )
    classroom.session.commit()
    assert "Only to browse, without credit" in page_of(desk, Content(classroom.client, opened, {}))


def test_unknown_sessions_and_records_are_404(desk: Desk, classroom: Classroom) -> None:
    content, other = classroom.open(), classroom.open()
    content.send("PutPath", "a\r\n1\r\n")
    (record,) = classroom.records()
    assert desk.get(f"/admin/sessions/{other.launch.launch_id}/records/{record.id}").status_code == 404
    for end in ("nope", "nope/log", "nope/records/nope", "%00"):
        assert desk.get(f"/admin/sessions/{end}").status_code == 404


def test_files_are_for_people_who_are_signed_in(
    client: FlaskClient, desk: Desk, classroom: Classroom
) -> None:
    content = classroom.open()
    content.send("PutPath", "a\r\n1\r\n")
    (record,) = classroom.records()
    for end in ("", "/log", f"/records/{record.id}"):
        assert client.get(f"/admin/sessions/{content.launch.launch_id}{end}").status_code == 303


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"latency": "0000:00:03", "result": "C"}, ("3 s", "Correct")),
        ({"latency": "00:00:03.5", "result": "wrong"}, ("3.5 s", "Wrong")),
        ({"latency": "0001:02:03", "result": "0.5"}, ("1:02:03", "0.5")),
        ({"latency": "soon", "result": "unanticipated"}, ("soon", "Unanticipated")),
        ({"result": "N"}, ("", "Neutral")),
    ],
)
def test_an_answer_is_put_into_words(fields: dict[str, str], shown: tuple[str, str]) -> None:
    answer = show_answer(Item("q", fields, NOON))
    assert answer.result is not None
    assert (answer.latency, answer.result.words) == shown
    assert show_answer(Item("", {}, NOON)).question == "–"
