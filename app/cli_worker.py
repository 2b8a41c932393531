"""`worker`: the background jobs as a process of their own."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli_terminal import OneLineErrors, json_option, show
from app.jobs import loop
from app.settings import settings_of


@click.command("worker", cls=OneLineErrors)
@click.option("--once", "is_once", is_flag=True, help="Look at every job one time and end.")
@click.option(
    "--leader", "leader_pid", type=int, default=None, hidden=True, help="End with this parent process."
)
@json_option
@with_appcontext
def worker(is_once: bool, leader_pid: int | None, as_json: bool) -> None:
    """Run the background jobs until told to stop; gunicorn starts this by itself."""
    loop.run(
        settings_of(current_app), context=current_app.app_context, leader_pid=leader_pid, is_once=is_once
    )
    show({"done": True}, as_json=as_json, lines=[])
