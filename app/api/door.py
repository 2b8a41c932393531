"""Who may come in: the host name, the token and its scope; and what is read of a request before a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson
from flask import current_app, g, request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import RequestEntityTooLarge

from app.access.api_tokens import ApiToken, find_token, is_use_due, note_use
from app.access.audit import Actor
from app.access.failed_tries import FREE_TRIES_OF_AN_ADDRESS, add_failure, find_wait
from app.access.hosts import BadHost, parse_host
from app.access.organisation import Organisation, load_organisation
from app.api.nouns import Noun, Wanted
from app.api.problems import (
    Fault,
    Invalid,
    Misdirected,
    NotAllowed,
    NotAuthenticated,
    Problem,
    TooManyTries,
    UnsupportedType,
)
from app.db import DatabaseUnavailable, reading, transact
from app.settings import settings_of

View = TypeVar("View", bound=Callable[..., Any])

MAX_BODY_BYTES = 64 * 1024
# A browser's cookie is no credential here: what a page of another site may send must open nothing.
_CHALLENGES = 'Bearer realm="waymark", Basic realm="waymark", charset="UTF-8"'


def needs_scope(scope: str) -> Callable[[View], View]:
    """Let in only a good token that has this scope."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.api_token = _admit(scope)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]  # it answers as the view does

    return decorate


def guard_request() -> None:
    """Judge a request before its view: the host name, as for the pages, and the size of its body."""
    request.max_content_length = MAX_BODY_BYTES + 1
    choices = organisation()
    if not choices.has_public_url:
        return
    try:
        seen = parse_host(request.host)
    except BadHost:
        raise Problem("The request names no host that could be ours.") from None
    if not choices.public_host.covers(seen, choices.default_port):
        raise Misdirected(f"The API is at {choices.public_url}. You asked for {seen}.")


def organisation() -> Organisation:
    """Return the organisation's choices, read once per request."""
    if "organisation" not in g:
        with reading() as session:
            g.organisation = load_organisation(session, settings_of(current_app))
    value = g.organisation
    assert isinstance(value, Organisation)
    return value


def current_actor() -> Actor:
    """Return who acts, for the audit log."""
    token: ApiToken = g.api_token
    return Actor(
        id=token.id, name=f"token {token.name}", address=request.remote_addr, request_id=g.request_id
    )


def current_token_id() -> str:
    """Return the id of the token that this request came with."""
    token: ApiToken = g.api_token
    return token.id


def read_wanted(noun: Noun) -> Wanted:
    """Read what a list is asked for; raises Problem naming every parameter that is wrong."""
    values = dict(_load(noun.query, _arguments(noun.query), Problem))
    zone = ZoneInfo(organisation().time_zone)
    return Wanted(values, zone, cursor=values.pop("cursor", None), limit=values.pop("limit"))


def read_body(schema: Schema) -> Mapping[str, Any]:
    """Read a JSON body; raises UnsupportedType, Problem for what is no JSON, Invalid for what it says."""
    raw = read_raw_body()
    if request.mimetype != "application/json":
        raise UnsupportedType("Send the body as application/json.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Invalid("The body is not a JSON object.")
    return _load(schema, value, Invalid)


def read_raw_body() -> bytes:
    """Return the body; raises RequestEntityTooLarge."""
    # One byte more is read: of a body without a length Werkzeug gives the first part without a word.
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    body = request.get_data()
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    return body


def _admit(scope: str) -> ApiToken:
    header, address = request.headers.get("Authorization"), request.remote_addr
    if header is None:
        raise NotAuthenticated(
            "Send a token as a bearer token, or as the password of Basic.", headers=_challenge()
        )
    with reading() as session:
        token = find_token(session, header)
        wait = timedelta(0) if token else find_wait(session, *_tries(address), free=FREE_TRIES_OF_AN_ADDRESS)
    if token is None:
        _refuse_token(address, wait)
    assert token is not None
    if scope not in token.scopes:
        raise NotAllowed(f"This needs the scope {scope}. The token has: {', '.join(token.scopes)}.")
    if is_use_due(token, address):
        _note_use(token, address)
    return token


def _refuse_token(address: str | None, wait: timedelta) -> None:
    """Refuse a token that is none; a good one from the same address is never kept waiting."""
    if wait:
        seconds = max(1, round(wait.total_seconds()))
        text = f"Too many bad tokens came from this address. Wait {seconds} s."
        raise TooManyTries(text, headers={"Retry-After": str(seconds)})
    transact(lambda session: add_failure(session, *_tries(address)))
    raise NotAuthenticated("This token is unknown, has expired or was revoked.", headers=_challenge())


def _challenge() -> dict[str, str]:
    return {"WWW-Authenticate": _CHALLENGES}


def _tries(address: str | None) -> tuple[str, ...]:
    return ("api token at", address or "")


def _note_use(token: ApiToken, address: str | None) -> None:
    try:
        transact(lambda session: note_use(session, token.id, address))
    except DatabaseUnavailable:
        # Reading must go on while nothing can be written.
        current_app.logger.debug("the use of a token was not noted")


def _arguments(schema: Schema) -> dict[str, Any]:
    """Return the query's values; a parameter that is not a list may come once only."""
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        if isinstance(schema.fields.get(name), fields.List):
            found[name] = values
        elif len(values) > 1:
            raise Problem(
                f"The parameter {name[:40]} comes twice.", errors=[Fault(f"/{name}", "Give it once.")]
            )
        else:
            found[name] = values[0]
    return found


def _load(schema: Schema, values: Mapping[str, Any], kind: type[Problem]) -> Mapping[str, Any]:
    try:
        loaded: Mapping[str, Any] = schema.load(values)
    except ValidationError as error:
        faults = list(_flatten(error.messages, ""))
        raise kind(f"{faults[0].pointer}: {faults[0].message}", errors=faults) from None
    return loaded


def _flatten(messages: Any, pointer: str) -> list[Fault]:
    if isinstance(messages, Mapping):
        return [
            fault
            for name, more in messages.items()
            for fault in _flatten(more, pointer if name == "_schema" else f"{pointer}/{_escape(str(name))}")
        ]
    return [Fault(pointer, str(message)) for message in messages]


def _escape(name: str) -> str:
    # RFC 6901 §3; and no name that a client made up comes back in full.
    return name[:100].replace("~", "~0").replace("/", "~1")
