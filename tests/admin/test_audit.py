"""The audit log in the pages."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

import app
from app.access.audit import COMMAND_LINE, Actor, list_audit, write_audit
from app.admin.pages.audit import WORDS
from app.models.access import AuditEntry
from tests.admin.desk import Desk
from tests.hacp.content import Classroom


def test_every_act_has_a_name() -> None:
    written = set()
    for file in Path(app.__file__).parent.rglob("*.py"):
        written |= set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', file.read_text()))
    assert len(written) > 15
    assert written <= WORDS.keys()


def test_the_log_is_narrowed_by_who_what_on_what_and_when(desk: Desk, session: Session) -> None:
    cora = Actor(id=None, name="Cora", address="192.0.2.9", role="manager")
    for target in ("Diaz, Ana", "100% of it"):
        write_audit(session, actor=cora, action="learner.added", target=target)
    session.commit()
    for query, shown in (
        ("who=cora", 2),
        ("target=ana", 1),
        ("target=0%25+of", 1),
        ("action=learner.added&who=ben", 0),
        ("since=2099-01-01", 0),
        ("until=2099-01-01&who=Cora", 2),
        ("since=nonsense&who=Cora", 2),
        ("who=%00", 3),
    ):
        text = desk.get(f"/admin/audit?{query}").text
        assert text.count('<td class="nowrap">') == shown, query


def test_the_log_leaves_as_csv_and_as_json_lines_and_says_so(desk: Desk, session: Session) -> None:
    write_audit(session, actor=COMMAND_LINE, action="course.added", target="=1+1", detail={"id": "x"})
    session.commit()
    rows = list(csv.reader(io.StringIO(desk.get("/admin/audit.csv?action=course.added").text)))
    assert rows[0][:4] == ["id", "at", "who", "role"]
    assert rows[1][4:7] == ["course.added", "'=1+1", "id: x"]
    lines = [json.loads(line) for line in desk.get("/admin/audit.jsonl").text.splitlines()]
    assert [line["action"] for line in lines[:3]] == ["audit.exported", "audit.exported", "course.added"]
    assert lines[1]["detail"] == {"filter": "action=course.added"}
    assert lines[1]["role"] == "owner"


def test_the_page_tells_whether_the_log_is_whole(desk: Desk, session: Session) -> None:
    assert "are as they were written" in desk.get("/admin/audit?verify=1").text
    session.execute(update(AuditEntry).values(target="nobody"))
    session.commit()
    assert "Entry 1 is not as it was written" in desk.get("/admin/audit?verify=1").text


def test_whoever_reads_a_message_as_it_came_is_written_down(
    desk: Desk, session: Session, classroom: Classroom
) -> None:
    launch = classroom.open().launch.launch_id
    desk.get(f"/admin/sessions/{launch}/log").close()
    session.rollback()
    entry = list_audit(session)[0]
    assert (entry.action, entry.target) == ("payload.viewed", f"/admin/sessions/{launch}/log")
