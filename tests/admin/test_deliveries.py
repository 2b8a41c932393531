"""Deliveries in the pages: found, looked into, sent again."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from app import clock
from app.admin.delivery_view import show_delivery
from app.delivery import queries
from app.delivery.destinations import Destination, add_webhook, set_state
from app.delivery.events import COMPLETED
from app.delivery.worker import deliver_due
from app.settings import Settings
from tests.admin.desk import Desk
from tests.delivery.conftest import receiver as receiver
from tests.delivery.receiver import Receiver
from tests.hacp.content import Classroom

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let loopback be reached, where the receiver is."""
    return dataclasses.replace(settings, outbound_allow=("127.0.0.0/8",))


@pytest.fixture
def hook(classroom: Classroom, receiver: Receiver) -> Destination:
    made, _ = add_webhook(
        classroom.session, classroom.settings, name="HR", url=f"{receiver.url}/hook", events=[COMPLETED]
    )
    classroom.session.commit()
    return made


@pytest.fixture
def deliver(app: Flask, classroom: Classroom) -> Callable[[], int]:
    def deliver() -> int:
        classroom.session.rollback()
        with app.app_context():
            return deliver_due(classroom.settings, holder="test")

    return deliver


def complete(classroom: Classroom) -> str:
    """Let Ana complete the course; returns her session's id."""
    content = classroom.open()
    content.put("lesson_status=completed|score=80")
    return content.launch.launch_id


def newest(classroom: Classroom) -> queries.Delivery:
    classroom.session.rollback()
    return queries.list_deliveries(classroom.session, limit=1)[0]


def test_without_a_destination_the_list_says_what_to_do(desk: Desk) -> None:
    page = desk.get("/admin/deliveries").text
    assert "Nothing leaves this server yet" in page
    assert page.count("btn-primary") == 1
    assert "Nothing leaves this server yet" in desk.get("/admin/deliveries/replay").text


def test_what_was_delivered_is_reached_from_learner_session_and_destination(
    desk: Desk, classroom: Classroom, hook: Destination, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    assert "Nothing was passed on yet" in desk.get("/admin/deliveries").text
    receiver.answer = lambda _got: (200, {}, HOSTILE.encode())
    launch_id = complete(classroom)
    assert deliver() == 1
    address = f"/admin/deliveries/{newest(classroom).id}"
    for path in (
        "/admin/deliveries",
        f"/admin/deliveries?learner={classroom.learner.id}&state=delivered",
        f"/admin/learners/{classroom.learner.id}",
        f"/admin/sessions/{launch_id}",
        f"/admin/destinations/{hook.id}",
    ):
        page = desk.get(path).text
        assert f'href="{address}"' in page, path
        assert "Course completed" in page, path
        assert "Delivered" in page, path
    page = desk.get(address).text
    assert HOSTILE not in page
    text = unescape(page)
    assert HOSTILE in text
    for words in ("HTTP 200", "webhook-signature", "Understood", "1 of 10", "Diaz, Ana", "Knots", COMPLETED):
        assert words in text, words


def test_filters_choose_and_count(
    desk: Desk, classroom: Classroom, hook: Destination, deliver: Callable[[], int]
) -> None:
    complete(classroom)
    page = desk.get(f"/admin/deliveries?destination={hook.id}").text
    assert re.search(r"Waiting 1<", page)
    assert re.search(r"Failed 0<", page)
    for query in ("state=dead", "learner=nobody", "destination=nobody", f"before={newest(classroom).id}"):
        assert "Retry now" not in desk.get(f"/admin/deliveries?{query}").text
    assert "Nothing failed" in desk.get("/admin/deliveries?state=dead").text
    assert "No delivery matches" in desk.get("/admin/deliveries?learner=nobody").text
    for query in ("state=x&before=x&destination=%00", "before=99999999999999999999&learner=%22"):
        assert desk.get(f"/admin/deliveries?{query}").status_code == 200
    for path in ("0", "x", "9" * 30):
        assert desk.get(f"/admin/deliveries/{path}").status_code == 404


def test_a_failure_is_told_and_retried_at_once(
    desk: Desk, classroom: Classroom, hook: Destination, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    receiver.answer = lambda _got: (503, {"Retry-After": "3600"}, b"upstream busy")
    complete(classroom)
    assert deliver() == 1
    page = unescape(desk.get("/admin/deliveries").text)
    for words in ("Trying again", "The receiver answered 503: upstream busy", "1 of 10", "or sooner"):
        assert words in page, words
    assert "Failing" in desk.get("/admin/destinations").text
    assert "answered 503" in desk.get(f"/admin/destinations/{hook.id}").text
    receiver.answer = lambda _got: 204
    assert deliver() == 0
    found = newest(classroom)
    assert desk.post(f"/admin/deliveries/{found.id}/retry").status_code == 303
    assert deliver() == 1
    assert newest(classroom).state == "delivered"
    page = desk.get(f"/admin/deliveries/{found.id}").text
    assert "HTTP 503" in page
    assert "HTTP 204" in page
    assert "Deliveries retried" in desk.get("/admin/audit").text


def test_a_delivery_is_held_and_released_from_its_page(
    desk: Desk, classroom: Classroom, hook: Destination, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    complete(classroom)
    address = f"/admin/deliveries/{newest(classroom).id}"
    assert f'action="{address}/hold"' in desk.get(address).text
    assert desk.post(f"{address}/hold").status_code == 303
    assert deliver() == 0
    assert newest(classroom).state == "held"
    for path in (address, "/admin/deliveries?state=held"):
        assert "when you release it" in desk.get(path).text, path
    assert "1 held" in unescape(desk.get(f"/admin/destinations/{hook.id}").text)
    assert desk.post(f"{address}/release").status_code == 303
    assert deliver() == 1
    assert newest(classroom).state == "delivered"
    reply = desk.post(f"{address}/hold")
    assert "It was not waiting any more" in desk.get(reply.location).text
    log = desk.get("/admin/audit").text
    assert "Delivery held" in log
    assert "Delivery released" in log


def test_everything_that_failed_is_retried_with_one_button(
    desk: Desk, classroom: Classroom, hook: Destination, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    complete(classroom)
    row = newest(classroom)
    classroom.session.execute(
        queries.update(queries.Row).where(queries.Row.id == row.id).values(state="dead", reason="given up")
    )
    classroom.session.commit()
    page = desk.get(f"/admin/deliveries?destination={hook.id}").text
    assert "Retry 1 failed" in page
    assert "Given up" in page
    assert "Retry 1 failed" not in desk.get(f"/admin/deliveries?learner={classroom.learner.id}").text
    reply = desk.post("/admin/deliveries/retry", destination=hook.id)
    assert reply.status_code == 303
    assert "1 delivery is tried again now" in desk.get(reply.location).text
    assert desk.post("/admin/deliveries/retry", destination="nobody").status_code == 404
    assert deliver() == 1


def test_a_replay_says_first_how_many(
    desk: Desk, classroom: Classroom, hook: Destination, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    complete(classroom)
    deliver()
    form = f"/admin/deliveries/replay?destination={hook.id}"
    assert "See how many" in desk.get(form).text
    assert "There is a problem" in desk.get(f"{form}&since=yesterday").text
    assert desk.get(f"{form}&since=0001-01-01T00:00").status_code == 422
    assert desk.get("/admin/deliveries/replay?destination=x&since=2026-01-01T00:00").status_code == 422
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert "Nothing would be sent again" in desk.get(f"{form}&since={later}").text
    since = "2026-01-01T00:00"
    assert "1 delivery would be sent again" in desk.get(f"{form}&since={since}").text
    assert deliver() == 0
    reply = desk.post("/admin/deliveries/replay", destination=hook.id, since=since)
    assert reply.status_code == 303
    assert "1 delivery is sent again now" in desk.get(reply.location).text
    assert deliver() == 1
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len(receiver.got) == 2
    assert "Deliveries replayed" in desk.get("/admin/audit").text


def test_what_waits_for_a_paused_one_says_so(desk: Desk, classroom: Classroom, hook: Destination) -> None:
    complete(classroom)
    set_state(classroom.session, hook.id, is_live=False)
    classroom.session.commit()
    page = desk.get("/admin/deliveries").text
    assert "when it is on again" in page
    reply = desk.post(f"/admin/deliveries/{newest(classroom).id}/retry")
    assert "it waits until you resume it" in desk.get(reply.location).text


def test_an_unknown_kind_shows_its_own_name(classroom: Classroom, hook: Destination) -> None:
    complete(classroom)
    found = dataclasses.replace(newest(classroom), kind="something.new")
    assert show_delivery(found, hook, now=clock.now()).what == "something.new"
