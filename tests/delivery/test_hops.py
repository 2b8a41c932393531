"""Servers that are each other's receivers come to rest, and say so once."""

from __future__ import annotations

import json

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.delivery.destinations import StoreAccess, add_store, add_webhook
from app.delivery.events import FAILING
from app.delivery.worker import deliver_due
from app.models.delivery import Delivery
from app.settings import Settings
from tests.delivery.receiver import Receiver
from tests.xapi.conftest import make_sender
from tests.xapi.statements import plain


def test_a_statement_goes_on_with_one_hop_more_and_after_three_no_further(
    app: Flask, client: FlaskClient, session: Session, settings: Settings, receiver: Receiver
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    access = StoreAccess(user="key", password="secret")
    add_store(session, settings, name="mirror", url=f"{receiver.url}/xapi", access=access)
    add_webhook(session, settings, name="alarm", url=f"{receiver.url}/hook", events=[FAILING])
    session.commit()
    for hops in (None, "1 abc", "2 abc", "3 abc", "3 abc", "junk"):
        headers = {"Waymark-Hops": hops} if hops else {}
        statement = plain()
        statement.pop("id", None)
        assert sender.send(statement, headers=headers).status_code == 200
    with app.app_context():
        deliver_due(settings, holder="test")
    passed = [got.headers["waymark-hops"].split() for got in receiver.got if got.path.startswith("/xapi")]
    assert [count for count, _ in passed] == ["1", "2", "3", "1"]
    assert [origin for _, origin in passed][1:3] == ["abc", "abc"]
    alarms = [json.loads(got.body) for got in receiver.got if got.path == "/hook"]
    assert [alarm["data"]["reason"] for alarm in alarms] == ["loop"]
    assert set(session.scalars(select(Delivery.state))) == {"delivered"}
