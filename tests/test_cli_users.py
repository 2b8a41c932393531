"""`user list`, `invite`, `role`, `disable` and `enable`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.accounts import find_by_link
from app.access.audit import list_audit
from tests.command_line import CommandLine

PASSWORD = "seven paper boats on the lake"


def test_accounts_are_managed_from_the_command_line(cli: CommandLine, session: Session) -> None:
    cli.ok("admin", "create", "--email", "ben@example.org", "--name", "Ben", "--password", PASSWORD)
    made = cli.json("user", "invite", "--email", "Cora@example.org", "--role", "manager")
    assert (made["email"], made["role"], made["state"]) == ("cora@example.org", "manager", "invited")
    assert made["link"].startswith("http://localhost/invitation?token=")
    assert find_by_link(session, made["link"].split("=")[1])
    assert cli.json("user", "role", "--email", "cora@example.org", "--role", "viewer")["role"] == "viewer"
    assert cli.json("user", "disable", "--email", "cora@example.org")["state"] == "disabled"
    cli.ok("user", "enable", "--email", "cora@example.org")
    listed = {each["email"]: each["state"] for each in cli.json("user", "list")}
    assert listed == {"ben@example.org": "active", "cora@example.org": "invited"}
    session.rollback()
    acts = ["person.enabled", "person.disabled", "person.role_changed", "person.invited", "person.added"]
    assert [entry.action for entry in list_audit(session)] == acts


def test_the_last_owner_and_strangers_are_refused(cli: CommandLine) -> None:
    cli.ok("admin", "create", "--email", "ben@example.org", "--name", "Ben", "--password", PASSWORD)
    assert "last owner" in cli.refused("user", "disable", "--email", "ben@example.org")
    assert "no account" in cli.refused("user", "disable", "--email", "cora@example.org")
    cli.misused("user", "invite", "--email", "cora@example.org", "--role", "root")
