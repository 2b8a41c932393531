"""Access tokens of other record stores (OAuth 2, client credentials), kept in memory while they are good."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Hashable, Mapping
from typing import Any
from urllib.parse import urlencode

from app.delivery.targets.lrs import client_authorization
from app.outbound.guard import Call, CannotReach, Reason, Way, send
from app.words import worded

# A token is not used in its last seconds, for it may run out on the way.
_MARGIN_SECONDS = 30.0
_DEFAULT_SECONDS = 300.0
_lock = threading.Lock()
_kept: dict[Hashable, tuple[str, float]] = {}


def find(way: Way, store: Hashable, options: Mapping[str, Any], secrets: Mapping[str, Any]) -> str:
    """Return the Authorization header's value, of a new token when there is none; raises CannotReach.

    `store` names the record store as it is registered now: after a change the old token goes nowhere.
    """
    with _lock:
        kept = _kept.get(store)
    if kept is not None and kept[1] > time.monotonic():
        return f"Bearer {kept[0]}"
    token, seconds = _ask(way, options, secrets)
    with _lock:
        _kept[store] = (token, time.monotonic() + seconds - _MARGIN_SECONDS)
    return f"Bearer {token}"


def forget(store: Hashable) -> None:
    """Ask for a new one the next time."""
    with _lock:
        _kept.pop(store, None)


def _ask(way: Way, options: Mapping[str, Any], secrets: Mapping[str, Any]) -> tuple[str, float]:
    form = {"grant_type": "client_credentials"}
    if options.get("scope"):
        form["scope"] = options["scope"]
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Authorization": client_authorization(options.get("user", ""), secrets.get("password", "")),
    }
    answer = send(way, Call("POST", options["token_url"], headers, urlencode(form).encode()))
    try:
        found = json.loads(answer.body)
        token, seconds = found["access_token"], float(found.get("expires_in") or _DEFAULT_SECONDS)
    except (ValueError, KeyError, TypeError) as error:
        sentence = worded(
            "%(url)s gave no access token (it answered %(status)s).",
            url=options["token_url"],
            status=answer.status,
        )
        raise CannotReach(Reason.BROKEN, sentence) from error
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise CannotReach(
            Reason.BROKEN,
            worded("%(url)s gave an access token that cannot be sent.", url=options["token_url"]),
        )
    return token, seconds
