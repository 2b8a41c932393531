"""Mastery: when the LMS turns completed into passed or failed, and when it must not."""

from __future__ import annotations

from collections.abc import Mapping

from ...checks import expect_equal
from ..bench import Bench
from ..registry import case

CLAUSE = "AICC Lesson Status Determination (CMI001 chapter 9, Mastery_Score)"


@case(
    61,
    sends="a status and a score, for a unit with mastery score 80 or none, and ExitAU",
    holds="completed is judged by the score; nothing else is, and never without a mastery score",
    clause=CLAUSE + "; practice: an LMS failed `completed, score 0` without a mastery score",
    variants={
        "80: completed, 90": (80, "completed", "90", "passed"),
        "80: completed, 70": (80, "completed", "70", "failed"),
        "80: completed, 80": (80, "completed", "80", "passed"),
        "80: completed, 79.99": (80, "completed", "79.99", "failed"),
        "80: completed, no score": (80, "completed", "", "completed"),
        "80: completed, abc": (80, "completed", "abc", "completed"),
        "80: incomplete, 90": (80, "incomplete", "90", "incomplete"),
        "80: passed, 70": (80, "passed", "70", "passed"),
        "80: failed, 90": (80, "failed", "90", "failed"),
        "none: completed, 0": (None, "completed", "0", "completed"),
        "none: completed, 90": (None, "completed", "90", "completed"),
        "none: incomplete, 100": (None, "incomplete", "100", "incomplete"),
    },
)
def mastery(bench: Bench, variant: tuple[float | None, str, str, str]) -> None:
    score, *rest = variant
    features = {} if score is None else {"mastery_score": score}
    _is_judged(bench, features, *rest)


@case(
    "61a",
    sends="the same where the LMS never judges, and where it always does",
    holds="never: as sent; always: by the score, whatever was sent",
    clause="practice: SCORM Engine's and Moodle's switches; " + CLAUSE,
    variants={
        "never: completed, 70": ("never", "completed", "70", "completed"),
        "never: blank, 90": ("never", "", "90", "incomplete"),
        "always: passed, 70": ("always", "passed", "70", "failed"),
        "always: failed, 90": ("always", "failed", "90", "passed"),
        "always: completed, 70": ("always", "completed", "70", "failed"),
        "always: completed, no score": ("always", "completed", "", "completed"),
        "always: incomplete, 90": ("always", "incomplete", "90", "incomplete"),
    },
)
def policies(bench: Bench, variant: tuple[str, str, str, str]) -> None:
    policy, *rest = variant
    _is_judged(bench, {"mastery_policy": policy, "mastery_score": 80}, *rest)


@case(
    "61b",
    sends="a score and no readable status at all, mastery score 80, ExitAU",
    holds="judged at ExitAU; incomplete before it",
    clause=CLAUSE,
    variants={
        "blank, 90": ("", "90", "passed"),
        "blank, 70": ("", "70", "failed"),
        "xyz, 90": ("xyz", "90", "passed"),
        "blank, no score": ("", "", "incomplete"),
    },
)
def judged_at_exit(bench: Bench, variant: tuple[str, str, str]) -> None:
    status, score, after = variant
    content = bench.fresh(mastery_score=80)
    content.get()
    content.put(f"lesson_status={status}", f"score={score}")
    expect_equal("the status before ExitAU", content.get().status, "incomplete")
    content.leave()
    expect_equal("the status after it", bench.relaunch(content).get().status, after)


@case(
    "61c",
    sends="completed with a score of 70, mastery score 80, where the score is the percentage of progress",
    holds="completed: a percentage is never judged",
    clause="practice: LinkedIn Learning reports progress as the score",
)
def percent_is_not_judged(bench: Bench) -> None:
    _is_judged(bench, {"mastery_score": 80, "score_is_percent": True}, "completed", "70", "completed")


def _is_judged(bench: Bench, features: Mapping[str, object], sent: str, score: str, after: str) -> None:
    content = bench.fresh(**features)
    content.get()
    content.put(f"lesson_status={sent}", f"score={score}", "lesson_location=9")
    content.leave()
    reply = bench.relaunch(content).get()
    expect_equal("the status", reply.status, after)
    expect_equal("lesson_location", reply.core("lesson_location"), "9")
