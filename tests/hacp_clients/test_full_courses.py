"""Each client plays a course in two sessions; what is on record is right, and comes back to the client."""

from __future__ import annotations

import pytest

from tests.hacp_clients.adapt import AdaptNew, AdaptOld
from tests.hacp_clients.client import Client, Wire
from tests.hacp_clients.courselab import CourseLab
from tests.hacp_clients.rustici import COLUMNS, RESULTS, TYPES, Rustici, RusticiForm, Storyline
from tests.hacp_clients.school import Pupil, School
from tests.hacp_clients.scripts import (
    ADAPT_NEW,
    ADAPT_OLD,
    COURSELAB,
    RUSTICI,
    RUSTICI_FORM,
    SERVER_TO_SERVER,
    SOUTH_RIVER,
    STORYLINE,
    Answer,
    Script,
    State,
)
from tests.hacp_clients.server_to_server import ServerToServer
from tests.hacp_clients.south_river import SouthRiver

CLIENTS = [
    (Rustici, RUSTICI),
    (RusticiForm, RUSTICI_FORM),
    (Storyline, STORYLINE),
    (AdaptOld, ADAPT_OLD),
    (AdaptNew, ADAPT_NEW),
    (SouthRiver, SOUTH_RIVER),
    (CourseLab, COURSELAB),
    (ServerToServer, SERVER_TO_SERVER),
]
IDS = [client.__name__ for client, _ in CLIENTS]


@pytest.mark.parametrize(("client_type", "script"), CLIENTS, ids=IDS)
def test_a_course_is_played_in_two_sessions(
    school: School, wire: Wire, client_type: type[Client], script: Script
) -> None:
    pupil = school.add_content(kind=script.kind, launch_url="https://content.example/go").enrol()
    session_id = pupil.open().session_id
    assert client_type(session_id, wire).play(script.first) == script.seen_at_first
    assert pupil.on_record() == script.after_first
    assert pupil.launches()[-1].end_reason == "exit"

    session_id = pupil.open().session_id
    assert client_type(session_id, wire).play(script.second, script.answers) == script.seen
    assert pupil.on_record() == script.after_second
    check_answers(pupil, script)
    assert [e.result for e in pupil.exchanges(session_id) if e.result.startswith("Refused")] == []


def test_percent_signs_come_back_to_a_client_that_unescapes_every_reply(school: School, wire: Wire) -> None:
    """Rustici's client takes a plain reply's `%41` for an A; a switch of the integration writes `%2541`."""
    text = "100%25 %41 %u20AC 5 %"
    for escapes, seen in ((False, "100% A € 5 %"), (True, text)):
        content = school.add_content(launch_url="https://content.example/go", escapes_percent=escapes)
        pupil = content.enrol()
        Rustici(pupil.open().session_id, wire).play([State("1", "incomplete", "", 5, text)])
        assert pupil.on_record().suspend == text
        assert Rustici(pupil.open().session_id, wire).begin().suspend == seen


def check_answers(pupil: Pupil, script: Script) -> None:
    """Hold every question and answer against the script: as rows, and as the text that came."""
    shown = (
        "interaction_id",
        "type_interaction",
        "correct_response",
        "student_response",
        "result",
        "latency",
    )
    assert [tuple(row[name] for name in shown) for row in pupil.interactions()] == [
        (each.name, TYPES[each.type], each.right, each.given, RESULTS[each.result], f"0000:{minutes(each)}")
        for each in script.answers
    ]
    records = pupil.records("putinteractions")
    assert len(records) == (1 if script.answers else 0)
    for text in records:
        assert text.split("\r\n")[0] == ",".join(f'"{name}"' for name in COLUMNS)


def minutes(answer: Answer) -> str:
    return f"{answer.seconds // 60:02}:{answer.seconds % 60:02}"
