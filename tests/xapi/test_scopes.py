"""What each scope may do with each resource, over HTTP (xAPI 1.0.3 Part 3 §3.2, §4.2), on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.credentials import check_credential
from app.access.integrations import Kind, update_integration
from app.access.tokens import issue_token
from app.settings import Settings
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.resources import ACTIVITY, ANA, ask
from tests.xapi.statements import UUID, plain
from tests.xapi.test_documents import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, place

JSON_HEADERS = {"If-None-Match": '"x"'}
STATEMENT = b'{"actor":{"mbox":"mailto:ana@example.org"},"verb":{"id":"urn:v"},"object":{"id":"urn:o"}}'
# Resource, its parameters and body, and the status of each method where it is allowed.
TABLE: dict[str, tuple[dict[str, Any], bytes, dict[str, int]]] = {
    "statements": ({}, STATEMENT, {"POST": 200, "PUT": 204, "GET": 200, "HEAD": 200}),
    **{
        resource: (
            place(resource),
            b"{}",
            {"POST": 204, "PUT": 204, "GET": 200, "HEAD": 200, "DELETE": 204},
        )
        for resource in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE)
    },
    "activities": ({"activityId": ACTIVITY}, b"", {"GET": 200, "HEAD": 200}),
    "agents": ({"agent": ANA}, b"", {"GET": 200, "HEAD": 200}),
}
# In the order of the table's resources: r may GET and HEAD, w may write.
SCOPES = {
    "all": ("rw", "rw", "rw", "rw", "r", "r"),
    "xapi:all": ("rw", "rw", "rw", "rw", "r", "r"),
    "all/read": ("r", "r", "r", "r", "r", "r"),
    "xapi:read": ("r", "r", "r", "r", "r", "r"),
    "xapi:write": ("w", "", "", "", "", ""),
    "statements/write": ("w", "", "", "", "", ""),
    "statements/read": ("r", "", "", "", "r", "r"),
    "statements/read/mine": ("r", "", "", "", "", ""),
    "state": ("", "rw", "", "", "", ""),
    "profile": ("", "", "rw", "rw", "r", "r"),
    "define": ("", "", "", "", "r", "r"),
    "state profile": ("", "rw", "rw", "rw", "r", "r"),
    "state statements/write": ("w", "rw", "", "", "", ""),
}


def with_scopes(session: Session, sender: Sender, *scopes: str) -> Sender:
    caller = check_credential(session, sender.credential.client_id, sender.credential.client_secret)
    assert caller is not None
    token = issue_token(session, caller, frozenset(scopes), ttl=timedelta(hours=1))
    session.commit()
    return replace(sender, token=token)


def try_all(sender: Sender) -> dict[tuple[str, str], int]:
    """Return the status of every method of every resource."""
    statuses = {}
    for resource, (query, body, methods) in TABLE.items():
        for method in methods:
            is_writing = method in ("PUT", "POST")
            is_about_one = resource == "statements" and method in ("PUT", "GET", "HEAD")
            response = ask(
                sender,
                method,
                resource,
                body=body if is_writing else None,
                content_type="application/json" if is_writing else None,
                headers=JSON_HEADERS,
                **({"statementId": UUID} if is_about_one else query),
            )
            statuses[resource, method] = response.status_code
            if response.status_code == 403 and method != "HEAD":
                assert response.get_json()["status"] == 403
                assert response.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    return statuses


@pytest.mark.parametrize("scope", SCOPES)
def test_4_2_each_scope_on_each_resource_and_method(store: Sender, session: Session, scope: str) -> None:
    store.put({**plain(), "verb": {"id": "urn:v"}, "object": {"id": "urn:o"}}, UUID)
    for resource in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE):
        ask(store, "POST", resource, body=b"{}", content_type="application/json", **place(resource))
    found = try_all(with_scopes(session, store, *scope.split()))
    expected = {}
    for (resource, (_, _, methods)), rights in zip(TABLE.items(), SCOPES[scope], strict=True):
        for method, good in methods.items():
            is_allowed = ("r" if method in ("GET", "HEAD") else "w") in rights
            expected[resource, method] = good if is_allowed else 403
    if "read/mine" in scope:
        # The statement is its own credential's.
        expected["statements", "GET"] = expected["statements", "HEAD"] = 200
    # Deleted by those who may, in the order of the methods: nothing reads it afterwards.
    assert found == expected


def test_basic_credentials_of_a_record_store_may_do_everything(store: Sender) -> None:
    assert set(try_all(store.by_secret()).values()) <= {200, 204, 404}


def test_linkedin_does_nothing_but_write_statements_until_an_admin_widens_it(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    linkedin = replace(
        make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING, scopes=frozenset({"all"})),
        version="1.0.3",
    )
    basic = linkedin.by_secret()
    for sender in (linkedin, basic):
        for resource, (query, body, methods) in TABLE.items():
            if resource != "statements":
                for method in methods:
                    sent = body if method in ("PUT", "POST") else None
                    assert ask(sender, method, resource, body=sent, **query).status_code == 403
    assert ask(basic, "GET", "statements", statementId=UUID).status_code == 403
    update_integration(session, linkedin.integration.id, has_widened_scopes=True)
    session.commit()
    for sender in (linkedin, basic):
        response = ask(sender, "POST", STATE, body=b"{}", content_type="application/json", **place(STATE))
        assert response.status_code == 204
        assert ask(sender, "GET", STATE, **place(STATE)).status_code == 200
        assert ask(sender, "GET", "agents", agent=ANA).status_code == 200


def test_a_widened_linkedin_keeps_the_standards_rules_for_documents(
    client: FlaskClient, session: Session, settings: Settings, linkedin: Sender
) -> None:
    update_integration(session, linkedin.integration.id, has_widened_scopes=True)
    session.commit()
    basic = linkedin.by_secret()
    assert basic.version is None
    assert ask(basic, "GET", STATE, **place(STATE)).status_code == 400
    assert ask(replace(basic, version="1.0.3"), "GET", STATE, **place(STATE, x="1")).status_code == 400
    assert basic.send(plain()).status_code == 200
