"""Whatever dies, is down or is poisoned: in the end every healthy receiver has every item."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from app import clock
from app.access.sealing import LMS_SESSION, seal
from app.delivery import lanes, queries
from app.delivery.destinations import StoreAccess, add_store, add_webhook
from app.delivery.events import UPDATED
from app.delivery.plan import PLAN
from app.delivery.queue import PUT, RESULT, find_lms
from app.delivery.worker import Postman, deliver_due
from app.models.delivery import Delivery, Destination
from app.models.launches import Launch, UpstreamSession
from tests.delivery.doomed_worker import STEPS
from tests.delivery.receiver import Got, Receiver, receiving
from tests.hacp.content import Classroom, Content

ROOT = Path(__file__).resolve().parent.parent.parent
TAKEN = (200, {}, b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\n")
# Every step, and each of the kinds at the one that matters most.
DEATHS = [
    *zip(STEPS, [PUT, UPDATED, RESULT, PUT, UPDATED, RESULT], strict=True),
    ("sent", UPDATED),
    ("sent", RESULT),
]


@dataclass
class Town:
    """One learner's results and three receivers of them."""

    classroom: Classroom
    lms: Receiver
    hook: Receiver
    store: Receiver

    def open(self) -> Content:
        content, session = self.classroom.open(), self.classroom.session
        launch = session.get(Launch, content.launch.launch_id)
        assert launch is not None
        launch.destination_id = find_lms(
            session, self.classroom.integration.id, "lms.example", at=clock.now()
        )
        session.add(
            UpstreamSession(
                launch_id=launch.id,
                url=self.lms.url,
                session_id=seal(self.classroom.settings, "lms1", purpose=LMS_SESSION),
                version="4.0",
                opened_at=clock.now(),
            )
        )
        session.commit()
        return content

    def deliver(self) -> int:
        self.classroom.session.rollback()
        with self.classroom.client.application.app_context():
            return deliver_due(self.classroom.settings, holder="test")

    def states(self) -> Counter[str]:
        self.classroom.session.rollback()
        return Counter(self.classroom.session.scalars(select(Delivery.state)))


@pytest.fixture
def town(classroom: Classroom) -> Iterator[Town]:
    with ExitStack() as stack:
        lms, hook, store = (stack.enter_context(receiving()) for _ in range(3))
        lms.answer = lambda _got: TAKEN
        session, settings = classroom.session, classroom.settings
        add_webhook(session, settings, name="hook", url=hook.url)
        access = StoreAccess(user="key", password="secret")
        add_store(session, settings, name="store", url=store.url, access=access)
        session.commit()
        yield Town(classroom, lms, hook, store)


def _commands(receiver: Receiver) -> list[str]:
    return [parse_qs(text)["command"][0] for text in receiver.texts()]


def _hook_ids(receiver: Receiver) -> list[str]:
    return [got.headers["webhook-id"] for got in receiver.got]


def _statement_ids(receiver: Receiver) -> list[str]:
    return [parse_qs(urlsplit(got.path).query)["statementId"][0] for got in receiver.got]


@pytest.mark.parametrize(("step", "kind"), DEATHS)
def test_a_worker_that_is_killed_loses_nothing(
    town: Town, step: str, kind: str, pass_time: Callable[[timedelta], None]
) -> None:
    content = town.open()
    content.get()
    content.put("lesson_status=passed|score=90|time=00:01:00")
    content.leave()
    expected = town.states().total()
    settings = town.classroom.settings
    environment = {
        **os.environ,
        "WAYMARK_DATABASE_URL": settings.database_url,
        "WAYMARK_DATA_DIR": str(settings.data_dir),
        "WAYMARK_SECRET_KEY": settings.secret_key,
        "WAYMARK_PUBLIC_URL": settings.public_url or "http://localhost",
        "WAYMARK_OUTBOUND_ALLOW": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "tests.delivery.doomed_worker", step, kind]
    died = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    town.deliver()
    # What the dead one held is free when its time is up.
    pass_time(timedelta(minutes=1))
    town.deliver()
    assert town.states() == {"delivered": expected}
    assert [name for name in _commands(town.lms) if name == "PutParam"]
    assert _commands(town.lms)[-1] == "ExitAU"
    changes = 2
    assert len(set(_hook_ids(town.hook))) == changes + 1
    assert len(set(_statement_ids(town.store))) == changes
    # Nothing but what was under way when it died came twice.
    repeats = sum(
        len(ids) - len(set(ids))
        for ids in (_hook_ids(town.hook), _statement_ids(town.store), _commands(town.lms))
    )
    assert repeats <= (1 if step in ("sent", "noted") else 0)


def test_what_is_down_for_hours_gets_all_in_order_when_it_is_back(
    town: Town, pass_time: Callable[[timedelta], None]
) -> None:
    town.store.answer = lambda _got: 503
    town.lms.answer = lambda _got: (502, {}, b"<html>Bad gateway</html>")
    content = town.open()
    content.get()
    for quarter in range(8 * 4):
        if quarter % 4 == 0:
            content.put(f"lesson_status=incomplete|time=00:{quarter + 1:02}:00")
        town.deliver()
        pass_time(timedelta(minutes=15))
    content.put("lesson_status=completed|time=01:40:00")
    content.leave()
    assert len(town.store.got) <= 8 * 4, "a receiver that is down is looked at, not flooded"
    assert len(set(_hook_ids(town.hook))) == len(town.hook.got) > 8
    town.store.got.clear()
    town.lms.got.clear()
    town.store.answer, town.lms.answer = (lambda _got: 204), (lambda _got: TAKEN)
    for _ in range(3):
        pass_time(timedelta(minutes=6))
        town.deliver()
    assert town.states().keys() == {"delivered"}
    assert _commands(town.lms) == ["PutParam", "ExitAU"]
    ids = _statement_ids(town.store)
    assert len(ids) == len(set(ids))
    told = [json.loads(got.body)["result"]["duration"] for got in town.store.got]
    assert len(told) == len(town.hook.got) - 1  # One event more tells of the completion.


def test_one_poisoned_message_is_given_up_and_the_others_pass(
    town: Town, pass_time: Callable[[timedelta], None]
) -> None:
    content = town.open()
    content.get()
    session = town.classroom.session
    session.execute(update(Delivery).where(Delivery.kind == RESULT).values(payload="{not json"))
    session.commit()
    content.put("lesson_status=completed|time=00:01:00")
    town.deliver()
    session.rollback()
    # It says nothing of its receiver.
    assert session.scalars(select(Destination.failing_since)).all() == [None] * 3
    for _ in range(3):
        pass_time(timedelta(hours=1))
        town.deliver()
    assert len(town.store.got) == 1
    dead = queries.list_deliveries(session, state="dead")
    assert [(each.kind, each.code, each.tries) for each in dead] == [(RESULT, "unwritable", 3)]
    assert "cannot be written" in dead[0].reason


def test_one_that_answers_500_for_ever_is_given_up_after_the_plan(
    town: Town, pass_time: Callable[[timedelta], None]
) -> None:
    town.hook.answer = lambda _got: (500, {}, b"out of order")
    town.open().get()
    for _ in range(90):
        town.deliver()
        pass_time(timedelta(hours=1))
    assert len(town.hook.got) == len(PLAN)
    assert len(set(_hook_ids(town.hook))) == 1
    (dead,) = queries.list_deliveries(town.classroom.session, state="dead")
    assert dead.tries == len(PLAN)
    assert dead.reason.startswith("given up after 10 tries")
    assert "out of order" in dead.reason
    assert [one.status for one in queries.list_tries(town.classroom.session, dead.id)] == [500] * len(PLAN)
    # Whoever looked after it sends it once more, under the same id.
    town.hook.answer = lambda _got: 204
    assert queries.retry_dead(town.classroom.session) == 1
    town.classroom.session.commit()
    town.deliver()
    assert len(set(_hook_ids(town.hook))) == 1
    assert town.states().keys() == {"delivered"}


def test_what_waits_behind_another_wakes_nobody(town: Town) -> None:
    town.lms.answer = lambda _got: (200, {}, b"error=1\r\nerror_text=Not now\r\n")
    content = town.open()
    content.get()
    content.put("lesson_status=completed")
    content.leave()
    town.deliver()
    session = town.classroom.session
    # Its end is due, but its result has to be taken first.
    session.execute(
        update(Delivery).where(Delivery.kind == PUT).values(due_at=clock.now() + timedelta(hours=1))
    )
    session.commit()
    assert "ExitAU" not in _commands(town.lms)
    assert lanes.list_due(session, clock.now()) == []


def test_410_switches_a_receiver_off_and_keeps_what_it_should_get(town: Town) -> None:
    town.hook.answer = lambda _got: 410
    content = town.open()
    content.get()
    content.put("lesson_status=incomplete|time=00:01:00")
    town.deliver()
    assert len(town.hook.got) == 1
    assert town.states()["pending"] == 2


def test_a_receiver_that_hangs_holds_up_nobody_else(town: Town) -> None:
    healthy_have_all, is_hanging = threading.Event(), threading.Event()

    def hang(_got: Got) -> int:
        is_hanging.set()
        # It answers only when the others have everything: were they to wait for it, it would answer 500.
        return 204 if healthy_have_all.wait(15) else 500

    town.hook.answer = hang
    content = town.open()
    content.get()
    application = town.classroom.client.application
    postman = Postman(town.classroom.settings, holder="test", context=application.app_context)
    postman.start()
    try:
        assert is_hanging.wait(10)
        for minute in range(1, 4):
            content.put(f"lesson_status=incomplete|time=00:0{minute}:00")
        content.leave()
        _wait_until(lambda: len(town.store.got) == 4 and "ExitAU" in _commands(town.lms))
        healthy_have_all.set()
        _wait_until(lambda: len(town.hook.got) == 4)
        _wait_until(lambda: town.states().keys() == {"delivered"})
    finally:
        healthy_have_all.set()
        postman.stop()
    tries = town.classroom.session.scalars(select(Delivery.tries)).all()
    assert set(tries) <= {0, 1}


def _wait_until(is_so: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _ in range(300):
        if is_so():
            return
        turn.wait(0.05)
    raise AssertionError("it did not come about within 15 s")
