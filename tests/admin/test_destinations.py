"""Destinations in the pages: added, tested, changed, paused, deleted."""

from __future__ import annotations

import dataclasses
import re
from base64 import b64decode
from html import unescape

import pytest
from sqlalchemy.orm import Session
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from app import clock
from app.access.integrations import Integration
from app.delivery.destinations import Destination, add_webhook, get_destination, list_destinations
from app.delivery.events import COMPLETED, TEST
from app.delivery.queue import find_lms
from app.models.delivery import Destination as Row
from app.settings import Settings
from tests.admin.desk import Desk, integration
from tests.delivery.conftest import receiver as receiver
from tests.delivery.receiver import Receiver

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
NEW = "/admin/destinations/new"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let loopback be reached, where the receiver is."""
    return dataclasses.replace(settings, outbound_allow=("127.0.0.0/8",))


@pytest.fixture
def linkedin(session: Session, settings: Settings) -> Integration:
    made = integration(session, settings)
    session.commit()
    return made


def add(desk: Desk, **fields: object) -> TestResponse:
    """Fill in the form as a browser would."""
    found = re.search(r'name="form_id"[^>]*value="([^"]+)"', desk.get(NEW).text)
    assert found
    given = {"kind": "webhook", "auth": "basic", "name": "HR", "events": [COMPLETED], "integration": ""}
    return desk.post(NEW, form_id=found.group(1), **{**given, **fields})


def webhook(session: Session, settings: Settings, url: str = "https://hr.example.org/hook") -> Destination:
    made, _ = add_webhook(session, settings, name="HR", url=url)
    session.commit()
    return made


def audit(desk: Desk) -> str:
    return desk.get("/admin/audit").text


def test_nothing_leaves_yet_shows_three_ways_to_begin(desk: Desk) -> None:
    page = desk.get("/admin/destinations").text
    assert "Nothing leaves this server yet" in page
    assert page.count("btn-primary") == 1
    for words in ("Add a webhook", "Add a record store", "Your LMS"):
        assert words in page


def test_a_webhook_is_saved_and_tested_and_its_secret_shown_once(
    desk: Desk, session: Session, receiver: Receiver
) -> None:
    receiver.answer = lambda _got: (200, {"Content-Type": "text/html"}, f"thanks {HOSTILE}".encode())
    page = add(desk, url=f"{receiver.url}/hook", then="test").text
    secret = re.search(r'id="new-signing-secret" value="([^"]+)"', page)
    assert secret
    [got] = receiver.got
    assert Webhook(secret.group(1)).verify(got.body, got.headers)["type"] == TEST
    assert "The test was understood" in page
    assert f"POST {receiver.url}/hook" in page
    assert HOSTILE not in page
    assert f"thanks {HOSTILE}" in unescape(page)
    [made] = list_destinations(session)
    assert made.events == {COMPLETED}
    again = desk.get(f"/admin/destinations/{made.id}").text
    assert secret.group(1) not in again + audit(desk)
    assert "A learner has completed or passed a course" in again
    assert "Destination added" in audit(desk)
    assert "Test sent" in audit(desk)


def test_a_record_store_keeps_its_secret_to_itself(
    desk: Desk, session: Session, receiver: Receiver, linkedin: Integration
) -> None:
    receiver.answer = lambda _got: (401, {}, b"no such key")
    fields = {"kind": "lrs", "name": "Other store", "url": f"{receiver.url}/xapi", "user": "key-of-ours"}
    page = add(desk, **fields, password="hush-hush", integration=linkedin.id, then="test").text
    assert "The test was not understood" in page
    assert "The receiver answered 401: no such key" in page
    assert f"PUT {receiver.url}/xapi/statements?statementId=" in page
    assert b64decode(receiver.got[0].headers["authorization"].split()[1]) == b"key-of-ours:hush-hush"
    [made] = list_destinations(session)
    assert made.integration_id == linkedin.id
    for path in ("", "/edit", "/delete"):
        assert "hush-hush" not in desk.get(f"/admin/destinations/{made.id}{path}").text
    assert "hush-hush" not in audit(desk)
    assert "key-of-ours" in desk.get(f"/admin/destinations/{made.id}").text


BASIC = {"kind": "lrs", "user": "k", "password": "p"}
FAULTS: list[tuple[dict[str, object], str, str]] = [
    ({"url": "ftp://hr.example.org"}, "url", "https"),
    ({"url": "https://10.0.0.1/hook"}, "url", "10.0.0.1"),
    ({"events": []}, "events", "Choose at least one event"),
    ({"name": " "}, "name", "Give the destination a name"),
    ({"name": "x" * 201}, "name", "at most 200 characters"),
    ({"kind": "lrs"}, "user", "Give the key and the secret"),
    ({**BASIC, "auth": "oauth2"}, "token_url", "Enter the address where access tokens are asked for"),
    ({**BASIC, "auth": "oauth2", "token_url": "ftp://x"}, "token_url", "https"),
]


def test_what_cannot_be_kept_is_told_beside_its_field(desk: Desk, session: Session) -> None:
    for fields, place, words in FAULTS:
        reply = add(desk, **{"url": "https://hr.example.org/hook", **fields})
        assert reply.status_code == 422, fields
        page = unescape(reply.text)
        assert f'href="#{place}"' in page, fields
        assert words in page, fields
    assert list_destinations(session) == []


def test_a_reload_adds_no_second_one(desk: Desk, session: Session) -> None:
    found = re.search(r'name="form_id"[^>]*value="([^"]+)"', desk.get(NEW).text)
    assert found
    fields = {"kind": "webhook", "auth": "basic", "name": "HR", "events": [COMPLETED], "integration": ""}
    for status in (200, 303):
        reply = desk.post(NEW, form_id=found.group(1), url="https://hr.example.org", **fields)
        assert reply.status_code == status
    assert len(list_destinations(session)) == 1


def test_an_edit_changes_the_address_and_keeps_the_secrets(
    desk: Desk, session: Session, settings: Settings, receiver: Receiver
) -> None:
    made, secret = add_webhook(session, settings, name="HR", url="https://old.example.org")
    session.commit()
    address = f"/admin/destinations/{made.id}/edit"
    assert 'value="https://old.example.org"' in desk.get(address).text
    fields = {"name": "People", "events": [COMPLETED], "auth": "basic", "integration": "", "then": "test"}
    assert "There is a problem" in desk.post(address, url="ftp://old.example.org", **fields).text
    page = desk.post(address, url=receiver.url, **fields).text
    assert "The test was understood" in page
    assert Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    session.rollback()
    assert get_destination(session, made.id).name == "People"
    assert f"https://old.example.org → {receiver.url}" in unescape(audit(desk))


def test_a_new_secret_is_shown_once(desk: Desk, session: Session, settings: Settings) -> None:
    made = webhook(session, settings)
    page = desk.post(f"/admin/destinations/{made.id}/rotate").text
    found = re.search(r'id="new-signing-secret" value="(whsec_[^"]+)"', page)
    assert found
    assert found.group(1) not in desk.get(f"/admin/destinations/{made.id}").text + audit(desk)
    assert "Signing secret made" in audit(desk)


def test_pause_resume_and_delete(desk: Desk, session: Session, settings: Settings) -> None:
    made = webhook(session, settings)
    address = f"/admin/destinations/{made.id}"
    assert desk.post(f"{address}/pause").status_code == 303
    assert "Paused" in desk.get("/admin/destinations").text
    assert desk.post(f"{address}/resume").status_code == 303
    assert "Nothing sent yet" in desk.get(address).text
    assert "Delete HR?" in desk.get(f"{address}/delete").text
    assert desk.post(f"{address}/delete").status_code == 303
    assert desk.get(address).status_code == 404
    for words in ("Destination paused", "Destination resumed", "Destination deleted"):
        assert words in audit(desk)


def test_one_that_was_switched_off_says_why_and_can_be_enabled(
    desk: Desk, session: Session, settings: Settings
) -> None:
    made = webhook(session, settings)
    row = session.get(Row, made.id)
    assert row
    row.state, row.state_reason, row.failing_since = "disabled", "the receiver wants no more", clock.now()
    session.commit()
    for page in (desk.get("/admin/destinations").text, desk.get(f"/admin/destinations/{made.id}").text):
        assert "was switched off" in page
        assert "The receiver wants no more" in page
        assert "Re-enable" in page
    desk.post(f"/admin/destinations/{made.id}/resume")
    assert "was switched off" not in desk.get("/admin/destinations").text


def test_an_lms_is_listed_and_how_it_is_told_is_chosen(
    desk: Desk, session: Session, linkedin: Integration
) -> None:
    made = find_lms(session, linkedin.id, "lms.example.org", at=clock.now())
    session.commit()
    address = f"/admin/destinations/{made}"
    assert "lms.example.org" in desk.get("/admin/destinations").text
    assert re.search(r'value="cumulative"[^>]*checked|checked[^>]*value="cumulative"', desk.get(address).text)
    assert re.search(r'value="range"[^>]*checked|checked[^>]*value="range"', desk.get(address).text)
    assert desk.post(f"{address}/lms", time_mode="never", score="alone").status_code == 422
    assert desk.post(f"{address}/lms", time_mode="delta", score="alone").status_code == 303
    session.rollback()
    assert get_destination(session, made).options == {"time_mode": "delta", "score_range": False}
    assert re.search(r'value="alone"[^>]*checked|checked[^>]*value="alone"', desk.get(address).text)
    assert desk.get(f"{address}/edit").status_code == 404
    assert desk.post(f"{address}/test").status_code == 400
    assert desk.post(f"{address}/rotate").status_code == 400
    assert "Destination changed" in audit(desk)


def test_only_an_lms_is_told_in_its_own_way(desk: Desk, session: Session, settings: Settings) -> None:
    made = webhook(session, settings)
    assert (
        desk.post(f"/admin/destinations/{made.id}/lms", time_mode="delta", score="range").status_code == 400
    )


@pytest.mark.parametrize("end", ["", "/edit", "/delete"])
def test_an_unknown_destination_is_a_404(desk: Desk, end: str) -> None:
    assert desk.get(f"/admin/destinations/nobody{end}").status_code == 404
