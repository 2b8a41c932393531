"""What programs change: once however often they ask, and only what they have seen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import clock
from app.access.audit import AuditEntry, list_audit
from app.access.idempotency import prune_keys
from app.access.integrations import Integration
from app.access.launches import read_launch_link
from app.settings import Settings
from tests.admin.desk import report
from tests.api.conftest import Program, assert_problem

ANA = {"name": "Diaz, Ana", "email": "ana@example.com"}
JAVA = "urn:li:lyndaCourse:77"


def post(program: Program, path: str, body: Any, key: str | None = None) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return program.send("POST", path, json=body, headers=headers)


def patch(program: Program, path: str, body: Any, etag: str | None = None) -> TestResponse:
    headers = {"If-Match": etag} if etag else {}
    return program.send("PATCH", path, json=body, headers=headers)


def audited(session: Session, action: str) -> list[AuditEntry]:
    session.commit()
    return [entry for entry in list_audit(session) if entry.action == action]


def test_a_learner_who_was_seen_is_completed_and_audited(
    program: Program, session: Session, linkedin: Integration
) -> None:
    report(session, linkedin, learner="ana@example.com", course=JAVA)
    session.commit()
    (seen,) = program.get("/learners").json["items"]
    reply = post(program, "/learners", ANA)
    assert reply.status_code == 201, reply.text
    assert reply.json["id"] == seen["id"]
    assert (reply.json["name"], reply.json["provisional"]) == ("Diaz, Ana", False)
    path = reply.headers["Location"].removeprefix("http://localhost/api/v1")
    again = program.get(path)
    assert (again.json, again.headers["ETag"]) == (reply.json, reply.headers["ETag"])
    (entry,) = audited(session, "learner.added")
    assert (entry.actor_name, entry.request_id) == ("token Power BI", reply.headers["X-Request-Id"])


def test_the_same_request_with_the_same_key_is_done_once(
    program: Program, make_program: Callable[..., Program], session: Session
) -> None:
    first = post(program, "/learners", {"name": "Li, Bo"}, "k1")
    again = post(program, "/learners", {"name": "Li, Bo"}, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    problem = assert_problem(post(program, "/learners", {"name": "Li, Ba"}, "k1"), 422)
    assert problem["type"] == "/api/problems#key-reused"
    assert len(audited(session, "learner.added")) == 1
    # A key is one token's own, and is forgotten after a day.
    assert post(make_program("learners:write"), "/learners", {"name": "Li, Bo"}, "k1").json != first.json
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert post(program, "/learners", {"name": "Li, Bo"}, "k1").json["id"] != first.json["id"]
        session.commit()
        assert prune_keys(session) == 1
        session.commit()


def test_what_was_refused_keeps_no_key(program: Program) -> None:
    assert_problem(post(program, "/learners", {"name": " "}, "k1"), 422)
    assert post(program, "/learners", {"name": "Li, Bo"}, "k1").status_code == 201
    assert_problem(post(program, "/learners", {"name": "Li, Bo"}, "k" * 201), 400)


def test_two_at_once_with_one_key_make_one(app: Flask, program: Program) -> None:
    def send(_: int) -> str:
        mine = Program(app.test_client(), program.token)
        reply = post(mine, "/learners", {"name": "Li, Bo"}, "k1")
        assert reply.status_code == 201, reply.text
        return str(reply.json["id"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert len(program.get("/learners").json["items"]) == 1


def test_a_change_needs_what_was_read_and_is_refused_when_it_is_old(
    program: Program, session: Session
) -> None:
    made = post(program, "/learners", ANA)
    path, etag = f"/learners/{made.json['id']}", made.headers["ETag"]
    assert_problem(patch(program, path, {"group": "Sales"}), 428)
    assert_problem(patch(program, path, {"group": "Sales"}, '"other"'), 412)
    changed = patch(program, path, {"group": "Sales"}, etag)
    assert changed.status_code == 200, changed.text
    assert changed.json == {**made.json, "group": "Sales"}
    assert_problem(patch(program, path, {"group": "Ops"}, etag), 412)
    assert program.get(path).headers["ETag"] == changed.headers["ETag"]
    assert_problem(patch(program, path, {"name": " "}, changed.headers["ETag"]), 422)
    assert_problem(patch(program, path, {"email": "x@example.com"}, changed.headers["ETag"]), 422)
    assert_problem(patch(program, "/learners/nobody", {}, etag), 404)
    (entry,) = audited(session, "learner.changed")
    assert entry.detail == {"group": " → Sales"}


def test_a_course_is_added_filled_and_changed(
    program: Program, session: Session, linkedin: Integration
) -> None:
    report(session, linkedin, learner="ana@example.com", course=JAVA)
    session.commit()
    body = {"integration_id": linkedin.id, "title": "Learning Java", "activity_id": JAVA}
    made = post(program, "/courses", body)
    assert made.status_code == 201, made.text
    assert (made.json["title"], made.json["stub"]) == ("Learning Java", False)
    path = f"/courses/{made.json['id']}"
    url = "https://www.linkedin.com/learning/learning-java"
    changed = patch(program, path, {"launch_url": url}, made.headers["ETag"])
    assert changed.json == {**made.json, "launch_url": url}
    assert audited(session, "course.changed")
    fault = assert_problem(post(program, "/courses", {**body, "integration_id": "x"}), 422)["errors"][0]
    assert fault["pointer"] == "/integration_id"
    assert_problem(patch(program, path, {"launch_url": "ftp://x"}, changed.headers["ETag"]), 422)


def test_a_launch_link_is_the_same_when_it_is_asked_for_again(
    program: Program, session: Session, settings: Settings, linkedin: Integration
) -> None:
    ana = post(program, "/learners", ANA).json["id"]
    course = {"integration_id": linkedin.id, "title": "Java", "activity_id": JAVA}
    java = post(program, "/courses", course)
    wish = {"course_id": java.json["id"], "learner_id": ana, "credit": False, "days": 3, "single_use": True}
    assert "launch URL" in assert_problem(post(program, "/launches", wish), 409)["detail"]
    url = {"launch_url": "https://www.linkedin.com/learning/java"}
    assert patch(program, f"/courses/{java.json['id']}", url, java.headers["ETag"]).status_code == 200
    first = post(program, "/launches", wish, "k1")
    assert first.status_code == 201, first.text
    assert post(program, "/launches", wish, "k1").json == first.json
    assert post(program, "/launches", wish, "k2").json["launch_url"] != first.json["launch_url"]
    token = first.json["launch_url"].removeprefix("http://localhost/launch/")
    ticket = read_launch_link(settings, token, now=clock.now())
    assert (ticket.learner_id, ticket.is_credit, ticket.is_single_use) == (ana, False, True)
    assert clock.format_rfc3339(ticket.expires_at) == first.json["expires_at"]
    assert len(audited(session, "launch_link.made")) == 2
    fault = assert_problem(post(program, "/launches", {**wish, "learner_id": "x"}), 422)["errors"][0]
    assert fault["pointer"] == "/learner_id"


def test_writing_needs_its_scope_and_json(make_program: Callable[..., Program]) -> None:
    reader = make_program("learners:read", "courses:read", "deliveries:read")
    for path in ("/learners", "/courses", "/launches", "/deliveries/1/retry"):
        assert_problem(post(reader, path, {}), 403)
    assert_problem(patch(reader, "/learners/1", {}), 403)
    writer = make_program("learners:write", "deliveries:write")
    assert_problem(writer.send("POST", "/learners", data="name=Ana"), 415)
    assert_problem(writer.send("POST", "/learners", data="{", content_type="application/json"), 400)
    assert_problem(post(writer, "/learners", []), 422)
    assert_problem(post(writer, "/learners", {**ANA, "admin": True}), 422)
    assert_problem(post(writer, "/learners", {"name": "a\0b"}), 422)
    assert_problem(post(writer, "/learners", {"name": "x" * 70_000}), 413)
    assert_problem(post(writer, "/deliveries/1/retry", {}), 404)
    assert_problem(post(writer, "/deliveries/x/retry", {}), 404)
