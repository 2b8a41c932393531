"""Session ids that are missing, unknown, mangled or too old."""

from __future__ import annotations

from ...checks import NotRun, expect, expect_equal
from ..bench import Bench, aicc_data
from ..encoding import form
from ..registry import READS, case

COMMANDS = (
    "GetParam",
    "PutParam",
    "ExitAU",
    "PutComments",
    "PutObjectives",
    "PutInteractions",
    "PutPath",
    "PutPerformance",
    "ExitParam",
)
PUT = aicc_data("lesson_location=never", "lesson_status=passed", lesson="never")


@case(
    9,
    sends="no session_id",
    holds="error=3",
    clause="CMI001 §6.4.3 (3, Invalid Session ID)",
    variants={"absent": None, "blank": "", "spaces": "   "},
    order=READS,
)
def missing_session(bench: Bench, session_id: str | None) -> None:
    content = bench.open()
    fields = [each for each in content.fields("PutParam", PUT) if each[0] != "session_id"]
    if session_id is not None:
        fields.append(("session_id", session_id))
    content.post(form(fields)).refused(3)


@case(
    10,
    sends="a session id that nobody was given, with each command",
    holds="error=3 Invalid Session ID in HACP's own form, no HTML, HTTP 200",
    clause="CMI001 §6.4.3 (3, Invalid Session ID); practice: an LMS's HTML error page hangs the course",
    variants=COMMANDS,
    order=READS,
)
def unknown_session(bench: Bench, command: str) -> None:
    content = bench.open()
    before = content.get().groups
    reply = content.send(command, PUT, session_id="NobodyWasEverGivenThisSessionId0").refused(3)
    expect_equal("error_text", reply.head.get("error_text", "").lower(), "invalid session id")
    expect_equal("the groups of another session", content.get().groups, before)


@case(
    11,
    sends="a session id of 300 characters, with control characters, not ASCII, or meant for a database",
    holds="error=3, never HTTP 500",
    clause="CMI001 chapter 9 (CMIIdentifier: up to 255 visible characters)",
    variants={
        "300 characters": "a" * 300,
        "10000 characters": "Z9" * 5000,
        "control characters": "abc\x00\x01\x7f",
        "line break": "abc\r\n[core]\r\nlesson_status=passed",
        "not ASCII": "sesión-идентификатор",
        "quote": "' OR '1'='1",
        "percent": "%",
        "path": "../../etc/passwd",
    },
    order=READS,
)
def mangled_session(bench: Bench, session_id: str) -> None:
    content = bench.open()
    content.send("GetParam", session_id=session_id).refused(3)
    content.send("PutParam", PUT, session_id=session_id).refused(3)


@case(
    12,
    sends="the session id encoded twice",
    holds="it is understood or error=3, never HTTP 500; a message that was understood is kept",
    clause="practice: Rustici's form fallback encodes in JavaScript and again by the browser",
)
def twice_encoded_session(bench: Bench) -> None:
    content = bench.open()
    twice = "".join(f"%{byte:02X}" for byte in content.launch.session_id.encode())
    reply = content.send("PutParam", aicc_data("lesson_location=twice"), session_id=twice)
    if reply.error == 3:
        reply.refused(3)
    else:
        reply.accepted()
        expect_equal("lesson_location", content.get().core("lesson_location"), "twice")


@case(
    13,
    sends="each command in a session that has expired",
    holds="error=3 in HACP's own form; the attempt is as it was",
    clause="CMI001 §6.4.3; practice: an LMS's HTML page on expiry hangs the course",
    variants=COMMANDS,
)
def expired_session(bench: Bench, command: str) -> None:
    content = bench.fresh(session="expired")
    content.send(command, PUT).refused(3)
    reply = bench.relaunch(content).get()
    expect_equal("lesson_location", reply.core("lesson_location"), "")
    expect_equal("lesson_status", reply.status, "not attempted")


@case(
    "13a",
    sends="messages in a session that is older than a session may become, though it was heard a moment ago",
    holds="error=3",
    clause="practice: a stolen id must not be good for ever; CMI001 §6.4.3",
    variants=("GetParam", "PutParam"),
)
def session_too_old(bench: Bench, command: str) -> None:
    content = bench.fresh(session="too_old")
    content.send(command, PUT).refused(3)
    expect_equal("lesson_location", bench.relaunch(content).get().core("lesson_location"), "")


@case(
    105,
    sends="a refused message, then ordinary ones",
    holds="a refusal leaves nothing behind: the session goes on",
    clause="CMI001 §6.4.3",
)
def after_a_refusal(bench: Bench) -> None:
    content = bench.open()
    content.put("lesson_location=before")
    content.send("Foo", PUT).refused(1)
    content.send("PutParam", PUT, session_id="0" * 32).refused(3)
    expect_equal("lesson_location", content.get().core("lesson_location"), "before")
    content.put("lesson_location=after")
    expect_equal("lesson_location", content.get().core("lesson_location"), "after")


@case(
    106,
    sends="messages of two learners in turn",
    holds="neither hears or changes anything of the other",
    clause="CMI001 §6.4.1 (session_id); practice: a parser kept between requests mixed learners up",
)
def two_learners(bench: Bench) -> None:
    if not bench.desk.is_fresh:
        raise NotRun("it needs two learners")
    first, second = bench.fresh(), bench.fresh()
    first.put("lesson_location=of the first", "score=11", lesson="first's data")
    second.put("lesson_location=of the second")
    reply = second.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "of the second")
    expect_equal("score", reply.core("score"), "")
    expect_equal("the suspend data", reply.lesson, "")
    reply = first.get()
    expect_equal("lesson_location", reply.core("lesson_location"), "of the first")
    expect_equal("the suspend data", reply.lesson, "first's data")
    expect(
        first.launch.session_id != second.launch.session_id,
        "two session ids",
        "the same one for two learners",
    )
