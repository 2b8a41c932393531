"""POST and PATCH under /api/v1: done once however often it is asked, and only to what the client has seen."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from app import clock
from app.access.idempotency import Request
from app.api.deeds import CHANGES, DEEDS
from app.api.doing import Change, Deed, Doing, change_seen, do_once
from app.api.door import (
    current_actor,
    current_token_id,
    guard_request,
    needs_scope,
    organisation,
    read_body,
    read_raw_body,
)
from app.api.nouns import Item, check_keys
from app.api.operations import Operation, Reply, RequestHeader, describes
from app.api.problems import (
    Conflict,
    Fault,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    TooLarge,
    UnsupportedType,
)
from app.api.replies import etag_of, format_json, json_reply, problem_reply
from app.api.routes import V1
from app.db import transact
from app.settings import settings_of

blueprint = Blueprint("api_writes", __name__)
blueprint.before_request(guard_request)
blueprint.register_error_handler(Problem, problem_reply)

_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
_KEY_HEADER = RequestHeader(
    "Idempotency-Key",
    "A text of your choice, new for each thing to be done. The same request with the same key does it once; "
    "it is kept for 24 hours.",
    schema={"minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
)
_IF_MATCH = RequestHeader("If-Match", "The ETag of what you have read.", is_required=True)


def _do(deed: Deed, **keys: str) -> Response:
    """Do it, or show what it made when it was asked for under this key before."""
    if keys:
        check_keys(keys.values(), deed.tag)
    body = read_body(deed.body) if deed.body else {}
    again, doing = _read_key(), _doing()
    if again is not None:
        doing = replace(doing, seed=again.key_hash.hex()[:12])
    made, item = transact(
        lambda session: do_once(session, deed, doing, keys=tuple(keys.values()), body=body, again=again)
    )
    headers = {"Location": f"{organisation().public_url}{request.path}/{made}"} if deed.has_address else {}
    return json_reply(format_json(item), 201 if deed.body else 200, headers)


def _change(change: Change, id: str) -> Response:
    """Change what is as the client has read it."""
    check_keys([id], change.tag)
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send the ETag of what you have read as If-Match.")
    body, seen, doing = read_body(change.body), request.if_match, _doing()

    def is_seen(item: Item) -> bool:
        return seen.contains(etag_of(format_json(item)))

    changed = transact(
        lambda session: change_seen(session, change, doing, key=id, body=body, is_seen=is_seen)
    )
    return json_reply(format_json(changed))


def _doing() -> Doing:
    now, choices = clock.now(), organisation()
    return Doing(current_actor(), settings_of(current_app), choices, now, secrets.token_urlsafe(6))


def _read_key() -> Request | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        fault = Fault("/Idempotency-Key", "A key is 1 to 200 visible ASCII characters.")
        raise Problem(fault.message, errors=[fault])
    said = b"\0".join((request.method.encode(), request.path.encode(), read_raw_body()))
    return Request(current_token_id(), key, said)


def _add(path: str, view: Any, method: str, operation: Operation) -> None:
    view.__name__ = operation.name
    guarded = describes(operation)(needs_scope(operation.scope or "")(view))
    blueprint.add_url_rule(path, operation.name, guarded, methods=[method], provide_automatic_options=False)


for _deed in DEEDS:
    _headers = {"ETag": "Names this very representation."}
    if _deed.has_address:
        _headers["Location"] = "Where it is."
    _in_body: list[type[Problem]] = [Invalid, TooLarge, UnsupportedType] if _deed.body else [Invalid]
    _add(
        V1 + _deed.path,
        partial(_do, _deed),
        "POST",
        Operation(
            _deed.name,
            _deed.summary,
            _deed.tag,
            replies={201 if _deed.body else 200: Reply("Done.", _deed.reply, headers=_headers)},
            problems=[Problem, Conflict, NotFound, *_in_body],
            words=_deed.words,
            body=_deed.body,
            headers=[_KEY_HEADER],
            scope=_deed.scope,
        ),
    )
for _one in CHANGES:
    _add(
        f"{V1}/{_one.tag}/<id>",
        partial(_change, _one),
        "PATCH",
        Operation(
            _one.name,
            f"Change a {_one.one}",
            _one.tag,
            replies={
                200: Reply("As it is now.", _one.reply, headers={"ETag": "Names this very representation."})
            },
            problems=[
                Problem,
                NotFound,
                PreconditionFailed,
                TooLarge,
                UnsupportedType,
                Invalid,
                PreconditionRequired,
            ],
            words="What is left out stays.",
            body=_one.body,
            headers=[_IF_MATCH],
            scope=_one.scope,
        ),
    )
