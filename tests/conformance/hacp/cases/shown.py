"""What the LMS shows of each message to the person who looks into a course's trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ...checks import NotRun, expect, expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import FORM, MULTIPART, form, multipart, percent, raw, rustici, twice
from ..registry import case

DATA = aicc_data("lesson_location=5", "lesson_status=incomplete", "score=50", "time=00:01:00", lesson="a=1")
CLAUSE = "practice: whoever looks into a course's trouble must see what was made of it"


def _last_message(bench: Bench, content: Content) -> Mapping[str, Any]:
    found = bench.progress(content).get("exchanges")
    if not isinstance(found, list):
        raise NotRun("the progress command does not tell exchanges")
    expect(len(found) > 0, "the message among the exchanges", found)
    last: Mapping[str, Any] = found[-1]
    return last


@case(
    156,
    sends="PutParam in a session that has expired, or ended long ago",
    holds="error=3, and the LMS shows the message, set aside: what came too late is not lost",
    clause=CLAUSE,
    variants=("expired", "long_ended"),
)
def late_message_is_shown(bench: Bench, session: str) -> None:
    content = bench.fresh(session=session)
    content.send("PutParam", DATA).refused(3)
    expect_equal("the exchange is set aside", _last_message(bench, content).get("parked"), True)


@case(
    157,
    sends="PutParam as the standard says",
    holds="the LMS shows it without a repair, and what it changed",
    clause=CLAUSE,
)
def ordinary_message_is_shown(bench: Bench) -> None:
    content = bench.fresh()
    content.get()
    content.send("PutParam", DATA).accepted()
    shown = _last_message(bench, content)
    expect_equal("the repairs", shown.get("repairs"), [])
    expect(len(shown.get("changes") or []) >= 4, "status, location, score and time among the changes", shown)


@case(
    158,
    sends="PutParam in ways that need a repair",
    holds="error=0, and the LMS names the repair",
    clause=CLAUSE,
    variants={
        "Latin-1": (DATA.replace("a=1", "é"), "latin-1", FORM),
        "escape()": (DATA.replace("a=1", "€"), "escape", FORM),
        "twice": (DATA, "twice", FORM),
        "not encoded": (DATA, "raw", FORM),
        "multipart": (DATA, "multipart", MULTIPART),
        "text/plain": (DATA, "form", "text/plain"),
        "leading line break": ("\r\n" + DATA, "form", FORM),
        "no header": (DATA.removeprefix("[core]\r\n"), "form", FORM),
        "keyword twice": (DATA.replace("score=50\r\n", "score=50\r\nscore=60\r\n"), "form", FORM),
        "unknown group": ("[vendor_stuff]\r\nx\r\n" + DATA, "form", FORM),
        "unreadable status": (DATA.replace("incomplete", "xyz"), "form", FORM),
        "unreadable time": (DATA.replace("00:01:00", "soon"), "form", FORM),
        "unreadable score": (DATA.replace("score=50", "score=good"), "form", FORM),
        "long suspend data": (DATA.replace("a=1", "x" * 5000), "form", FORM),
    },
)
def repair_is_shown(bench: Bench, variant: tuple[str, str, str]) -> None:
    data, how, content_type = variant
    content = bench.fresh()
    content.get()
    content.post(_encoded(content, data, how), content_type).accepted()
    repairs = _last_message(bench, content).get("repairs")
    expect(isinstance(repairs, list) and len(repairs) > 0, "at least one repair by name", repairs)


def _encoded(content: Content, data: str, how: str) -> bytes:
    fields = content.fields("PutParam", data)
    if how == "multipart":
        return multipart(fields)
    if how == "twice":
        return form(content.fields("PutParam")) + b"&AICC_Data=" + twice(data).encode()
    if how == "latin-1":
        return form(fields, lambda text: quote(text, safe="", encoding="latin-1"))
    return form(fields, {"raw": raw, "escape": rustici}.get(how, percent))
