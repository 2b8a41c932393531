"""`learner export`, `erase` and `readmit`: what is kept of one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_identities import learner as learner
from app.cli_terminal import json_option, show
from app.keeping.backup_file import written_durably
from app.keeping.erased_list import keep_list
from app.keeping.erasure import erase_learner
from app.keeping.exporting import write_export
from app.learners.erased import readmit as take_off_list
from app.learners.service import get_learner
from app.learners.values import IdentityKind
from app.settings import settings_of


@learner.command("export")
@click.argument("learner_id", metavar="LEARNER")
@click.option("--output", required=True, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def export(learner_id: str, output: Path, as_json: bool) -> None:
    """Write all that is kept of one person into a zip of JSON files, for them to have."""
    with written_durably(output) as file, db.reading() as session:
        counts = write_export(session, learner_id, file)
    with db.transaction() as session:
        write_audit(session, actor=COMMAND_LINE, action="learner.exported", target=learner_id)
    lines = [f"{output}: {sum(counts.values())} rows of {len(counts)} kinds. It holds personal data."]
    show({"file": str(output), "rows": counts}, as_json=as_json, lines=lines)


@learner.command("erase")
@click.argument("learner_id", metavar="LEARNER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(learner_id: str, yes: bool, as_json: bool) -> None:
    """Erase all that is kept of one person, for good; counts of courses stay, without a name."""
    with db.reading() as session:
        found = get_learner(session, learner_id)
    if not yes:
        click.confirm(f"Erase all that is kept of {found.name}? This cannot be undone", abort=True, err=True)
    done = erase_learner(settings_of(current_app), found.id, actor=COMMAND_LINE)
    lines = [
        f"Erased: {done.statements} statements, {done.sessions} sessions, {done.identities} names;"
        f" {done.mentions} statements of others name nobody in their place;"
        f" {done.courses} courses keep a count.",
        "Backups made before still hold the person: `restore` erases them again. What was passed on to others"
        " is theirs to erase. PostgreSQL gives the space back at its next VACUUM.",
    ]
    show(asdict(done), as_json=as_json, lines=lines)


@learner.command("readmit")
@click.option("--email", default=None)
@click.option("--user-id", default=None)
@json_option
def readmit(email: str | None, user_id: str | None, as_json: bool) -> None:
    """Let a person who was erased come back: messages about them count again from now on."""
    if (email is None) == (user_id is None):
        raise click.UsageError("give --email or --user-id")
    kind, value = (IdentityKind.EMAIL, email) if email else (IdentityKind.USER_ID, user_id)
    with db.transaction() as session:
        names = take_off_list(session, kind, value or "")
        if not names:
            raise click.ClickException("nobody of this name was erased here")
        write_audit(session, actor=COMMAND_LINE, action="learner.readmitted", target="a learner")
    with db.reading() as session:
        keep_list(session, settings_of(current_app).data_dir)
    show({"names": names}, as_json=as_json, lines=["They may come back."])
