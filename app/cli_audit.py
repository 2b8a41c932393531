"""`audit verify`: is the log of what people did whole?"""

from __future__ import annotations

import click

from app import db
from app.access.audit_chain import verify as verify_chain
from app.cli_terminal import Noun, json_option, show


@click.group(cls=Noun)
def audit() -> None:
    """The log of what people did."""


@audit.command("verify")
@json_option
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Tell whether an entry was changed, taken out or put in; exit code 1 when one was."""
    with db.reading() as session:
        found = verify_chain(session)
    data = {
        "ok": found.is_ok,
        "entries": found.entries,
        "first_bad": found.first_bad,
        "head": found.head.hex(),
    }
    line = (
        f"{found.entries} entries, all as they were written. Head: {found.head.hex()}"
        if found.is_ok
        else f"Entry {found.first_bad} is not as it was written, or one beside it is missing."
    )
    show(data, as_json=as_json, lines=[line])
    if not found.is_ok:
        context.exit(1)
