"""`doctor` and `worker`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import cli_doctor
from app.inspector.checking import Check, State
from app.inspector.doctor import MIGRATIONS
from tests.command_line import CommandLine


def test_doctor_prints_checks_with_what_to_do(cli: CommandLine) -> None:
    result = cli.run("doctor", "--json")
    checks = json.loads(result.stdout)
    keys = {"check", "state", "detail", "fix", "code", "integration_id"}
    assert all(set(check) == keys for check in checks)
    assert {check["state"] for check in checks} <= {"ok", "warn", "fail"}
    assert result.exit_code == int(any(check["state"] == "fail" for check in checks))


@pytest.mark.parametrize(("state", "exit_code"), [(State.OK, 0), (State.WARN, 0), (State.FAIL, 1)])
def test_only_failures_end_with_one(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, state: State, exit_code: int
) -> None:
    def look(*_: object, has_reach: bool) -> list[Check]:
        assert not has_reach
        return [Check("owner", state, "as it is", "" if state is State.OK else "do this")]

    monkeypatch.setattr(cli_doctor, "examine", look)
    result = cli.run("doctor")
    assert result.exit_code == exit_code
    assert ("do this" in result.stdout) == (state is not State.OK)


def test_doctor_knows_where_the_migrations_are() -> None:
    assert (MIGRATIONS / "env.py").is_file()
    assert Path(MIGRATIONS).is_absolute()


def test_worker_looks_once_when_asked(cli: CommandLine) -> None:
    assert cli.json("worker", "--once") == {"done": True}
