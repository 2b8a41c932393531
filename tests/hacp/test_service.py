"""Courses report over HACP, and their learner's state and progress are what they said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.models.learning import AssignableUnit
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import Classroom, Content

PassTime = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)


def test_the_first_get_param_answers_a_fresh_attempt(classroom: Classroom) -> None:
    reply = classroom.open().get()
    assert (reply.error, reply.error_text, reply.version) == (0, "Successful", "4.0")
    assert list(reply.core.items()) == [
        ("student_id", classroom.learner.id),
        ("student_name", "Diaz, Ana"),
        ("lesson_location", ""),
        ("credit", "credit"),
        ("lesson_status", "not attempted,ab-initio"),
        ("score", ""),
        ("time", "00:00:00"),
        ("lesson_mode", "normal"),
    ]
    text = reply.response.get_data(as_text=True)
    assert text.endswith(
        "[core_lesson]\r\n[core_vendor]\r\n[student_data]\r\nattempt_number=1\r\n"
        "[evaluation]\r\ncourse_id=urn:li:lyndaCourse:7\r\n"
    )


def test_opening_a_session_makes_no_attempt_and_get_param_alone_starts_nothing(classroom: Classroom) -> None:
    content = classroom.open()
    assert classroom.attempt() is None
    assert classroom.progress() is None
    content.get()
    assert classroom.attempt() is not None
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.has_aicc) == ("not_started", 0, True)


def test_a_relaunch_returns_what_was_put(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    suspend = 'a=b\r\n\r\n  ;x\n[1,2] {"é": "€😀"} %5B\x00'
    content.put("lesson_location=p7|lesson_status=incomplete|score=66.67,100,0|time=00:05:00", lesson=suspend)
    content.leave()
    core = (reply := classroom.open().get()).core
    assert core["lesson_location"] == "p7"
    assert core["lesson_status"] == "incomplete,resume"
    assert core["score"] == "66.67,100,0"
    assert core["time"] == "00:05:00"
    assert reply.data.find_text("core_lesson") == suspend


@pytest.mark.parametrize(
    ("put", "status"),
    [
        ("lesson_status=incomplete,suspend", "incomplete,resume"),
        ("lesson_status=incomplete , S", "incomplete,resume"),
        ("lesson_status=completed,logout|lesson_location=9", "completed"),
        ("lesson_status=incomplete,", "incomplete"),
        ("lesson_status=incomplete", "incomplete"),
        ("lesson_status=I|lesson_location=3", "incomplete,resume"),
        ("lesson_status=passed,suspend", "passed,resume"),
        ("lesson_status=xyz", "incomplete"),
        ("", "incomplete"),
        ("lesson_status=N", "incomplete"),
        ("lesson_status=b", "incomplete"),
        ("lesson_status=complete", "completed"),
        ("lesson_status=PASS", "passed"),
    ],
)
def test_the_next_launch_is_told_the_status_and_how_to_enter(
    classroom: Classroom, put: str, status: str
) -> None:
    content = classroom.open()
    content.get()
    assert content.put(put).error == 0
    content.leave()
    if put == "lesson_status=b":
        status = "browsed"
    assert classroom.open().get().core["lesson_status"] == status


def test_absent_values_stay_and_blank_ones_are_cleared(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_location=p7|score=50|lesson_status=i", lesson="data")
    content.put("time=00:01:00")
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["score"]) == ("p7", "50")
    assert reply.data.find_text("core_lesson") == "data"
    content.put("lesson_location=|score=", lesson="")
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["score"]) == ("", "")
    assert reply.data.find_text("core_lesson") == ""


def test_a_late_lower_status_changes_nothing(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=passed|score=90")
    content.put("lesson_status=not attempted")
    classroom.open().put("lesson_status=incomplete")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("passed", 100, 90)
    assert classroom.open().get().core["lesson_status"] == "passed"


def test_progress_follows_the_status_and_leaves_the_percentage_open(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=incomplete|score=45|time=00:07:00")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("in_progress", 0, 45)
    assert progress.time == 7 * MINUTE
    content.put("lesson_status=completed")
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent) == ("completed", 100)
    assert progress.completed_at is not None


def test_for_linkedin_the_score_is_the_percentage_and_mastery_is_not_judged(linkedin: Classroom) -> None:
    unit = linkedin.session.query(AssignableUnit).one()
    unit.mastery_score = 80
    linkedin.session.commit()
    content = linkedin.open()
    assert content.get().data.keywords["student_data"] == {"attempt_number": "1"}
    content.put("lesson_status=incomplete|score=45")
    progress = linkedin.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("in_progress", 45, None)
    content.put("lesson_status=completed|score=60")
    progress = linkedin.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("completed", 100, None)


@pytest.mark.parametrize(("score", "status"), [("90", "passed"), ("70", "failed"), ("", "completed")])
def test_elsewhere_mastery_decides_a_completed_lesson(classroom: Classroom, score: str, status: str) -> None:
    unit = classroom.session.query(AssignableUnit).one()
    unit.mastery_score = 80
    unit.core_vendor = "a=1<CR>b=2"
    classroom.session.commit()
    content = classroom.open()
    reply = content.get()
    assert reply.data.keywords["student_data"] == {"attempt_number": "1", "mastery_score": "80"}
    assert reply.data.find_text("core_vendor") == "a=1\r\nb=2"
    content.put(f"lesson_status=completed|score={score}")
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == status
    assert classroom.open().get().core["lesson_status"] == status


def time_of(classroom: Classroom) -> str:
    """Return the total that the next launch is told."""
    return classroom.open().get().core["time"]


def test_put_times_of_one_segment_are_not_added(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("time=00:05:00")
    content.put("time=00:07:00")
    content.put("time=00:06:00")
    content.leave()
    assert time_of(classroom) == "00:07:00"
    progress = classroom.progress()
    assert progress is not None
    assert progress.time == 7 * MINUTE


def test_time_counts_without_an_exit(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("time=0000:05:00")
    assert time_of(classroom) == "00:05:00"


def test_each_get_param_begins_a_segment(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("time=00:05:00")
    assert content.get().core["time"] == "00:00:00"
    content.put("time=00:01:00")
    assert time_of(classroom) == "00:06:00"
    progress = classroom.progress()
    assert progress is not None
    assert progress.time == 6 * MINUTE


def test_sessions_add_up_and_the_base_stays_while_one_runs(classroom: Classroom) -> None:
    for total in ("00:00:00", "00:00:59", "00:01:59"):
        content = classroom.open()
        assert content.get().core["time"] == total
        content.put("time=00:00:59.9")
        assert content.get().core["time"] == total
        content.leave()
    assert time_of(classroom) == "00:02:59"


@pytest.mark.parametrize(
    ("time", "total"),
    [("754", "00:12:34"), ("PT5M", "00:05:00"), ("garbage", "00:00:00"), ("00:90:75", "01:31:15")],
)
def test_times_of_every_form_count(classroom: Classroom, time: str, total: str) -> None:
    content = classroom.open()
    assert content.put(f"time={time}").error == 0
    assert time_of(classroom) == total


def test_two_running_sessions_of_one_attempt_both_count(classroom: Classroom) -> None:
    one, other = classroom.open(), classroom.open()
    one.get()
    other.get()
    one.put("time=00:05:00")
    other.put("time=00:03:00")
    one.put("time=00:06:00")
    assert time_of(classroom) == "00:09:00"


def test_exit_without_put_begins_the_course(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    assert content.leave().error == 0
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "in_progress"
    assert classroom.open().get().core["lesson_status"] == "incomplete"


def test_put_before_get_and_exit_alone_are_accepted(classroom: Classroom) -> None:
    content = classroom.open()
    assert content.put("lesson_status=incomplete|time=00:01:00").error == 0
    assert classroom.open().leave().error == 0
    assert time_of(classroom) == "00:01:00"


def test_exit_twice_is_harmless_until_the_grace_is_over(classroom: Classroom, pass_time: PassTime) -> None:
    content = classroom.open()
    content.put("lesson_status=completed|time=00:01:00")
    assert content.leave().error == 0
    pass_time(10 * MINUTE)
    assert content.leave().error == 0
    pass_time(6 * MINUTE)
    assert content.leave().error == 3
    assert time_of(classroom) == "00:01:00"


def test_in_the_grace_values_that_raise_the_result_are_taken(
    classroom: Classroom, pass_time: PassTime
) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|score=80|time=00:05:00|lesson_location=5", lesson="five")
    content.leave()
    pass_time(14 * MINUTE)
    overtaken = "lesson_status=not attempted|score=20|time=00:04:00|lesson_location=4"
    assert content.put(overtaken, lesson="four").error == 0
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["score"]) == ("5", "80")
    assert reply.data.find_text("core_lesson") == "five"
    assert (
        content.put("lesson_status=passed|score=90|time=00:06:00|lesson_location=6", lesson="six").error == 0
    )
    reply = classroom.open().get()
    assert (reply.core["lesson_location"], reply.core["score"]) == ("6", "90")
    assert reply.core["lesson_status"] == "passed"
    assert reply.data.find_text("core_lesson") == "six"
    assert reply.core["time"] == "00:06:00"


def test_in_the_grace_an_overtaken_pass_still_counts(classroom: Classroom) -> None:
    content = classroom.open()
    content.put("lesson_status=incomplete|time=00:05:00|lesson_location=5")
    content.leave()
    content.put("lesson_status=passed|time=00:04:00|lesson_location=4")
    core = classroom.open().get().core
    assert (core["lesson_status"], core["lesson_location"]) == ("passed", "5")


def test_in_the_grace_a_message_without_time_does_not_move_the_place(classroom: Classroom) -> None:
    timed, untimed = classroom.open(), classroom.open()
    timed.put("time=00:05:00|lesson_location=5")
    timed.leave()
    timed.put("lesson_location=4")
    assert classroom.open().get().core["lesson_location"] == "5"
    untimed.put("lesson_location=6")
    untimed.leave()
    untimed.put("lesson_location=7")
    assert classroom.open().get().core["lesson_location"] == "7"


def test_after_the_grace_data_is_refused_and_parked_whole(classroom: Classroom, pass_time: PassTime) -> None:
    content = classroom.open()
    content.put("lesson_status=incomplete|lesson_location=5")
    content.leave()
    pass_time(16 * MINUTE)
    late = "x" * 50_000
    reply = content.put("lesson_status=passed|lesson_location=9", lesson=late)
    assert (reply.error, reply.error_text, reply.response.status_code) == (3, "Invalid Session ID", 200)
    assert content.get().error == 3
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "in_progress"
    (parked,) = [exchange for exchange in classroom.exchanges() if exchange.is_parked]
    assert parked.request_body is not None
    assert late.encode() in parked.request_body
    assert (parked.launch_id, parked.is_anonymous) == (content.launch.launch_id, False)
    assert {finding.code for finding in classroom.findings()} == {"A9"}


def test_a_page_loaded_again_in_the_grace_goes_on(classroom: Classroom, pass_time: PassTime) -> None:
    content = classroom.open()
    content.get()
    content.put("time=00:05:00|lesson_location=5|lesson_status=incomplete")
    content.leave()
    core = content.get().core
    assert (core["lesson_location"], core["time"], core["lesson_status"]) == (
        "5",
        "00:00:00",
        "incomplete,resume",
    )
    pass_time(60 * MINUTE)
    assert content.put("time=00:02:00|lesson_location=6").error == 0
    content.leave()
    core = classroom.open().get().core
    assert (core["lesson_location"], core["time"]) == ("6", "00:07:00")


@pytest.mark.parametrize("hours", [[25], [20, 20, 20, 20, 20, 20, 20, 20, 20]])
def test_a_session_ends_when_it_is_quiet_or_old(
    classroom: Classroom, pass_time: PassTime, hours: list[int]
) -> None:
    content = classroom.open()
    content.get()
    for wait in hours[:-1]:
        pass_time(timedelta(hours=wait))
        assert content.put("lesson_status=incomplete").error == 0
    pass_time(timedelta(hours=hours[-1]))
    assert content.put("lesson_status=passed").error == 3
    assert [exchange.is_parked for exchange in classroom.exchanges()].count(True) == 1
    assert {finding.code for finding in classroom.findings()} == {"A2"}


@pytest.mark.parametrize(
    "command", ["PutInteractions", "PUTOBJECTIVES", "putcomments", "PutPath", "PutPerformance"]
)
def test_other_puts_are_kept_as_sent_and_once(classroom: Classroom, command: str) -> None:
    content = classroom.open()
    table = '"course_id","x"\r\n"é\x00","1"\r\n'
    for _ in range(2):
        assert content.send(command, table).error == 0
    assert content.send(command, "").error == 0
    first, second = sorted(classroom.records(), key=lambda record: -len(record.body))
    assert (first.command, first.body, second.body) == (command.lower(), table.encode(), b"")
    progress = classroom.progress()
    assert progress is not None
    assert progress.status == "not_started"


def test_exit_param_is_put_and_exit_in_one(classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    boundary = "----WebKitFormBoundaryx"
    parts = {
        "command": "ExitParam",
        "session_id": content.launch.session_id,
        "aicc_data": "[core]\r\nlesson_status=passed\r\ntime=00:01:00\r\n",
    }
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    reply = content.post(
        f"{body}--{boundary}--\r\n".encode(), content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert reply.error == 0
    assert classroom.launch_row(content).state == "ended"
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.time) == ("passed", MINUTE)


def test_preferences_objectives_and_comments_are_kept(classroom: Classroom) -> None:
    content = classroom.open()
    content.send(
        "PutParam",
        "[core]\r\nlesson_status=i\r\n[comments]\r\n<1>fine<e.1>\r\n[objectives_status]\r\nJ_ID.3=second\r\n"
        "J_Score.3=50\r\nJ_ID.1=first\r\nJ_Status.1=passed\r\nJ_Score.2=9\r\n[student_preferences]\r\naudio=50",
    )
    content.send("PutParam", "[objectives_status]\nj_id.1=second\nj_status.1=c\n[student_preference]\ntext=1")
    data = classroom.open().get().data
    assert data.keywords["objectives_status"] == {
        "j_id.1": "first",
        "j_status.1": "passed",
        "j_id.2": "second",
        "j_score.2": "50",
        "j_status.2": "c",
    }
    assert data.keywords["student_preferences"] == {"audio": "50", "text": "1"}
    assert [(record.command, record.body) for record in classroom.records()] == [
        ("comments", b"<1>fine<e.1>"),
        ("unread", b"[objectives_status]\r\nj_score.2=9\r\n"),
    ]


def test_a_mapping_that_fails_parks_the_message_and_keeps_its_data(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise ValueError("unforeseen")

    content = classroom.open()
    content.get()
    monkeypatch.setattr("app.hacp.service.record", fail)
    assert content.put("lesson_status=passed|lesson_location=9").error == 0
    monkeypatch.undo()
    assert classroom.open().get().core["lesson_location"] == "9"
    assert [exchange.is_parked for exchange in classroom.exchanges()] == [False, True, False]
    assert [finding.code for finding in classroom.findings()] == ["P9"]


def test_milestones_turn_green_by_messages_alone(new_classroom: NewClassroom) -> None:
    from app.access.integrations import get_integration

    classroom = new_classroom()

    def seen() -> tuple[bool, bool]:
        classroom.session.rollback()
        classroom.session.expire_all()
        integration = get_integration(classroom.session, classroom.integration.id)
        return integration.first_getparam_at is not None, integration.first_putparam_at is not None

    content = classroom.open()
    assert seen() == (False, False)
    content.get()
    assert seen() == (True, False)
    content.put("lesson_status=i")
    assert seen() == (True, True)


def test_the_same_messages_again_change_nothing(classroom: Classroom) -> None:
    def play(content: Content) -> None:
        content.put("lesson_status=incomplete|score=50|time=00:05:00|lesson_location=5", lesson="x")
        content.put("lesson_status=completed|score=80|time=00:09:00|lesson_location=9", lesson="y")

    content = classroom.open()
    content.get()
    play(content)
    before = classroom.progress()
    assert before is not None
    first = (before.status, before.percent, before.score, before.time)
    play(content)
    after = classroom.progress()
    assert after is not None
    assert (after.status, after.percent, after.score, after.time) == first
    assert time_of(classroom) == "00:09:00"


def test_session_ids_never_reach_the_exchange_log(classroom: Classroom) -> None:
    content = classroom.open()
    session_id = content.launch.session_id
    content.get()
    content.put("lesson_status=i", lesson=f"see {session_id}")
    encoded = "".join(f"%{byte:02X}" for byte in session_id.encode())
    content.post(f"command=ExitAU&session%5Fid={encoded}".encode())
    content.post(b"command=ExitAU", query_string={"session_id": session_id})
    exchanges = classroom.exchanges()
    assert [exchange.result.startswith("Refused") for exchange in exchanges] == [False] * 4
    for exchange in exchanges:
        for kept in (exchange.path.encode(), exchange.request_body or b"", exchange.reply_body or b""):
            assert session_id.encode() not in kept
            assert encoded.encode() not in kept
        assert exchange.launch_id == content.launch.launch_id
    assert session_id.encode() not in classroom.launch_row(content).session_hash


def test_the_log_says_in_plain_words_what_came_of_a_message(linkedin: Classroom) -> None:
    content = linkedin.open()
    content.get()
    content.put("lesson_status=i\nscore=66")
    content.put("lesson_status=i\nscore=77")
    content.put("lesson_status=c\nscore=100")
    content.post(f"command=PutComments&session_id={content.launch.session_id}&aicc_data=1%3Dx".encode())
    content.post(f"command=ExitAU&session_id={content.launch.session_id}".encode())
    said = [exchange.result.replace("\N{NO-BREAK SPACE}", " ") for exchange in linkedin.exchanges()]
    assert said == [
        "GetParam answered",
        "In progress, 0 % → 66 %",
        "In progress, 66 % → 77 %",
        "Completed, 100 %",
        "PutComments kept",
        "Session ended",
    ]
