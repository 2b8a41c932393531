"""How much may be sent, and what happens above that."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench
from ..encoding import form
from ..registry import case


@case(
    73,
    sends="suspend data of 4,096, 4,097 and 65,536 characters",
    holds="it is kept whole",
    clause="CMI001 chapter 9 (CMIString4096); practice: Storyline sends more",
    variants={"4096": 4096, "4097": 4097, "65536": 65536},
)
def lesson_size(bench: Bench, size: int) -> None:
    content = bench.open()
    lesson = "".join(f"{number:07}|" for number in range(size // 8 + 1))[:size]
    content.put("lesson_location=1", lesson=lesson)
    expect_equal("the suspend data", bench.later(content).lesson, lesson)


@case(
    "73a",
    sends="a body of 2 MiB",
    holds="HTTP 413 with an error line that is not 0; what was stored stays, and the session goes on",
    clause="practice: a limit protects the others; a refusal is never a page of HTML",
    variants=("with a length", "chunked"),
)
def body_too_large(bench: Bench, how: str) -> None:
    content = bench.open()
    content.put("lesson_location=before", lesson="mine")
    data = "[core]\r\nlesson_location=huge\r\n[core_lesson]\r\n" + "x" * 2 * 1024 * 1024
    body = form(content.fields("PutParam", data))
    headers = {"Transfer-Encoding": "chunked"} if how == "chunked" else None
    if how == "chunked":
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
    reply = content.post(body, headers=headers)
    expect_equal("the HTTP status", reply.http.status, 413)
    expect(reply.error not in (None, 0), "an error line that is not 0", reply.text[:100])
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "before")
    expect_equal("the suspend data", reply.lesson, "mine")


@case(
    144,
    sends="2,500 keywords, 500 groups, and a value of 300,000 characters",
    holds="error=0 and [core], which came first, is kept",
    clause="practice: sizes and counts are bounded; one message must not stop a server",
    variants={
        "keywords": "[student_data]\r\n" + "".join(f"k{n}={n}\r\n" for n in range(2500)),
        "groups": "".join(f"[g{n}]\r\nx={n}\r\n" for n in range(500)),
        "brackets": "[" * 100_000 + "\r\n",
        "value": "[student_preferences]\r\naudio=" + "9" * 300_000 + "\r\n",
        "line breaks": "[comments]\r\n" + "\r\n" * 50_000,
    },
)
def many_of_them(bench: Bench, more: str) -> None:
    content = bench.open()
    content.put("lesson_location=before", "score=1")
    content.put("lesson_location=kept", "score=5", more=more)
    reply = content.get()
    expect_equal("location and score", (reply.core("lesson_location"), reply.core("score")), ("kept", "5"))


def _parts(body: bytes) -> list[bytes]:
    return [body[start : start + 65536] for start in range(0, len(body), 65536)]
