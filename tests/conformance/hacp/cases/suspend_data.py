"""[core_lesson]: the course's own text, which an LMS keeps and never reads."""

from __future__ import annotations

from ...checks import expect_equal
from ..bench import Bench, aicc_data
from ..registry import case
from ..reply import GROUPS

VERBATIM = "CMI001 chapter 9 (Core_Lesson is free text, returned as it was put)"


@case(
    28,
    sends="PutParam without [core_lesson]",
    holds="the suspend data stays",
    clause="CMI001 §6.6.2 (an absent group)",
)
def lesson_absent(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=1", lesson="kept\r\nwhole")
    content.put("lesson_location=2")
    reply = bench.later(content)
    expect_equal("the suspend data", reply.lesson, "kept\r\nwhole")
    expect_equal("lesson_location", reply.core("lesson_location"), "2")


@case(
    29,
    sends="PutParam with an empty [core_lesson]",
    holds="the suspend data is empty",
    clause="CMI001 §6.6.2 (a group with nothing in it)",
    variants={
        "last, no line break": "[core_lesson]",
        "last": "[core_lesson]\r\n",
        "before another group": "[core_lesson]\r\n[comments]\r\nhello\r\n",
    },
)
def lesson_empty(bench: Bench, groups: str) -> None:
    content = bench.open()
    content.put("lesson_location=1", lesson="to be cleared")
    content.put("lesson_location=2", more=groups)
    expect_equal("the suspend data", bench.later(content).lesson, "")


@case(
    30,
    sends="suspend data that looks like something else",
    holds="it comes back character for character",
    clause=VERBATIM,
    variants={
        "equals": "a=b\r\nc==d=",
        "semicolon": ";x\r\na;b",
        "blank lines": "a\r\n\r\n\r\nb",
        "blank line at the end": "a\r\n\r\n",
        "blank line at the start": "\r\na",
        "leading blanks": "  a\r\n\tb  ",
        "array": "[1,2]\r\n[3]",
        "number in brackets": "[1]\r\nx=1",
        "words in brackets": "[note] text\r\n[note]\r\n[a b]",
        "JSON": '{"seen":[1,2],"name":"O\'Neil & Söhne","x":null}',
        "base64": "b64+/==;Zm9v\r\n+++/",
        "percent": "100% %41 %5Bcore%5D %u20AC %",
        "HTML": "<p class='x'>a &amp; b</p>",
        "ampersands": "a&command=ExitAU&session_id=x",
        "error lines": "error=3\r\nerror_text=Invalid\r\naicc_data=[core]",
        "not ASCII": "é€ñ 漢字 😀",
        "backslashes": "a\\r\\nb\\u20ac",
        "one line of 3000": "x" * 3000,
    },
)
def lesson_verbatim(bench: Bench, text: str) -> None:
    content = bench.open()
    content.put("lesson_location=1", lesson=text)
    expect_equal("the suspend data", bench.later(content).lesson, text)


@case(
    31,
    sends="[core_lesson] followed by each other group, in any case",
    holds="the suspend data ends before the group",
    clause="CMI001 §6.4.2 (groups)",
    variants=tuple(header for group in GROUPS[3:] for header in (f"[{group}]", f"  [{group.title()}] ")),
)
def lesson_before_group(bench: Bench, header: str) -> None:
    content = bench.open()
    content.put("lesson_location=1", more=f"[core_lesson]\r\na=1\r\n{header}\r\n{_keyword(header)}=1\r\n")
    expect_equal("the suspend data", bench.later(content).lesson, "a=1")


@case(
    32,
    sends="[core_lesson] last and without a line break at the end",
    holds="the last line is kept",
    clause="practice: Rustici ends the message there",
)
def lesson_without_final_break(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=1", more="[core_lesson]\r\nfirst\r\nlast")
    expect_equal("the suspend data", bench.later(content).lesson, "first\r\nlast")


@case(
    119,
    sends="[core_lesson] before [core]",
    holds="both are read",
    clause="CMI001 §6.4.2 (groups come in any order)",
)
def lesson_first(bench: Bench) -> None:
    content = bench.open()
    data = "[core_lesson]\r\nfirst of all\r\n" + aicc_data("lesson_location=9", "lesson_status=incomplete")
    content.send("PutParam", data).accepted()
    reply = bench.later(content)
    expect_equal("the suspend data", reply.lesson, "first of all")
    expect_equal("lesson_location", reply.core("lesson_location"), "9")


def _keyword(header: str) -> str:
    """Name a keyword that no other group has: what an LMS keeps of it, it may send back."""
    return "x_" + header.strip(" []").lower()
