"""`integration add|list|show` and `credential rotate`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.access.audit import list_audit
from app.access.credentials import check_credential, list_credentials
from tests.command_line import CommandLine

KEYS = {
    "id",
    "name",
    "kind",
    "host_names",
    "upstream_hosts",
    "client_id",
    "client_secret",
    "auth_url",
    "tracking_url",
    "hacp_url",
}
URLS = {
    "auth_url": "http://localhost/oauth/token",
    "tracking_url": "http://localhost/xapi/statements",
    "hacp_url": "http://localhost/hacp",
}


@pytest.mark.parametrize("kind", ["linkedin_learning", "aicc", "xapi"])
def test_integration_add_prints_exactly_the_values_to_paste(
    cli: CommandLine, session: Session, kind: str
) -> None:
    data = cli.json("integration", "add", "--kind", kind, "--name", "Learning")
    assert set(data) == KEYS
    assert data == {**data, **URLS, "kind": kind, "name": "Learning", "upstream_hosts": []}
    assert data["host_names"] == ["localhost"]
    assert check_credential(session, data["client_id"], data["client_secret"])
    assert [each.action for each in list_audit(session)] == ["integration.added"]
    assert data["client_secret"] not in str(list_audit(session))


def test_integration_add_takes_hosts_user_type_and_version(cli: CommandLine) -> None:
    data = cli.json(
        "integration", "add", "--kind", "linkedin_learning", "--name", "L", "--user-type", "id",
        "--host", "LMS.Example.com", "--host", "lms.example.org:8443",
        "--upstream-host", "moodle.example.com",
        "--xapi-default-version", "2.0.0",
    )  # fmt: skip
    assert sorted(data["host_names"]) == ["lms.example.com", "lms.example.org:8443", "localhost"]
    assert data["upstream_hosts"] == ["moodle.example.com"]
    shown = cli.json("integration", "show", data["id"])
    assert (shown["user_type"], shown["xapi_default_version"]) == ("id", "2.0.0")


def test_integration_update_changes_the_default_version_and_nothing_else(cli: CommandLine) -> None:
    made = cli.json("integration", "add", "--kind", "xapi", "--name", "Store")
    before = cli.json("integration", "show", made["id"])
    assert before["xapi_default_version"] == "1.0.3"
    cli.json("integration", "update", made["id"], "--xapi-default-version", "2.0.0")
    after = cli.json("integration", "show", made["id"])
    assert after == {**before, "xapi_default_version": "2.0.0"}
    assert cli.json("integration", "update", made["id"], "--name", "Store")["xapi_default_version"] == "2.0.0"


def test_names_with_line_breaks_stay_on_one_line(cli: CommandLine) -> None:
    data = cli.json("integration", "add", "--kind", "xapi", "--name", "A\r\nB\x1b[31m")
    assert data["name"].startswith("A B")
    assert data["name"].isprintable()
    assert len(cli.ok("integration", "list").splitlines()) == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--kind", "xapi", "--name", " \r\n"],
        ["--kind", "xapi", "--name", "A", "--host", "https://lms.example.com"],
        ["--kind", "xapi", "--name", "A", "--host", "a b\r\nc"],
        ["--kind", "aicc", "--name", "A", "--upstream-host", "user@host"],
    ],
)
def test_integration_add_refuses_bad_values(cli: CommandLine, options: list[str]) -> None:
    cli.refused("integration", "add", *options)
    assert cli.json("integration", "list") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["integration", "add", "--name", "A"],
        ["integration", "add", "--kind", "scorm", "--name", "A"],
        ["integration", "add", "--kind", "xapi", "--name", "A", "--user-type", "both"],
        ["integration", "show"],
        ["integration", "list", "--nonsense"],
        ["integration", "nonsense"],
        ["credential", "rotate"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(cli: CommandLine, arguments: list[str]) -> None:
    assert "--help" in cli.misused(*arguments)


def test_list_and_show_never_tell_a_secret(cli: CommandLine) -> None:
    made = cli.json("integration", "add", "--kind", "linkedin_learning", "--name", "L")
    (listed,) = cli.json("integration", "list")
    assert listed == cli.json("integration", "show", made["id"])
    assert made["client_secret"] not in str(listed)
    assert [each["client_id"] for each in listed["credentials"]] == [made["client_id"]]
    assert {key: listed[key] for key in URLS} == URLS
    assert (listed["user_type"], listed["enabled"], listed["demo"]) == ("email", True, False)
    assert listed["first_token_at"] is None
    for arguments in (("integration", "list"), ("integration", "show", made["id"])):
        assert made["client_secret"] not in cli.ok(*arguments)


def test_an_unknown_integration_is_refused(cli: CommandLine) -> None:
    assert "nobody" in cli.refused("integration", "show", "nobody\r\n")
    cli.refused("credential", "rotate", "--integration", "nobody")


def test_rotate_gives_a_new_secret_while_the_old_one_goes_on(cli: CommandLine, session: Session) -> None:
    made = cli.json("integration", "add", "--kind", "linkedin_learning", "--name", "L")
    data = cli.json("credential", "rotate", "--integration", made["id"], "--overlap-hours", "2")
    assert set(data) == {"id", "integration_id", "client_id", "client_secret", "old_until"}
    assert check_credential(session, data["client_id"], data["client_secret"])
    assert check_credential(session, made["client_id"], made["client_secret"])
    old, new = list_credentials(session, made["id"])
    assert old.expires_at is not None
    assert timedelta(hours=1) < old.expires_at - clock.now() <= timedelta(hours=2)
    assert new.expires_at is None
    assert list_audit(session)[0].action == "credential.rotated"


def test_update_changes_what_is_given_and_leaves_the_rest(cli: CommandLine) -> None:
    made = cli.json("integration", "add", "--kind", "aicc", "--name", "Content", "--strict")
    assert cli.json("integration", "show", made["id"])["strict"] is True
    changed = cli.json(
        "integration", "update", made["id"], "--mastery", "always", "--enforce-au-password", "--lenient",
        "--single-use-links", "--share-demographics", "--escape-percent", "--score-is-percent",
        "--host-mode", "observe", "--student-id-is", "email", "--host", "lms.example.org",
    )  # fmt: skip
    assert (changed["mastery"], changed["strict"], changed["host_mode"]) == ("always", False, "observe")
    switches = ("enforce_au_password", "escape_percent", "share_demographics", "single_use_links")
    assert all(changed[name] is True for name in switches)
    assert (changed["score_is_percent"], changed["student_id_is"], changed["name"]) == (
        True,
        "email",
        "Content",
    )
    assert "lms.example.org" in changed["host_names"]
    again = cli.json("integration", "update", made["id"], "--name", "Other")
    assert {**again, "name": "Content"} == changed
    cli.misused("integration", "update", made["id"], "--mastery", "sometimes")
    cli.refused("integration", "update", "nobody", "--strict")
