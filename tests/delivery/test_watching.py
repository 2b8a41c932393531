"""Alarms for what fails, once a day each; and what is long done is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from app.delivery.destinations import add_webhook
from app.delivery.events import COMPLETED, FAILING, UPDATED
from app.delivery.watching import prune_deliveries, watch
from app.delivery.worker import deliver_due
from app.models.delivery import Delivery, DeliveryTry
from tests.delivery.receiver import Receiver, receiving
from tests.hacp.content import Classroom

Later = Callable[[timedelta], None]


def _watch(classroom: Classroom) -> None:
    classroom.session.rollback()
    watch(classroom.session, classroom.settings)
    classroom.session.commit()


def _deliver(classroom: Classroom) -> None:
    classroom.session.rollback()
    with classroom.client.application.app_context():
        deliver_due(classroom.settings, holder="test")


def _reasons(receiver: Receiver) -> list[str]:
    return [json.loads(text)["data"]["reason"] for text in receiver.texts()]


def test_an_integration_whose_messages_are_refused_is_told_once_a_day(
    classroom: Classroom, receiver: Receiver, pass_time: Later
) -> None:
    add_webhook(classroom.session, classroom.settings, name="alarm", url=receiver.url, events=[FAILING])
    classroom.session.commit()
    content = classroom.open()
    content.get()
    _watch(classroom)
    assert content.post(b"command=PutParam&session_id=" + b"x" * 2_000_000).response.status_code == 413
    classroom.client.post("/hacp", data=b"", headers={"Host": "elsewhere.example"})
    _deliver(classroom)
    assert receiver.got == []
    refused = classroom.exchanges()[-1]
    refused.integration_id, refused.status = classroom.integration.id, 421
    classroom.session.commit()
    for _ in range(3):
        _watch(classroom)
    _deliver(classroom)
    assert _reasons(receiver) == ["refused"]
    pass_time(timedelta(days=1))
    _watch(classroom)
    _deliver(classroom)
    assert _reasons(receiver) == ["refused"]


def test_a_receiver_that_is_away_is_told_to_the_others(
    classroom: Classroom, receiver: Receiver, pass_time: Later
) -> None:
    session, settings = classroom.session, classroom.settings
    with receiving() as broken:
        broken.answer = lambda _got: 503
        add_webhook(session, settings, name="HR", url=broken.url, events=[COMPLETED, UPDATED, FAILING])
        add_webhook(session, settings, name="alarm", url=receiver.url, events=[FAILING])
        session.commit()
        classroom.open().get()
        _deliver(classroom)
        _watch(classroom)
        _deliver(classroom)
        assert receiver.got == []
        pass_time(timedelta(hours=2))
        for _ in range(2):
            _watch(classroom)
            _deliver(classroom)
    assert _reasons(receiver) == ["not_delivered"]
    told = json.loads(receiver.got[0].body)["data"]
    assert told["integration"] is None
    assert told["sentence"].startswith("HR takes nothing: the receiver answered 503")


def test_what_is_long_done_is_forgotten_and_what_waits_is_not(
    classroom: Classroom, receiver: Receiver, pass_time: Later
) -> None:
    session, settings = classroom.session, classroom.settings
    add_webhook(session, settings, name="HR", url=receiver.url)
    session.commit()
    content = classroom.open()
    content.get()
    _deliver(classroom)
    content.put("lesson_status=incomplete|time=00:01:00")
    assert prune_deliveries(session, settings) == 0
    pass_time(timedelta(days=settings.exchange_days + 1))
    session.rollback()
    assert prune_deliveries(session, settings) == 1
    session.commit()
    assert session.scalars(select(Delivery.state)).all() == ["pending"]
    assert session.scalars(select(DeliveryTry.id)).all() == []
