"""`doctor`: look over the deployment and say what to do."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from app import db
from app.cli_terminal import OneLineErrors, json_option, show
from app.inspector.checking import Check, State
from app.inspector.doctor import MIGRATIONS, examine
from app.settings import settings_of

_MARKS = {State.OK: "ok  ", State.WARN: "WARN", State.FAIL: "FAIL"}


@click.command("doctor", cls=OneLineErrors)
@click.option("--reach", "has_reach", is_flag=True, help="Call the public URL too, certificate checked.")
@json_option
@with_appcontext
def doctor(has_reach: bool, as_json: bool) -> None:
    """Check the deployment; exit code 1 when something fails, 0 with warnings only."""
    settings = settings_of(current_app)
    try:
        with db.reading() as session:
            checks = examine(session, settings, MIGRATIONS, has_reach=has_reach)
    except db.DatabaseUnavailable as error:
        fix = "Check WAYMARK_DATABASE_URL and that the database runs."
        checks = [Check("database", State.FAIL, str(error), fix, "S5")]
    show([asdict(check) for check in checks], as_json=as_json, lines=_lines(checks))
    if any(check.state is State.FAIL for check in checks):
        raise click.exceptions.Exit(1)


def _lines(checks: list[Check]) -> list[str]:
    lines = []
    for check in checks:
        code = f" [{check.code}]" if check.code else ""
        lines.append(f"{_MARKS[check.state]}  {check.check}: {check.detail}{code}")
        if check.fix:
            lines.append(f"->    {check.fix}")
    return lines
