"""Messages that overtake each other, arrive after ExitAU, or all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ...checks import expect, expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import form
from ..registry import ENDS_TWICE, PASSES, case
from ..reply import Reply

BEACONS = "practice: Storyline sends its last PutParams and ExitAU as beacons, which overtake each other"
PASSED = ("lesson_status=P", "score=90", "time=00:10:00", "lesson_location=end")
STALE = ("lesson_status=N", "score=", "time=00:09:58", "lesson_location=8")
THREADS = 20


@case(
    57,
    sends="ExitAU, then at once PutParam with passed",
    holds="error=0 and passed is stored",
    clause=BEACONS + "; CMI001 §6.4 would refuse it",
    order=ENDS_TWICE,
)
def put_after_exit(bench: Bench) -> None:
    content = bench.open(below="passed")
    content.put("lesson_status=incomplete", "time=00:01:00")
    content.leave()
    content.put("lesson_status=passed", "score=90", "time=00:01:02")
    reply = bench.later(content)
    expect_equal("the status", reply.status, "passed")
    expect_equal("the score", reply.core("score"), "90")


@case(
    "57a",
    sends="PutParam with passed long after ExitAU",
    holds="error=3, and it is not stored as the learner's result",
    clause="CMI001 §6.4 (nothing after a successful ExitAU)",
)
def put_long_after_exit(bench: Bench) -> None:
    content = bench.fresh(session="long_ended")
    data = aicc_data("lesson_status=passed", "score=90", "time=00:20:00", lesson="late")
    content.send("PutParam", data).refused(3)
    reply = bench.relaunch(content).get()
    expect_equal("the status", reply.status, "incomplete")
    expect_equal("the score and time", (reply.core("score"), reply.seconds), ("", 0))
    expect_equal("the suspend data", reply.lesson, "")


@case(
    "57b",
    sends="in strict mode, PutParam with passed after ExitAU",
    holds="error=3, and it is not stored",
    clause="CMI001 §6.4 (nothing after a successful ExitAU)",
)
def strict_put_after_exit(bench: Bench) -> None:
    content = bench.fresh(strict=True)
    content.get()
    content.put("lesson_status=incomplete")
    content.leave()
    content.send("PutParam", aicc_data("lesson_status=passed", "score=90")).refused(3)
    expect_equal("the status", bench.relaunch(content).get().status, "incomplete")


@case(
    133,
    sends="the last PutParam (passed), a stale one (not attempted) and ExitAU in each of six orders",
    holds="passed, its score, its location and its time",
    clause=BEACONS,
    variants=("P S X", "P X S", "S P X", "S X P", "X P S", "X S P"),
    order=ENDS_TWICE,
)
def overtaking_beacons(bench: Bench, order: str) -> None:
    content = bench.fresh()
    content.get()
    content.put("lesson_status=N", "time=00:09:00", "lesson_location=7")
    for step in order.split():
        if step == "X":
            content.leave()
        else:
            content.put(*(PASSED if step == "P" else STALE))
    reply = bench.relaunch(content).get()
    expect_equal("the status", reply.status, "passed")
    expect_equal("the seconds", reply.seconds, 600)
    expect_equal("the score", reply.core("score"), "90")
    expect_equal("the location", reply.core("lesson_location"), "end")


@case(
    134,
    sends="in the grace after ExitAU a PutParam whose time is smaller than what was taken",
    holds="its location and suspend data are left aside; a result that is better still counts",
    clause=BEACONS,
)
def stale_bookmark(bench: Bench) -> None:
    content = bench.fresh()
    content.get()
    content.put("lesson_location=9", "score=50", "time=00:10:00", lesson="newest")
    content.leave()
    content.put("lesson_location=1", "lesson_status=completed", "score=40", "time=00:00:10", lesson="old")
    reply = bench.relaunch(content).get()
    expect_equal("the status", reply.status, "completed")
    found = (reply.core("lesson_location"), reply.core("score"), reply.lesson)
    expect_equal("location, score and suspend data", found, ("9", "50", "newest"))
    expect_equal("the seconds", reply.seconds, 600)


@case(
    60,
    sends="20 PutParams of one session at the same time",
    holds="error=0 each; the last one's data is whole; the status is the highest, the time the greatest",
    clause="practice: an LMS lost the second of two near-simultaneous posts (messages must be serialised)",
    order=PASSES,
)
def parallel_puts(bench: Bench) -> None:
    content = bench.open_anew()
    base = content.get().seconds
    bodies = [_numbered_put(content, number) for number in range(THREADS)]
    for reply in _at_once(content, bodies):
        reply.accepted()
    reply = content.get()
    number = reply.core("lesson_location").removeprefix("p")
    expect(number in {str(each) for each in range(THREADS)}, "one of the locations", number)
    expect_equal("the suspend data of that message", reply.lesson, f"data {number}\r\n" + number * 500)
    expect_equal("the score of that message", reply.core("score"), number)
    expect_equal("the status", reply.status, "passed")
    if bench.desk.can_launch:
        expect_equal("the seconds", bench.relaunch(content).get().seconds, base + THREADS * 60)


@case(
    "60a",
    sends="20 messages of one session at the same time: GetParam, PutParam, PutComments, PutInteractions",
    holds="error=0 each, no deadlock; every GetParam is whole",
    clause="practice: messages of a session must be serialised",
)
def parallel_mix(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=p0", lesson="data 0\r\n" + "0" * 500)
    bodies = [_numbered_put(content, number, "incomplete") for number in range(0, THREADS, 2)]
    bodies += [form(content.fields("GetParam"))] * (THREADS // 4)
    table = '"course_id","comment"\r\n"","at once"\r\n'
    bodies += [form(content.fields("PutComments", table))] * (THREADS // 4)
    for reply in _at_once(content, bodies):
        reply.accepted()
        if "core" in reply.groups:
            number = reply.core("lesson_location").removeprefix("p")
            expect_equal("the suspend data", reply.lesson, f"data {number}\r\n" + number * 500)


@case(
    135,
    sends="PutParams of 20 learners at the same time",
    holds="error=0 each; everybody's data is their own",
    clause="practice: state kept between requests mixes learners up",
)
def parallel_learners(bench: Bench) -> None:
    contents = [bench.fresh() for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        replies = list(pool.map(lambda c: c.put(f"lesson_location={c.launch.learner}"), contents))
    expect_equal("the replies", [reply.error for reply in replies], [0] * THREADS)
    for content in contents:
        expect_equal("lesson_location", content.get().core("lesson_location"), content.launch.learner)


def _numbered_put(content: Content, number: int, status: str | None = None) -> bytes:
    said = status or ("passed" if number == THREADS // 2 else "incomplete")
    core = (f"lesson_location=p{number}", f"lesson_status={said}", f"score={number}")
    time = f"time=00:{number + 1:02}:00"
    data = aicc_data(*core, time, lesson=f"data {number}\r\n" + f"{number}" * 500)
    return form(content.fields("PutParam", data))


def _at_once(content: Content, bodies: list[bytes]) -> list[Reply]:
    clients = [content.new_client() for _ in bodies]
    with ThreadPoolExecutor(len(bodies)) as pool:
        replies = list(pool.map(lambda body, client: content.post(body, client=client), bodies, clients))
    for client in clients:
        client.close()
    return replies
