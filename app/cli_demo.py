"""`demo load|clear`."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.cli_terminal import Noun, json_option, show, watch_bar
from app.demo import clear_demo, load_demo
from app.rehearsal import describe


@click.group(cls=Noun)
def demo() -> None:
    """Invented learners and courses to look around with."""


@demo.command("load")
@json_option
def load(as_json: bool) -> None:
    """Fill in the demo: badged everywhere, never passed on, cleared by `demo clear`."""
    with db.transaction() as session:
        write_audit(session, actor=COMMAND_LINE, action="demo.loaded", target="demo")
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way
    played = load_demo(app, watch=watch_bar("Loading the demo"))
    data = {"integration_id": played.integration.id, **describe(played.account, played.verification)}
    show(
        data,
        as_json=as_json,
        lines=[f"Loaded the demo: {played.verification.rows} progress rows. Remove it by: demo clear"],
    )
    if not played.is_good:
        raise click.ClickException(played.summary)


@demo.command("clear")
@json_option
def clear(as_json: bool) -> None:
    """Remove everything that is marked as demo, test messages too; real data stays."""
    with db.transaction() as session:
        cleared = clear_demo(session)
        write_audit(session, actor=COMMAND_LINE, action="demo.cleared", target="demo")
    show(
        asdict(cleared),
        as_json=as_json,
        lines=[f"Removed {cleared.learners} demo learners and {cleared.courses} demo courses."],
    )
