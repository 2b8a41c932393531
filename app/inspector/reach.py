"""Call our own public URL as a caller from outside would: its name, its certificate, and who answers."""

from __future__ import annotations

from dataclasses import replace

from app.access.organisation import Organisation
from app.inspector.checking import Check, State
from app.outbound.calls import Answer, Call, CannotReach, Reason
from app.outbound.connection import Resolver, resolve_name
from app.outbound.guard import Way, send
from app.settings import Settings

NAME = "public_url_answers"
SECONDS = 5.0
# From inside of one's own network such an address says nothing of the way from outside.
_INSIDE = (Reason.FORBIDDEN_ADDRESS, Reason.FORBIDDEN_HOST, Reason.FORBIDDEN_SCHEME)


def check_reach(organisation: Organisation, settings: Settings, *, resolve: Resolver = resolve_name) -> Check:
    """Call /livez at the public URL, certificate checked; waits SECONDS at most."""
    url = f"{organisation.public_url.rstrip('/')}/livez"
    from_outside = f"From a network outside of yours, run: curl -sS {url} (it answers ok)."
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
            return Check(NAME, State.OK, f"cannot be judged from this machine. {from_outside}")
        if error.code == Reason.TLS:
            name = organisation.public_host.name
            fix = f"Renew the certificate in the proxy, with the whole chain, for {name}."
            return Check(NAME, State.FAIL, error.sentence, fix, "S3")
        return Check(NAME, State.WARN, error.sentence, from_outside, "S3")
    return _judge(answer, url, from_outside)


def _judge(answer: Answer, url: str, from_outside: str) -> Check:
    if answer.status == 200 and answer.body.strip() == b"ok":
        return Check(NAME, State.OK, f"{url} answers")
    detail = f"{url} answered {answer.status}, not as this server does"
    return Check(
        NAME, State.WARN, detail, f"Let the proxy pass every path on to this server. {from_outside}", "S1"
    )
