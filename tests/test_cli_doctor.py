"""`doctor` and `worker`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import cli_doctor
from app.inspector.doctor import Check, State
from tests.command_line import CommandLine


def test_doctor_prints_checks_with_what_to_do(cli: CommandLine) -> None:
    result = cli.run("doctor", "--json")
    checks = json.loads(result.stdout)
    assert all(set(check) == {"check", "state", "detail", "fix"} for check in checks)
    assert {check["state"] for check in checks} <= {"ok", "warn", "fail"}
    assert result.exit_code == int(any(check["state"] == "fail" for check in checks))


@pytest.mark.parametrize(("state", "exit_code"), [(State.OK, 0), (State.WARN, 0), (State.FAIL, 1)])
def test_only_failures_end_with_one(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, state: State, exit_code: int
) -> None:
    def look(*_: object) -> list[Check]:
        return [Check("owner", state, "as it is", "" if state is State.OK else "do this")]

    monkeypatch.setattr(cli_doctor, "examine", look)
    result = cli.run("doctor")
    assert result.exit_code == exit_code
    assert ("do this" in result.stdout) == (state is not State.OK)


def test_doctor_knows_where_the_migrations_are() -> None:
    assert (cli_doctor._MIGRATIONS / "env.py").is_file()
    assert Path(cli_doctor._MIGRATIONS).is_absolute()


def test_worker_looks_once_when_asked(cli: CommandLine) -> None:
    assert cli.json("worker", "--once") == {"done": True}
