"""Launches without credit, for browsing, and for review."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, Content
from ..registry import case

NEW = ("lesson_location=new", "score=90", "time=00:01:00")


@case(
    62,
    sends="passed and a score in a launch for no credit",
    holds="GetParam says no-credit; status and score stay, location, suspend data and time are kept",
    clause="CMI001 chapter 9 (Credit)",
    variants=("first launch", "after incomplete"),
)
def no_credit(bench: Bench, when: str) -> None:
    first = _prepared(bench, when)
    content = bench.relaunch(first, credit="no-credit")
    expect_equal("credit", content.get().core("credit"), "no-credit")
    content.put("lesson_status=passed", *NEW, lesson="new data")
    content.leave()
    reply = bench.relaunch(first).get()
    was = ("not attempted", "") if when == "first launch" else ("incomplete", "10")
    expect_equal("status and score", (reply.status, reply.core("score")), was)
    expect_equal("lesson_location", reply.core("lesson_location"), "new")
    expect_equal("the suspend data", reply.lesson, "new data")
    expect_equal("the seconds", reply.seconds, 60)


@case(
    63,
    sends="passed and a score in a launch for browsing",
    holds="browsed after a first launch, else the status stays",
    clause="CMI001 chapter 9 (Lesson_Mode, Lesson_Status browsed)",
    variants=("first launch", "after incomplete", "after completed"),
)
def browse(bench: Bench, when: str) -> None:
    first = _prepared(bench, when)
    content = bench.relaunch(first, mode="browse")
    expect_equal("lesson_mode", content.get().core("lesson_mode"), "browse")
    content.put("lesson_status=passed", *NEW)
    content.leave()
    after = "browsed" if when == "first launch" else when.removeprefix("after ")
    reply = bench.relaunch(first).get()
    expect_equal("the status", reply.status, after)
    expect(reply.core("score") != "90", "a score that browsing has not changed", reply.core("score"))


@case(
    64,
    sends="everything in a launch for review",
    holds="GetParam says review; nothing changes but the time",
    clause="CMI001 chapter 9 (Lesson_Mode)",
    variants=("after incomplete", "after completed"),
)
def review(bench: Bench, when: str) -> None:
    first = _prepared(bench, when)
    content = bench.relaunch(first, mode="review")
    expect_equal("lesson_mode", content.get().core("lesson_mode"), "review")
    more = "[student_preferences]\r\naudio=77\r\n[objectives_status]\r\nJ_ID.1=new\r\nJ_Status.1=passed\r\n"
    content.put("lesson_status=passed", *NEW, lesson="new data", more=more)
    content.leave()
    reply = bench.relaunch(first).get()
    expect_equal("status and score", (reply.status, reply.core("score")), (when.removeprefix("after "), "10"))
    expect_equal("lesson_location", reply.core("lesson_location"), "old")
    expect_equal("the suspend data", reply.lesson, "old data")
    expect_equal("the preferences", reply.value("student_preferences", "audio"), None)
    expect_equal("the objectives", dict(reply.objectives), {})
    expect_equal("the seconds", reply.seconds, 60)


def _prepared(bench: Bench, when: str) -> Content:
    """Return content whose attempt has the status that `when` says."""
    content = bench.fresh()
    if when == "first launch":
        return content
    status = when.removeprefix("after ")
    content.put(f"lesson_status={status}", "score=10", "lesson_location=old", lesson="old data")
    content.leave()
    return content
