"""Cases 81 to 83 of the digest: an LMS launches a real server, whose worker passes the results up to it.

The LMS is the simulated one, on a port. It learns of the course from an exported package, as an LMS does, and
keeps a ledger of all it was sent.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask

from app import clock, create_app
from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.catalog.exporting import list_exportable, read_courses, write_zip
from app.catalog.importing import Target, apply_plans, plan_packages
from app.catalog.package import Package, PackageUnit
from app.db import db, reading, transaction
from app.progress.queries import ProgressFilter, list_progress
from app.settings import Settings
from app.simulator.lms import Lms
from app.simulator.lms_package import read_units
from app.simulator.lms_server import Campus, make_server, serving
from app.simulator.player import CoreReport, LaunchFailed, Player, open_launch
from app.simulator.transport import HttpTransport
from tests.databases import SECRET_KEY
from tests.running import running_server

pytestmark = pytest.mark.timeout(180)

UNIT = PackageUnit("A1", "Knots", "https://content.example/go?course=7", mastery_score=60.0)


@dataclass
class Relay:
    """A server, an LMS that launches from it, and a look at the server's database."""

    app: Flask
    lms: Lms
    lms_url: str
    to_server: HttpTransport
    to_lms: HttpTransport

    def open(self, student: str) -> str:
        """Click the lesson in the LMS; returns where it sends the browser."""
        unit = quote(next(iter(self.lms.units)), safe="")
        opened = self.to_lms.send("GET", f"{self.lms_url}/launch?unit={unit}&student={student}")
        assert opened.status == 303
        return opened.headers["location"]

    def launch(self, student: str) -> Player:
        """Open the lesson as the content."""
        return open_launch(self.to_server, self.open(student))

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline, json.dumps(self.lms.report(), indent=2)
            time.sleep(0.05)

    def record(self, student: str) -> dict[str, Any]:
        """Return what the LMS keeps of a student."""
        (found,) = [each for each in self.lms.report()["records"] if each["student_id"] == student]
        return dict(found)

    def record_after_exit(self, student: str) -> dict[str, Any]:
        self.wait_for(lambda: self.record(student)["exits"] > 0)
        return self.record(student)

    def told(self, student: str) -> list[tuple[str, int]]:
        """Return the commands that came for a student, with HACP's error or the HTTP status of no answer."""
        return [
            (each["command"], each["status"] if each["error"] is None else each["error"])
            for each in self.lms.report()["requests"]
            if each["student_id"] == student
        ]

    @contextmanager
    def habits(self, **values: object) -> Iterator[None]:
        """Give the LMS bad habits until the block ends."""
        before = self.lms.quirks
        self.lms.change(values)
        try:
            yield
        finally:
            self.lms.quirks = before


def report(status: str, score: str, minutes: int) -> CoreReport:
    return CoreReport(f"p{minutes}", status, score, timedelta(minutes=minutes), f"chapter={minutes}\r\na=b")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def relay(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, separate_database
) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp("relay")
    lms = Lms("", {str(number): f"Diaz, Ana {number}" for number in range(1001, 1010)})
    options = {"WAYMARK_OUTBOUND_ALLOW": "127.0.0.0/8", "WAYMARK_LMS_DELAY_SECONDS": "0"}
    with (
        serving(make_server(Campus(lms), 0)) as lms_url,
        running_server(separate_database(request.param, folder), folder, **options) as server,
    ):
        lms.hacp_url = f"{lms_url}/hacp"
        settings = Settings(
            data_dir=folder,
            database_url=server.environment["WAYMARK_DATABASE_URL"],
            secret_key=SECRET_KEY,
            public_url=server.url,
        )
        app = create_app(settings)
        with app.app_context():
            lms.add_units(read_units(make_course(settings, urlsplit(lms_url).netloc)))
        yield Relay(app, lms, lms_url, HttpTransport(server.url), HttpTransport(lms_url))
        with app.app_context():
            db.engine.dispose()


def make_course(settings: Settings, lms_host: str) -> bytes:
    """Import a vendor's package, and export the one for the LMS."""
    package = Package("v", title="Knots", course_id="urn:ex:7", units=(UNIT,))
    with transaction() as session:
        organisation = load_organisation(session, settings)
        integration = add_integration(
            session, organisation, kind=Kind.AICC, name="Vendor", upstream_hosts=[lms_host]
        )
        target = Target(integration.id, organisation.lms_launch_url)
        apply_plans(session, target, plan_packages(session, settings, target, [package], seen=set()))
        launch_base = f"{organisation.lms_launch_url}{integration.id}"
        course_ids = list_exportable(session, integration.id)
        courses = read_courses(session, course_ids, launch_base=launch_base)
    raw = io.BytesIO()
    assert write_zip(raw, iter(courses), made_at=clock.now()) == 1
    return raw.getvalue()


def test_a_course_goes_from_package_to_lms_and_back(relay: Relay) -> None:
    player = relay.launch("1001")
    assert player.get_param().core["student_name"] == "Diaz, Ana 1001"
    assert player.put_param(report("I", "40", 3)).is_accepted
    assert player.put_param(report("C", "85.5", 10)).is_accepted
    assert player.exit_au().is_accepted
    record = relay.record_after_exit("1001")
    assert (record["lesson_status"], record["score"], record["total_seconds"]) == ("passed", "85.5", 600)
    assert (record["lesson_location"], record["suspend_data"]) == ("p10", "chapter=10\r\na=b")
    with relay.app.app_context(), reading() as session:
        (line,) = list_progress(session, ProgressFilter()).items
    assert (line.percent, line.status) == (100, "passed")
    core = relay.launch("1001").get_param().core
    assert (core["lesson_location"], core["lesson_status"]) == ("p10", "passed")
    assert core["time"] == "00:10:00"
    assert [command for command, _ in relay.told("1001")].count("exitau") == 1
    assert relay.lms.complaints == []


@pytest.mark.parametrize(
    ("student", "habits", "score"),
    [
        ("1002", {"url_encoded": True}, "41.5"),
        ("1003", {"next_line": True, "error_txt": True}, "41.5"),
        ("1004", {"version": ""}, "41"),
    ],
)
def test_case_81_an_lms_with_bad_habits_is_understood(
    relay: Relay, student: str, habits: dict[str, object], score: str
) -> None:
    with relay.habits(**habits):
        player = relay.launch(student)
        assert player.get_param().core["student_name"] == f"Diaz, Ana {student}"
        player.put_param(report("I", "41.5", 2))
        player.exit_au()
        record = relay.record_after_exit(student)
    assert (record["lesson_status"], record["exit_flag"], record["score"]) == ("incomplete", "suspend", score)
    assert relay.lms.complaints == []


@pytest.mark.parametrize(
    ("habits", "status", "words"),
    [
        ({"html": True}, 502, "sign-in page"),
        ({"down": True}, 502, "cannot be reached"),
        ({"lost_after": 0}, 403, "start the course in your LMS again"),
    ],
)
def test_case_81_an_lms_that_does_not_answer_is_explained(
    relay: Relay, habits: dict[str, object], status: int, words: str
) -> None:
    with relay.habits(**habits), pytest.raises(LaunchFailed) as caught:
        relay.launch("1009")
    page = caught.value.reply
    assert (page.status, words in page.text, "Try again" in page.text) == (status, True, True)


def test_case_82_the_lms_hears_put_before_exit_again_after_500_and_one_exit(relay: Relay) -> None:
    with relay.habits(slow_seconds=0.1, version="2.2"):
        player = relay.launch("1005")
        player.get_param()
        relay.lms.change({"broken": 1})
        player.put_param(report("I", "79.9", 2))
        relay.wait_for(lambda: ("putparam", 500) in relay.told("1005"))
        player.put_param(report("C", "79.9", 4))
        player.exit_au()
        player.exit_au()
        record = relay.record_after_exit("1005")
    told = relay.told("1005")
    assert told[:2] == [("getparam", 0), ("putparam", 500)]
    assert told[-2:] == [("putparam", 0), ("exitau", 0)]
    assert {command for command, _ in told[1:-1]} == {"putparam"}
    assert relay.lms.complaints == []
    # Judged by 79.9, of which an LMS of version 2.2 hears whole numbers.
    assert (record["lesson_status"], record["score"], record["total_seconds"]) == ("passed", "79", 240)


def test_a_session_that_the_lms_lost_is_told_at_the_next_launch(relay: Relay) -> None:
    player = relay.launch("1006")
    player.get_param()
    with relay.habits(lost_after=1):
        player.put_param(report("C", "90", 5))
        player.exit_au()
        relay.wait_for(lambda: ("putparam", 3) in relay.told("1006"))
    relay.launch("1006")
    relay.wait_for(lambda: ("putparam", 0) in relay.told("1006"))
    record = relay.record("1006")
    assert (record["lesson_status"], record["score"], record["exits"]) == ("passed", "90", 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://a.example@127.0.0.1/",
        "https://[::ffff:a00:1]/",
    ],
)
def test_case_83_an_address_that_leads_inside_is_refused(relay: Relay, url: str) -> None:
    door = relay.open("1009").partition("?")[0]
    before = len(relay.lms.requests)
    reply = relay.to_server.send("GET", f"{door}?AICC_SID=x&AICC_URL={quote(url, safe='')}")
    assert (reply.status, "does not call" in reply.text) == (400, True)
    assert len(relay.lms.requests) == before
