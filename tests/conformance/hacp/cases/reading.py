"""GetParam: what the reply says and how it is written."""

from __future__ import annotations

import re

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..registry import READS, WRITES, case
from ..reply import Reply


@case(
    1,
    sends="GetParam with a valid session id",
    holds="error=0, Successful, version=4.0; aicc_data=[core] on one line; core, core_lesson and core_vendor",
    clause="CMI001 §6.4.3, §6.5; practice: e-LfH reads only `aicc_data=[core]` and needs a second group",
    order=READS,
)
def getparam(bench: Bench) -> None:
    reply = bench.open().get()
    expect(reply.text.startswith("error=0\r\n"), "the first line to be error=0", reply.text[:80])
    expect_equal("error_text", reply.head.get("error_text"), "Successful")
    expect_equal("version", reply.head.get("version"), "4.0")
    expect("\r\naicc_data=[core]\r\n" in reply.text, "a line aicc_data=[core]", reply.text[:200])
    for group in ("core", "core_lesson", "core_vendor"):
        expect(group in reply.groups, f"the group [{group}]", list(reply.groups))
    for keyword in (
        "student_id",
        "student_name",
        "lesson_location",
        "credit",
        "lesson_status",
        "score",
        "time",
    ):
        reply.core(keyword)
    expect(reply.core("student_id") != "", "a student_id", reply.core("student_id"))


@case(
    2,
    sends="GetParam of a first launch",
    holds="lesson_status=not attempted,ab-initio; time=00:00:00; score, location and suspend data blank",
    clause="CMI001 §6.5, chapter 9 (Lesson_Status, Time)",
    order=READS,
)
def first_getparam(bench: Bench) -> None:
    reply = bench.fresh().get()
    expect_equal("lesson_status", reply.core("lesson_status"), "not attempted,ab-initio")
    expect_equal("time", reply.core("time"), "00:00:00")
    expect_equal("score", reply.core("score"), "")
    expect_equal("lesson_location", reply.core("lesson_location"), "")
    expect_equal("the suspend data", reply.lesson, "")


@case(
    65,
    sends="GetParam of a unit without optional values, and of one that was suspended",
    holds="no optional keyword without a value, no blank after a comma, no keyword twice",
    clause="practice: Rustici takes `mastery_score=` for an error and loses the flag of `incomplete, resume`",
)
def optional_keywords(bench: Bench) -> None:
    content = bench.open()
    _has_no_empty_options(content.get())
    content.put("lesson_location=7", "lesson_status=incomplete,suspend", "score=", "time=00:00:01")
    _has_no_empty_options(content.get())
    _has_no_empty_options(bench.later(content))


@case(
    77,
    sends="each command, and messages that are refused",
    holds="text/plain, CRLF after every line and at the end, no BOM, Cache-Control: no-store",
    clause="CMI001 §6.4.3; practice: HTML types and cached replies have broken content (MDL-14455)",
    variants=("GetParam", "PutParam", "PutComments", "ExitAU", "unknown session", "unknown command"),
    order=READS,
)
def reply_form(bench: Bench, what: str) -> None:
    content = bench.fresh() if what == "ExitAU" else bench.open()
    data = aicc_data("lesson_status=incomplete", lesson="a\r\nb") if what == "PutParam" else None
    if what == "unknown session":
        reply = content.send("GetParam", session_id="0" * 32).refused(3)
    elif what == "unknown command":
        reply = content.send("Foo").refused(1)
    else:
        reply = content.send(what, data).accepted()
    body = reply.http.body
    expect(body.endswith(b"\r\n"), "CRLF at the end", body[-20:])
    expect(re.search(rb"(?<!\r)\n|\r(?!\n)", body) is None, "no bare CR or LF", body[:300])
    expect(body.startswith(b"error="), "the body to begin with error=", body[:20])
    expect("no-store" in reply.http.header("cache-control"), "no-store", reply.http.header("cache-control"))
    kind = reply.http.header("content-type").lower().replace(" ", "")
    expect(kind in ("text/plain;charset=utf-8", "text/plain"), "text/plain; charset=utf-8", kind)


@case(
    101,
    sends="every command with the same session, and some that are refused",
    holds="`error=` stands once and first: no later line looks like an error number",
    clause="practice: CourseLab looks for `error=0` anywhere; a server-to-server client reads the first line",
    order=WRITES,
)
def one_error_line(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=error=3", lesson="error=1\r\nerror=2")
    for reply in (content.get(), content.send("Foo"), content.send("GetParam", session_id="x")):
        first, _, _ = reply.text.partition("\r\n")
        expect(re.fullmatch(r"error=[0-3]", first) is not None, "error=N as the first line", first)
        head, _, _ = reply.text.partition("aicc_data=")
        expect_equal("the number of error= before the data", head.count("error="), 1)


@case(
    102,
    sends="GetParam five times, PutParam between",
    holds="GetParam may be repeated and changes nothing; it says what was put",
    clause="CMI001 §6.5",
)
def repeated_getparam(bench: Bench) -> None:
    content = bench.open()
    first = content.get().groups
    expect_equal("the second GetParam", content.get().groups, first)
    content.put("lesson_location=page 5")
    for _ in range(3):
        expect_equal("lesson_location", content.get().core("lesson_location"), "page 5")


def _has_no_empty_options(reply: Reply) -> None:
    names: list[str] = []
    for group, keywords in reply.keywords.items():
        for name, value in keywords.items():
            expect(value != "" or group == "core", f"no {name} without a value in [{group}]", value)
        names += keywords
    expect_equal("the keywords that stand twice", [n for n in names if names.count(n) > 1], [])
    for group, name in (("core", "lesson_status"), ("student_data", "time_limit_action")):
        expect(", " not in (reply.value(group, name) or ""), f"no blank in {name}", reply.value(group, name))
    for line in reply.text.split("\r\n")[:4]:
        name, _, _ = line.partition("=")
        expect(name == name.strip(), "no blanks around =", line)
