"""Destinations that are changed: what goes where from then on."""

from __future__ import annotations

import dataclasses
import json

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.delivery.destinations import (
    BadDestination,
    StoreAccess,
    add_store,
    add_webhook,
    change_destination,
    change_lms,
    get_destination,
    rotate_secret,
    send_test,
    write_test,
)
from app.delivery.events import COMPLETED
from app.delivery.queue import find_lms
from app.settings import Settings
from tests.command_line import CommandLine
from tests.delivery.receiver import Got, Receiver, Reply
from tests.hacp.content import Classroom


def test_a_token_of_the_old_store_goes_nowhere_after_a_change(
    app: Flask, session: Session, settings: Settings, receiver: Receiver
) -> None:
    def answer(got: Got) -> Reply | int:
        token = {"access_token": f"of{got.path}", "expires_in": 3600}
        return (200, {}, json.dumps(token).encode()) if "token" in got.path else 204

    receiver.answer = answer
    access = StoreAccess(user="id", password="s/1", token_url=f"{receiver.url}/token")
    made = add_store(session, settings, name="Store", url=f"{receiver.url}/old", access=access)
    send_test(write_test(session, settings, made.id))
    changed = dataclasses.replace(access, password="", token_url=f"{receiver.url}/token2")
    change_destination(
        session,
        settings,
        made.id,
        name="Store",
        url=f"{receiver.url}/new",
        integration_id=None,
        access=changed,
    )
    send_test(write_test(session, settings, made.id))
    told = [(got.path.partition("?")[0], got.headers["authorization"]) for got in receiver.got]
    assert told[1] == ("/old/statements", "Bearer of/token")
    assert told[2][0] == "/token2"
    assert told[2][1] == told[0][1], "the secret was kept"
    assert told[3] == ("/new/statements", "Bearer of/token2")


def test_secrets_sealed_with_another_key_are_given_anew(session: Session, settings: Settings) -> None:
    store = add_store(
        session, settings, name="Store", url="https://lrs.example.org", access=StoreAccess("id", "secret")
    )
    hook, old = add_webhook(session, settings, name="HR", url="https://hr.example.org")
    other = dataclasses.replace(settings, secret_key="another" * 8)
    rest = {"name": "Store", "url": "https://lrs.example.org", "integration_id": None}
    with pytest.raises(BadDestination, match="the key and the secret") as raised:
        change_destination(session, other, store.id, access=StoreAccess("id", ""), **rest)
    assert raised.value.field == "password"
    change_destination(session, other, store.id, access=StoreAccess("id", "new"), **rest)
    assert rotate_secret(session, other, hook.id) != old


def test_only_what_belongs_to_the_kind_is_changed(classroom: Classroom) -> None:
    session, settings = classroom.session, classroom.settings
    hook, _ = add_webhook(session, settings, name="HR", url="https://hr.example.org")
    lms = find_lms(session, classroom.integration.id, "lms.example.org", at=clock.now())
    rest = {"name": "X", "url": "https://x.example.org", "integration_id": classroom.integration.id}
    changed = change_destination(session, settings, hook.id, events=[COMPLETED], **rest)
    assert (changed.name, changed.events) == ("X", {COMPLETED})
    with pytest.raises(BadDestination, match="comes from its launches"):
        change_destination(session, settings, lms, **rest)
    with pytest.raises(BadDestination, match="only an LMS"):
        change_lms(session, hook.id, time_mode="delta")
    with pytest.raises(BadDestination, match="cumulative or delta"):
        change_lms(session, lms, time_mode="both")


def test_the_command_line_chooses_how_an_lms_is_told(classroom: Classroom, cli: CommandLine) -> None:
    lms = find_lms(classroom.session, classroom.integration.id, "lms.example.org", at=clock.now())
    classroom.session.commit()
    assert cli.json("destination", "update", lms, "--time-mode", "delta")["options"] == {"time_mode": "delta"}
    cli.json("destination", "update", lms, "--no-score-range")
    classroom.session.rollback()
    assert get_destination(classroom.session, lms).options == {"time_mode": "delta", "score_range": False}
