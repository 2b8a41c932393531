"""time: of this session in PutParam, of all earlier ones in GetParam; never counted twice."""

from __future__ import annotations

from ...checks import expect, expect_equal, expect_match
from ..bench import Bench
from ..registry import case

CLAUSE = "CMI001 chapter 9 (Time, CMITimespan)"
SUM = "CMI001 chapter 9 (Time); practice: LMSs that add at each PutParam multiply it"


@case(
    49,
    sends="time with four digits of hours, a fraction, single digits, more than 59, or something else",
    holds="the next launch's time is more by as much; what is no time is ignored; always HH:MM:SS",
    clause=CLAUSE,
    variants={
        "00:10:00": ("00:10:00", (600,)),
        "0000:12:34": ("0000:12:34", (754,)),
        "00:00:30.5": ("00:00:30.5", (30, 31)),
        "1:2:3": ("1:2:3", (3723,)),
        "00:90:75": ("00:90:75", (5475,)),
        "754": ("754", (754, 0)),
        "PT5M": ("PT5M", (300, 0)),
        "12:34": ("12:34", (754, 0)),
        "garbage": ("garbage", (0,)),
        "blank": ("", (0,)),
        "negative": ("-00:10:00", (0,)),
    },
)
def time(bench: Bench, variant: tuple[str, tuple[int, ...]]) -> None:
    sent, more = variant
    content = bench.open()
    first = bench.relaunch(content)
    base = first.get().seconds
    first.put(f"time={sent}")
    first.leave()
    reply = bench.relaunch(content).get()
    expect(reply.seconds - base in more, f"{' or '.join(map(str, more))} seconds more", reply.seconds - base)
    expect_match("time", reply.core("time"), r"\d{2,4}:[0-5]\d:[0-5]\d")


def _adds(bench: Bench, script: str) -> int:
    """Play messages in a new launch, `5` being a PutParam of 5 minutes; return the minutes it added."""
    content = bench.relaunch(bench.open())
    base = content.get().seconds
    for step in script.split():
        if step == "G":
            content.get()
        elif step == "X":
            content.leave()
        else:
            content.put(f"time=00:{int(step):02}:00")
    return (bench.relaunch(content).get().seconds - base) // 60


@case(
    50,
    sends="PutParam with 5 minutes, PutParam with 7 minutes, ExitAU",
    holds="7 minutes more, not 12",
    clause=SUM,
)
def greatest_time(bench: Bench) -> None:
    expect_equal("the minutes added", _adds(bench, "5 7 X"), 7)


@case(
    51,
    sends="PutParam with 5 minutes, no ExitAU, a new launch",
    holds="5 minutes more",
    clause="practice: ExitAU is often lost when a page closes; CMI001 chapter 9 (Time)",
)
def time_without_exit(bench: Bench) -> None:
    expect_equal("the minutes added", _adds(bench, "5"), 5)


@case(
    52,
    sends="PutParam with 5 minutes and one with 1 minute, with or without GetParam between",
    holds="6 minutes more after a GetParam (the page was loaded again); else 5 (the second one is stale)",
    clause="practice: a segment runs from one GetParam to the next; CMI001 chapter 9 (Time)",
    variants={
        "GetParam between": ("5 G 1 X", 6),
        "without": ("5 1 X", 5),
        "three segments": ("5 G 1 G 2", 8),
    },
)
def segments(bench: Bench, variant: tuple[str, int]) -> None:
    script, minutes = variant
    expect_equal("the minutes added", _adds(bench, script), minutes)


@case(
    53,
    sends="PutParam with a time, then GetParam in the same session",
    holds="time is still the total of the earlier sessions",
    clause="CMI001 §6.5 (a late GetParam returns launch-time values)",
)
def time_within_session(bench: Bench) -> None:
    content = bench.open()
    base = content.get().core("time")
    content.put("time=00:05:00")
    expect_equal("time", content.get().core("time"), base)


@case(
    128,
    sends="several sessions, with fractions of seconds, and with the greatest time there is",
    holds="they are added; beyond 9999:59:59 the total stays there",
    clause=CLAUSE,
    variants={
        "fractions": (("00:00:59.9", "00:00:00.2"), "00:01:00"),
        "three": (("00:30:00", "00:20:00", "00:15:05"), "01:05:05"),
        "hundred hours": (("0099:59:00", "00:02:00"), "100:01:00"),
        "greatest": (("9999:59:59", "00:01:00"), "9999:59:59"),
    },
)
def sums(bench: Bench, variant: tuple[tuple[str, ...], str]) -> None:
    sent, total = variant
    content = first = bench.fresh()
    for text in sent:
        content.put(f"time={text}")
        content.leave()
        content = bench.relaunch(first)
    expect_equal("time", content.get().core("time"), total)


@case(
    129,
    sends="PutParam with a time, in two sessions that are open at once",
    holds="both count",
    clause="CMI001 chapter 9 (Time); practice: learners open a course twice",
)
def two_sessions(bench: Bench) -> None:
    first = bench.fresh()
    second = bench.relaunch(first)
    first.get()
    second.get()
    first.put("time=00:02:00")
    second.put("time=00:03:00")
    first.put("time=00:04:00")
    first.leave()
    second.leave()
    expect_equal("the seconds", bench.relaunch(first).get().seconds, 7 * 60)
