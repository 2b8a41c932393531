"""`user list`, `invite`, `role`, `disable` and `enable`: who may sign in to the pages, and as what."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app
from sqlalchemy.orm import Session

from app import clock, db
from app.access import accounts
from app.access.audit import COMMAND_LINE, write_audit
from app.access.organisation import load_organisation
from app.access.people import Person, UnknownPerson, find_person, list_people
from app.access.roles import Role
from app.cli_terminal import Noun, json_option, show
from app.settings import settings_of


@click.group(cls=Noun)
def user() -> None:
    """Accounts: who may sign in, and in which role."""


@user.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List all accounts."""
    with db.reading() as session:
        people = list_people(session)
    lines = [f"{each.email}  {each.role}  {_state(each)}  {each.name}" for each in people]
    show([_to_data(each) for each in people], as_json=as_json, lines=lines)


@user.command("invite")
@click.option("--email", required=True)
@click.option(
    "--role", type=click.Choice([each.value for each in Role]), default=Role.VIEWER.value, show_default=True
)
@click.option("--name", default="", help="Proposed; the person may choose another.")
@json_option
def invite(email: str, role: str, name: str, as_json: bool) -> None:
    """Add an account, and print the link by which its person sets a password."""
    settings = settings_of(current_app)
    with db.transaction() as session:
        person, link = accounts.invite(session, email=email, role=role, name=name)
        write_audit(
            session, actor=COMMAND_LINE, action="person.invited", target=person.email, detail={"role": role}
        )
        base = load_organisation(session, settings).public_url
    address = f"{base}/invitation?token={link.token}"
    expires = clock.format_rfc3339(link.expires_at)
    data = {**_to_data(person), "link": address, "expires_at": expires}
    show(data, as_json=as_json, lines=[f"{person.email} may join as {person.role}, once, by", address])


@user.command("role")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([each.value for each in Role]), required=True)
@json_option
def change_role(email: str, role: str, as_json: bool) -> None:
    """Give another role; the person is signed out."""
    with db.transaction() as session:
        before = _get(session, email)
        person = accounts.set_role(session, before.id, role)
        detail = {"role": f"{before.role} → {role}"}
        write_audit(
            session, actor=COMMAND_LINE, action="person.role_changed", target=person.email, detail=detail
        )
    show(_to_data(person), as_json=as_json, lines=[f"{person.email} is now {person.role}."])


@user.command("disable")
@click.option("--email", required=True)
@json_option
def disable(email: str, as_json: bool) -> None:
    """Let an account in no more; it is signed out everywhere."""
    _set_disabled(email, is_disabled=True, as_json=as_json)


@user.command("enable")
@click.option("--email", required=True)
@json_option
def enable(email: str, as_json: bool) -> None:
    """Let a disabled account in again."""
    _set_disabled(email, is_disabled=False, as_json=as_json)


def _set_disabled(email: str, *, is_disabled: bool, as_json: bool) -> None:
    with db.transaction() as session:
        person = accounts.set_disabled(session, _get(session, email).id, is_disabled=is_disabled)
        action = "person.disabled" if is_disabled else "person.enabled"
        write_audit(session, actor=COMMAND_LINE, action=action, target=person.email)
    show(_to_data(person), as_json=as_json, lines=[f"{person.email} is {_state(person)}."])


def _get(session: Session, email: str) -> Person:
    person = find_person(session, email)
    if person is None:
        raise UnknownPerson(f"there is no account with the address {email!r}")
    return person


def _state(person: Person) -> str:
    return "disabled" if person.is_disabled else "invited" if person.is_invited else "active"


def _to_data(person: Person) -> dict[str, Any]:
    last = person.last_sign_in_at
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "state": _state(person),
        "last_sign_in_at": clock.format_rfc3339(last) if last else None,
    }
