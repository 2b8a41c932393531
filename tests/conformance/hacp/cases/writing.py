"""PutParam: what is put is there afterwards."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..registry import WRITES, case
from ..reply import STATUSES

LESSON = 'page=7;tries=2\r\n\r\n  {"seen":[1,2,3]}\r\nend;é'


@case(
    18,
    sends="PutParam with the whole of [core] and [core_lesson], ExitAU, GetParam of a new launch",
    holds="location, status, score and suspend data are as sent, character for character",
    clause="CMI001 §6.6.2, §6.5, chapter 9",
    order=WRITES,
)
def whole_core(bench: Bench) -> None:
    content = bench.open_anew()
    before = content.get()
    content.put(
        "lesson_location=chapter 3/page 12#top",
        "lesson_status=incomplete",
        "score=66.67,100,0",
        "time=00:02:00",
        lesson=LESSON,
    )
    if bench.desk.can_launch:
        content.leave()
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "chapter 3/page 12#top")
    expect_equal("score", reply.core("score"), "66.67,100,0")
    expect_equal("the suspend data", reply.lesson, LESSON)
    highest = max(before.status, "incomplete", key=STATUSES.index)
    expect(reply.status in (highest, "incomplete"), f"the status {highest}", reply.status)
    if bench.desk.can_launch:
        expect_equal("the time", reply.seconds, before.seconds + 120)


@case(
    108,
    sends="PutParam without one of the keywords",
    holds="what is absent stays as it was",
    clause="practice: blind beacons send parts; CMI001 §6.6.2",
    variants=("lesson_location", "lesson_status", "score", "time"),
)
def absent_keyword(bench: Bench, absent: str) -> None:
    content = bench.open()
    lines = ("lesson_location=p 4", "lesson_status=incomplete", "score=40", "time=00:01:00")
    content.put(*lines, lesson="kept")
    before = content.get()
    rest = [line for line in lines if not line.startswith(absent)]
    content.send("PutParam", aicc_data(*rest)).accepted()
    expect_equal("the groups", content.get().groups, before.groups)


@case(
    109,
    sends="PutParam with a blank lesson_location, or a blank score",
    holds="it is blank afterwards, and nothing else is",
    clause="CMI001 §6.6.2 (a keyword with nothing behind it)",
    variants=("lesson_location", "score"),
)
def blank_keyword(bench: Bench, blank: str) -> None:
    content = bench.open()
    content.put("lesson_location=p 4", "score=40", lesson="kept")
    content.put(f"{blank}=")
    reply = content.get()
    expected = {"lesson_location": "p 4", "score": "40", blank: ""}
    expect_equal("location and score", {name: reply.core(name) for name in expected}, expected)
    expect_equal("the suspend data", reply.lesson, "kept")


@case(
    110,
    sends="two PutParams, each with other values",
    holds="the later one's values are there; a score may fall",
    clause="CMI001 §6.6.2",
)
def second_put_wins(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=1", "score=90", lesson="first")
    content.put("lesson_location=2", "score=70", lesson="second")
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "2")
    expect_equal("score", reply.core("score"), "70")
    expect_equal("the suspend data", reply.lesson, "second")


@case(
    111,
    sends="the same PutParam five times",
    holds="it is as if it had come once; no time is added",
    clause="practice: after a break Storyline sends duplicates",
)
def repeated_put(bench: Bench) -> None:
    content = bench.open_anew()
    base = content.get().seconds
    for _ in range(5):
        content.put("lesson_location=again", "time=00:03:00", lesson="once")
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "again")
    expect_equal("the suspend data", reply.lesson, "once")
    if bench.desk.can_launch:
        expect_equal("the time of a new launch", bench.relaunch(content).get().seconds, base + 180)


@case(
    112,
    sends="lesson_location of 255 characters, with `=`, with a group's name, not ASCII",
    holds="it comes back as it was",
    clause="CMI001 chapter 9 (Lesson_Location, CMIString255); practice: some LMSs drop a line with two `=`",
    variants={
        "255 characters": "p" * 255,
        "equals": "page=7&tab=2;x=1",
        "brackets": "[core_lesson]",
        "not ASCII": "página 7 – 第七页 😀",
        "percent": "100%25%41+",
        "quotes": "\"a\" 'b' <c> &amp;",
    },
)
def location(bench: Bench, text: str) -> None:
    content = bench.open()
    content.put(f"lesson_location={text}")
    expect_equal("lesson_location", bench.later(content).core("lesson_location"), text)


@case(
    113,
    sends="PutParam with [student_preferences], or [student_preference]",
    holds="the next launch gets them back",
    clause="CMI001 chapter 9 (Student_Preferences); practice: CourseLab writes the singular",
    variants=("student_preferences", "student_preference"),
)
def preferences(bench: Bench, group: str) -> None:
    content = bench.open()
    lines = "audio=30\r\nLanguage=Español\r\nspeed=-20\r\ntext=1\r\n"
    content.put("lesson_location=1", more=f"[{group}]\r\n{lines}")
    found = bench.later(content).keywords.get("student_preferences", {})
    expected = {"audio": "30", "language": "Español", "speed": "-20", "text": "1"}
    expect_equal("the preferences", {name: found.get(name) for name in expected}, expected)
