"""`course add`, `learner add|list` and `launch create`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.integrations import set_enabled
from app.access.launches import resolve_session
from app.catalog.service import resolve_identifier
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from tests.command_line import CommandLine

COURSE = "urn:li:lyndaCourse:5550101"


@pytest.fixture
def integration_id(cli: CommandLine) -> str:
    made = cli.json("integration", "add", "--kind", "linkedin_learning", "--name", "LinkedIn Learning")
    return str(made["id"])


def add_course(
    cli: CommandLine, integration_id: str, *more: str, activity_id: str = COURSE
) -> dict[str, str]:
    arguments = ["--integration", integration_id, "--title", "Spreadsheets", "--activity-id", activity_id]
    made: dict[str, str] = cli.json("course", "add", *arguments, *more)
    return made


def test_course_add_prints_the_course(cli: CommandLine, session: Session, integration_id: str) -> None:
    data = add_course(cli, integration_id, "--launch-url", "https://content.example.com/c?u=1")
    assert set(data) == {
        "id", "title", "activity_id", "type", "launch_url", "lms_launch_url", "integration_id", "demo",
        "unit",
    }  # fmt: skip
    assert data["lms_launch_url"].startswith(f"http://localhost/aicc/{data['integration_id']}/")
    assert (data["title"], data["activity_id"], data["type"]) == ("Spreadsheets", COURSE, "course")
    assert list_audit(session)[0].action == "course.added"


def test_course_add_takes_what_an_au_file_says(cli: CommandLine, integration_id: str) -> None:
    data = cli.json(
        "course", "add", "--integration", integration_id, "--title", "T", "--activity-id", "x:1",
        "--au-password", "Sesame", "--mastery-score", "80", "--max-time", "01:30:00", "--max-score", "100",
        "--time-limit-action", "exit,message", "--core-vendor", "a=1<CR>b=2", "--web-launch", "w=1",
        "--comments", "Bring a rope.",
    )  # fmt: skip
    assert data["unit"] == {
        "web_launch": "w=1",
        "core_vendor": "a=1<CR>b=2",
        "mastery_score": 80.0,
        "max_score": 100.0,
        "max_time": "01:30:00",
        "time_limit_action": "exit,message",
        "comments": "Bring a rope.",
        "has_au_password": True,
    }
    assert "Sesame" not in str(data)
    cli.refused(
        "course", "add", "--integration", integration_id, "--title", "T", "--activity-id", "x:2",
        "--max-time", "soon",
    )  # fmt: skip


def test_course_add_fills_the_stub_of_a_message(
    cli: CommandLine, session: Session, integration_id: str
) -> None:
    stub = resolve_identifier(session, "urn:lyndaCourse:5550101")
    session.commit()
    assert add_course(cli, integration_id)["id"] == stub.course_id


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x/y", "https://a b/", "https://u:p@x.org/"])
def test_course_add_refuses_a_bad_launch_url(cli: CommandLine, integration_id: str, url: str) -> None:
    cli.refused(
        "course", "add", "--integration", integration_id, "--title", "T", "--activity-id", "x:1",
        "--launch-url", url,
    )  # fmt: skip


def test_course_add_needs_a_known_integration_and_a_title(cli: CommandLine, integration_id: str) -> None:
    cli.refused("course", "add", "--integration", "nobody", "--title", "T", "--activity-id", "x:1")
    cli.refused("course", "add", "--integration", integration_id, "--title", "\r\n", "--activity-id", "x:1")
    cli.misused("course", "add", "--integration", integration_id, "--title", "T")


def test_learner_add_prints_the_learner(cli: CommandLine, session: Session) -> None:
    data = cli.json(
        "learner", "add", "--name", "García, Ana", "--email", "Ana@Example.com", "--user-id", "7C1D"
    )
    assert set(data) == {"id", "name", "identities", "provisional", "demo"}
    assert data["identities"] == [
        {"kind": "email", "value": "ana@example.com"},
        {"kind": "user_id", "value": "7C1D"},
    ]
    assert (data["name"], data["provisional"], data["demo"]) == ("García, Ana", False, False)
    assert list_audit(session)[0].action == "learner.added"


def test_learner_add_finds_the_learner_of_a_known_identity(cli: CommandLine, session: Session) -> None:
    seen = resolve_identity(session, kind=IdentityKind.EMAIL, value="mailto:ANA@example.com")
    session.commit()
    data = cli.json("learner", "add", "--name", "García, Ana", "--email", "ana@example.com")
    assert data["id"] == seen.learner_id
    again = cli.json(
        "learner", "add", "--name", "García, Ana", "--email", "ana@example.com", "--user-id", "7c1d"
    )
    assert again["id"] == seen.learner_id


def test_learner_add_refuses_what_belongs_to_two_people(cli: CommandLine) -> None:
    cli.ok("learner", "add", "--name", "A, A", "--email", "a@x.org")
    cli.ok("learner", "add", "--name", "B, B", "--user-id", "b")
    cli.refused("learner", "add", "--name", "C, C", "--email", "a@x.org", "--user-id", "b")
    cli.refused("learner", "add", "--name", " \r\n ")
    cli.refused("learner", "add", "--name", "A, A", "--email", "not an address")


def test_names_with_line_breaks_cannot_forge_lines(cli: CommandLine) -> None:
    data = cli.json("learner", "add", "--name", "Ana\r\n[core]\r\nx=\x1b[2J", "--email", "a@x.org")
    assert data["name"].isprintable()
    assert len(cli.ok("learner", "list").splitlines()) == 1


def test_learner_list_gives_all_or_those_with_a_text(cli: CommandLine) -> None:
    for name in ("Brown, B", "Adams, A"):
        cli.ok("learner", "add", "--name", name)
    assert [each["name"] for each in cli.json("learner", "list")] == ["Adams, A", "Brown, B"]
    assert [each["name"] for each in cli.json("learner", "list", "--text", "brow")] == ["Brown, B"]
    assert cli.json("learner", "list", "--text", "nobody") == []


def launch(cli: CommandLine, integration_id: str, course_id: str, learner_id: str) -> dict[str, str]:
    data: dict[str, str] = cli.json(
        "launch", "create", "--integration", integration_id, "--course", course_id, "--learner", learner_id
    )
    assert set(data) == {"launch_id", "launch_url", "content_url", "session_id", "aicc_url"}
    return data


def test_launch_create_opens_a_session_and_makes_a_link(
    cli: CommandLine, session: Session, client: FlaskClient, integration_id: str
) -> None:
    course_id = add_course(cli, integration_id, "--launch-url", "https://content.example.com/c?u=1#top")["id"]
    learner_id = cli.json("learner", "add", "--name", "García, Ana", "--email", "a@x.org")["id"]
    data = launch(cli, integration_id, course_id, learner_id)
    query = parse_qs(urlsplit(data["content_url"]).query)
    assert query["AICC_SID"] == [data["session_id"]]
    assert query["AICC_URL"] == [data["aicc_url"]] == ["http://localhost/hacp"]
    opened = resolve_session(session, data["session_id"])
    assert opened is not None
    assert (opened.learner_id, opened.course_id) == (learner_id, course_id)
    session.commit()
    reply = client.get(data["launch_url"])
    assert 300 <= reply.status_code < 400
    own = parse_qs(urlsplit(reply.headers["Location"]).query)["AICC_SID"]
    assert own != [data["session_id"]]


def test_the_session_is_open_also_without_a_launch_url(
    cli: CommandLine, client: FlaskClient, integration_id: str
) -> None:
    course_id = add_course(cli, integration_id)["id"]
    learner_id = cli.json("learner", "add", "--name", "García, Ana")["id"]
    data = launch(cli, integration_id, course_id, learner_id)
    assert data["content_url"] is None
    reply = client.post("/hacp", data={"command": "GetParam", "session_id": data["session_id"]})
    assert reply.text.startswith("error=0")


@pytest.mark.parametrize("unknown", ["--integration", "--course", "--learner"])
def test_launch_create_refuses_unknown_ids(cli: CommandLine, integration_id: str, unknown: str) -> None:
    ids = {
        "--integration": integration_id,
        "--course": add_course(cli, integration_id)["id"],
        "--learner": cli.json("learner", "add", "--name", "García, Ana")["id"],
    }
    ids[unknown] = "nobody"
    cli.refused("launch", "create", *(part for pair in ids.items() for part in pair))


def test_nothing_is_launched_for_a_disabled_integration(
    cli: CommandLine, session: Session, integration_id: str
) -> None:
    course_id = add_course(cli, integration_id)["id"]
    learner_id = cli.json("learner", "add", "--name", "García, Ana")["id"]
    set_enabled(session, integration_id, is_enabled=False)
    session.commit()
    error = cli.refused(
        "launch", "create", "--integration", integration_id, "--course", course_id, "--learner", learner_id
    )
    assert "switched off" in error


@pytest.mark.parametrize("text", ["\udcff", "a\udcffb", "e\u0301\u202e", "\U0001f600"])
def test_text_that_no_terminal_should_send_is_kept_harmless_or_refused(
    cli: CommandLine, integration_id: str, text: str
) -> None:
    """Bytes of an argument that are not UTF-8 arrive as lone surrogates, which no database takes."""
    for arguments in (
        ("learner", "add", "--name", text, "--email", f"{text}@x.org", "--user-id", text),
        ("course", "add", "--integration", integration_id, "--title", text, "--activity-id", f"x:{text}"),
        ("integration", "add", "--kind", "xapi", "--name", text, "--host", text),
        ("learner", "list", "--text", text),
        ("progress", "list", "--learner", text),
    ):
        result = cli.run(*arguments)
        assert result.exit_code in (0, 1, 2), result.output
        assert len(result.stderr.splitlines()) == (result.exit_code > 0)
