"""score: kept as it was sent, and a number only where it is one."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench
from ..registry import case

CLAUSE = "CMI001 chapter 9 (Score: raw, max, min)"


@case(
    48,
    sends="a score with decimals, with max and min, with blanks, out of range, or no number",
    holds="error=0; it comes back as sent, or is ignored when it is no score",
    clause=CLAUSE,
    variants=(
        "80",
        "80.5",
        "80,100,0",
        " 80 , 100 , 0 ",
        "blank",
        "abc",
        "150",
        "-5",
        "0",
        "66.666666",
        "80,",
        "8e1",
    ),
)
def score(bench: Bench, name: str) -> None:
    sent = "" if name == "blank" else name
    content = bench.open()
    content.put("score=33", "lesson_location=before")
    content.put(f"score={sent}", "lesson_location=after")
    reply = bench.later(content)
    found = reply.core("score").replace(" ", "")
    allowed = {sent.replace(" ", "")}
    if sent in ("abc", "150", "-5", "80,", "8e1"):
        allowed |= {"", "33", "80"}
    expect(found in allowed, f"the score to be one of {sorted(allowed)}", found)
    expect_equal("lesson_location", reply.core("lesson_location"), "after")


@case(
    "48a",
    sends="a score on another scale, or one that is no number between 0 and 100",
    holds="what the LMS shows is on a scale of 100, or no number",
    clause=CLAUSE + "; practice: percent = (raw-min)/(max-min)*100 when max is above min",
    variants={
        sent or "blank": (sent, shown)
        for sent, shown in {
            "80": 80,
            "80.5": 80.5,
            "8,10,0": 80,
            "60,100,20": 50,
            "150,200,0": 75,
            "80,0,0": 80,
            "150": None,
            "-5": None,
            "abc": None,
            "": None,
        }.items()
    },
)
def shown_score(bench: Bench, variant: tuple[str, float | None]) -> None:
    sent, shown = variant
    content = bench.fresh()
    content.put(f"score={sent}")
    progress = bench.progress(content).get("progress") or {}
    expect_equal("the score that is shown", progress.get("score"), shown)
