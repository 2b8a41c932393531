"""What a browser asks of the endpoint when the content comes from another origin."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..encoding import form
from ..registry import READS, WRITES, case
from ..reply import Reply

ORIGIN = {"Origin": "https://content.example"}
CORS = "practice: without CORS Storyline hangs and Rustici loses all progress (Fetch standard)"


@case(
    76,
    sends="messages with an Origin header, good and bad",
    holds="Access-Control-Allow-Origin: * on every reply, errors too; no cookie; no sign-in",
    clause=CORS,
    variants=("GetParam", "PutParam", "unknown session", "unknown command", "no body", "GET", "too large"),
    order=READS,
)
def cross_origin(bench: Bench, what: str) -> None:
    content = bench.open()
    if what == "unknown session":
        reply = content.send("GetParam", session_id="0" * 32, headers=ORIGIN)
    elif what == "unknown command":
        reply = content.send("Foo", headers=ORIGIN)
    elif what == "no body":
        reply = content.post(b"", headers=ORIGIN)
    elif what == "GET":
        reply = content.post(None, None, method="GET", headers=ORIGIN)
    elif what == "too large":
        reply = content.post(b"x=" + b"y" * 2 * 1024 * 1024, headers=ORIGIN)
    else:
        data = aicc_data("lesson_location=from afar") if what == "PutParam" else None
        reply = content.send(what, data, headers=ORIGIN).accepted()
    _may_be_read(reply)
    expect("text/html" not in reply.http.header("content-type"), "no HTML", reply.http.header("content-type"))
    if what == "PutParam":
        expect_equal("lesson_location", content.get().core("lesson_location"), "from afar")


@case(
    "76a",
    sends="OPTIONS, as a browser's preflight",
    holds="HTTP 204 (or 200) that allows POST and Content-Type from any origin",
    clause=CORS,
    order=READS,
)
def preflight(bench: Bench) -> None:
    headers = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = bench.open().post(None, None, method="OPTIONS", headers=headers)
    expect(reply.http.status in (200, 204), "HTTP 204", reply.http.status)
    _may_be_read(reply)
    allowed = reply.http.header("access-control-allow-headers").lower()
    expect("content-type" in allowed or allowed == "*", "Content-Type allowed", allowed)
    methods = reply.http.header("access-control-allow-methods").upper()
    expect("POST" in methods or methods == "*", "POST allowed", methods)


@case(
    "76b",
    sends="PutParam as a beacon, as a form that navigates, with Origin: null, with a stale cookie",
    holds="error=0 and it is kept",
    clause="practice: the headers of fallbacks; refusing by Origin or Sec-Fetch loses results",
    variants={
        "beacon": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "empty"},
        "form": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"},
        "null origin": {"Origin": "null"},
        "cookie": {"Cookie": "session=stale; sesskey=1"},
        "referer": {"Referer": "https://content.example/start.html?AICC_SID=x"},
        "XHR": {"X-Requested-With": "XMLHttpRequest", "Accept": "*/*"},
    },
    order=WRITES,
)
def browser_headers(bench: Bench, headers: dict[str, str]) -> None:
    content = bench.open()
    place = f"with {sorted(headers)[0]}"
    body = form(content.fields("PutParam", aicc_data(f"lesson_location={place}")))
    _may_be_read(content.post(body, headers={**ORIGIN, **headers}).accepted())
    expect_equal("lesson_location", content.get().core("lesson_location"), place)


def _may_be_read(reply: Reply) -> None:
    expect_equal("Access-Control-Allow-Origin", reply.http.header("access-control-allow-origin"), "*")
    expect_equal("Set-Cookie", reply.http.header("set-cookie"), "")
    expect_equal("WWW-Authenticate", reply.http.header("www-authenticate"), "")
