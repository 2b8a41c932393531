"""Other record stores get statements, and AICC results as statements."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind
from app.catalog.units import set_unit
from app.delivery import access_tokens
from app.delivery.destinations import BadDestination, StoreAccess, add_store, set_state
from app.delivery.worker import deliver_due
from app.jobs.expiry import expire_launches
from app.models.delivery import Delivery, Destination
from app.models.records import Statement
from app.settings import Settings
from tests.delivery.receiver import Got, Receiver
from tests.hacp.content import Classroom
from tests.xapi.conftest import make_sender
from tests.xapi.statements import full, plain

ACCESS = StoreAccess(user="key", password="secret")


def test_each_new_statement_is_put_under_its_id(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, receiver: Receiver
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    add_store(session, settings, name="mirror", url=f"{receiver.url}/xapi/", access=ACCESS)
    session.commit()
    batch = [{**plain(), "id": f"00000000-0000-4000-8000-{number:012}"} for number in range(3)]
    assert sender.send(batch).status_code == 200
    assert sender.send(batch).status_code == 200
    with app.app_context():
        deliver_due(settings, holder="test")
    assert [got.method for got in receiver.got] == ["PUT"] * 3
    for got, sent in zip(receiver.got, batch, strict=True):
        told, query = json.loads(got.body), parse_qs(urlsplit(got.path).query)
        assert query == {"statementId": [sent["id"]]}
        assert {name: told[name] for name in sent} == sent
        assert not {"stored", "authority"} & set(told)
        assert got.headers["x-experience-api-version"] == "1.0.3"
        assert got.headers["authorization"] == "Basic " + base64.b64encode(b"key:secret").decode()
    shown = session.execute(select(Delivery.state)).scalars().all()
    assert shown == ["delivered"] * 3


def test_a_statement_that_is_there_already_is_delivered_and_a_bad_one_dead(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, receiver: Receiver
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    session.commit()
    replies = iter([409, (400, {}, b"no such verb"), 204])
    receiver.answer = lambda _got: next(replies)
    for number in range(3):
        sender.send({**plain(), "id": f"00000000-0000-4000-8000-{number:012}"})
    with app.app_context():
        deliver_due(settings, holder="test")
    found = session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id)).all()
    assert [row.state for row in found] == ["delivered", "dead", "delivered"]
    assert "no such verb" in found[1].reason


def test_an_erased_statement_is_given_up(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, receiver: Receiver
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    session.commit()
    sender.send(plain())
    for row in session.scalars(select(Statement)):
        session.delete(row)
    session.commit()
    with app.app_context():
        deliver_due(settings, holder="test")
    assert session.scalars(select(Delivery.code)).all() == ["erased"]
    assert receiver.got == []


def test_an_access_token_is_asked_for_once_and_again_after_401(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, receiver: Receiver
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    tokens, statuses = iter(["one", "two"]), iter([204, 401, 204])

    def answer(got: Got):  # type: ignore[no-untyped-def]
        if got.path == "/token":
            return 200, {}, json.dumps({"access_token": next(tokens), "expires_in": 3600}).encode()
        return next(statuses)

    receiver.answer = answer
    oauth = StoreAccess(user="id", password="s/1", token_url=f"{receiver.url}/token", scope="all")
    made = add_store(session, settings, name="mirror", url=receiver.url, access=oauth)
    session.commit()
    for number in range(2):
        sender.send({**plain(), "id": f"00000000-0000-4000-8000-{number:012}"})
    with app.app_context():
        deliver_due(settings, holder="test")
        # The receiver is left alone after 401; somebody has looked after it.
        set_state(session, made.id, is_live=True)
        session.execute(Delivery.__table__.update().values(due_at=clock.now()))
        session.commit()
        deliver_due(settings, holder="test")
    access_tokens.forget(made.id)
    assert [got.path.partition("?")[0] for got in receiver.got] == [
        "/token",
        "/statements",
        "/statements",
        "/token",
        "/statements",
    ]
    assert receiver.got[0].headers["authorization"] == "Basic " + base64.b64encode(b"id:s%2F1").decode()
    assert [got.headers["authorization"] for got in receiver.got if got.path != "/token"] == [
        "Bearer one",
        "Bearer one",
        "Bearer two",
    ]


def test_an_aicc_result_becomes_a_statement_that_says_what_it_is(
    classroom: Classroom, receiver: Receiver, client: FlaskClient
) -> None:
    session, settings = classroom.session, classroom.settings
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    session.commit()
    content = classroom.open()
    content.get()
    content.put("lesson_status=passed|score=80|time=00:10:00")
    with client.application.app_context():
        deliver_due(settings, holder="test")
    told = json.loads(receiver.got[-1].body)
    assert told["actor"]["mbox"] == "mailto:ana@example.com"
    assert told["verb"]["id"] == "http://adlnet.gov/expapi/verbs/passed"
    assert told["object"]["id"] == "urn:li:lyndaCourse:7"
    assert told["result"]["completion"] is True
    assert told["result"]["duration"] == "PT600S"
    provenance = told["context"]["extensions"]["urn:waymark:provenance"]
    assert provenance["protocol"] == "AICC/HACP"
    assert provenance["launch"] == content.launch.launch_id


def test_a_result_that_the_end_of_a_session_brings_is_passed_on_too(
    classroom: Classroom, receiver: Receiver, client: FlaskClient, pass_time: Callable[[timedelta], None]
) -> None:
    session, settings = classroom.session, classroom.settings
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    set_unit(session, settings, classroom.course.id, mastery_score=80)
    session.commit()
    content = classroom.open()
    content.get()
    content.put("score=90|time=00:10:00")
    pass_time(timedelta(hours=25))
    assert expire_launches(session, settings) == 1
    session.commit()
    with client.application.app_context():
        deliver_due(settings, holder="test")
    told = json.loads(receiver.got[-1].body)
    assert told["verb"]["id"] == "http://adlnet.gov/expapi/verbs/passed"
    assert len({json.loads(got.body)["id"] for got in receiver.got}) == len(receiver.got)


def test_what_we_send_is_taken_by_a_strict_record_store(
    classroom: Classroom, receiver: Receiver, client: FlaskClient
) -> None:
    session, settings = classroom.session, classroom.settings
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    # The strict one is another integration of ours; it is no receiver of its own.
    source = make_sender(client, session, settings, kind=Kind.XAPI)
    session.commit()
    assert source.send([full(), {**plain(), "id": "00000000-0000-4000-8000-000000000001"}]).status_code == 200
    content = classroom.open()
    content.get()
    content.put("lesson_status=completed|score=70")
    content.leave()
    with client.application.app_context():
        deliver_due(settings, holder="test")
    assert len(receiver.got) >= 4
    strict = make_sender(client, session, settings, kind=Kind.XAPI)
    for got in receiver.got:
        statement_id = parse_qs(urlsplit(got.path).query)["statementId"][0]
        version = {"X-Experience-API-Version": got.headers["x-experience-api-version"]}
        for _ in range(2):
            reply = strict.put(json.loads(got.body), statement_id, headers=version)
            assert reply.status_code == 204, reply.data


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://192.0.9.1/xapi", "https"),
        ("ftp://example.org", "https"),
        ("https://10.0.0.1/xapi", "not a public address"),
        ("https://me:pw@example.org/", "user name"),
        ("nonsense", "begin with https"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_in_words(
    session: Session, settings: Settings, url: str, words: str
) -> None:
    with pytest.raises(BadDestination, match=words):
        add_store(session, settings, name="mirror", url=url, access=ACCESS)


def test_secrets_are_sealed(session: Session, settings: Settings, receiver: Receiver) -> None:
    add_store(session, settings, name="mirror", url=receiver.url, access=ACCESS)
    row = session.scalars(select(Destination)).one()
    assert row.secrets is not None
    assert b"secret" not in row.secrets
    assert "secret" not in row.options
