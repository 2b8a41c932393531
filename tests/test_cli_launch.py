"""`launch show` and `launch list`."""

from __future__ import annotations

from tests.command_line import CommandLine
from tests.hacp.conftest import classroom as classroom, new_classroom as new_classroom
from tests.hacp.content import Classroom


def test_launch_show_tells_everything_of_a_session(cli: CommandLine, classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=i|score=66.67|time=00:02:00")
    content.send("PutInteractions", "interaction_id,result,latency\r\nq1,C,00:00:03\r\n")
    content.send("PutComments", "location,comment\r\np1,Good\r\n")
    content.leave()
    data = cli.json("launch", "show", content.launch.launch_id)
    assert (data["state"], data["end_reason"], data["session_time_seconds"]) == ("ended", "exit", 120)
    assert (data["credit"], data["mode"], data["status"]) == (True, "normal", "in_progress")
    assert (data["learner_id"], data["course_id"]) == (classroom.learner.id, classroom.course.id)
    (interaction,) = data["interactions"]
    assert (interaction["name"], interaction["result"], interaction["latency"]) == ("q1", "C", "00:00:03")
    assert data["comments"][0]["comment"] == "Good"
    assert data["objectives"] == []
    assert {record["command"] for record in data["records"]} == {"putinteractions", "putcomments"}
    commands = [each["command"] for each in data["exchanges"]]
    assert commands == ["getparam", "putparam", "putinteractions", "putcomments", "exitau"]
    put = data["exchanges"][1]
    assert ["Lesson status", "not attempted", "incomplete"] in put["changes"]
    assert any("66.67" in repair for repair in put["repairs"])
    assert content.launch.session_id not in cli.ok("launch", "show", content.launch.launch_id)


def test_launch_show_refuses_an_unknown_id(cli: CommandLine) -> None:
    assert "no session" in cli.refused("launch", "show", "nobody")


def test_launch_list_is_narrowed_by_learner_and_course(cli: CommandLine, classroom: Classroom) -> None:
    ids = [classroom.open().launch.launch_id for _ in range(2)]
    found = cli.json("launch", "list", "--learner", classroom.learner.id, "--course", classroom.course.id)
    assert [each["id"] for each in found] == ids[::-1]
    assert found[0]["status"] is None
    assert cli.json("launch", "list", "--learner", "nobody") == []
    assert "Knots" in cli.ok("launch", "list", "--limit", "1")
