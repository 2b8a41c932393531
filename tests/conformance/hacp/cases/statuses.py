"""lesson_status: its words, the exit word behind the comma, and the entry flag of the next launch."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..registry import COMPLETES, FAILS, PASSES, case
from ..reply import STATUSES

FIRST_LETTER = "CMI001 chapter 9 (Lesson_Status: the first letter decides, in any case)"


def _is_stored(bench: Bench, sent: str, status: str) -> None:
    content = bench.open(below=status)
    content.put(f"lesson_status={sent}")
    expect_equal("the status in this session", content.get().status, status)
    expect_equal("the status later", bench.later(content).status, status)


@case(
    19,
    sends="lesson_status=I and other words for it",
    holds="incomplete",
    clause=FIRST_LETTER,
    variants=("I", "i", "Incomplete", "INCOMPLETE", " incomplete "),
)
def incomplete(bench: Bench, word: str) -> None:
    _is_stored(bench, word, "incomplete")


@case(
    20,
    sends="lesson_status=p and other words for it",
    holds="passed",
    clause=FIRST_LETTER,
    variants=("p", "P", "Passed", "PASS"),
    order=PASSES,
)
def passed(bench: Bench, word: str) -> None:
    _is_stored(bench, word, "passed")


@case(
    21,
    sends="lesson_status=complete and other words for it",
    holds="completed",
    clause=FIRST_LETTER,
    variants=("complete", "C", "completed"),
    order=COMPLETES,
)
def completed(bench: Bench, word: str) -> None:
    _is_stored(bench, word, "completed")


@case(
    114,
    sends="lesson_status=f and other words for it",
    holds="failed",
    clause=FIRST_LETTER,
    variants=("f", "FAILED"),
    order=FAILS,
)
def failed(bench: Bench, word: str) -> None:
    _is_stored(bench, word, "failed")


@case(
    115,
    sends="lesson_status=browsed in a normal launch",
    holds="browsed",
    clause=FIRST_LETTER,
)
def browsed(bench: Bench) -> None:
    _is_stored(bench, "browsed", "browsed")


@case(
    22,
    sends="lesson_status=N",
    holds="incomplete: a lesson that reports is no longer not attempted",
    clause="practice: Storyline says N until the course sets a status",
    variants=("N", "not attempted"),
)
def not_attempted(bench: Bench, word: str) -> None:
    _is_stored(bench, word, "incomplete")


@case(
    23,
    sends="a lesson_status that is unknown, blank or absent",
    holds="error=0 and the status is as it was; after a first PutParam at least incomplete",
    clause="CMI001 chapter 9 (Lesson_Status); practice: other LMSs fall back to not attempted",
    variants={
        f"{name}, {status}": (line, status)
        for name, line in {"unknown": "lesson_status=xyz", "blank": "lesson_status=", "absent": ""}.items()
        for status in ("not attempted", "incomplete", "failed", "completed")
    },
)
def unreadable_status(bench: Bench, variant: tuple[str, str]) -> None:
    line, before = variant
    content = bench.open() if before == "not attempted" else bench.fresh()
    if before != "not attempted":
        content.put(f"lesson_status={before}")
    was = content.get().status
    content.send("PutParam", aicc_data("lesson_location=7", *filter(None, [line]))).accepted()
    reply = bench.later(content)
    expect_equal("the status", reply.status, "incomplete" if was == "not attempted" else was)
    expect_equal("lesson_location", reply.core("lesson_location"), "7")


@case(
    24,
    sends="incomplete,suspend and ExitAU",
    holds="the next launch gets incomplete,resume, without a blank after the comma",
    clause="CMI001 chapter 9 (Lesson_Status, exit and entry); practice: Rustici loses `, resume`",
)
def suspend(bench: Bench) -> None:
    _is_resumed(bench, "incomplete,suspend", "incomplete,resume")


@case(
    25,
    sends="the exit word with blanks, as a letter, in upper case",
    holds="the next launch gets resume",
    clause="CMI001 chapter 9 (first letter, blanks around the comma are legal)",
    variants=("incomplete , S", "i,s", "Incomplete, SUSPEND"),
)
def suspend_in_other_words(bench: Bench, sent: str) -> None:
    _is_resumed(bench, sent, "incomplete,resume")


@case(
    26,
    sends="completed with the exit word logout, time-out, or none",
    holds="the next launch gets the status without a flag",
    clause="CMI001 chapter 9 (resume follows suspend alone)",
    variants=("completed,logout", "completed,time-out", "completed"),
)
def no_flag(bench: Bench, sent: str) -> None:
    _is_resumed(bench, sent, "completed")


@case(
    27,
    sends="an exit word that is blank, unknown, or followed by another comma",
    holds="error=0 and the status is kept",
    clause="practice: e-LfH sends `incomplete,`; an LMS crashed on it",
    variants=("incomplete,", "incomplete,xyz", "incomplete,suspend,more", "i,,,"),
)
def odd_exit_word(bench: Bench, sent: str) -> None:
    _is_stored(bench, sent, "incomplete")


@case(
    116,
    sends="a location or suspend data while incomplete, without an exit word",
    holds="the next launch gets incomplete,resume",
    clause="practice: Rustici's content never says suspend",
    variants={"location": ("lesson_location=5", None), "suspend data": ("score=", "here")},
)
def resume_without_suspend(bench: Bench, variant: tuple[str, str | None]) -> None:
    line, lesson = variant
    content = bench.fresh()
    content.put("lesson_status=incomplete", line, lesson=lesson)
    content.leave()
    reply = bench.relaunch(content).get()
    expect_equal("lesson_status", reply.core("lesson_status"), "incomplete,resume")


@case(
    58,
    sends="passed, then a late not attempted, incomplete or browsed",
    holds="it stays passed",
    clause="practice: beacons overtake each other, and the stale one must not undo the good one",
    variants=("not attempted", "incomplete", "browsed", "failed"),
    order=PASSES,
)
def late_lower_status(bench: Bench, late: str) -> None:
    content = bench.open()
    content.put("lesson_status=passed", "score=90")
    content.put(f"lesson_status={late}", "score=")
    expect_equal("the status in this session", content.get().status, "passed")
    expect_equal("the status later", bench.later(content).status, "passed")


@case(
    59,
    sends="passed or completed in one session, incomplete in the next",
    holds="it stays as it was",
    clause="practice: a learner who looks again must not lose what they have",
    variants=("completed", "passed"),
    order=PASSES,
)
def lower_status_in_next_session(bench: Bench, status: str) -> None:
    content = bench.open() if status == "passed" else bench.fresh()
    content.put(f"lesson_status={status}")
    if bench.desk.can_launch:
        content.leave()
    second = bench.relaunch(content)
    second.put("lesson_status=incomplete", "lesson_location=again")
    second.leave()
    reply = bench.relaunch(content).get()
    expect_equal("the status", reply.status, status)
    expect_equal("lesson_location", reply.core("lesson_location"), "again")


@case(
    117,
    sends="failed, then a better status",
    holds="the better one is kept",
    clause="practice: a second try may succeed",
    variants=("completed", "passed"),
    order=PASSES,
)
def better_than_failed(bench: Bench, better: str) -> None:
    content = bench.fresh()
    content.put("lesson_status=failed", "score=10")
    expect_equal("the status", content.get().status, "failed")
    content.put(f"lesson_status={better}", "score=90")
    expect_equal("the status", bench.later(content).status, better)


@case(
    118,
    sends="all six status words in any order",
    holds="the highest stands: " + ", ".join(STATUSES[1:]),
    clause="practice: the result must not depend on the order in which messages arrive",
    variants={
        "rising": "n b i f c p",
        "falling": "p c f i b n",
        "mixed": "i c n f b",
        "mixed, passed": "c n p f i",
    },
    order=PASSES,
)
def any_order(bench: Bench, words: str) -> None:
    content = bench.open()
    for letter in words.split():
        content.put(f"lesson_status={letter}")
    highest = "passed" if "p" in words.split() else "completed"
    found = bench.later(content).status
    expect(STATUSES.index(found) >= STATUSES.index(highest), f"the status {highest}", found)
    if bench.desk.is_fresh:
        expect_equal("the status", found, highest)


def _is_resumed(bench: Bench, sent: str, received: str) -> None:
    content = bench.fresh()
    content.put(f"lesson_status={sent}", "time=00:00:10")
    content.leave()
    reply = bench.relaunch(content).get()
    expect_equal("lesson_status", reply.core("lesson_status"), received)
    expect(reply.seconds == 10, "a time of 10 seconds", reply.seconds)
