"""Destinations and deliveries put into the words of the people who look after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import list_integrations
from app.access.launches import Launch
from app.admin.session_view import Badge
from app.admin.summaries import COUNT_CAP
from app.delivery import queries
from app.delivery.destinations import Destination, list_destinations
from app.delivery.events import COMPLETED, FAILING, UNMATCHED, UPDATED
from app.delivery.plan import PLAN
from app.delivery.queries import Delivery, Try
from app.delivery.queue import EXIT, PUT, RESULT, STATEMENT
from app.words import worded

MOST_TRIES = len(PLAN)
# How many deliveries the page of a session lists.
WENT_SHOWN = 6

# What is sent, in words; an unknown kind shows its own name.
KIND_WORDS = {
    COMPLETED: worded("Course completed"),
    UPDATED: worded("Progress changed"),
    UNMATCHED: worded("Unknown learner"),
    FAILING: worded("Integration failing"),
    STATEMENT: worded("xAPI statement"),
    RESULT: worded("Result as a statement"),
    PUT: worded("Result for the LMS"),
    EXIT: worded("End of the session for the LMS"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A destination in the list; `trouble` says why nothing arrives there."""

    destination: Destination
    counts: dict[str, int]
    trouble: str


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """A delivery as its row shows it: `next_at` and `when` say when it is tried next."""

    delivery: Delivery
    what: str
    badge: Badge
    why: str
    next_at: datetime | None
    when: str

    @property
    def may_retry(self) -> bool:
        return self.delivery.state == "dead" or (self.delivery.state == "pending" and self.delivery.tries > 0)


def read_line(session: Session, destination: Destination) -> Line:
    """Read what a destination's row in the list shows."""
    is_in_trouble = destination.failing_since is not None or destination.state == "disabled"
    return Line(
        destination,
        queries.count_states(session, destination_id=destination.id, most=COUNT_CAP + 1),
        (destination.state_reason or queries.find_trouble(session, destination.id)) if is_in_trouble else "",
    )


def list_integration_names(session: Session) -> dict[str, str]:
    """Return the integrations' names by id."""
    return {each.id: each.name for each in list_integrations(session)}


def describe_destination(found: Destination) -> Badge:
    """Say how a destination is doing."""
    if found.state == "disabled":
        return Badge("bad", "circle-cross", worded("Switched off"))
    if found.state == "paused":
        return Badge("idle", "clock", worded("Paused"))
    if found.failing_since is not None:
        return Badge("warn", "warning", worded("Failing"))
    if found.delivered_at is None:
        return Badge("idle", "circle", worded("Nothing sent yet"))
    return Badge("ok", "circle-check", worded("Delivering"))


def show_delivery(delivery: Delivery, to: Destination, *, now: datetime) -> ShownDelivery:
    """Put a delivery into words."""
    next_at, when = _next_try(delivery, to, now)
    return ShownDelivery(
        delivery=delivery,
        what=KIND_WORDS.get(delivery.kind, delivery.kind),
        badge=_badge(delivery, to),
        why=delivery.reason[:1].upper() + delivery.reason[1:],
        next_at=next_at,
        when=when,
    )


def list_went(
    session: Session, *, learner_id: str, course_id: str | None = None, launch: Launch | None = None
) -> list[ShownDelivery]:
    """List where results went: of a session, of a course, or of a learner the newest of each course."""
    if course_id is None and launch is None:
        found = queries.list_latest(session, learner_id)
    else:
        # With learner and course beside a session, which an index holds.
        found = queries.list_deliveries(
            session,
            learner_id=learner_id,
            course_id=launch.course_id if launch else course_id,
            launch_id=launch.id if launch else None,
            limit=WENT_SHOWN + 1,
        )
    destinations = {each.id: each for each in list_destinations(session)} if found else {}
    return show_deliveries(found, destinations)


def show_deliveries(
    found: Iterable[Delivery], destinations: Mapping[str, Destination]
) -> list[ShownDelivery]:
    """Put deliveries into words; those of a destination that is being deleted are left out."""
    now = clock.now()
    return [
        show_delivery(each, destinations[each.destination_id], now=now)
        for each in found
        if each.destination_id in destinations
    ]


def describe_try(one: Try) -> Badge:
    """Say how a try ended."""
    if one.code is None:
        return Badge("idle", "clock", worded("Not known"))
    return (
        Badge("bad", "circle-cross", worded("Not understood"))
        if one.code
        else Badge("ok", "circle-check", worded("Understood"))
    )


def _badge(delivery: Delivery, to: Destination) -> Badge:
    if delivery.state == "delivered":
        return Badge("ok", "circle-check", worded("Delivered"))
    if delivery.state == "dead":
        return Badge("bad", "circle-cross", worded("Not delivered"))
    if delivery.state == "held":
        return Badge("idle", "clock", worded("Held"))
    if to.state != "live":
        return Badge("idle", "clock", worded("Waiting"))
    if delivery.tries:
        return Badge("warn", "clock", worded("Trying again"))
    return Badge("info", "clock", worded("Waiting"))


def _next_try(delivery: Delivery, to: Destination, now: datetime) -> tuple[datetime | None, str]:
    if delivery.state == "held":
        return None, worded("when you release it")
    if delivery.state != "pending":
        return None, "–"
    if to.state != "live":
        return None, worded("when it is on again")
    next_at = max(delivery.due_at, to.not_before or delivery.due_at)
    if next_at <= now:
        return None, worded("now")
    # What waits for a receiver that is down is due as soon as that is well.
    return next_at, worded("or sooner") if delivery.waits_for_lane else ""
