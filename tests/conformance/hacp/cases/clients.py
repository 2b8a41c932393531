"""Replies, read as known content reads them."""

from __future__ import annotations

from ...checks import expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import form, rustici
from ..readers import CourseLab, OldElfh, Rustici, ServerToServer, SouthRiver
from ..registry import case

LESSON = "7|visited=1,0,1\r\n\r\nnote: end"


def _prepared(bench: Bench) -> Content:
    content = bench.fresh()
    content.get()
    content.put(
        "lesson_location=page 7", "score=91.5,100,0", "time=00:12:34", "lesson_status=i", lesson=LESSON
    )
    if bench.desk.can_launch:
        content.leave()
        return bench.relaunch(content)
    return content


@case(
    78,
    sends="GetParam, read by Rustici's rules, and the PutParam that its driver makes of it",
    holds="no complaint; version ≥ 3 keeps decimals, max and min; resume, location and suspend data arrive",
    clause="practice: Rustici's driver truncates scores when the reply names no version of 3 or more",
)
def rustici_reader(bench: Bench) -> None:
    content = _prepared(bench)
    reader = Rustici()
    lesson = reader.read(content.get().text)
    expect_equal("the driver's complaints", lesson.faults, [])
    expect_equal("the error number", lesson.error, "0")
    expect_equal("the entry", lesson.entry, "resume")
    expect_equal("the score", lesson.values["score"], "91.5,100,0")
    expect_equal("the location", lesson.values["lesson_location"], "page 7")
    expect_equal("the suspend data", lesson.suspend_data, LESSON)
    expect_equal("the time", lesson.values["time"], "00:12:34")
    score = reader.score_to_send(lesson, 92.25, 100, 0)
    expect_equal("the score that it sends", score, "92.25,100,0")
    core = ("Lesson_Location=page 8", "Lesson_Status=incomplete", f"Score={score}", "Time=0000:01:00")
    version = f"{lesson.version:g}" if lesson.version else ""
    fields = content.fields("PUTPARAM", aicc_data(*core), version=version)
    content.post(form(reversed(fields), rustici)).accepted()
    expect_equal("the score", Rustici().read(content.get().text).values["score"], "92.25,100,0")


@case(
    "78a",
    sends="GetParam of a unit with mastery score and time limit, read by Rustici's rules",
    holds="no complaint; of a keyword that stands in two groups the first is the learner's",
    clause="practice: Rustici's driver takes the first keyword of a name, whatever its group",
)
def rustici_student_data(bench: Bench) -> None:
    content = bench.fresh(mastery_score=80, max_time_allowed="00:30:00", time_limit_action="exit,message")
    content.put("score=55", "lesson_location=2", more="[objectives_status]\r\nJ_ID.1=a\r\nJ_Score.1=9\r\n")
    lesson = Rustici().read(content.get().text)
    expect_equal("the driver's complaints", lesson.faults, [])
    expect_equal("the score", lesson.values["score"], "55")
    expect_equal("the mastery score", lesson.values["mastery_score"], "80")


@case(
    145,
    sends="GetParam, read by the rules of e-LfH's (Adapt's) older client",
    holds="it connects, and learner, score, location and time arrive",
    clause="practice: it needs `aicc_data=[core]` on one line and a second group",
)
def elfh_reader(bench: Bench) -> None:
    lesson = OldElfh().read(_prepared(bench).get().text)
    expect_equal("the client's complaints", lesson.faults, [])
    expect_equal("the location", lesson.values.get("lesson_location"), "page 7")
    expect_equal("the status", lesson.values.get("lesson_status"), "incomplete,resume")
    expect_equal("the score", lesson.values.get("score"), "91.5,100,0")
    expect_equal("the time", lesson.values.get("time"), "00:12:34")


@case(
    146,
    sends="GetParam, read by the rules of South River's client",
    holds="all keywords and the suspend data arrive",
    clause="practice: it reads lower case alone, and core_lesson up to [core_vendor]",
)
def south_river_reader(bench: Bench) -> None:
    lesson = SouthRiver().read(_prepared(bench).get().text)
    expect_equal("the client's complaints", lesson.faults, [])
    expect_equal("the location", lesson.values.get("lesson_location"), "page 7")
    expect_equal("the suspend data", lesson.suspend_data, LESSON)


@case(
    147,
    sends="GetParam, read by CourseLab's rules",
    holds="error=0 is found, [core] and the suspend data arrive",
    clause="practice: it looks for `error=0` anywhere, and wants CRLF and both groups",
)
def courselab_reader(bench: Bench) -> None:
    lesson = CourseLab().read(_prepared(bench).get().text)
    expect_equal("the client's complaints", lesson.faults, [])
    expect_equal("the error number", lesson.error, "0")
    expect_equal("the location", lesson.values.get("lesson_location"), "page 7")
    expect_equal("the suspend data", lesson.suspend_data, LESSON)


@case(
    148,
    sends="GetParam, read by the rules of a server-to-server client",
    holds="error is the first line, the learner has an id, and the keywords arrive",
    clause="practice: a Moodle block that is content to one LMS and LMS to other content",
)
def server_reader(bench: Bench) -> None:
    lesson = ServerToServer().read(_prepared(bench).get().text)
    expect_equal("the client's complaints", lesson.faults, [])
    expect_equal("the error number", lesson.error, "0")
    expect_equal("the location", lesson.values.get("core.lesson_location"), "page 7")
    expect_equal("the status", lesson.values.get("core.lesson_status"), "incomplete,resume")
