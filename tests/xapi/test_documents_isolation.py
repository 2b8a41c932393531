"""Two integrations with mirrored data: what is the other's is as unknown as anything, on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.integrations import Kind
from app.settings import Settings
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.resources import ask
from tests.xapi.statements import plain
from tests.xapi.test_documents import CONTEXT, NAME, place

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def fill(sender: Sender, number: int) -> dict[str, str]:
    """Store one of everything, of the same shape for each integration; returns the ids by what they are."""
    ids = {
        "statement": f"{number}0000000-0000-4000-8000-000000000001",
        "voided": f"{number}0000000-0000-4000-8000-000000000002",
        "voiding": f"{number}0000000-0000-4000-8000-000000000003",
        "registration": f"{number}0000000-0000-4000-8000-000000000004",
        "agent": json.dumps({"mbox": f"mailto:ana{number}@example.org"}),
        "activity": f"https://example.org/courses/{number}",
        "verb": f"urn:verb:{number}",
        "name": f"document-{number}",
    }
    statement = {
        "actor": {**json.loads(ids["agent"]), "name": f"Ana {number}"},
        "verb": {"id": ids["verb"]},
        "object": {"id": ids["activity"], "definition": {"name": {"en": f"Course {number}"}}},
        "context": {"registration": ids["registration"]},
    }
    voiding = {
        "id": ids["voiding"],
        "verb": {"id": VOIDED},
        "object": {"objectType": "StatementRef", "id": ids["voided"]},
    }
    both = [{**statement, "id": ids["statement"]}, {**statement, "id": ids["voided"]}]
    assert sender.send([*both, {**plain(), **voiding}]).status_code == 200
    for resource in CONTEXT:
        for registration in (None, ids["registration"]):
            if registration is None or resource == "activities/state":
                where = of(resource, ids, registration=registration)
                response = ask(
                    sender, "POST", resource, body=b'{"x":1}', content_type="application/json", **where
                )
                assert response.status_code == 204
    return ids


def of(resource: str, ids: dict[str, str], **changes: Any) -> dict[str, Any]:
    context = {"activityId": ids["activity"], "agent": ids["agent"]}
    own = {name: context[name] for name in CONTEXT[resource]}
    return place(resource, ids["name"], **{**own, **changes})


def requests(ids: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every reading of every route, for these ids."""
    found: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "statements", query)
        for query in (
            {"statementId": ids["statement"]},
            {"statementId": ids["voided"]},
            {"voidedStatementId": ids["voided"]},
            {"statementId": ids["voiding"]},
            {"agent": ids["agent"]},
            {"agent": ids["agent"], "related_agents": "true"},
            {"activity": ids["activity"]},
            {"activity": ids["activity"], "related_activities": "true"},
            {"verb": ids["verb"]},
            {"registration": ids["registration"]},
        )
    ]
    for resource in CONTEXT:
        found.append(("GET", resource, of(resource, ids)))
        found.append(("GET", resource, of(resource, ids, **{NAME[resource]: None})))
    found.append(("GET", "activities/state", of("activities/state", ids, registration=ids["registration"])))
    found += [
        ("GET", "agents", {"agent": ids["agent"]}),
        ("GET", "activities", {"activityId": ids["activity"]}),
    ]
    return found


def shape(response: TestResponse, ids: dict[str, str]) -> tuple[int, bytes]:
    """Return an answer without the ids that were asked for."""
    body = response.data
    for text in ids.values():
        body = body.replace(json.dumps(text).encode(), b'"?"').replace(text.encode(), b"?")
    address = json.loads(ids["agent"])["mbox"].encode()
    return response.status_code, body.replace(address, b"?")


@pytest.fixture
def other(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)


def unknown(ids: dict[str, str]) -> dict[str, str]:
    """Return ids of the same form that nobody ever stored."""
    return {
        what: text.replace("1", "7") if what == "agent" else "7" + text[1:] if text[0] in "12" else text + "7"
        for what, text in ids.items()
    }


def test_whatever_is_read_of_another_integration_is_as_unknown_as_any(store: Sender, other: Sender) -> None:
    mine, theirs = fill(store, 1), fill(other, 2)
    nobodys = unknown(mine)
    for sender, known, foreign in ((store, mine, theirs), (other, theirs, mine)):
        for own, their, never in zip(requests(known), requests(foreign), requests(nobodys), strict=True):
            answers = [
                shape(ask(sender, method, resource, **query), ids)
                for (method, resource, query), ids in ((own, known), (their, foreign), (never, nobodys))
            ]
            assert answers[1] == answers[2], their
            is_unseen = own[2] == {"statementId": known["voided"]}
            assert is_unseen or answers[0] != answers[1], own


def test_whatever_is_deleted_of_another_integration_stays(store: Sender, other: Sender) -> None:
    fill(store, 1)
    theirs = fill(other, 2)
    for resource in CONTEXT:
        for changes in ({}, {NAME[resource]: None}) if resource == "activities/state" else ({},):
            assert ask(store, "DELETE", resource, **of(resource, theirs, **changes)).status_code == 204
        assert ask(other, "GET", resource, **of(resource, theirs)).data == b'{"x":1}'


def test_whatever_is_written_under_anothers_id_is_ones_own(store: Sender, other: Sender) -> None:
    theirs = fill(other, 2)
    before = {resource: ask(other, "GET", resource, **of(resource, theirs)).data for resource in CONTEXT}
    statement = other.get(theirs["statement"]).data
    for resource in CONTEXT:
        for method, tag in (("PUT", "*"), ("POST", None)):
            headers = {"If-None-Match": tag} if tag else {}
            response = ask(store, method, resource, body=b"mine", headers=headers, **of(resource, theirs))
            assert response.status_code == (204 if method == "PUT" else 400)
    voiding = {"verb": {"id": VOIDED}, "object": {"objectType": "StatementRef", "id": theirs["statement"]}}
    assert store.send({**plain(), **voiding}).status_code == 200
    changed = {**plain(), "id": theirs["statement"], "object": {"id": "urn:mine"}}
    assert store.send(changed).status_code == 200
    definition = {"id": theirs["activity"], "definition": {"name": {"en": "Mine"}}}
    assert store.send({**plain(), "object": definition}).status_code == 200
    assert {
        resource: ask(other, "GET", resource, **of(resource, theirs)).data for resource in CONTEXT
    } == before
    assert other.get(theirs["statement"]).data == statement
    known = ask(other, "GET", "activities", activityId=theirs["activity"]).get_json()
    assert known["definition"] == {"name": {"en": "Course 2"}}
