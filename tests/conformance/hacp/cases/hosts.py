"""Host names: a message is taken under the names that its launch was meant for."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...checks import expect, expect_equal
from ..bench import Bench, aicc_data
from ..registry import case

CLAUSE = "practice: a name that nobody registered is somebody else's (RFC 9110 §15.5.20)"
NAME = "one.example"


@case(
    150,
    sends="a message under a registered name: as it is, in upper case, with a final dot, with a port",
    holds="error=0, and it is kept",
    clause=CLAUSE,
    variants=("one.example", "ONE.Example", "one.example.", "one.example:8443"),
)
def registered_name(bench: Bench, name: str) -> None:
    content = bench.fresh(host_name=NAME)
    data = aicc_data("lesson_location=under this name")
    content.send("PutParam", data, headers={"Host": name}).accepted()
    reply = content.send("GetParam", headers={"Host": name}).accepted()
    expect_equal("lesson_location", reply.core("lesson_location"), "under this name")


@case(
    151,
    sends="a message under a name that nobody registered, or that is no name",
    holds="HTTP 421 (400 for no name), an error that is not 0, readable across origins; nothing is kept",
    clause=CLAUSE,
    variants=(
        "stranger.example",
        "one.example.evil.example",
        "xone.example",
        "a b",
        "one.example@evil.example",
    ),
)
def unregistered_name(bench: Bench, name: str) -> None:
    content = bench.fresh(host_name=NAME)
    data = aicc_data("lesson_location=under this name")
    reply = content.send("PutParam", data, headers={"Host": name})
    expect(reply.http.status in (400, 421), "HTTP 421", reply.http.status)
    if reply.http.status == 421:
        expect(reply.error not in (None, 0), "an error line that is not 0", reply.text[:100])
        expect_equal("Access-Control-Allow-Origin", reply.http.header("access-control-allow-origin"), "*")
    expect_equal("lesson_location", content.get().core("lesson_location"), "")


@case(
    152,
    sends="a message under the name of another content source",
    holds="error=3, and nothing is kept",
    clause="practice: a source may report under its own names alone; CMI001 §6.4.3 (3)",
)
def foreign_name(bench: Bench) -> None:
    bench.fresh(host_name=NAME).get()
    content = bench.fresh(host_name="two.example")
    data = aicc_data("lesson_location=under another's name")
    content.send("PutParam", data, headers={"Host": NAME}).refused(3)
    expect_equal("lesson_location", content.get().core("lesson_location"), "")


@case(
    153,
    sends="X-Forwarded-Host and Forwarded from a caller who is no proxy of ours",
    holds="they are not believed: a good name stays good, a bad one bad",
    clause=CLAUSE,
    variants=("X-Forwarded-Host", "Forwarded"),
)
def forwarded_name(bench: Bench, header: str) -> None:
    content = bench.fresh(host_name=NAME)
    own = urlsplit(content.client.origin).netloc
    for host, named in ((own, "stranger.example"), ("stranger.example", own)):
        value = f"host={named}" if header == "Forwarded" else named
        reply = content.send("GetParam", headers={"Host": host, header: value})
        if host == own:
            reply.accepted()
        else:
            expect_equal("the HTTP status", reply.http.status, 421)
