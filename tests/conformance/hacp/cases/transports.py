"""How a message travels: forms, multipart beacons, plain text, the query string."""

from __future__ import annotations

from ...checks import expect_equal
from ..bench import Bench, Content, aicc_data
from ..encoding import BOUNDARY, FORM, MULTIPART, form, multipart, percent
from ..registry import ENDS_TWICE, case

DATA = aicc_data("lesson_location=sent so", "lesson_status=incomplete", lesson="a=1&b+2\r\né 100%")


def _is_put(bench: Bench, content: Content) -> None:
    reply = bench.later(content)
    expect_equal("lesson_location", reply.core("lesson_location"), "sent so")
    expect_equal("the suspend data", reply.lesson, "a=1&b+2\r\né 100%")


@case(
    44,
    sends="PutParam as multipart/form-data",
    holds="the same as a form",
    clause="practice: Adapt sends its last message as a FormData beacon",
    variants={
        "usual": MULTIPART,
        "quoted boundary": f'multipart/form-data; boundary="{BOUNDARY}"',
        "upper case": f"Multipart/Form-Data; BOUNDARY={BOUNDARY}",
        "charset": f"multipart/form-data; charset=utf-8; boundary={BOUNDARY}",
    },
)
def multipart_put(bench: Bench, content_type: str) -> None:
    content = bench.open()
    content.post(multipart(content.fields("GetParam")), content_type).accepted()
    content.post(multipart(content.fields("PutParam", DATA)), content_type).accepted()
    _is_put(bench, content)


@case(
    45,
    sends="ExitParam with data, as a form or as multipart/form-data",
    holds="the effect of PutParam and ExitAU in one",
    clause="practice: Adapt's last beacon; not a command of the standard",
    variants=("form", "multipart"),
    order=ENDS_TWICE,
)
def exitparam(bench: Bench, how: str) -> None:
    content = bench.fresh()
    fields = content.fields("ExitParam", DATA.replace("incomplete", "completed,logout"))
    if how == "form":
        content.post(form(fields)).accepted()
    else:
        content.post(multipart(fields), MULTIPART).accepted()
    reply = bench.relaunch(content).get()
    expect_equal("lesson_status", reply.core("lesson_status"), "completed")
    expect_equal("lesson_location", reply.core("lesson_location"), "sent so")
    expect_equal("the suspend data", reply.lesson, "a=1&b+2\r\né 100%")


@case(
    "45a",
    sends="ExitParam, then PutParam, where the session closes at once",
    holds="error=3: ExitParam has ended the session",
    clause="CMI001 §6.4.3 (3, nothing after ExitAU); practice: Adapt's ExitParam",
)
def exitparam_ends(bench: Bench) -> None:
    content = bench.fresh(strict=True)
    content.get()
    content.send("ExitParam", DATA).accepted()
    content.send("PutParam", aicc_data("lesson_location=late")).refused(3)
    expect_equal("lesson_location", bench.relaunch(content).get().core("lesson_location"), "sent so")


@case(
    46,
    sends="PutParam with another Content-Type: text/plain beacon, with a charset, unknown, or none",
    holds="the same as a form",
    clause="practice: sendBeacon with a string is text/plain; South River adds a charset",
    variants={
        "text/plain": "text/plain",
        "text/plain with charset": "text/plain;charset=UTF-8",
        "form with charset": f"{FORM}; charset=UTF-8",
        "octets": "application/octet-stream",
        "JSON": "application/json",
        "nonsense": "what?",
        "none": None,
    },
)
def other_types(bench: Bench, content_type: str | None) -> None:
    content = bench.open()
    content.post(form(content.fields("PutParam", DATA)), content_type).accepted()
    _is_put(bench, content)


@case(
    47,
    sends="POST with the fields in the query string, in part or all",
    holds="they are read; where both name a field, the body wins",
    clause="practice: custom clients do so",
    variants=("all", "session", "session and command", "conflict"),
)
def query_string(bench: Bench, what: str) -> None:
    content = bench.open()
    fields = content.fields("PutParam", DATA)
    if what == "conflict":
        others = [("session_id", "0" * 32), ("command", "ExitAU"), ("AICC_Data", "[core]\r\nscore=1")]
        content.post(form(fields), query=form(others)).accepted()
    else:
        count = {"all": len(fields), "session": 3, "session and command": 3}[what]
        in_query = [each for each in fields[:count] if what != "session" or each[0] == "session_id"]
        in_body = [each for each in fields if each not in in_query]
        content.post(form(in_body), query=form(in_query)).accepted()
    _is_put(bench, content)


@case(
    126,
    sends="the message with a line break at its end, or a blank before the first name",
    holds="it is read, and the line break is no data",
    clause="practice: editors and curl add one",
)
def stray_breaks(bench: Bench) -> None:
    content = bench.open()
    body = form(content.fields("PutParam", DATA.removesuffix("\r\n")), percent)
    content.post(b"\r\n" + body + b"\r\n").accepted()
    _is_put(bench, content)


@case(
    127,
    sends="PUT, DELETE, PATCH and HEAD",
    holds="a refusal below HTTP 500, and nothing changes",
    clause="CMI001 §6.4.1 (requests are POSTed)",
    variants=("PUT", "DELETE", "PATCH", "HEAD"),
)
def other_methods(bench: Bench, method: str) -> None:
    content = bench.open()
    before = content.get().groups
    body = None if method == "HEAD" else form(content.fields("PutParam", DATA))
    reply = content.post(body, method=method)
    expect_equal("an answer below HTTP 500", reply.http.status < 500, True)
    expect_equal("no acceptance", reply.error != 0, True)
    expect_equal("the groups", content.get().groups, before)
