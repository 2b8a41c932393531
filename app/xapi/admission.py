"""Who sends a request to the record store, and may it do what it asks (xAPI Part 3 §3.3, §4; RFC 6750)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from sqlalchemy.orm import Session

from app.access.authorization_header import BadAuthorization, Basic, Bearer, parse_authorization
from app.access.clients import Client
from app.access.credentials import ask_credential
from app.access.host_registry import HostVerdict, judge_host
from app.access.organisation import Organisation, ask_organisation
from app.access.scopes import Area, default_scopes, may_read, may_read_own, may_write
from app.access.tokens import Token, ask_token
from app.inspector.findings import Finding
from app.settings import Settings
from app.xapi.call import Call, Desk, Resource
from app.xapi.errors import BadRequest, MisdirectedHost, NotAllowed, NotAuthenticated
from app.xapi.parameters import check_parameters
from app.xapi.versions import Version, find_version

_AREAS = {
    Resource.STATE: Area.STATE,
    Resource.ACTIVITY_PROFILE: Area.PROFILE,
    Resource.AGENT_PROFILE: Area.PROFILE,
    Resource.ACTIVITIES: Area.LOOKUP,
    Resource.AGENTS: Area.LOOKUP,
}
_STATEMENT_TYPES = ("application/json", "multipart/mixed")


@dataclass(frozen=True, slots=True)
class Caller:
    """An admitted client; `authority` is what its statements are stored under, as JSON text."""

    client: Client
    scopes: frozenset[str]
    is_bearer: bool
    authority: bytes
    host_finding: Finding | None

    def version(self, call: Call) -> Version:
        """Return the version to speak: the one asked for, else the integration's default."""
        return find_version(call.version_header) or Version(self.client.xapi_default_version)


def read_authorization(header: str | None) -> Basic | Bearer:
    """Read the header before anything else is done for a stranger; raises NotAuthenticated."""
    if header is None:
        raise NotAuthenticated("credentials are missing", is_bearer=False)
    try:
        return parse_authorization(header)
    except BadAuthorization as error:
        raise NotAuthenticated(str(error), is_bearer=error.is_bearer) from None


def enter(session: Session, settings: Settings, desk: Desk) -> tuple[Call, Caller]:
    """Admit the request on the desk and note there who sent it; raises what `admit` does."""
    assert desk.call is not None
    desk.caller = None
    desk.caller = admit(session, settings, desk.call)
    return desk.call, desk.caller


def admit(session: Session, settings: Settings, call: Call) -> Caller:
    """Find out who calls; raises MisdirectedHost, BadRequest or NotAuthenticated."""
    asked_organisation = ask_organisation(session, settings)
    find_client = _ask_client(session, call.authorization)
    organisation = asked_organisation()
    verdict = judge_host(session, organisation, call.draft.host)
    if verdict is HostVerdict.BAD:
        raise BadRequest("the Host header is not a host name")
    if verdict not in (HostVerdict.OK, HostVerdict.OBSERVED):
        raise MisdirectedHost(f"no integration lists the host name {call.draft.host[:100]!r}")
    is_bearer = isinstance(call.authorization, Bearer)
    client, scopes = find_client()
    if not client.is_enabled:
        text = "the integration is switched off"
        raise NotAuthenticated(text, is_bearer=is_bearer, integration_id=client.integration_id)
    is_observed = verdict is HostVerdict.OBSERVED
    return Caller(
        client=client,
        scopes=scopes,
        is_bearer=is_bearer,
        authority=format_authority(organisation, client),
        host_finding=Finding("H1", f"the request named {call.draft.host}") if is_observed else None,
    )


def format_authority(organisation: Organisation, client: Client) -> bytes:
    """Write the Agent that a client's statements are stored under (Part 2 §2.4.9)."""
    account = {"homePage": organisation.public_url, "name": client.client_id}
    return orjson.dumps({"objectType": "Agent", "account": account})


def _ask_client(
    session: Session, authorization: Basic | Bearer
) -> Callable[[], tuple[Client, frozenset[str]]]:
    """Ask for the client; what is returned gives it and its scopes, or raises NotAuthenticated."""
    if isinstance(authorization, Bearer):
        asked_token = ask_token(session, authorization.token)
        return lambda: _check_token(asked_token())
    check = ask_credential(session, authorization.client_id)
    return lambda: _check_client(check(authorization.client_secret))


def _check_token(token: Token | None) -> tuple[Client, frozenset[str]]:
    if token is None:
        raise NotAuthenticated("the access token is unknown or has expired", is_bearer=True)
    return token.client, token.scopes


def _check_client(client: Client | None) -> tuple[Client, frozenset[str]]:
    if client is None:
        raise NotAuthenticated("the client id is unknown or the secret is wrong", is_bearer=False)
    return client, default_scopes(is_write_only=client.is_lenient and not client.has_widened_scopes)


def check_write(caller: Caller, call: Call) -> None:
    """Refuse a caller who may not write, or a request that is no writing of statements."""
    if not may_write(caller.scopes):
        raise NotAllowed("this credential may not write statements")
    if caller.client.is_lenient:
        return
    check_form(call)
    if call.media_type not in _STATEMENT_TYPES:
        raise BadRequest(f"the Content-Type must be {' or '.join(_STATEMENT_TYPES)}")


def check_read(caller: Caller, call: Call) -> bool:
    """Refuse a caller who may not read; returns whether only its own statements are open to it."""
    if not may_read_own(caller.scopes):
        raise NotAllowed("this credential may not read statements")
    if not caller.client.is_lenient:
        check_form(call)
    return not may_read(caller.scopes)


def check_other(caller: Caller, call: Call) -> None:
    """Refuse a caller who may not do this beyond statements, or a request that is not of the right form.

    Only an admin opens this to LinkedIn, and then by the standard's rules.
    """
    area, is_reading = _AREAS[call.resource], call.method == "GET"
    may = may_read if is_reading else may_write
    is_closed = caller.client.is_lenient and not caller.client.has_widened_scopes
    if is_closed or not may(caller.scopes, area):
        raise NotAllowed(f"this credential may not {'read' if is_reading else 'write'} here")
    check_form(call)


def check_form(call: Call) -> None:
    """Refuse a request without a version that is spoken here, or with parameters that it cannot have."""
    if find_version(call.version_header) is None:
        raise BadRequest("the header X-Experience-API-Version must be 1.0, 1.0.n, 2.0 or 2.0.n")
    check_parameters(call)
