"""Webhooks: what is told, to whom, signed so that the public library believes it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook, WebhookVerificationError

from app import clock
from app.access.integrations import Kind
from app.delivery import queries
from app.delivery.destinations import add_webhook, rotate_secret, set_state
from app.delivery.events import COMPLETED, UNMATCHED, UPDATED
from app.delivery.targets.webhook import make_secret, sign
from app.delivery.worker import deliver_due
from app.models.delivery import Delivery
from app.settings import Settings
from tests.delivery.receiver import Receiver
from tests.hacp.content import Classroom
from tests.xapi.conftest import make_sender
from tests.xapi.statements import plain


def _deliver(classroom: Classroom) -> int:
    classroom.session.rollback()
    with classroom.client.application.app_context():
        return deliver_due(classroom.settings, holder="test")


def _types(receiver: Receiver) -> list[str]:
    return [json.loads(text)["type"] for text in receiver.texts()]


def test_a_completion_is_told_once_and_signed(classroom: Classroom, receiver: Receiver) -> None:
    _, secret = add_webhook(classroom.session, classroom.settings, name="HR", url=f"{receiver.url}/hook")
    classroom.session.commit()
    content = classroom.open()
    content.get()
    content.put("lesson_status=completed|score=80|time=00:10:00")
    content.put("lesson_status=completed|score=80|time=00:10:00")
    _deliver(classroom)
    assert sorted(_types(receiver)) == sorted([UPDATED, COMPLETED, UPDATED])
    for got in receiver.got:
        told = Webhook(secret).verify(got.body, got.headers)
        assert told["data"]["learner"]["identities"] == [{"kind": "email", "value": "ana@example.com"}]
    told = json.loads(receiver.got[_types(receiver).index(COMPLETED)].body)["data"]
    assert (told["status"], told["percent"], told["course"]["activity_id"]) == (
        "completed",
        100.0,
        "urn:li:lyndaCourse:7",
    )
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 3
    assert _deliver(classroom) == 0


def test_one_flipped_bit_is_noticed() -> None:
    secret, body = make_secret(), b'{"type":"x"}'
    headers = sign([secret], "msg_1", int(clock.now().timestamp()), body)
    Webhook(secret).verify(body, headers)
    for index in range(len(body)):
        flipped = bytes([*body[:index], body[index] ^ 1, *body[index + 1 :]])
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(flipped, headers)


def test_during_a_rotation_either_secret_believes(classroom: Classroom, receiver: Receiver) -> None:
    made, old = add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    new = rotate_secret(classroom.session, classroom.settings, made.id)
    classroom.session.commit()
    classroom.open().get()
    _deliver(classroom)
    for secret in (old, new):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)


def test_after_a_day_the_old_secret_is_over(classroom: Classroom, receiver: Receiver, pass_time) -> None:
    made, old = add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    new = rotate_secret(classroom.session, classroom.settings, made.id)
    classroom.session.commit()
    pass_time(timedelta(hours=25))
    classroom.open().get()
    _deliver(classroom)
    signature = receiver.got[0].headers["webhook-signature"]
    assert len(signature.split()) == 1
    message = (receiver.got[0].headers["webhook-id"], int(receiver.got[0].headers["webhook-timestamp"]))
    assert sign([new], *message, receiver.got[0].body)["webhook-signature"] == signature
    assert sign([old], *message, receiver.got[0].body)["webhook-signature"] != signature


def test_only_chosen_events_of_the_chosen_integration_are_told(
    classroom: Classroom, receiver: Receiver, new_classroom
) -> None:
    session, settings = classroom.session, classroom.settings
    add_webhook(session, settings, name="done", url=f"{receiver.url}/done", events=[COMPLETED])
    other = new_classroom()
    add_webhook(session, settings, name="other", url=f"{receiver.url}/o", integration_id=other.integration.id)
    session.commit()
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|time=00:01:00")
    _deliver(classroom)
    assert receiver.got == []
    content.put("lesson_status=passed|score=90")
    _deliver(classroom)
    assert [(got.path, json.loads(got.body)["type"]) for got in receiver.got] == [("/done", COMPLETED)]


def test_what_is_paused_is_kept_and_sent_later(classroom: Classroom, receiver: Receiver) -> None:
    made, _ = add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    set_state(classroom.session, made.id, is_live=False)
    classroom.session.commit()
    classroom.open().get()
    assert _deliver(classroom) == 0
    assert classroom.session.scalars(select(Delivery.state)).all() == ["pending"]
    set_state(classroom.session, made.id, is_live=True)
    classroom.session.commit()
    assert _deliver(classroom) == 1
    assert len(receiver.got) == 1


def test_a_refused_message_changes_nothing_and_tells_nobody(classroom: Classroom, receiver: Receiver) -> None:
    add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    classroom.session.commit()
    content = classroom.open()
    assert content.send("Nonsense").error == 1
    assert classroom.session.scalars(select(Delivery.id)).all() == []


def test_a_demo_tells_nobody(classroom: Classroom, receiver: Receiver) -> None:
    add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    classroom.session.commit()
    content = classroom.open()
    classroom.launch_row(content).is_demo = True
    classroom.session.commit()
    content.put("lesson_status=completed")
    assert classroom.session.scalars(select(Delivery.id)).all() == []


def test_a_message_that_is_sent_again_keeps_its_id(classroom: Classroom, receiver: Receiver) -> None:
    made, _ = add_webhook(classroom.session, classroom.settings, name="HR", url=receiver.url)
    classroom.session.commit()
    start = clock.now()
    classroom.open().get()
    _deliver(classroom)
    assert queries.replay(classroom.session, destination_id=made.id, since=start) == 1
    classroom.session.commit()
    _deliver(classroom)
    assert len(receiver.got) == 2
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1


def test_a_stranger_is_announced_once(
    session: Session, settings: Settings, receiver: Receiver, client, app
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    add_webhook(session, settings, name="HR", url=receiver.url, events=[UNMATCHED])
    session.commit()
    for course in ("https://example.org/a", "https://example.org/b"):
        statement = {**plain(), "object": {"id": course}, "result": {"completion": True}}
        statement.pop("id", None)
        assert sender.send(statement).status_code == 200
    with app.app_context():
        deliver_due(settings, holder="test")
    assert _types(receiver) == [UNMATCHED]
