"""GET /xapi/activities over HTTP (xAPI 1.0.3 Part 3 §2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.models.records import Exchange
from app.models.store import XapiActivity
from app.settings import Settings
from app.xapi.links import digest
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.resources import ACTIVITY, ask
from tests.xapi.statements import plain

DEFINITION = '{"name": {"en": "Course"}, "extensions": {"urn:x": 1.50}}'


def define(session: Session, sender: Sender, activity_id: str = ACTIVITY) -> None:
    row = {
        "integration_id": sender.integration.id,
        "digest": digest(activity_id),
        "activity_id": activity_id,
        "definition": DEFINITION,
    }
    session.execute(insert(XapiActivity).values(row))
    session.commit()


def test_2_5_a_known_activity_has_its_definition(store: Sender, session: Session) -> None:
    define(session, store)
    response = ask(store, "GET", "activities", activityId=ACTIVITY)
    assert response.status_code == 200
    assert response.get_json() == {
        "objectType": "Activity",
        "id": ACTIVITY,
        "definition": {"name": {"en": "Course"}, "extensions": {"urn:x": 1.5}},
    }
    assert b"1.50" in response.data


@pytest.mark.parametrize(
    "activity_id", [ACTIVITY, "https://example.org/a/../b", "urn:Ünï:日本", "tag:a'b&c=d+e%20"]
)
def test_2_5_an_unknown_activity_has_its_id_verbatim(store: Sender, activity_id: str) -> None:
    response = ask(store, "GET", "activities", activityId=activity_id)
    assert (response.status_code, response.get_json()) == (200, {"objectType": "Activity", "id": activity_id})
    assert response.headers["Content-Type"] == "application/json"


def test_2_5_a_query_need_not_be_percent_encoded(store: Sender) -> None:
    environ = {"QUERY_STRING": "activityId=urn:Ünï:日本".encode().decode("latin-1")}
    response = store.client.get("/xapi/activities", headers=store.headers, environ_overrides=environ)
    assert response.get_json()["id"] == "urn:Ünï:日本"


def test_2_5_another_integrations_activity_is_as_unknown_as_any(
    client: FlaskClient, session: Session, settings: Settings, store: Sender
) -> None:
    define(session, make_sender(client, session, settings, kind=Kind.XAPI))
    assert "definition" not in ask(store, "GET", "activities", activityId=ACTIVITY).get_json()


def test_2_5_the_definitions_of_all_statements_are_merged(store: Sender) -> None:
    first = {"name": {"en-US": "Course"}, "type": "urn:t", "moreInfo": "https://example.org/old"}
    second = {
        "name": {"fr-FR": "Cours"},
        "moreInfo": "https://example.org/new",
        "extensions": {"urn:x": None},
    }
    things = [{"id": ACTIVITY, "definition": definition} for definition in (first, second)]
    assert store.send([{**plain(), "object": thing} for thing in things]).status_code == 200
    assert ask(store, "GET", "activities", activityId=ACTIVITY).get_json()["definition"] == {
        "name": {"en-US": "Course", "fr-FR": "Cours"},
        "type": "urn:t",
        "moreInfo": "https://example.org/new",
        "extensions": {"urn:x": None},
    }


# Sent by one client, and written as it is by another: no parser between may touch them.
NUMBERS = b"[36893488147419103232,-9223372036854775809,1e-7,1E5,-0.0,-0,1.50,0.1000000000000000055]"


@pytest.mark.parametrize("inner", [b"%s", b'{"a":{"b":%s},"c":"1.50"}'])
def test_2_5_the_numbers_of_a_definition_stay_as_they_were_sent(store: Sender, inner: bytes) -> None:
    extensions = b'"extensions":{"urn:x":' + inner % NUMBERS + b"}"
    for more in (b"", b',"name":{"en":"Course"}', b',"type":"urn:t"'):
        thing = b'{"id":"%s","definition":{%s%s}}' % (ACTIVITY.encode(), extensions, more)
        statement = json.dumps({**plain(), "object": None}).encode().replace(b"null", thing)
        assert store.send(statement).status_code == 200
    # One without numbers does not touch them either.
    plainer = {"id": ACTIVITY, "definition": {"description": {"en": "1.50"}}}
    assert store.send({**plain(), "object": plainer}).status_code == 200
    assert extensions in ask(store, "GET", "activities", activityId=ACTIVITY).data
    page = ask(store, "GET", "statements", format="canonical", activity=ACTIVITY)
    assert page.data.count(extensions) == 4


def test_2_5_context_and_substatements_define_activities_too(store: Sender) -> None:
    def thing(name: str) -> dict[str, Any]:
        return {"id": f"urn:{name}", "definition": {"name": {"en": name}}}

    inner = {**plain(), "objectType": "SubStatement", "object": thing("inner")}
    context = {"contextActivities": {"parent": thing("parent"), "other": [thing("other")]}}
    assert store.send({**plain(), "object": inner, "context": context}).status_code == 200
    for name in ("inner", "parent", "other"):
        found = ask(store, "GET", "activities", activityId=f"urn:{name}").get_json()
        assert found == {"objectType": "Activity", **thing(name)}


def test_4_2_without_the_scope_define_nothing_is_redefined(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    for scopes, is_defined in (({"statements/write"}, False), ({"statements/write", "define"}, True)):
        more = {"scopes": frozenset({*scopes, "all/read"})}
        sender = make_sender(client, session, settings, kind=Kind.XAPI, **more)
        activity = {"id": ACTIVITY, "definition": {"name": {"en": "Course"}}}
        statement = {**plain(), "actor": {**plain()["actor"], "name": "Ana"}, "object": activity}
        assert sender.send(statement).status_code == 200
        found = ask(sender, "GET", "activities", activityId=ACTIVITY).get_json()
        assert ("definition" in found) is is_defined
        assert ("name" in ask(sender, "GET", "agents", agent=plain()["actor"]).get_json()) is is_defined


@pytest.mark.parametrize("activity_id", ["", "abc", "should fail", "example.com/x", "ab=c://x", "urn:\x00"])
def test_2_5_what_is_no_iri_is_400(store: Sender, activity_id: str) -> None:
    assert ask(store, "GET", "activities", activityId=activity_id).status_code == 400


def test_3_2_parameters_of_activities(store: Sender) -> None:
    for query in ({}, {"ActivityId": ACTIVITY}, {"activityid": ACTIVITY}, {"activityId": ACTIVITY, "x": "1"}):
        assert ask(store, "GET", "activities", **query).status_code == 400


def test_1_1_head_of_activities_has_no_body(store: Sender) -> None:
    response = ask(store, "HEAD", "activities", activityId=ACTIVITY)
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize("version", [None, "0.9", "1.1.0", "BAD"])
def test_3_3_the_version_must_be_one_that_is_spoken(store: Sender, version: str | None) -> None:
    response = ask(
        store, "GET", "activities", activityId=ACTIVITY, headers={"X-Experience-API-Version": version}
    )
    assert response.status_code == 400
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


def test_every_request_is_in_the_log(store: Sender, session: Session) -> None:
    ask(store, "GET", "activities", activityId=ACTIVITY)
    ask(store, "GET", "activities")
    session.rollback()
    rows = session.scalars(select(Exchange).order_by(Exchange.received_at)).all()
    assert [(row.status, row.result, row.integration_id) for row in rows] == [
        (200, "Activity read", store.integration.id),
        (400, "Refused: the query parameter 'activityId' is missing (400)", store.integration.id),
    ]
