"""A vendor's package → Waymark → the package for an LMS → a launch from that LMS, played in Chromium."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, expect

from app.simulator.lms import Lms
from app.simulator.lms_package import read_units
from app.simulator.lms_server import Campus, make_server, serving
from tests.browser.hacp_clients.conftest import open_tab
from tests.catalog.packages import course_files, make_zip
from tests.databases import SqliteFiles
from tests.hacp_clients.scripts import State
from tests.running import running_server

PATIENCE_SECONDS = 60


def test_a_learner_of_an_lms_plays_a_course_and_comes_back_to_it(
    content_host: str, learner_context: BrowserContext, sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    lms = Lms("", {"1001": "Diaz, Ana"})
    options = {"WAYMARK_OUTBOUND_ALLOW": "127.0.0.0/8", "WAYMARK_LMS_DELAY_SECONDS": "0"}
    with (
        serving(make_server(Campus(lms), 0)) as lms_url,
        running_server(sqlite_files.fresh(tmp_path), tmp_path, **options) as server,
    ):
        lms.hacp_url = f"{lms_url}/hacp"
        host = lms_url.partition("//")[2]
        kind = ("--kind", "aicc", "--name", "Vendor", "--upstream-host", host)
        integration = server.flask("integration", "add", *kind)
        vendor, for_lms = tmp_path / "vendor.zip", tmp_path / "for-the-lms.zip"
        vendor.write_bytes(make_zip(course_files(url=f"{content_host}/rustici.html?course=7")))
        took = server.flask("catalog", "import", str(vendor), "--integration", integration["id"])
        assert (took["new"], took["errors"]) == (1, 0)
        server.flask("catalog", "export", "--integration", integration["id"], "--output", str(for_lms))
        lms.add_units(read_units(for_lms.read_bytes()))

        page = learner_context.new_page()
        page.goto(f"{lms_url}/")
        link = page.get_by_role("link", name="Open as Diaz, Ana")
        expect(link).to_be_visible()
        address = link.evaluate("link => link.href")
        tab = open_tab(learner_context, address)
        # The vendor's own parameters come along, and the session is ours, not the LMS's.
        assert "acct=77&u=1" in tab.page.url
        assert tab.begin().status == "not attempted"
        tab.put(State("p4", "incomplete", "40", 180, "bookmark"))
        _wait_for(lambda: _record(lms)["puts"] >= 1, lms)
        assert _record(lms)["lesson_status"] == "incomplete"
        tab.leave(State("p9", "passed", "85", 600, "the end"))
        tab.close()
        _wait_for(lambda: _record(lms)["exits"] == 1, lms)

        record = _record(lms)
        assert (record["lesson_status"], record["total_seconds"]) == ("passed", 600)
        # With its range, as the content said it.
        assert record["score"] == "85,100,0"
        assert record["lesson_location"] == "p9"
        assert "the end" in record["suspend_data"]
        assert lms.complaints == []
        (line,) = server.flask("progress", "list")
        assert (line["percent"], line["status"], line["score"]) == (100, "passed", 85)
        assert line["time_seconds"] == 600

        again = open_tab(learner_context, address)
        seen = again.begin()
        assert (seen.location, seen.status) == ("p9", "passed")
        assert "the end" in seen.suspend
        again.close()
        states = {each["state"] for each in server.flask("delivery", "list")}
        assert states == {"delivered"}


def _record(lms: Lms) -> dict[str, Any]:
    (record,) = lms.report()["records"]
    return dict(record)


def _wait_for(is_so: Callable[[], bool], lms: Lms) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, json.dumps(lms.report(), indent=2)
        time.sleep(0.05)
