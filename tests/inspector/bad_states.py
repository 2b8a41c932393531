"""The real state behind each finding that only a look shows: how it comes about, and what System says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.access.integrations import Kind
from app.jobs.expiry import expire_launches
from app.learners.service import add_learner
from tests.inspector.stage import Stage, ago
from tests.outbound.servers import listener, make_authority


@dataclass(frozen=True)
class State:
    """`bring_about` gives the page that tells of it; `seen` and `change` stand in one row of that page."""

    code: str
    bring_about: Callable[[Stage], AbstractContextManager[str]]
    seen: str
    change: str


# --- integrations ---


@contextmanager
def _never_heard(stage: Stage) -> Iterator[str]:
    yield stage.look(f"/admin/system?integration={stage.classroom().integration.id}")


@contextmanager
def _gone_quiet(stage: Stage) -> Iterator[str]:
    with ago(days=9):
        sender = stage.sender(Kind.XAPI)
    for hours in range(9 * 24, 8 * 24, -4):
        with ago(hours=hours):
            sender.by_secret().send(stage.statement())
    yield stage.look(f"/admin/system?integration={sender.integration.id}")


# --- AICC sessions ---


@contextmanager
def _never_called(stage: Stage) -> Iterator[str]:
    classroom = stage.classroom(host_names=("learn.example",))
    with ago(minutes=6):
        classroom.open()
    yield stage.look(f"/admin/system?integration={classroom.integration.id}")


@contextmanager
def _only_asked(stage: Stage) -> Iterator[str]:
    classroom = stage.classroom()
    with ago(minutes=31):
        classroom.open().get()
    yield stage.look(f"/admin/system?integration={classroom.integration.id}")


@contextmanager
def _window_closed(stage: Stage) -> Iterator[str]:
    classroom = stage.classroom()
    with ago(hours=25):
        content = classroom.open()
        content.get()
        content.put("lesson_status=incomplete|score=40")
    expire_launches(stage.session, stage.settings)
    stage.session.commit()
    yield stage.look(f"/admin/system?integration={classroom.integration.id}")


@contextmanager
def _still_open(stage: Stage) -> Iterator[str]:
    """Nobody has ended it yet, and nobody sits there any more."""
    classroom = stage.classroom()
    with ago(hours=3):
        content = classroom.open()
        content.get()
        content.put("lesson_status=incomplete|score=40")
    yield stage.look(f"/admin/system?integration={classroom.integration.id}")


@contextmanager
def _two_networks(stage: Stage) -> Iterator[str]:
    classroom = stage.classroom()
    content = classroom.open()
    for address in ("192.0.2.7", "192.0.2.8", "198.51.100.7"):
        body = f"command=GetParam&version=4.0&session_id={content.launch.session_id}"
        content.post(body.encode(), environ_overrides={"REMOTE_ADDR": address})
    yield stage.look(f"/admin/system?integration={classroom.integration.id}")


# --- people ---


@contextmanager
def _two_alike(stage: Stage) -> Iterator[str]:
    for number in (1, 2):
        add_learner(stage.session, name="Berg, Cora", email=f"cora.berg@{number}.example")
    stage.session.commit()
    actor = {"mbox": "mailto:cora.berg@seen.example", "name": "Cora Berg"}
    stage.sender().send(stage.statement(actor=actor))
    yield stage.look()


# --- receivers of results ---


@contextmanager
def _receiver(stage: Stage, name: str, url: str, *, hours_ago: float = 0) -> Iterator[None]:
    """Register a receiver and let something be due for it; afterwards nothing is left of both."""
    receiver = stage.webhook(name, url)
    with ago(hours=hours_ago):
        stage.classroom().open().get()
    yield
    stage.session.rollback()
    stage.run(
        f"DELETE FROM delivery_try WHERE delivery_id IN "
        f"(SELECT id FROM delivery WHERE destination_id = '{receiver}')",
        f"DELETE FROM delivery WHERE destination_id = '{receiver}'",
        f"DELETE FROM destination WHERE id = '{receiver}'",
    )


def _answered(name: str, status: int) -> Callable[[Stage], AbstractContextManager[str]]:
    @contextmanager
    def bring_about(stage: Stage) -> Iterator[str]:
        stage.lms.answer = lambda _got: status
        with _receiver(stage, name, stage.lms.url):
            stage.deliver()
            yield stage.look()

    return bring_about


@contextmanager
def _not_allowed_any_more(stage: Stage) -> Iterator[str]:
    with _receiver(stage, "Hook within", stage.lms.url):
        stage.deliver(stage.changed(outbound_allow=()))
        yield stage.look()


@contextmanager
def _foreign_certificate(stage: Stage) -> Iterator[str]:
    with _secure_server(stage) as url, _receiver(stage, "Hook unproven", url):
        stage.deliver()
        yield stage.look()


@contextmanager
def _piled_up(stage: Stage) -> Iterator[str]:
    with _receiver(stage, "Hook in time", stage.lms.url, hours_ago=3):
        yield stage.look()


# --- the server ---


@contextmanager
def _asked_otherwise(stage: Stage) -> Iterator[str]:
    yield stage.desk.get("/admin/system", base_url="https://localhost").text


@contextmanager
def _answered_by_another(stage: Stage) -> Iterator[str]:
    with listener() as server:
        yield stage.look("/admin/system?reach=1", public_url=f"http://127.0.0.1:{server.port}")


@contextmanager
def _not_reached(stage: Stage) -> Iterator[str]:
    yield stage.look("/admin/system?reach=1", public_url="http://127.0.0.1:1")


@contextmanager
def _bad_certificate(stage: Stage) -> Iterator[str]:
    with _secure_server(stage) as url:
        yield stage.look("/admin/system?reach=1", public_url=url)


@contextmanager
def _plain_address(stage: Stage) -> Iterator[str]:
    yield stage.look(public_url="http://learn.example.org")


@contextmanager
def _senders_clock(stage: Stage) -> Iterator[str]:
    stage.sender().send(stage.statement(timestamp=(_now() + timedelta(hours=2)).isoformat()))
    yield stage.look()


@contextmanager
def _own_clock(stage: Stage) -> Iterator[str]:
    with ago(hours=-2):
        stage.classroom().open().get()
    yield stage.look()


@contextmanager
def _no_worker(stage: Stage) -> Iterator[str]:
    yield stage.look()


@contextmanager
def _old_tables(stage: Stage) -> Iterator[str]:
    version = stage.session.scalar(text("SELECT version_num FROM alembic_version"))
    stage.run("UPDATE alembic_version SET version_num = '0001'")
    try:
        yield stage.look()
    finally:
        stage.run(f"UPDATE alembic_version SET version_num = '{version}'")


@contextmanager
def _secure_server(stage: Stage) -> Iterator[str]:
    """Serve with a certificate of an authority that nobody knows; gives the address."""
    with listener(context=make_authority(stage.folder).serve_as("127.0.0.1")) as server:
        yield f"https://127.0.0.1:{server.port}"


def _now() -> datetime:
    return datetime.now(UTC)


STATES = (
    State("N1", _never_heard, "never heard of", "Finish the checklist on its page"),
    State("N2", _gone_quiet, "the usual gap is 4 hours", "whether its secret was changed"),
    State("A1", _never_called, "1 of 1 courses opened", "Compare the host name in LinkedIn"),
    State("A3", _only_asked, "1 asked where the learner left off", "stay in the course that the link opens"),
    State("A4", _window_closed, "1 ended without ExitAU", "Nothing"),
    State("A4", _still_open, "1 ended without ExitAU", "Nothing"),
    State("A6", _two_networks, "1 sessions were heard from two networks", "let a link be used once"),
    State("A8", _plain_address, "http://learn.example.org (from", "put a proxy with a certificate in front"),
    State("M2", _two_alike, "may be one of several learners", "assign the right one"),
    State("D2", _answered("Hook that fails", 500), "Hook that fails", "what its answer says"),
    State("D3", _answered("Hook that is gone", 410), "Hook that is gone", "press Enable"),
    State("D4", _not_allowed_any_more, "Hook within", "WAYMARK_OUTBOUND_ALLOW"),
    State("D5", _foreign_certificate, "Hook unproven", "renew its certificate"),
    State("S1", _asked_otherwise, "asked for as https://localhost", "Set WAYMARK_PUBLIC_URL"),
    State("S1", _answered_by_another, "/livez answered 200, not as this server does", "pass every path on"),
    State("S2", _senders_clock, "before that time had come", "their clock is ahead"),
    State("S2", _own_clock, "which is still to come", "Set the clock of every host"),
    State("S3", _not_reached, "public url answers", "From a network outside of yours"),
    State("S3", _bad_certificate, "public url answers", "Renew the certificate in the proxy"),
    State("S4", _no_worker, "no worker has run yet", "Start the server as the README says"),
    State("S4", _piled_up, "results have been due for 3 hours", "See that the worker runs"),
    State("S5", _old_tables, "at 0001, the code needs", "flask --app wsgi db upgrade"),
)
