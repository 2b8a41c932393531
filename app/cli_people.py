"""`admin create` and `admin reset-password`: the accounts of those who sign in to the pages."""

from __future__ import annotations

import sys

import click
from flask import current_app

from app import db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.people import create_person, reset_password as set_new_password
from app.access.setup_token import end_setup_token
from app.cli_terminal import Noun, json_option, show
from app.settings import settings_of


@click.group(cls=Noun)
def admin() -> None:
    """Accounts of the people who sign in to the pages."""


@admin.command("create")
@click.option("--email", default=None)
@click.option("--name", default=None)
@click.option("--password", default=None, help="Visible to others on this machine; prefer --password-stdin.")
@click.option("--password-stdin", "is_on_stdin", is_flag=True, help="Read the password from stdin.")
@json_option
def create(
    email: str | None, name: str | None, password: str | None, is_on_stdin: bool, as_json: bool
) -> None:
    """Add an owner account."""
    email = email or _ask("E-mail address")
    name = name or _ask("Name")
    secret = _password(password, is_on_stdin)
    settings = settings_of(current_app)
    with db.transaction() as session:
        person = create_person(session, email=email, name=name, password=secret, role="owner")
        end_setup_token(session, settings)
        write_audit(session, actor=COMMAND_LINE, action="person.added", target=person.id)
    data = {"id": person.id, "email": person.email, "name": person.name, "role": person.role}
    show(data, as_json=as_json, lines=[f"Added {person.name} <{person.email}> as {person.role}."])


@admin.command("reset-password")
@click.option("--email", default=None)
@click.option("--password", default=None, help="Visible to others on this machine; prefer --password-stdin.")
@click.option("--password-stdin", "is_on_stdin", is_flag=True, help="Read the password from stdin.")
@json_option
def reset_password(email: str | None, password: str | None, is_on_stdin: bool, as_json: bool) -> None:
    """Give an account a new password; it is signed out everywhere."""
    email = email or _ask("E-mail address")
    secret = _password(password, is_on_stdin)
    with db.transaction() as session:
        person = set_new_password(session, email=email, password=secret)
        write_audit(session, actor=COMMAND_LINE, action="person.password_reset", target=person.id)
    show(
        {"id": person.id, "email": person.email},
        as_json=as_json,
        lines=[f"{person.email} has a new password and is signed out everywhere."],
    )


def _password(given: str | None, is_on_stdin: bool) -> str:
    if given is not None and is_on_stdin:
        raise click.UsageError("give --password or --password-stdin, not both")
    if given is not None:
        return given
    if is_on_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return _ask("Password", is_secret=True)


def _ask(what: str, *, is_secret: bool = False) -> str:
    """Ask on stderr: stdout belongs to the answer of the command."""
    return str(click.prompt(what, hide_input=is_secret, confirmation_prompt=is_secret, err=True))
