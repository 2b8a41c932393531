"""Recorded exchanges of real clients, replayed as raw bytes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.hacp.content import FORM, Classroom, read_reply

RECORDED = Path(__file__).parent.parent / "data" / "hacp"
PLACEHOLDER = b"0000000000SESSION00ID0000000000X"


def test_a_rustici_course_is_played_and_comes_back(classroom: Classroom) -> None:
    content = classroom.open()
    session_id = content.launch.session_id.encode()
    for file in sorted((RECORDED / "rustici").glob("[0-9]-*.txt")):
        body = file.read_bytes().replace(PLACEHOLDER, session_id)
        response = classroom.client.post("/hacp", data=body, content_type=FORM)
        assert response.get_data().startswith(b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\n"), (
            file.name
        )
        assert read_reply(response).error == 0
    reply = classroom.open().get()
    suspend = (RECORDED / "rustici" / "suspend-data.txt").read_bytes()
    assert b"[core_lesson]\r\n" + suspend + b"\r\n[core_vendor]\r\n" in reply.response.get_data()
    assert reply.core["lesson_location"] == "slide-7"
    assert reply.core["lesson_status"] == "incomplete,resume"
    assert (reply.core["score"], reply.core["time"]) == ("66.67,100,0", "00:12:34")
    assert reply.data.keywords["objectives_status"]["j_id.1"] == "knots"
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.score) == ("in_progress", 66.67)
    assert progress.time == timedelta(minutes=12, seconds=34)
    interactions, comments = sorted(classroom.records(), key=lambda record: -len(record.body))
    assert (interactions.command, interactions.body[:11]) == ("putinteractions", b'"course_id"')
    assert (comments.command, comments.body) == ("comments", b"<1>Good, thanks<e.1>")


def test_a_storyline_exit_with_overtaking_beacons_loses_no_completion(classroom: Classroom) -> None:
    """Storyline sends its last PutParams and ExitAU at once: they arrive in any order."""
    passed = "lesson_status=P|score=90|time=00:10:00|lesson_location=end"
    stale = "lesson_status=N|score=|time=00:09:58|lesson_location=8"
    for order in ("psx", "pxs", "spx", "sxp", "xps", "xsp"):
        content = classroom.open()
        content.get()
        for step in order:
            reply = {"p": lambda c: c.put(passed), "s": lambda c: c.put(stale), "x": lambda c: c.leave()}[
                step
            ](content)
            assert reply.error == 0
        assert classroom.open().get().core["lesson_status"] == "passed"
    progress = classroom.progress()
    assert progress is not None
    assert (progress.status, progress.percent, progress.score) == ("passed", 100, 90)
    assert progress.time == timedelta(hours=1)
