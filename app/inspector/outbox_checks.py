"""Whether results reach their receivers, and whether the worker does what waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.inspector.checking import Check, State, say_span
from app.inspector.messages import readable
from app.models.access import JobLease
from app.models.delivery import Delivery, Destination
from app.outbound.calls import Reason
from app.words import worded

# The jobs that come most often do so every few minutes: after this nobody does them.
NO_WORKER_AFTER = timedelta(minutes=15)
_BLOCKED = {
    Reason.FORBIDDEN_SCHEME.value: "D4",
    Reason.FORBIDDEN_ADDRESS.value: "D4",
    Reason.FORBIDDEN_HOST.value: "D4",
    Reason.TLS.value: "D5",
}


def check_destinations(session: Session) -> Iterator[Check]:
    """Judge each receiver by what its last tries came to."""
    for row in session.scalars(select(Destination).order_by(Destination.name, Destination.id)):
        yield _judge(session, row)


def check_worker(session: Session) -> Iterator[Check]:
    """Judge the worker by its leases, and the outbox by the oldest piece of work that is due."""
    now = clock.now()
    newest = session.scalar(select(func.max(JobLease.expires_at)))
    if newest is None or newest < now - NO_WORKER_AFTER:
        seen = (
            worded("no worker has run yet")
            if newest is None
            else worded("no worker since %(moment)s", moment=clock.format_rfc3339(newest))
        )
        fix = worded("Start the server as the README says, or: flask --app wsgi worker")
        yield Check("worker", State.WARN, seen, fix, "S4")
    else:
        yield Check("worker", State.OK, worded("background jobs run"))
    due = session.scalar(
        select(func.min(Delivery.due_at))
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Delivery.state == "pending", Destination.state == "live")
        .where(Destination.failing_since.is_(None))
    )
    if due is not None and due < now - NO_WORKER_AFTER:
        waits = say_span((now - due).total_seconds())
        fix = worded("See that the worker runs; then look at Deliveries.")
        detail = worded("results have been due for %(span)s", span=waits)
        yield Check("outbox", State.WARN, detail, fix, "S4")


def _judge(session: Session, row: Destination) -> Check:
    name = worded("destination %(name)s", name=row.name)
    if row.state == "disabled":
        fix = worded("Put right what it complained of, and press Enable on its page.")
        detail = worded("switched off: %(reason)s", reason=readable(row.state_reason))
        return Check(name, State.FAIL, detail, fix, "D3")
    if row.state == "paused":
        return Check(name, State.OK, worded("paused by hand; its results wait"))
    if row.failing_since is None:
        last = (
            worded("last took %(moment)s", moment=clock.format_rfc3339(row.delivered_at))
            if row.delivered_at
            else worded("nothing sent yet")
        )
        return Check(name, State.OK, last)
    query = select(Delivery.code, Delivery.reason).where(
        Delivery.destination_id == row.id, Delivery.state == "pending", Delivery.tries > 0
    )
    found = session.execute(query.order_by(Delivery.id).limit(1)).first()
    code, reason = (found.code, readable(found.reason)) if found else ("", "")
    since = clock.format_rfc3339(row.failing_since)
    detail = (
        worded("takes nothing since %(moment)s: %(reason)s", moment=since, reason=reason)
        if reason
        else worded("takes nothing since %(moment)s", moment=since)
    )
    fix = _FIXES[_BLOCKED.get(code, "D2")]
    return Check(name, State.FAIL, detail, fix, _BLOCKED.get(code, "D2"))


_FIXES = {
    "D2": worded("Put right at the receiver what its answer says, then press “Send test” on its page."),
    "D4": worded(
        "Add its network to WAYMARK_OUTBOUND_ALLOW, such as 10.20.0.0/16, and restart; or give it https."
    ),
    "D5": worded(
        "Let the receiver renew its certificate, or name its authority in WAYMARK_OUTBOUND_CA_FILE."
    ),
}
