"""The whole data model, the policies and the records, through the service and the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.access.integrations import update_integration
from app.access.launches import LessonMode, open_launch
from app.access.policies import MasteryPolicy
from app.catalog.units import UnitFields, set_unit
from app.learners.service import add_learner
from app.models.launches import LaunchItem
from tests.hacp.content import Classroom, Content

PassTime = Callable[[timedelta], None]

INTERACTIONS = (
    '"course_id","student_id","lesson_id","date","time","interaction_id","objective_id","type_interaction",'
    '"correct_response","student_response","result","weighting","latency"\r\n'
    '"","1001","1","2026/11/22","03:22:43","q1","","C","a","b,c","W","1","0000:00:03"\r\n'
    '"","1001","1","2026/11/22","03:23:01","q2","o1","F","four","4","C","1","0000:00:08"'
)


def set_policy(classroom: Classroom, **policy: Any) -> None:
    update_integration(classroom.session, classroom.integration.id, **policy)
    classroom.session.commit()


def give(classroom: Classroom, **unit: Any) -> None:
    fields: UnitFields = unit  # type: ignore[assignment]
    set_unit(classroom.session, classroom.settings, classroom.course.id, **fields)
    classroom.session.commit()


def take(classroom: Classroom, *, is_credit: bool = True, mode: LessonMode = LessonMode.NORMAL) -> Content:
    launch = open_launch(
        classroom.session,
        classroom.settings,
        classroom.organisation,
        integration_id=classroom.integration.id,
        course_id=classroom.course.id,
        learner_id=classroom.learner.id,
        is_credit=is_credit,
        lesson_mode=mode,
    )
    classroom.session.commit()
    return Content(classroom.client, launch, {})


def items(classroom: Classroom, kind: str) -> list[dict[str, str]]:
    classroom.session.rollback()
    rows = classroom.session.scalars(
        select(LaunchItem).where(LaunchItem.kind == kind).order_by(LaunchItem.id)
    )
    return [json.loads(row.fields) for row in rows]


def test_get_param_tells_all_that_the_unit_and_the_learner_have(classroom: Classroom) -> None:
    give(
        classroom,
        mastery_score=80.5,
        max_time_allowed="1:30:00",
        time_limit_action="message, exit",
        core_vendor="a=1<CR>b=2<cr>[core]<CR>c",
        comments="Bring a rope.\n[core]\nTwo.",
    )
    set_policy(classroom, shares_demographics=True)
    attributes = {"City": " Oslo ", "country": "Norway", "unknown": "x"}
    add_learner(classroom.session, name="Diaz, Ana", email="ana@example.com", attributes=attributes)
    classroom.session.commit()
    reply = classroom.open().get()
    assert reply.data.keywords["student_data"] == {
        "attempt_number": "1",
        "mastery_score": "80.5",
        "max_time_allowed": "01:30:00",
        "time_limit_action": "message,exit",
    }
    assert reply.data.keywords["student_demographics"] == {"city": "Oslo", "country": "Norway"}
    assert reply.data.keywords["evaluation"] == {"course_id": "urn:li:lyndaCourse:7"}
    assert reply.data.find_text("core_vendor") == "a=1\r\nb=2\r\nc"
    assert reply.data.find_text("comments") == "Bring a rope.\r\nTwo."


def test_demographics_stay_here_unless_they_are_shared(classroom: Classroom) -> None:
    add_learner(classroom.session, name="Diaz, Ana", email="ana@example.com", attributes={"city": "Oslo"})
    classroom.session.commit()
    assert "student_demographics" not in classroom.open().get().data.keywords


def test_replies_can_be_escaped_for_content_that_decodes_them(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_location=100%41", lesson="%5Bcore%5D 50%")
    assert content.get().core["lesson_location"] == "100%41"
    set_policy(classroom, escapes_percent=True)
    reply = content.get()
    assert reply.core["lesson_location"] == "100%2541"
    assert reply.data.find_text("core_lesson") == "%255Bcore%255D 50%25"


@pytest.mark.parametrize(
    ("policy", "said", "score", "status"),
    [
        (MasteryPolicy.COMPLETED_ONLY, "completed", "90", "passed"),
        (MasteryPolicy.COMPLETED_ONLY, "passed", "10", "passed"),
        (MasteryPolicy.ALWAYS, "passed", "10", "failed"),
        (MasteryPolicy.NEVER, "completed", "10", "completed"),
    ],
)
def test_the_integrations_policy_decides_about_mastery(
    classroom: Classroom, policy: MasteryPolicy, said: str, score: str, status: str
) -> None:
    give(classroom, mastery_score=80)
    set_policy(classroom, mastery_policy=policy)
    content = classroom.open()
    content.put(f"lesson_status={said}|score={score}")
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == status
    assert classroom.open().get().core["lesson_status"] == status


def test_a_score_that_came_earlier_is_held_against_mastery(classroom: Classroom) -> None:
    give(classroom, mastery_score=80)
    content = classroom.open()
    content.put("lesson_status=i|score=90")
    content.put("lesson_status=completed")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.score) == ("passed", 90)


def test_a_score_without_any_status_is_judged_at_exit(classroom: Classroom) -> None:
    give(classroom, mastery_score=8, max_score=10)
    content = classroom.open()
    content.put("score=9|time=00:02:00")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.score) == ("in_progress", 90)
    content.leave()
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.time) == ("passed", 100, timedelta(minutes=2))
    assert classroom.open().get().core["lesson_status"] == "passed"


def test_exit_param_is_judged_like_a_put_and_an_exit(classroom: Classroom) -> None:
    give(classroom, mastery_score=80)
    content = classroom.open()
    content.send("ExitParam", "[core]\r\nscore=90\r\ntime=00:01:00\r\n[core_lesson]\r\nmine")
    attempt, progress = classroom.attempt(), classroom.progress()
    assert attempt is not None
    assert progress is not None
    assert (attempt.lesson_status, attempt.suspend_data, progress.status) == ("passed", b"mine", "passed")


def test_without_credit_the_place_and_the_time_are_kept_and_nothing_else(classroom: Classroom) -> None:
    content = take(classroom, is_credit=False)
    assert content.get().core["credit"] == "no-credit"
    content.put("lesson_status=passed|score=90|lesson_location=4|time=00:05:00", lesson="mine")
    content.leave()
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("in_progress", 0, None)
    assert progress.time == timedelta(minutes=5)
    reply = classroom.open().get()
    assert (reply.core["lesson_status"], reply.core["score"]) == ("not attempted,resume", "")
    assert (reply.core["lesson_location"], reply.data.find_text("core_lesson")) == ("4", "mine")


def test_browsing_a_fresh_course_marks_it_browsed(classroom: Classroom) -> None:
    content = take(classroom, mode=LessonMode.BROWSE)
    assert content.get().core["lesson_mode"] == "browse"
    content.put("lesson_status=completed|score=90|lesson_location=4")
    content.leave()
    assert classroom.open().get().core["lesson_status"] == "browsed,resume"
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "in_progress"


def test_browsing_and_reviewing_leave_a_real_attempt_alone(classroom: Classroom) -> None:
    mine = classroom.open()
    mine.put("lesson_status=incomplete|score=40|lesson_location=4|time=00:05:00", lesson="mine")
    mine.leave()
    for mode in (LessonMode.BROWSE, LessonMode.REVIEW):
        content = take(classroom, mode=mode)
        assert content.get().core["lesson_mode"] == mode.value
        content.put("lesson_status=passed|score=90|lesson_location=9|time=00:01:00", lesson="other")
        content.leave()
        reply = classroom.open().get()
        assert (reply.core["lesson_status"], reply.core["score"]) == ("incomplete,resume", "40")
        assert (reply.core["lesson_location"], reply.data.find_text("core_lesson")) == ("4", "mine")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.time) == ("in_progress", timedelta(minutes=7))


def password(content: Content, text: str | None, command: str = "GetParam") -> tuple[int, str]:
    extra = "" if text is None else f"&AU_password={quote(text)}"
    reply = content.post(
        f"command={command}&version=4.0&session_id={content.launch.session_id}{extra}".encode()
    )
    return reply.error, reply.error_text


def test_the_au_password_is_checked_when_it_is_sent(classroom: Classroom) -> None:
    content = classroom.open()
    assert password(content, "anything") == (0, "Successful")
    give(classroom, au_password="Sesame")
    assert password(content, "Sesame") == (0, "Successful")
    assert password(content, "sesame") == (2, "Invalid AU-password")
    assert password(content, "") == (0, "Successful")
    assert password(content, None) == (0, "Successful")
    set_policy(classroom, enforces_au_password=True)
    assert password(content, None) == (2, "Invalid AU-password")
    assert password(content, "") == (2, "Invalid AU-password")
    assert password(content, None, "PutParam") == (2, "Invalid AU-password")
    assert password(content, "Sesame", "PutParam") == (0, "Successful")
    parked = [each for each in classroom.exchanges() if each.is_parked]
    assert len(parked) == 1
    assert not any(b"esame" in (each.request_body or b"") for each in classroom.exchanges())


def test_strict_order_is_the_standards(classroom: Classroom) -> None:
    set_policy(classroom, is_strict=True)
    content = classroom.open()
    assert content.put("lesson_status=passed").error == 1
    assert classroom.attempt() is None
    assert content.get().error == 0
    assert content.put("lesson_status=i").error == 0
    assert content.leave().error == 0
    assert [content.leave().error, content.put("lesson_status=p").error, content.get().error] == [3, 3, 3]
    assert sum(each.is_parked for each in classroom.exchanges()) == 2
    assert {each.code for each in classroom.findings()} == {"A11", "A9"}
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "in_progress"


def test_interactions_are_kept_once_row_by_row(classroom: Classroom) -> None:
    content = classroom.open()
    for _ in range(3):
        assert content.send("PutInteractions", INTERACTIONS).error == 0
    rows = items(classroom, "interaction")
    assert [row["interaction_id"] for row in rows] == ["q1", "q2"]
    assert (rows[0]["student_response"], rows[0]["correct_response"], len(rows[0])) == ("b,c", "a", 13)
    assert [(each.command, each.body.decode()) for each in classroom.records()] == [
        ("putinteractions", INTERACTIONS)
    ]
    changes = [json.loads(each.changes) for each in classroom.exchanges() if each.changes]
    assert ["Interactions", "", "2 new"] in changes[0]
    assert sum("Interactions" in str(each) for each in changes) == 1


def test_objectives_of_either_command_come_back_renumbered(classroom: Classroom) -> None:
    content = classroom.open()
    text = "[objectives_status]\r\nJ_ID.7=b\r\nJ_Score.7=5\r\nj_status.7=I\r\nJ_ID.2=a\r\nJ_Score.3=1"
    content.send("PutParam", text)
    content.send("PutObjectives", "objective_id,status,score\r\nc,P,80\r\nb,C,")
    assert classroom.open().get().data.keywords["objectives_status"] == {
        "j_id.1": "a",
        "j_id.2": "b",
        "j_score.2": "5",
        "j_status.2": "C",
        "j_id.3": "c",
        "j_score.3": "80",
        "j_status.3": "P",
    }
    assert [row["objective_id"] for row in items(classroom, "objective")] == ["c", "b"]


def test_comments_of_either_command_are_kept(classroom: Classroom) -> None:
    content = classroom.open()
    for _ in range(2):
        content.send("PutParam", "[core]\r\n[comments]\r\n<1>Too fast<e.1><2>Good<e.2>\r\n[core_lesson]\r\nx")
    content.send("PutComments", 'location,comment\r\np3,"Yes, please"')
    assert [row["comment"] for row in items(classroom, "comment")] == ["Too fast", "Good", "Yes, please"]


def test_what_nobody_asked_for_is_kept_all_the_same(classroom: Classroom) -> None:
    content = classroom.open()
    content.send("PutParam", "[core]\r\nlesson_status=xyz\r\nscore=1\r\nscore=2\r\n[mine]\r\na=1\r\n")
    content.send("PutPath", "element_location\r\n1")
    content.send("PutPerformance", "whatever it is")
    content.put("lesson_status=i|tries=1")
    bodies = {(each.command, each.body.decode()) for each in classroom.records()}
    assert bodies == {
        ("unread", "[core]\r\nlesson_status=xyz\r\nscore=2\r\n[mine]\r\na=1\r\n"),
        ("unread", "[core]\r\ntries=1\r\n"),
        ("putpath", "element_location\r\n1"),
        ("putperformance", "whatever it is"),
    }
    assert json.loads(classroom.exchanges()[0].repairs) == [
        "keyword score repeated, the first one counts",
        "unknown group [mine] kept as sent",
        "lesson_status 'xyz' is no status, the earlier one stays",
    ]


def test_tries_are_kept_with_the_attempt(classroom: Classroom) -> None:
    content = classroom.open()
    content.send("PutParam", "[student_data]\r\ntries_during_lesson=2\r\ntry_score.1=50")
    attempt = classroom.attempt()
    assert attempt is not None
    assert json.loads(attempt.student_data) == {"tries_during_lesson": "2", "try_score.1": "50"}
    assert classroom.records() == []


def test_an_overtaken_beacon_does_not_take_the_place_back(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_location=end|lesson_status=P|score=90|time=00:10:00", lesson="final")
    content.put("lesson_location=8|lesson_status=N|score=|time=00:09:58", lesson="older")
    content.leave()
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["score"]) == ("end", "90")
    assert reply.data.find_text("core_lesson") == "final"
    assert any("older than what was stored" in each.repairs for each in classroom.exchanges())


def test_content_that_sends_the_time_since_its_last_message_keeps_its_place(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_location=1|lesson_status=I|time=00:02:00", lesson="first")
    content.put("lesson_location=2|lesson_status=I|time=00:01:00", lesson="second")
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.data.find_text("core_lesson")) == ("2", "second")


def test_an_exchange_tells_what_it_changed(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete,suspend|score=40|lesson_location=4|time=00:05:00", lesson="mine")
    content.put("lesson_status=completed|score=66.67|lesson_location=" + "x" * 200)
    first, second, third = (json.loads(each.changes or "[]") for each in classroom.exchanges())
    assert first == [["Status", "", "not_started"]]
    assert second == [
        ["Status", "not_started", "in_progress"],
        ["Best score", "", "40"],
        ["Lesson status", "not attempted", "incomplete"],
        ["Left with", "", "suspend"],
        ["Score", "", "40"],
        ["Location", "", "4"],
        ["Time in this session", "00:00:00", "00:05:00"],
        ["Suspend data", "empty", "4 bytes"],
    ]
    changed = {what: (before, after) for what, before, after in third}
    assert changed["Status"] == ("in_progress", "completed")
    assert changed["Percent complete"] == ("0", "100")
    assert changed["Location"] == ("4", "x" * 80 + "…")
    assert "score '66.67' kept as sent" in classroom.exchanges()[2].repairs


def test_a_score_that_exit_overtook_is_judged_all_the_same(classroom: Classroom) -> None:
    give(classroom, mastery_score=80)
    content = classroom.open()
    content.get()
    content.leave()
    content.put("score=90|time=00:01:00")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("passed", 100, 90)
    assert classroom.open().get().core["lesson_status"] == "passed"


def test_the_score_of_a_complete_lesson_may_come_after_the_word(classroom: Classroom) -> None:
    give(classroom, mastery_score=80)
    content = classroom.open()
    content.put("lesson_status=completed")
    content.put("score=90")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.score) == ("passed", 90)


def test_what_does_not_count_is_kept_as_sent(classroom: Classroom) -> None:
    mine = classroom.open()
    mine.send("PutParam", "[core]\r\nlesson_status=i\r\n[objectives_status]\r\nj_id.1=o\r\nj_score.1=90")
    text = "[core]\r\nlesson_status=passed\r\n[objectives_status]\r\nj_id.1=o\r\nj_score.1=1"
    for content in (take(classroom, is_credit=False), take(classroom, mode=LessonMode.REVIEW)):
        content.get()
        content.send("PutParam", text)
        assert content.get().data.keywords["objectives_status"]["j_score.1"] == "90"
    assert [each.body.decode() for each in classroom.records()] == [text, text]
    repairs = " ".join(each.repairs for each in classroom.exchanges())
    assert "not for credit: status and score do not count" in repairs
    assert "reviewed: the time alone counts" in repairs


def test_late_objectives_only_raise_the_result(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.send("PutObjectives", "objective_id,status,score\r\no,passed,80\r\np,incomplete,10")
    content.leave()
    content.send("PutObjectives", "objective_id,status,score\r\no,not attempted,5\r\np,passed,90")
    objectives = classroom.open().get().data.keywords["objectives_status"]
    assert (objectives["j_status.1"], objectives["j_score.1"]) == ("passed", "80")
    assert (objectives["j_status.2"], objectives["j_score.2"]) == ("passed", "90")


def test_no_session_id_is_kept_wherever_content_puts_it(classroom: Classroom) -> None:
    earlier = classroom.open()
    sid = earlier.launch.session_id
    earlier.get()
    address = f"https://content.example/go?AICC_SID={sid}"
    earlier.put(f"lesson_location={address}|lesson_status={sid}")
    earlier.send("PutPath", address)
    earlier.send("PutComments", f"location,comment\r\np3,{address} does not load")
    later = classroom.open()
    assert sid in later.get().core["lesson_location"]
    own = later.launch.session_id
    refused = [
        f"command=GetParam&command=PutParam&session_id={own}&aicc_data=x?AICC_SID%3D{own}",
        f"session_id={own}&session_id=x&command=getparam",
        f"command={own}",
        f"command=getparam&sessionid={own}&AUpassword=Sesame77",
    ]
    for body in refused:
        assert later.post(body.encode()).error in (1, 3)
    assert later.post(b"x=1", query_string=f"session_id={own}&x={own}").error == 1
    kept = [
        f"{each.path} {each.result} {each.changes} {each.repairs} {each.request_body!r} {each.reply_body!r}"
        for each in classroom.exchanges()
    ]
    assert len(kept) == 5 + len(refused) + 1
    kept += [each.body.decode() for each in classroom.records()]
    kept += [str(each) for each in items(classroom, "comment")]
    for text in kept:
        assert sid not in text
        assert own.lower() not in text.lower()
        assert "Sesame77" not in text
    details = " ".join(each.detail for each in classroom.findings())
    assert own not in details


def test_a_password_in_the_address_is_left_aside(classroom: Classroom) -> None:
    give(classroom, au_password="Sesame")
    set_policy(classroom, enforces_au_password=True)
    content = classroom.open()
    body = f"command=getparam&session_id={content.launch.session_id}".encode()
    assert content.post(body, query_string="AU_password=Sesame").error == 2
    assert content.post(body + b"&AU_password=Sesame").error == 0
    assert "AU_password in the address left aside" in classroom.exchanges()[0].repairs


def test_a_session_has_a_bounded_number_of_rows_and_keeps_the_text_of_more(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.hacp.records.MOST_ITEMS", 3)
    content = classroom.open()
    content.send("PutInteractions", "interaction_id\r\nq1\r\nq2")
    content.send("PutInteractions", "interaction_id\r\nq3\r\nq4")
    content.send("PutInteractions", "interaction_id\r\nq5")
    assert [row["interaction_id"] for row in items(classroom, "interaction")] == ["q1", "q2", "q3"]
    assert len(classroom.records()) == 3
