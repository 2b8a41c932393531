"""`simulate linkedin` against a server on this machine, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app.access.audit import list_audit
from app.access.credentials import list_credentials
from app.access.integrations import get_integration, list_integrations
from app.models.records import Statement
from tests.command_line import CommandLine

SUMMARY_KEYS = {
    "integration_id", "planned", "sent", "acknowledged", "refused", "failed", "seconds", "by_kind",
    "problems", "verified", "rows", "missing", "doubled",
}  # fmt: skip


class QuietHandler(WSGIRequestHandler):
    """Logs nothing, keeps connections alive."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None: ...


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def simulate(
    cli: CommandLine, url: str, *options: str, learners: int = 6, courses: int = 4
) -> dict[str, Any]:
    data: dict[str, Any] = cli.json(
        "simulate", "linkedin", "--url", url, "--learners", str(learners), "--courses", str(courses), *options
    )
    assert set(data) == SUMMARY_KEYS
    assert data["missing"] == data["doubled"] == data["problems"] == []
    assert data["refused"] == data["failed"] == 0
    assert data["acknowledged"] == data["sent"]
    return data


@pytest.mark.parametrize("channel", ["aicc", "xapi", "both"])
def test_every_learner_and_course_reported_has_one_row(cli: CommandLine, url: str, channel: str) -> None:
    data = simulate(cli, url, "--channel", channel)
    rows = cli.json("progress", "list")
    assert len(rows) == data["rows"] > 5
    pairs = {(row["learner"]["id"], row["course"]["activity_id"]) for row in rows}
    assert len(pairs) == len(rows)
    expected = ["aicc", "xapi"] if channel == "both" else [channel]
    assert {tuple(row["channels"]) for row in rows} == {tuple(expected)}
    assert {row["status"] for row in rows} == {"completed", "in_progress"}
    assert len(cli.json("learner", "list")) == 6
    assert not any(row["demo"] for row in rows)


def test_the_same_seed_meets_the_same_people_and_another_does_not(cli: CommandLine, url: str) -> None:
    first = simulate(cli, url, "--seed", "7")
    again = simulate(cli, url, "--seed", "7")
    assert first["integration_id"] == again["integration_id"]
    assert len(cli.json("progress", "list")) == first["rows"] == again["rows"]
    simulate(cli, url, "--seed", "8")
    assert len(cli.json("learner", "list")) == 12


def test_user_type_id_and_email_merge_into_one_row(cli: CommandLine, url: str) -> None:
    first = simulate(cli, url, "--user-type", "email", "--channel", "xapi")
    simulate(cli, url, "--user-type", "id", "--channel", "xapi")
    assert len(cli.json("progress", "list")) == first["rows"]


def test_without_an_integration_one_is_made_and_the_checklist_turns_green(
    cli: CommandLine, session: Session, url: str
) -> None:
    data = simulate(cli, url)
    made = get_integration(session, data["integration_id"])
    assert made.name == "LinkedIn Learning (simulated)"
    assert not made.is_demo
    assert made.first_token_at
    assert made.first_statement_at
    assert made.first_getparam_at
    assert made.first_putparam_at


def test_the_only_linkedin_integration_is_taken_and_its_secret_left_alone(
    cli: CommandLine, session: Session, url: str
) -> None:
    made = cli.json("integration", "add", "--kind", "linkedin_learning", "--name", "Ours")
    cli.ok("integration", "add", "--kind", "xapi", "--name", "Other")
    assert simulate(cli, url)["integration_id"] == made["id"]
    live = [each for each in list_credentials(session, made["id"]) if each.revoked_at is None]
    assert [(each.client_id, each.expires_at) for each in live] == [(made["client_id"], None)]
    assert "simulation.run" in {each.action for each in list_audit(session)}


def test_several_linkedin_integrations_must_be_chosen_from(
    cli: CommandLine, session: Session, url: str
) -> None:
    ids = [
        cli.json("integration", "add", "--kind", "linkedin_learning", "--name", name)["id"]
        for name in ("One", "Two")
    ]
    error = cli.refused("simulate", "linkedin", "--url", url)
    assert all(each in error for each in ids)
    assert simulate(cli, url, "--integration", ids[1])["integration_id"] == ids[1]
    assert len(list_integrations(session)) == 2


def test_all_statements_acknowledged_are_in_the_store(cli: CommandLine, session: Session, url: str) -> None:
    data = simulate(cli, url, "--channel", "xapi")
    kept = len(session.scalars(select(Statement.key)).all())
    assert (
        kept == data["by_kind"]["progressed"]["acknowledged"] + data["by_kind"]["completed"]["acknowledged"]
    )


def test_nobody_at_the_address_is_one_line(cli: CommandLine, session: Session) -> None:
    assert "nobody answers" in cli.refused("simulate", "linkedin", "--url", "http://127.0.0.1:9")
    cli.refused("simulate", "linkedin", "--url", "ftp://127.0.0.1")
    cli.refused("simulate", "linkedin", "--integration", "nobody", "--url", "http://127.0.0.1:9")
    assert list_integrations(session) == []


@pytest.mark.parametrize(
    "options",
    [
        ["--channel", "scorm"],
        ["--learners", "0"],
        ["--seed", "x"],
        ["--density", "2"],
        ["--user-type", "name"],
    ],
)
def test_wrong_options_are_wrong_usage(cli: CommandLine, options: list[str]) -> None:
    cli.misused("simulate", "linkedin", *options)


def test_a_disabled_integration_is_refused_before_anything_is_sent(
    cli: CommandLine, session: Session, url: str
) -> None:
    from app.access.integrations import set_enabled

    made = cli.json("integration", "add", "--kind", "linkedin_learning", "--name", "Ours")
    set_enabled(session, made["id"], is_enabled=False)
    session.commit()
    assert "disabled" in cli.refused("simulate", "linkedin", "--url", url)


def test_without_json_people_read_a_summary(cli: CommandLine, url: str) -> None:
    result = cli.run("simulate", "linkedin", "--url", url, "--learners", "1", "--courses", "1")
    assert result.exit_code == 0
    assert "acknowledged" in result.stdout
    with pytest.raises(ValueError):
        json.loads(result.stdout)
