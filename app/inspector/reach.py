"""Call our own public URL as a caller from outside would: its name, its certificate, and who answers."""

from __future__ import annotations

from dataclasses import replace

from app.access.organisation import Organisation
from app.inspector.checking import Check, State
from app.outbound.calls import Answer, Call, CannotReach, Reason
from app.outbound.connection import Resolver, resolve_name
from app.outbound.guard import Way, send
from app.settings import Settings
from app.words import worded

NAME = "public_url_answers"
SECONDS = 5.0
# From inside of one's own network such an address says nothing of the way from outside.
_INSIDE = (Reason.FORBIDDEN_ADDRESS, Reason.FORBIDDEN_HOST, Reason.FORBIDDEN_SCHEME)


def check_reach(organisation: Organisation, settings: Settings, *, resolve: Resolver = resolve_name) -> Check:
    """Call /livez at the public URL, certificate checked; waits SECONDS at most."""
    url = f"{organisation.public_url.rstrip('/')}/livez"
    from_outside = worded("From a network outside of yours, run: curl -sS %(url)s (it answers ok).", url=url)
    try:
        # The one address of ours that may be called: to learn whether it leads here.
        answer = send(
            replace(Way.of(settings), own_hosts=frozenset()),
            Call("GET", url, {}),
            deadline_seconds=SECONDS,
            resolve=resolve,
        )
    except CannotReach as error:
        if error.code in _INSIDE:
            detail = worded("cannot be judged from this machine. %(instead)s", instead=from_outside)
            return Check(NAME, State.OK, detail)
        if error.code == Reason.TLS:
            fix = worded(
                "Renew the certificate in the proxy, with the whole chain, for %(name)s.",
                name=organisation.public_host.name,
            )
            return Check(NAME, State.FAIL, error.sentence, fix, "S3")
        return Check(NAME, State.WARN, error.sentence, from_outside, "S3")
    return _judge(answer, url, from_outside)


def _judge(answer: Answer, url: str, from_outside: str) -> Check:
    if answer.status == 200 and answer.body.strip() == b"ok":
        return Check(NAME, State.OK, worded("%(url)s answers", url=url))
    detail = worded("%(url)s answered %(status)s, not as this server does", url=url, status=answer.status)
    fix = worded("Let the proxy pass every path on to this server. %(then)s", then=from_outside)
    return Check(NAME, State.WARN, detail, fix, "S1")
