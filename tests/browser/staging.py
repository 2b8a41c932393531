"""The data that the pages are photographed with: the demo, and Ana, Ben and Cora beside it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flask import Flask

from app import create_app
from app.db import db, transaction
from app.demo import load_demo
from app.models.base import new_id
from app.progress.deciding_many import decide_piece
from app.progress.decision_rules import Decider, Wish, make_override
from app.progress.queries import ProgressFilter, list_progress
from app.progress.values import Status
from app.settings import Settings
from tests.arranging import put_param_body, statement
from tests.browser.conftest import PASSWORD
from tests.catalog.packages import course_files, make_zip
from tests.delivery.receiver import Got, Receiver, Reply
from tests.running import RunningServer

Run = Callable[..., Any]

ANA = "ana@example.org"
COURSE = "urn:li:lyndaCourse:4711"
TITLES = {"4711": "Managing Your Time", "4712": "Working on ladders", "4713": "Reading the plan"}
SEEN_ONLY = {"4730": "Felling trees safely"}


def stage(server: RunningServer, receiver: Receiver, folder: Path, *, learners: int = 24) -> dict[str, str]:
    """Fill a server with what every page can show; returns the ids that addresses name."""
    receiver.answer = _answer
    app = app_of(server)
    load_small_demo(server, learners=learners, courses=8)
    run = partial(_run, app)
    run("admin", "create", "--email", "ben@example.org", "--name", "Ben Admin", "--password", PASSWORD)
    invite = run("user", "invite", "--email", "cora@example.org", "--role", "viewer", "--name", "Cora")
    made = run("integration", "add", "--kind", "linkedin_learning", "--name", "LinkedIn Learning")
    run("integration", "update", made["id"], "--upstream-host", "lms.example.org")
    hook = run(
        "destination", "add", "--kind", "webhook", "--name", "HR system", "--url", f"{receiver.url}/results"
    )
    courses = _add_courses(run, made["id"])
    ana = run("learner", "add", "--name", "Ana Diaz", "--email", ANA, "--user-id", "4471")["id"]
    cora = run("learner", "add", "--name", "Cora Lund", "--email", "cora@example.org")["id"]
    launch = run(
        "launch", "create", "--integration", made["id"], "--course", courses["4711"], "--learner", ana
    )
    _report_by_aicc(server, launch["session_id"])
    _report_by_xapi(server, made["client_id"], made["client_secret"])
    _report_wrongly(server)
    run("token", "add", "--name", "Power BI", "--scope", "progress:read", "--scope", "courses:read")
    _import_library(run, made["id"], folder)
    unmatched = run("learner", "unmatched")
    return {
        "integration": made["id"],
        "course": courses["4711"],
        "learner": ana,
        "other": cora,
        "stranger": next(each["learner"]["id"] for each in unmatched if "old.example.org" in str(each)),
        "destination": hook["id"],
        "delivery": _wait_for_a_try(run),
        "launch": launch["launch_id"],
        "person": run("user", "list")[0]["id"],
        "invitation": invite["link"].removeprefix(server.url),
        "group": decide_together(app, "Exam on paper"),
    }


def app_of(server: RunningServer) -> Flask:
    """Return an application in this process on a server's data."""
    environment = server.environment
    return create_app(
        Settings(
            data_dir=Path(environment["WAYMARK_DATA_DIR"]),
            database_url=environment["WAYMARK_DATABASE_URL"],
            secret_key=environment["WAYMARK_SECRET_KEY"],
            public_url=environment["WAYMARK_PUBLIC_URL"],
            outbound_allow=("127.0.0.0/8",),
        )
    )


def load_small_demo(server: RunningServer, *, learners: int = 6, courses: int = 6) -> None:
    """Play the demo with fewer people than the button's: axe reads every row four times a page."""
    app = app_of(server)
    with app.app_context():
        load_demo(app, learners=learners, courses=courses)
        db.engine.dispose()


def decide_together(app: Flask, reason: str) -> str:
    """Say of a few completed rows, as one, that they are passed; returns the group's id."""
    now, act = datetime.now(UTC), new_id()
    wish = Wish(make_override(Status.PASSED, percent=None, completed_at=None, now=now))
    wanted = ProgressFilter(statuses=frozenset({Status.COMPLETED}))
    with app.app_context():
        with transaction() as session:
            lines = list_progress(session, wanted, limit=4).items
            pairs = [(line.learner_id, line.course_id) for line in lines]
            decide_piece(session, wanted, pairs, wish, by=Decider(None, "Ben Admin", reason, act))
        db.engine.dispose()
    return act


def _run(app: Flask, *arguments: str) -> Any:
    """Run a command in this process: a process of its own for each takes a minute for all."""
    done = app.test_cli_runner().invoke(args=[*arguments, "--json"])
    if not done.stdout:
        raise RuntimeError(f"{' '.join(arguments)}: {done.output} {done.exception}")
    return json.loads(done.stdout)


def _answer(got: Got) -> Reply:
    """Take most results and refuse those of one course, as a receiver with a fault would."""
    if COURSE.encode() in got.body:
        return 500, {}, b"The job table is full."
    return 204, {}, b""


def _add_courses(run: Run, integration: str) -> dict[str, str]:
    return {
        number: run(
            "course", "add", "--integration", integration, "--title", title,
            "--activity-id", f"urn:li:lyndaCourse:{number}",
            "--launch-url", f"https://content.example.org/aicc/{number}",
        )["id"]
        for number, title in TITLES.items()
    }  # fmt: skip


def _report_by_aicc(server: RunningServer, session: str) -> None:
    post(f"{server.url}/hacp", f"command=GetParam&version=4.0&session_id={session}".encode())
    for page, percent in ((2, 20), (3, 45), (5, 65)):
        post(f"{server.url}/hacp", put_param_body(session, f"page-{page}", percent))
    post(f"{server.url}/hacp", f"command=ExitAU&version=4.0&session_id={session}".encode())


def _report_by_xapi(server: RunningServer, key: str, secret: str) -> None:
    pair = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/json",
        "X-Experience-API-Version": "1.0.3",
    }
    for email, name, number, percent in (
        (ANA, "Ana Diaz", "4712", 100),
        ("a.diaz@old.example.org", "Ana Diaz", "4713", 40),
        ("somebody@example.com", "Some Body", "4711", 15),
        ("cora@example.org", "Cora Lund", "4713", 100),
        ("cora@example.org", "Cora Lund", "4730", 35),
    ):
        said = statement(email, f"urn:li:lyndaCourse:{number}", percent)
        said["actor"] = {"name": name, "mbox": f"mailto:{email}"}
        said["object"] = {
            "id": f"urn:li:lyndaCourse:{number}",
            "definition": {"name": {"en": (TITLES | SEEN_ONLY)[number]}},
        }
        said["timestamp"] = datetime.now(UTC).isoformat()
        post(f"{server.url}/xapi/statements", json.dumps(said).encode(), **headers)
    post(f"{server.url}/xapi/statements", b'{"actor": {"mbox": "ana"}}', **headers)


def _report_wrongly(server: RunningServer) -> None:
    wrong = base64.b64encode(b"ll-old:wrong").decode()
    form = b"grant_type=client_credentials&scope=xapi:write"
    post(f"{server.url}/oauth/token", form, Authorization=f"Basic {wrong}")
    post(f"{server.url}/hacp", b"command=GetParam&version=4.0&session_id=an-old-bookmark")
    post(f"{server.url}/hacp", b"command=GetParam", Host="old.example.org")


def _import_library(run: Run, integration: str, folder: Path) -> None:
    files = course_files("4720", title="Lifting safely", more_units=2)
    files |= course_files("4721", title="Welding, part one")
    files |= course_files("4722") | {"4722.au": b'system_id,file_name\nA1,""\n'}
    library = folder / "library.zip"
    library.write_bytes(make_zip(files))
    run("catalog", "import", str(library), "--integration", integration)


def _wait_for_a_try(run: Run) -> str:
    for _ in range(300):
        if tried := [each for each in run("delivery", "list") if each["attempts"]]:
            return str(tried[-1]["id"])
        time.sleep(0.1)
    raise AssertionError("nothing was tried")


def post(url: str, body: bytes, **headers: str) -> None:
    with suppress(HTTPError):
        urlopen(Request(url, body, headers), timeout=20).close()
