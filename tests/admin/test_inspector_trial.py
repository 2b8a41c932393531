"""Replay as test: the message goes through the server once more, and nothing of it stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.credentials import revoke_credential
from app.access.integrations import Kind
from app.catalog.units import hash_au_password
from app.db import Base
from app.models.access import AuditEntry
from app.models.learning import AssignableUnit
from app.models.records import Exchange
from app.settings import Settings
from tests.admin.desk import Desk
from tests.hacp.content import Classroom
from tests.xapi.conftest import make_sender

COMPLETED = Path("tests/data/linkedin/xapi-completed-course-mbox.json")


def newest(session: Session) -> str:
    session.rollback()
    return (
        session.scalars(select(Exchange.id).order_by(Exchange.received_at.desc(), Exchange.id.desc())).first()
        or ""
    )


def count_all(session: Session) -> dict[str, object]:
    """Count the rows of every table, and sum what a message would move; reading itself is audited."""
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table is not AuditEntry.__table__]
    counted: dict[str, object] = {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
    }
    for name in ("progress", "launch", "attempt", "assignable_unit"):
        table = Base.metadata.tables[name]
        counted[f"{name} rows"] = sorted(map(str, session.execute(select(table)).all()))
    return counted


def tried(desk: Desk, exchange_id: str) -> str:
    reply = desk.post(f"/admin/inspector/{exchange_id}/trial")
    assert reply.status_code == 200
    return unescape(reply.text)


def test_a_message_of_a_session_is_tried_and_nothing_stays(
    desk: Desk, session: Session, classroom: Classroom
) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|score=40|time=00:02:00|lesson_location=p2")
    message = newest(session)
    assert f'action="/admin/inspector/{message}/trial"' in desk.get(f"/admin/inspector/{message}").text
    before = count_all(session)
    page = tried(desk, message)
    assert count_all(session) == before
    assert "It would be answered as it was then." in page
    assert "error=0" in page
    assert content.launch.session_id not in page
    # The content itself goes on as if nothing had been.
    assert content.get().core["lesson_location"] == "p2"


def test_a_message_of_a_session_that_is_over_would_be_refused(
    desk: Desk, session: Session, classroom: Classroom, pass_time: Callable[[timedelta], None]
) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=completed|score=90")
    message = newest(session)
    content.leave()
    pass_time(timedelta(minutes=20))
    page = tried(desk, message)
    assert "It would be answered differently now." in page
    assert "the session was closed by ExitAU" in page
    assert "A9" in page


def test_the_password_of_a_unit_is_not_kept_and_not_asked_for(
    desk: Desk, session: Session, settings: Settings, classroom: Classroom
) -> None:
    unit = session.scalars(select(AssignableUnit)).one()
    unit.au_password_hash = hash_au_password(settings, unit.id, "letmein")
    session.commit()
    content = classroom.open()
    body = f"command=GetParam&version=4.0&session_id={content.launch.session_id}&AU_password=letmein"
    assert content.post(body.encode()).error == 0
    before = count_all(session)
    assert "error=0" in tried(desk, newest(session))
    assert count_all(session) == before


def test_statements_that_came_would_come_again(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    assert sender.send(json.loads(COMPLETED.read_text())).status_code == 200
    message, before = newest(session), count_all(session)
    page = tried(desk, message)
    assert count_all(session) == before
    assert "It would be answered as it was then." in page
    assert "X5" in page
    assert "1 came again" in page


def test_a_refused_statement_is_judged_by_the_rules_of_today(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    wrong = json.loads(COMPLETED.read_text()) | {"verb": {"id": "no iri"}}
    assert sender.send(wrong).status_code == 400
    message, before = newest(session), count_all(session)
    page = tried(desk, message)
    assert count_all(session) == before
    assert "It would be answered as it was then." in page
    assert "X4" in page


def test_a_form_of_parts_and_a_text_without_its_secret_are_not_tried(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings, classroom: Classroom
) -> None:
    content = classroom.open()
    parts = {"command": "GetParam", "version": "4.0", "session_id": content.launch.session_id}
    client.post("/hacp", data=parts, content_type="multipart/form-data")
    in_parts = newest(session)
    sender = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    secret = {"context": {"extensions": {"https://example.org/x": {"password": "letmein"}}}}
    assert sender.send(json.loads(COMPLETED.read_text()) | secret).status_code == 200
    for message in (in_parts, newest(session)):
        assert "/trial" not in desk.get(f"/admin/inspector/{message}").text
        assert desk.post(f"/admin/inspector/{message}/trial").status_code == 400


def test_what_cannot_be_tried_is_said(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    assert desk.post("/admin/inspector/nothing/trial").status_code == 404
    client.post("/oauth/token", data={"grant_type": "password"})
    token_request = newest(session)
    assert "/trial" not in desk.get(f"/admin/inspector/{token_request}").text
    assert desk.post(f"/admin/inspector/{token_request}/trial").status_code == 400
    session.rollback()
    sender = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    statement = json.loads(COMPLETED.read_text())
    sender.send([statement | {"id": f"7ccc9b1e-0000-4000-8000-{n:012}"} for n in range(100)])
    long = newest(session)
    assert desk.post(f"/admin/inspector/{long}/trial").status_code == 400
    sender.send(statement)
    message = newest(session)
    revoke_credential(session, sender.credential.id)
    session.commit()
    reply = desk.post(f"/admin/inspector/{message}/trial")
    assert reply.status_code == 303
    assert "no client ID that is valid now" in desk.get(reply.location).text
