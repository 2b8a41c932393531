"""Two servers of ours that point at each other come to rest, with one alert."""

from __future__ import annotations

import dataclasses
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app.access.credentials import NewCredential, issue_credential
from app.access.integrations import Integration, Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.service import add_course, get_unit
from app.db import reading, transact
from app.delivery.destinations import StoreAccess, add_store, add_webhook
from app.delivery.events import FAILING
from app.delivery.worker import deliver_due
from app.models.delivery import Delivery
from app.models.learning import AssignableUnit
from app.models.records import Statement
from app.settings import Settings
from tests.delivery.receiver import receiving
from tests.xapi.conftest import Sender
from tests.xapi.statements import plain

LESSON = (
    b"error=0\r\nerror_text=Successful\r\nversion=4.0\r\naicc_data=[core]\r\nstudent_id=1001\r\n"
    b"student_name=Diaz, Ana\r\ncredit=credit\r\nlesson_status=not attempted,ab-initio\r\ntime=00:00:00\r\n"
    b"lesson_location=\r\nscore=\r\n[core_lesson]\r\n\r\n[core_vendor]\r\n\r\n"
)


@dataclass
class Waymark:
    """One server with a database of its own."""

    app: Flask
    settings: Settings

    @property
    def url(self) -> str:
        assert self.settings.public_url is not None
        return self.settings.public_url

    def act(self, work: Callable[[Session], object]):  # type: ignore[no-untyped-def]
        with self.app.app_context():
            return transact(work)

    def deliver(self) -> int:
        with self.app.app_context():
            return deliver_due(self.settings, holder="test")

    def count(self, query) -> int:  # type: ignore[no-untyped-def]
        with self.app.app_context(), reading() as session:
            return session.scalar(query) or 0

    def add(self, kind: Kind) -> tuple[Integration, NewCredential]:
        def work(session: Session) -> tuple[Integration, NewCredential]:
            organisation = load_organisation(session, self.settings)
            made = add_integration(
                session, organisation, kind=kind, name="twin", upstream_hosts=["127.0.0.1"]
            )
            return made, issue_credential(session, made.id)

        return self.act(work)  # type: ignore[no-any-return]


NewWaymark = Callable[[], Waymark]


@pytest.fixture
def new_waymark(
    settings: Settings,
    database_kind: str,
    tmp_path: Path,
    separate_database: Callable[[str, Path], str],
    make_app: Callable[[Settings], Flask],
) -> Iterator[NewWaymark]:
    with ExitStack() as stack:
        numbers = iter(range(9))

        def make() -> Waymark:
            directory = tmp_path / f"waymark-{next(numbers)}"
            directory.mkdir()
            app = Flask("placeholder")
            server = make_server("127.0.0.1", 0, lambda *given: app.wsgi_app(*given), threaded=True)
            own = dataclasses.replace(
                settings,
                data_dir=directory,
                database_url=separate_database(database_kind, directory),
                secret_key=f"{directory.name} {settings.secret_key}",
                public_url=f"http://127.0.0.1:{server.server_port}",
            )
            app = make_app(own)
            stack.enter_context(_serving(server))
            return Waymark(app, own)

        yield make


@contextmanager
def _serving(server) -> Iterator[None]:  # type: ignore[no-untyped-def]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_launch_that_goes_in_a_circle_ends_after_three_servers(new_waymark: NewWaymark) -> None:
    first, second = new_waymark(), new_waymark()
    launches = []
    for each in (first, second):
        integration, _ = each.add(Kind.AICC)

        def add(session: Session, integration: Integration = integration) -> str:
            course = add_course(
                session, integration_id=integration.id, title="Knots", activity_id="urn:x:1", launch_url=None
            )
            return get_unit(session, course.id).id

        launches.append((each, integration, each.act(add)))
    for (each, _, unit_id), (other, integration, other_unit) in zip(launches, launches[::-1], strict=True):
        url = f"{other.url}/aicc/{integration.id}/{other_unit}"

        def point(session: Session, unit_id: str = unit_id, url: str = url) -> None:
            row = session.get(AssignableUnit, unit_id)
            assert row is not None
            row.launch_url = url

        each.act(point)
    with receiving() as lms, receiving() as alarm:
        lms.answer = lambda _got: (200, {}, LESSON)
        for each in (first, second):
            each.act(
                lambda session, each=each: add_webhook(
                    session, each.settings, name="alarm", url=alarm.url, events=[FAILING]
                )
            )
        start, integration, unit_id = launches[0]
        where = f"{start.url}/aicc/{integration.id}/{unit_id}?AICC_SID=s1&AICC_URL={quote(lms.url, safe='')}"
        for _ in range(2):
            statuses = _follow(where)
            assert statuses == [303, 303, 303, 508]
        for each in (first, second):
            each.deliver()
        assert len(alarm.got) == 1
        assert b"loop" in alarm.got[0].body


def test_stores_that_mirror_each_other_hold_each_statement_once(new_waymark: NewWaymark) -> None:
    first, second = new_waymark(), new_waymark()
    (one, key), (_, other_key) = first.add(Kind.XAPI), second.add(Kind.XAPI)
    for each, other, access in ((first, second, other_key), (second, first, key)):

        def add(session: Session, each=each, other=other, access=access) -> None:  # type: ignore[no-untyped-def]
            given = StoreAccess(user=access.client_id, password=access.client_secret)
            add_store(session, each.settings, name="mirror", url=f"{other.url}/xapi", access=given)

        each.act(add)
    sender = Sender(first.app.test_client(), one, key, None, version="1.0.3")
    statement = {**plain(), "id": "00000000-0000-4000-8000-000000000001"}
    assert sender.send(statement, base_url=first.url).status_code == 200
    tried = [[each.deliver() for each in (first, second)] for _ in range(4)]
    assert tried == [[1, 1], [0, 0], [0, 0], [0, 0]]
    for each in (first, second):
        assert each.count(select(func.count()).select_from(Statement)) == 1
        assert each.count(select(func.count()).where(Delivery.state != "delivered")) == 0


def _follow(address: str) -> list[int]:
    """Return the statuses on the way of a browser that follows redirects."""
    statuses: list[int] = []
    while len(statuses) < 9:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        connection.request("GET", f"{parts.path}?{parts.query}")
        reply = connection.getresponse()
        reply.read()
        statuses.append(reply.status)
        connection.close()
        if reply.status != 303:
            return statuses
        address = reply.headers["Location"]
    return statuses
