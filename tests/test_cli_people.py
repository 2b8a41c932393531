"""`admin create` and `admin reset-password`."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.people import check_password, has_owner, list_people
from app.access.setup_token import ensure_setup_token, setup_token_path
from app.settings import Settings
from tests.command_line import CommandLine

PASSWORD = "seven paper boats on the lake"


def test_admin_create_makes_an_owner_and_closes_the_setup_link(
    cli: CommandLine, session: Session, settings: Settings
) -> None:
    ensure_setup_token(session, settings)
    session.commit()
    data = cli.json("admin", "create", "--email", "Ben@Example.com", "--name", "Ben", "--password", PASSWORD)
    assert set(data) == {"id", "email", "name", "role"}
    assert (data["email"], data["role"]) == ("ben@example.com", "owner")
    assert has_owner(session)
    assert check_password(session, email="ben@example.com", password=PASSWORD)
    assert not setup_token_path(settings).exists()
    assert [(each.action, each.actor_name) for each in list_audit(session)] == [
        ("person.added", "command line")
    ]


def test_admin_create_reads_the_password_from_stdin(cli: CommandLine, session: Session) -> None:
    cli.ok(
        "admin", "create", "--email", "b@x.org", "--name", "B", "--password-stdin", input=PASSWORD + "\r\n"
    )
    assert check_password(session, email="b@x.org", password=PASSWORD)


def test_admin_create_asks_for_what_is_missing(cli: CommandLine, session: Session) -> None:
    cli.ok("admin", "create", input=f"b@x.org\nBen\n{PASSWORD}\n{PASSWORD}\n")
    assert [each.email for each in list_people(session)] == ["b@x.org"]


def test_json_stays_alone_on_stdout_when_asked(cli: CommandLine) -> None:
    result = cli.run("admin", "create", "--json", input=f"b@x.org\nBen\n{PASSWORD}\n{PASSWORD}\n")
    assert json.loads(result.stdout)["email"] == "b@x.org"


def test_a_weak_password_or_a_known_address_is_refused(cli: CommandLine) -> None:
    cli.refused("admin", "create", "--email", "b@x.org", "--name", "B", "--password", "short")
    cli.ok("admin", "create", "--email", "b@x.org", "--name", "B", "--password", PASSWORD)
    cli.refused("admin", "create", "--email", "B@x.org", "--name", "B", "--password", PASSWORD)


def test_two_ways_of_giving_the_password_are_wrong_usage(cli: CommandLine) -> None:
    cli.misused("admin", "create", "--email", "b@x.org", "--name", "B", "--password", "x", "--password-stdin")


def test_reset_password_changes_it(cli: CommandLine, session: Session) -> None:
    cli.ok("admin", "create", "--email", "b@x.org", "--name", "B", "--password", PASSWORD)
    other = "another long password"
    data = cli.json("admin", "reset-password", "--email", "b@x.org", "--password", other)
    assert set(data) == {"id", "email"}
    assert check_password(session, email="b@x.org", password=other)
    assert not check_password(session, email="b@x.org", password=PASSWORD)
    assert list_audit(session)[0].action == "person.password_reset"


def test_reset_password_of_nobody_is_refused(cli: CommandLine) -> None:
    error = cli.refused("admin", "reset-password", "--email", "no@x.org", "--password", PASSWORD)
    assert "no@x.org" in error
