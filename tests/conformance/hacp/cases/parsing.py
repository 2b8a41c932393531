"""How the groups may be written: line ends, blanks, cases, repetitions, things nobody knows."""

from __future__ import annotations

import random

from ...checks import NotRun, expect, expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import FORM, MULTIPART, form
from ..registry import case


@case(
    33,
    sends="lines that end with LF, or with CR alone",
    holds="they are lines",
    clause="practice: content uses LF (WIZ special-cases Skillsoft's); CRLF is the norm of CMI001 §6.4.2",
    variants={"LF": "\n", "CR": "\r"},
)
def line_ends(bench: Bench, line_end: str) -> None:
    content = bench.open()
    _put(content, aicc_data("lesson_location=5", "score=50", lesson="a\r\nb").replace("\r\n", line_end))
    reply = bench.later(content)
    _is_put(content)
    expect_equal("the lines of the suspend data", reply.lesson.splitlines(), ["a", "b"])


@case(
    34,
    sends="a line break, blank lines or a BOM before [core]",
    holds="[core] is read",
    clause="practice: South River sends a leading CRLF, which made Skillport delete progress",
    variants={"CRLF": "\r\n", "LF": "\n", "three": "\r\n\r\n\r\n", "blank": " \r\n", "BOM": "\ufeff"},
)
def leading_break(bench: Bench, lead: str) -> None:
    content = bench.open()
    _put(content, lead + aicc_data("lesson_location=5", "score=50"))
    _is_put(content)


@case(
    35,
    sends="keywords with tabs and blanks around them, names and groups in any case",
    holds="they are read",
    clause="CMI001 §6.4.2 (names are case-insensitive); practice: tabs of Dokeos, `key = value`",
    variants={
        "tabs": "[core]\r\n\tlesson_location=5\r\n\tscore=50\r\n",
        "blanks around =": "[core]\r\nlesson_location = 5\r\nscore =50\r\n",
        "blanks at the end": "[core]\r\nlesson_location=5  \r\nscore=50\t\r\n",
        "upper case": "[CORE]\r\nLESSON_LOCATION=5\r\nSCORE=50\r\n",
        "mixed case": "[Core]\r\nLesson_Location=5\r\nScore=50\r\n",
        "blanks at the header": "  [core] \r\nlesson_location=5\r\nscore=50\r\n",
        "blanks in the header": "[ core ]\r\nlesson_location=5\r\nscore=50\r\n",
        "blank lines": "[core]\r\n\r\nlesson_location=5\r\n\r\n\r\nscore=50\r\n\r\n",
        "comment lines": "[core]\r\n;lesson_location=9\r\nlesson_location=5\r\n ; score=9\r\nscore=50\r\n",
        "lines without =": "[core]\r\nhello\r\nlesson_location=5\r\nscore=50\r\n",
    },
)
def ways_to_write_keywords(bench: Bench, data: str) -> None:
    content = bench.open()
    _put(content, data)
    _is_put(content)


@case(
    71,
    sends="an unknown group or keyword, [core] twice, a keyword twice",
    holds="error=0; what is known is read, of two the first",
    clause="practice: Rustici's reader takes the first as well; CMI001 chapter 9 (unknown keywords)",
    variants={
        "unknown group before": "[vendor_stuff]\r\nscore=1\r\n[core]\r\nlesson_location=5\r\nscore=50\r\n",
        "unknown group after": "[core]\r\nlesson_location=5\r\nscore=50\r\n[vendor_stuff]\r\nscore=1\r\n",
        "unknown keyword": "[core]\r\nmood=fine\r\nlesson_location=5\r\nscore=50\r\n",
        "core twice": "[core]\r\nlesson_location=5\r\n[core]\r\nlesson_location=6\r\nscore=50\r\n",
        "keyword twice": "[core]\r\nlesson_location=5\r\nlesson_location=6\r\nscore=50\r\nscore=6\r\n",
        "other group": "[student_data]\r\nscore=1\r\n[core]\r\nlesson_location=5\r\nscore=50\r\n",
    },
)
def unknown_and_repeated(bench: Bench, data: str) -> None:
    content = bench.open()
    _put(content, data)
    _is_put(content)


@case(
    "71a",
    sends="an unknown group with a text of several lines, and an unknown keyword",
    holds="error=0, and the LMS keeps them: what came is not thrown away for being unknown",
    clause="practice: nothing may answer Successful for data it dropped",
    variants={
        "group": "[vendor_stuff]\r\nfirst line\r\n\r\nsecond=2\r\n",
        "keyword": "[core]\r\nmood=fine\r\n",
    },
)
def unknown_is_kept(bench: Bench, more: str) -> None:
    content = bench.fresh()
    _put(content, "[core]\r\nlesson_location=5\r\nscore=50\r\n" + more)
    _is_put(content)
    records = bench.progress(content).get("records")
    if not isinstance(records, list):
        raise NotRun("the progress command does not tell records")
    expect_equal("the number of raw records", len(records), 1)


@case(
    120,
    sends="[core_lesson] twice",
    holds="the first one is kept",
    clause="practice: Rustici's reader takes the first as well",
)
def lesson_twice(bench: Bench) -> None:
    content = bench.open()
    _put(content, aicc_data("lesson_location=5", "score=50", lesson="one") + "[core_lesson]\r\ntwo\r\n")
    _is_put(content)
    expect_equal("the suspend data", content.get().lesson, "one")


@case(
    72,
    sends="keywords of [core] without its header",
    holds="they are read as [core]",
    clause="practice: some content leaves the header out; CMI001 §6.4.2 asks for it",
    variants={
        "alone": "lesson_location=5\r\nlesson_status=incomplete\r\nscore=50\r\n",
        "with suspend data": "lesson_location=5\r\nscore=50\r\n[core_lesson]\r\nmine\r\n",
    },
)
def no_core_header(bench: Bench, data: str) -> None:
    content = bench.open()
    _put(content, data)
    _is_put(content)


@case(
    121,
    sends="data that is no AICC text: empty, binary, brackets, a single line of 100,000 characters",
    holds="error=0 and nothing changes",
    clause="practice: one bad message never spoils a session",
    variants={
        "empty": "",
        "blanks": " \r\n \r\n",
        "NUL": "\x00\x01\x02",
        "brackets": "[[[[]]]]\r\n[\r\n]\r\n[]",
        "equals": "====\r\n=5\r\n",
        "long line": "x" * 100_000,
        "JSON": '{"lesson_location":"6"}',
    },
)
def no_aicc_text(bench: Bench, data: str) -> None:
    content = bench.open()
    content.put("lesson_location=5", "score=50", lesson="mine")
    before = content.get().groups
    _put(content, data)
    expect_equal("the groups", content.get().groups, before)


@case(
    122,
    sends="NUL and other control characters inside values",
    holds="error=0, never HTTP 500; the reply keeps to its lines",
    clause="practice: databases refuse NUL; CMI001 chapter 9 (visible characters)",
)
def control_characters(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=a\x00b\x0bc\x1b", "score=5\x00", lesson="x\x00y\x07z")
    reply = bench.later(content)
    core = reply.groups["core"]
    expect_equal("control characters in [core]", [c for c in core if ord(c) < 32 and c not in "\r\n"], [])
    expect_equal("the letters of the suspend data", [c for c in reply.lesson if c.isalpha()], ["x", "y", "z"])


@case(
    154,
    sends="100 bodies made at random: bytes, percent signs, broken escapes, parts of messages",
    holds="each gets a reply in HACP's own form below HTTP 500; the session goes on as it was",
    clause="practice: one bad message never spoils a server",
)
def random_bodies(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=5", "score=50", lesson="mine")
    good = form(content.fields("PutParam", aicc_data("score=9"), session_id="0" * 32))
    chance = random.Random(2004)
    for _ in range(100):
        pieces = [good[chance.randrange(len(good)) :][:40] for _ in range(3)]
        pieces += [chance.randbytes(20), b"%u", b"%E", b"%", b"&&==", b"[core]\r\n", b"\xff\xfe"]
        body = b"".join(chance.sample(pieces, 6))
        reply = content.post(body, chance.choice((FORM, MULTIPART, "text/plain", None)))
        expect(reply.http.status < 500, "HTTP below 500", reply.http.status)
        expect(reply.error is not None, "an error line", reply.text[:100])
    _is_put(content)
    expect_equal("the suspend data", content.get().lesson, "mine")


def _put(content: Content, data: str) -> None:
    content.send("PutParam", data).accepted()


def _is_put(content: Content) -> None:
    reply = content.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "5")
    expect_equal("score", reply.core("score"), "50")
