"""`integration add|update|list|show` and `credential rotate`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import click
from flask import current_app

from app import clock, db
from app.access.audit import COMMAND_LINE, write_audit
from app.access.credentials import Credential, issue_credential, list_credentials, rotate_credential
from app.access.integrations import (
    Integration,
    Kind,
    Policy,
    UserType,
    add_integration,
    get_integration,
    list_integrations,
    update_integration,
)
from app.access.organisation import Organisation, load_organisation
from app.access.policies import HostMode, MasteryPolicy, StudentId
from app.cli_terminal import Noun, json_option, show
from app.settings import settings_of

F = TypeVar("F", bound=Callable[..., Any])

# Policy → its option; None as default leaves the policy as it is.
_POLICY_OPTIONS = (
    click.option("--mastery", "mastery_policy", type=click.Choice([each.value for each in MasteryPolicy])),
    click.option("--strict/--lenient", "is_strict", default=None, help="The order of AICC's standard."),
    click.option(
        "--score-is-percent/--score-is-score",
        "score_is_percent",
        default=None,
        help="Read AICC's score as the percentage done (LinkedIn Learning).",
    ),
    click.option("--enforce-au-password/--no-enforce-au-password", "enforces_au_password", default=None),
    click.option(
        "--escape-percent/--no-escape-percent",
        "escapes_percent",
        default=None,
        help="Write % as %25 in replies, for content that decodes them.",
    ),
    click.option("--share-demographics/--no-share-demographics", "shares_demographics", default=None),
    click.option("--single-use-links/--reusable-links", "has_single_use_links", default=None),
    click.option("--host-mode", type=click.Choice([each.value for each in HostMode])),
    click.option("--student-id-is", type=click.Choice([each.value for each in StudentId])),
)


def policy_options(function: F) -> F:
    """Give a command the options for an integration's policy."""
    for option in reversed(_POLICY_OPTIONS):
        function = option(function)
    return function


@click.group(cls=Noun)
def integration() -> None:
    """Content sources that report here."""


@integration.command("add")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), required=True)
@click.option("--name", required=True)
@click.option("--user-type", type=click.Choice([each.value for each in UserType]), default=None)
@click.option(
    "--host", "hosts", multiple=True, help="A host name under which we may be called, without https://."
)
@click.option("--upstream-host", "upstream_hosts", multiple=True, help="An LMS whose launches are accepted.")
@click.option("--xapi-default-version", type=click.Choice(["1.0.3", "2.0.0"]), default="1.0.3")
@policy_options
@json_option
def add(
    kind: str,
    name: str,
    user_type: str | None,
    hosts: tuple[str, ...],
    upstream_hosts: tuple[str, ...],
    xapi_default_version: str,
    as_json: bool,
    **policy: Any,
) -> None:
    """Register a content source and print the values to paste into it; the secret is shown this once."""
    with db.transaction() as session:
        organisation = load_organisation(session, settings_of(current_app))
        made = add_integration(
            session,
            organisation,
            kind=Kind(kind),
            name=name,
            user_type=UserType(user_type) if user_type else None,
            host_names=hosts,
            upstream_hosts=upstream_hosts,
            xapi_default_version=xapi_default_version,
            **_given(policy),
        )
        credential = issue_credential(session, made.id)
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="integration.added",
            target=made.id,
            detail={"name": made.name},
        )
    data = {
        "id": made.id,
        "name": made.name,
        "kind": made.kind.value,
        "host_names": list(made.host_names),
        "upstream_hosts": list(made.upstream_hosts),
        "client_id": credential.client_id,
        "client_secret": credential.client_secret,
        **_urls(organisation),
    }
    show(data, as_json=as_json, lines=_table(data))


@integration.command("update")
@click.argument("integration_id", metavar="ID")
@click.option("--name", default=None)
@click.option("--user-type", type=click.Choice([each.value for each in UserType]), default=None)
@click.option("--host", "hosts", multiple=True, help="All names under which we may be called.")
@click.option("--upstream-host", "upstream_hosts", multiple=True, help="All LMSs that may launch.")
@click.option("--xapi-default-version", type=click.Choice(["1.0.3", "2.0.0"]), default=None)
@policy_options
@json_option
def update(
    integration_id: str,
    name: str | None,
    user_type: str | None,
    hosts: tuple[str, ...],
    upstream_hosts: tuple[str, ...],
    xapi_default_version: str | None,
    as_json: bool,
    **policy: Any,
) -> None:
    """Change a content source; what is not given stays as it is."""
    given = _given(policy)
    with db.transaction() as session:
        organisation = load_organisation(session, settings_of(current_app))
        changed = update_integration(
            session,
            integration_id,
            name=name,
            user_type=UserType(user_type) if user_type else None,
            host_names=hosts or None,
            upstream_hosts=upstream_hosts or None,
            xapi_default_version=xapi_default_version,
            **given,
        )
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="integration.changed",
            target=changed.name,
            detail={key: str(value) for key, value in given.items()},
        )
        data = _describe(changed, organisation, list_credentials(session, changed.id))
    show(data, as_json=as_json, lines=_table(data))


@integration.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the content sources."""
    with db.reading() as session:
        organisation = load_organisation(session, settings_of(current_app))
        found = [
            _describe(each, organisation, list_credentials(session, each.id))
            for each in list_integrations(session)
        ]
    show(found, as_json=as_json, lines=[f"{each['id']}  {each['kind']:<18} {each['name']}" for each in found])


@integration.command("show")
@click.argument("integration_id", metavar="ID")
@json_option
def show_one(integration_id: str, as_json: bool) -> None:
    """Show one content source: its values, without secrets, and what it has sent so far."""
    with db.reading() as session:
        organisation = load_organisation(session, settings_of(current_app))
        found = get_integration(session, integration_id)
        data = _describe(found, organisation, list_credentials(session, found.id))
    show(data, as_json=as_json, lines=_table(data))


@click.group(cls=Noun)
def credential() -> None:
    """Client ids and secrets of content sources."""


@credential.command("rotate")
@click.option("--integration", "integration_id", required=True, metavar="ID")
@click.option(
    "--overlap-hours",
    type=click.FloatRange(min=0, max=24 * 90),
    default=24.0,
    show_default=True,
    help="For so long the old secret goes on working.",
)
@json_option
def rotate(integration_id: str, overlap_hours: float, as_json: bool) -> None:
    """Issue a new client id and secret; the old one ends after the overlap."""
    overlap = timedelta(hours=overlap_hours)
    with db.transaction() as session:
        found = get_integration(session, integration_id)
        made = rotate_credential(session, found.id, overlap=overlap)
        write_audit(
            session,
            actor=COMMAND_LINE,
            action="credential.rotated",
            target=found.id,
            detail={"client_id": made.client_id},
        )
    data = {
        "id": made.id,
        "integration_id": found.id,
        "client_id": made.client_id,
        "client_secret": made.client_secret,
        "old_until": clock.format_rfc3339(clock.now() + overlap),
    }
    show(data, as_json=as_json, lines=_table(data))


def _given(policy: dict[str, Any]) -> Policy:
    return cast(Policy, {name: value for name, value in policy.items() if value is not None})


def _urls(organisation: Organisation) -> dict[str, str]:
    return {
        "auth_url": organisation.auth_url,
        "tracking_url": organisation.tracking_url,
        "hacp_url": organisation.hacp_url,
    }


def _describe(
    found: Integration, organisation: Organisation, credentials: list[Credential]
) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "kind": found.kind.value,
        "user_type": found.user_type.value if found.user_type else None,
        "enabled": found.is_enabled,
        "demo": found.is_demo,
        "host_mode": found.host_mode.value,
        "student_id_is": found.student_id_is.value,
        "mastery": found.mastery_policy.value,
        "strict": found.is_strict,
        "score_is_percent": found.score_is_percent,
        "enforce_au_password": found.enforces_au_password,
        "escape_percent": found.escapes_percent,
        "share_demographics": found.shares_demographics,
        "single_use_links": found.has_single_use_links,
        "host_names": list(found.host_names),
        "upstream_hosts": list(found.upstream_hosts),
        "xapi_default_version": found.xapi_default_version,
        **_urls(organisation),
        "credentials": [
            {
                "client_id": each.client_id,
                "created_at": _time(each.created_at),
                "last_used_at": _time(each.last_used_at),
                "expires_at": _time(each.expires_at),
            }
            for each in credentials
            if each.is_live(clock.now()) and not each.is_demo
        ],
        "created_at": _time(found.created_at),
        "first_token_at": _time(found.first_token_at),
        "first_statement_at": _time(found.first_statement_at),
        "first_getparam_at": _time(found.first_getparam_at),
        "first_putparam_at": _time(found.first_putparam_at),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else clock.format_rfc3339(moment)


def _table(data: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in data.items():
        if isinstance(value, list):
            value = ", ".join(each if isinstance(each, str) else each["client_id"] for each in value)
        lines.append(f"{key:<22} {'–' if value in (None, '') else value}")
    return lines
