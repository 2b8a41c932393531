"""[objectives_status]: kept by id, returned numbered from 1."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, Content
from ..registry import case
from ..reply import Reply

CLAUSE = "CMI001 chapter 9 (Objectives_Status)"
GROUP = "[objectives_status]\r\n"


def _put(content: Content, *lines: str) -> None:
    content.put("lesson_location=1", more=GROUP + "".join(f"{line}\r\n" for line in lines))


def _are(reply: Reply, expected: dict[str, tuple[str, str]]) -> None:
    found = {name: (score, status[:1].lower()) for name, (score, status) in reply.objectives.items()}
    expect_equal("the objectives", found, expected)
    numbers = sorted(
        int(name.removeprefix("j_id."))
        for name in reply.keywords.get("objectives_status", {})
        if name.startswith("j_id.")
    )
    expect_equal("their numbers", numbers, list(range(1, len(expected) + 1)))


@case(
    70,
    sends="objectives numbered with gaps, out of order, without an id, in any case",
    holds="they are kept by id and returned numbered from 1",
    clause=CLAUSE,
    variants={
        "usual": (
            ["J_ID.1=a", "J_Score.1=50,100,0", "J_Status.1=incomplete", "J_ID.2=b", "J_Status.2=passed"],
            {"a": ("50,100,0", "i"), "b": ("", "p")},
        ),
        "gaps": (
            ["J_ID.3=a", "J_Score.3=1", "J_ID.17=b", "J_Score.17=2"],
            {"a": ("1", ""), "b": ("2", "")},
        ),
        "out of order": (
            ["J_Status.2=p", "J_Score.2=9", "J_ID.2=b", "J_Score.1=8", "J_ID.1=a"],
            {"a": ("8", ""), "b": ("9", "p")},
        ),
        "without an id": (["J_Score.1=7", "J_ID.2=b", "J_Score.2=8"], {"b": ("8", "")}),
        "lower case": (["j_id.1=a", "j_score.1=5", "j_status.1=c"], {"a": ("5", "c")}),
    },
)
def objectives(bench: Bench, variant: tuple[list[str], dict[str, tuple[str, str]]]) -> None:
    lines, expected = variant
    content = bench.fresh()
    _put(content, *lines)
    _are(content.get(), expected)
    content.leave()
    _are(bench.relaunch(content).get(), expected)


@case(
    142,
    sends="objectives in two PutParams, one of them under another number, and none in a third",
    holds="they are merged by id; an absent group changes nothing",
    clause=CLAUSE + "; §6.6.2 (an absent group)",
)
def merged_objectives(bench: Bench) -> None:
    content = bench.fresh()
    _put(content, "J_ID.1=a", "J_Score.1=1", "J_Status.1=i", "J_ID.2=b", "J_Score.2=2")
    _put(content, "J_ID.1=b", "J_Score.1=20", "J_ID.2=c", "J_Score.2=3")
    content.put("lesson_location=2")
    _are(bench.later(content), {"a": ("1", "i"), "b": ("20", ""), "c": ("3", "")})


@case(
    143,
    sends="300 objectives with long ids",
    holds="error=0 and all of them come back",
    clause=CLAUSE,
)
def many_objectives(bench: Bench) -> None:
    content = bench.fresh()
    names = {f"objective-{number:03}-{'x' * 40}": number for number in range(1, 301)}
    _put(content, *(line for name, n in names.items() for line in (f"J_ID.{n}={name}", f"J_Score.{n}={n}")))
    found = content.get().objectives
    expect(len(found) == 300, "300 objectives", len(found))
    expect_equal(
        "their scores", {name: found[name][0] for name in found}, {k: str(v) for k, v in names.items()}
    )
