"""GET /xapi/agents over HTTP (xAPI 1.0.3 Part 3 §2.4)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.models.store import XapiAgent
from app.settings import Settings
from app.xapi.links import agent_text, digest
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.resources import ANA, ask
from tests.xapi.statements import plain

ACCOUNT = {"homePage": "https://example.org", "name": "ana"}
SHA1 = "a" * 40


def give_name(session: Session, sender: Sender, agent: dict[str, Any], *names: str) -> None:
    text = agent_text(agent)
    assert text is not None
    for name in names:
        row = {"integration_id": sender.integration.id, "digest": digest(text), "name": name}
        session.execute(insert(XapiAgent).values(row))
    session.commit()


@pytest.mark.parametrize(
    ("agent", "person"),
    [
        (ANA, {"mbox": ["mailto:ana@example.org"]}),
        ({"mbox_sha1sum": SHA1, "name": "Ana"}, {"mbox_sha1sum": [SHA1], "name": ["Ana"]}),
        ({"openid": "https://id.example.org/ana"}, {"openid": ["https://id.example.org/ana"]}),
        ({"account": ACCOUNT, "name": "Ana"}, {"account": [ACCOUNT], "name": ["Ana"]}),
    ],
)
def test_2_4_an_unknown_agent_is_a_person_of_the_parameter(store: Sender, agent: Any, person: Any) -> None:
    response = ask(store, "GET", "agents", agent=agent)
    assert (response.status_code, response.get_json()) == (200, {"objectType": "Person", **person})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


def test_2_4_a_person_has_the_names_that_were_seen(store: Sender, session: Session) -> None:
    give_name(session, store, ANA, "Ana A.", "Ana")
    give_name(session, store, {"mbox": "mailto:ben@example.org"}, "Ben")
    names = ask(store, "GET", "agents", agent={**ANA, "name": "Ana"}).get_json()["name"]
    assert names == ["Ana", "Ana A."]
    same = ask(store, "GET", "agents", agent={"mbox": "mailto:ana@EXAMPLE.org"}).get_json()
    assert (same["mbox"], same["name"]) == (["mailto:ana@EXAMPLE.org"], ["Ana", "Ana A."])


def test_2_4_statements_give_names(store: Sender) -> None:
    team = {"objectType": "Group", "mbox": "mailto:team@example.org", "member": [{**ANA, "name": "Ana A."}]}
    store.send([{**plain(), "actor": {**ANA, "name": "Ana"}}, {**plain(), "context": {"team": team}}])
    assert ask(store, "GET", "agents", agent=ANA).get_json()["name"] == ["Ana", "Ana A."]


def test_2_4_names_of_another_integration_are_unknown(
    client: FlaskClient, session: Session, settings: Settings, store: Sender
) -> None:
    other = make_sender(client, session, settings, kind=Kind.XAPI)
    give_name(session, other, ANA, "Ana of another source")
    assert "name" not in ask(store, "GET", "agents", agent=ANA).get_json()


@pytest.mark.parametrize(
    "agent",
    [
        "true",
        "not JSON",
        '{"mbox": "mailto:ana@example.org"',
        "{}",
        "[]",
        "null",
        {"name": "Ana"},
        {"objectType": "Group", "mbox": "mailto:team@example.org"},
        {**ANA, "openid": "https://id.example.org/ana"},
        {"mbox": "ana@example.org"},
        {**ANA, "x": 1},
        {"account": {"name": "ana"}},
        '{"mbox":"mailto:ana@example.org","mbox":"mailto:ben@example.org"}',
        '{"mbox":"mailto:\\ud800@example.org"}',
        '{"mbox":"mailto:ana@example.org","name":"\\u0000"}',
        "[" * 1000,
    ],
)
def test_2_4_what_is_no_agent_is_400(store: Sender, agent: Any) -> None:
    response = ask(store, "GET", "agents", agent=agent)
    assert response.status_code == 400, response.data
    assert "'agent'" in response.get_json()["error"]


def test_3_2_parameters_of_agents(store: Sender) -> None:
    for query in ({}, {"Agent": ANA}, {"agent": ANA, "x": "1"}, {"agent": ANA, "activityId": "urn:x"}):
        assert ask(store, "GET", "agents", **query).status_code == 400
    path = "/xapi/agents?agent=%7B%7D&agent=%7B%7D"
    assert store.client.get(path, headers=store.headers).status_code == 400
    assert store.client.get("/xapi/agents?agent=%FF", headers=store.headers).status_code == 400


def test_1_1_head_of_agents_has_no_body(store: Sender) -> None:
    response, whole = ask(store, "HEAD", "agents", agent=ANA), ask(store, "GET", "agents", agent=ANA)
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == whole.headers["Content-Length"]
    assert response.headers["ETag"] == whole.headers["ETag"]


def test_agents_can_only_be_read(store: Sender) -> None:
    for method in ("PUT", "POST", "DELETE"):
        response = ask(store, method, "agents", agent=ANA)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
