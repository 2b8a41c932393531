"""ExitAU: it ends a session once, whatever came before."""

from __future__ import annotations

from ...checks import expect_equal
from ..bench import Bench, aicc_data
from ..registry import COMPLETES, ENDS, ENDS_TWICE, case

ORDER = "CMI001 §6.4 (order of the commands)"


@case(
    54,
    sends="ExitAU after PutParam, and again at once",
    holds="error=0 both times",
    clause=ORDER + "; practice: browsers repeat a message whose reply they lost",
    order=ENDS,
)
def exit_twice(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=at the end", lesson="of all")
    content.leave()
    content.leave()
    if bench.desk.can_launch:
        reply = bench.relaunch(content).get()
        expect_equal("lesson_location", reply.core("lesson_location"), "at the end")
        expect_equal("the suspend data", reply.lesson, "of all")


@case(
    "54a",
    sends="any command long after ExitAU",
    holds="error=3",
    clause="CMI001 §6.4 (nothing after a successful ExitAU)",
    variants=("ExitAU", "GetParam", "PutParam", "ExitParam"),
)
def long_after_exit(bench: Bench, command: str) -> None:
    content = bench.fresh(session="long_ended")
    content.send(command, aicc_data("lesson_location=late", "lesson_status=passed")).refused(3)
    reply = bench.relaunch(content).get()
    expect_equal("lesson_location", reply.core("lesson_location"), "")
    expect_equal("the status", reply.status, "incomplete")


@case(
    55,
    sends="ExitAU without PutParam",
    holds="error=0; the status is as it was, after a first launch incomplete",
    clause="CMI001 chapter 9 (Lesson_Status); SCORM 1.2 would say completed, which is not earned",
    variants=("first launch", "first launch, no GetParam", "after completed"),
    order=COMPLETES,
)
def exit_alone(bench: Bench, when: str) -> None:
    content = bench.fresh()
    if when == "after completed":
        content.put("lesson_status=completed", "score=70", "lesson_location=9")
        content.leave()
        content = bench.relaunch(content)
    if when != "first launch, no GetParam":
        content.get()
    content.leave()
    reply = bench.relaunch(content).get()
    after = "completed" if when == "after completed" else "incomplete"
    expect_equal("the status", reply.status, after)
    if when == "after completed":
        expect_equal("score and location", (reply.core("score"), reply.core("lesson_location")), ("70", "9"))


@case(
    56,
    sends="PutParam before GetParam",
    holds="error=0, and it is kept",
    clause="practice: content that cannot read replies posts blindly; CMI001 §6.4 wants GetParam first",
)
def put_before_get(bench: Bench) -> None:
    content = bench.fresh()
    content.put("lesson_location=blind", lesson="data")
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "blind")
    expect_equal("the suspend data", reply.lesson, "data")


@case(
    130,
    sends="GetParam soon after ExitAU",
    holds="error=0 and what is stored: the page was loaded again, and the session goes on",
    clause="practice: a reload sends ExitAU as it goes; CMI001 §6.4 would end the session",
    order=ENDS_TWICE,
)
def reload(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=3")
    content.leave()
    expect_equal("lesson_location", content.get().core("lesson_location"), "3")
    content.put("lesson_location=4")
    expect_equal("lesson_location", content.get().core("lesson_location"), "4")


@case(
    131,
    sends="in strict mode, a command after ExitAU",
    holds="error=3 at once, and nothing is kept",
    clause="CMI001 §6.4 (nothing after a successful ExitAU)",
    variants=("GetParam", "PutParam", "ExitAU", "PutComments"),
)
def strict_after_exit(bench: Bench, command: str) -> None:
    content = bench.fresh(strict=True)
    content.get()
    content.put("lesson_location=3")
    content.leave()
    content.send(command, aicc_data("lesson_location=4", "lesson_status=passed")).refused(3)
    reply = bench.relaunch(content).get()
    expect_equal("lesson_location", reply.core("lesson_location"), "3")
    expect_equal("the status", reply.status, "incomplete")


@case(
    132,
    sends="in strict mode, a command before GetParam",
    holds="error=1, and nothing is kept",
    clause="CMI001 §6.4 (the first message is GetParam)",
    variants=("PutParam", "ExitAU", "PutComments", "PutInteractions"),
)
def strict_before_get(bench: Bench, command: str) -> None:
    content = bench.fresh(strict=True)
    content.send(command, aicc_data("lesson_location=4", "lesson_status=passed")).refused(1)
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "")
    expect_equal("the status", reply.status, "not attempted")
