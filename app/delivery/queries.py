"""The outbox for people: what was delivered, what waits, what was given up, and doing something about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.learners.service import list_ids_of
from app.models.delivery import Delivery as Row, DeliveryTry, Destination
from app.models.learning import Course, Learner

STATES = ("pending", "held", "delivered", "dead")
PAGE = 50


class UnknownDelivery(LookupError):
    """There is no delivery with this id."""


class CannotHold(ValueError):
    """Only what waits can be held, and only what is held can be let go; the message says how it is."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One piece of outbox work as people see it."""

    id: int
    message_id: str
    destination_id: str
    destination_name: str
    kind: str
    state: str
    tries: int
    due_at: datetime
    created_at: datetime
    done_at: datetime | None
    waits_for_lane: bool
    code: str
    reason: str
    learner_id: str | None
    learner_name: str | None
    course_id: str | None
    course_title: str | None
    launch_id: str | None
    statement_key: int | None


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a delivery; `code` is None while nobody knows how it ended, '' for a good one."""

    id: int
    started_at: datetime
    milliseconds: int | None
    status: int | None
    code: str | None
    reason: str
    request: str
    reply: str


def list_deliveries(
    session: Session,
    *,
    state: str | None = None,
    destination_id: str | None = None,
    learner_id: str | None = None,
    course_id: str | None = None,
    launch_id: str | None = None,
    updated_since: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Delivery]:
    """List deliveries, the newest first; `before` is the id after which the page ends."""
    query = _with_names().order_by(Row.id.desc()).limit(limit)
    query = _narrow(
        session,
        query,
        state=state,
        destination_id=destination_id,
        learner_id=learner_id,
        course_id=course_id,
        launch_id=launch_id,
    )
    if updated_since is not None:
        query = query.where(or_(Row.created_at >= updated_since, Row.done_at >= updated_since))
    if before is not None:
        query = query.where(Row.id < before)
    return [_to_delivery(*found) for found in session.execute(query)]


def list_latest(session: Session, learner_id: str) -> list[Delivery]:
    """List the newest delivery of each of a learner's courses to each destination, the newest first."""
    newest = (
        select(func.max(Row.id))
        .where(Row.learner_id.in_(list_ids_of(session, learner_id)), Row.course_id.is_not(None))
        .group_by(Row.course_id, Row.destination_id)
        .order_by(func.max(Row.id).desc())
        .limit(PAGE)
    )
    query = _with_names().where(Row.id.in_(newest)).order_by(Row.id.desc())
    return [_to_delivery(*found) for found in session.execute(query)]


def get_delivery(session: Session, delivery_id: int) -> Delivery:
    """Return one; raises UnknownDelivery."""
    found = list_deliveries(session, before=delivery_id + 1, limit=1)
    if not found or found[0].id != delivery_id:
        raise UnknownDelivery(f"there is no delivery {delivery_id}")
    return found[0]


def list_tries(session: Session, delivery_id: int) -> list[Try]:
    """List the tries of a delivery, the first first."""
    query = select(DeliveryTry).where(DeliveryTry.delivery_id == delivery_id).order_by(DeliveryTry.id)
    return [
        Try(
            id=row.id,
            started_at=row.started_at,
            milliseconds=row.milliseconds,
            status=row.status,
            code=row.code,
            reason=row.reason,
            request=row.request,
            reply=row.reply,
        )
        for row in session.scalars(query)
    ]


def count_states(
    session: Session,
    *,
    destination_id: str | None = None,
    learner_id: str | None = None,
    most: int | None = None,
) -> dict[str, int]:
    """Count the deliveries in each state; counting stops at `most`."""
    found = {}
    for state in STATES:
        query = _narrow(
            session, select(Row.id), state=state, destination_id=destination_id, learner_id=learner_id
        )
        found[state] = _count(session, query.limit(most))
    return found


def find_trouble(session: Session, destination_id: str) -> str:
    """Return why a destination's last message was not understood, "" when nothing is known."""
    for state in ("pending", "dead"):
        query = _narrow(session, select(Row.reason), state=state, destination_id=destination_id)
        reason = session.scalar(query.where(Row.reason != "").order_by(Row.id.desc()).limit(1))
        if reason:
            return str(reason)
    return ""


def retry(session: Session, delivery_id: int) -> Delivery:
    """Let a delivery be due now, from the beginning of its plan; one that was delivered is sent once more."""
    found = get_delivery(session, delivery_id)
    session.execute(update(Row).where(Row.id == delivery_id).values(_again()))
    _look_now(session, found.destination_id)
    return get_delivery(session, delivery_id)


def hold(session: Session, delivery_id: int) -> Delivery:
    """Keep a delivery from being sent until it is released; raises CannotHold when it does not wait.

    What has to come after it waits with it: the end of a session is not told before its result.
    """
    return _turn(session, delivery_id, "pending", {"state": "held"})


def release(session: Session, delivery_id: int) -> Delivery:
    """Let a delivery that was held be due now; raises CannotHold for one that is not."""
    found = _turn(session, delivery_id, "held", _again())
    _look_now(session, found.destination_id)
    return found


def retry_dead(session: Session, *, destination_id: str | None = None) -> int:
    """Let everything that was given up be due now; returns how many."""
    return _redrive(session, "dead", destination_id)


def replay(session: Session, *, destination_id: str, since: datetime) -> int:
    """Send again what a receiver got since then, under the same message ids; returns how many."""
    return _redrive(session, "delivered", destination_id, since=since)


def count_replay(session: Session, *, destination_id: str, since: datetime) -> int:
    """Count what `replay` would send again."""
    query = _narrow(session, select(Row.id), state="delivered", destination_id=destination_id)
    return _count(session, query.where(Row.created_at >= since))


def _with_names() -> Select[*tuple[Any, ...]]:
    return (
        select(Row, Destination.name, Learner.name, Course.title)
        .join(Destination, Destination.id == Row.destination_id)
        .outerjoin(Learner, Learner.id == Row.learner_id)
        .outerjoin(Course, Course.id == Row.course_id)
    )


def _narrow(
    session: Session, query: Select[*tuple[Any, ...]], *, learner_id: str | None = None, **given: str | None
) -> Select[Any]:
    if learner_id is not None:
        query = query.where(Row.learner_id.in_(list_ids_of(session, learner_id)))
    for column, value in given.items():
        if value is not None:
            query = query.where(getattr(Row, column) == value)
    return query


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _turn(session: Session, delivery_id: int, state: str, values: dict[str, object]) -> Delivery:
    turned = update(Row).where(Row.id == delivery_id, Row.state == state).values(values).returning(Row.id)
    is_turned = session.scalar(turned) is not None
    found = get_delivery(session, delivery_id)
    if not is_turned:
        raise CannotHold(f"delivery {delivery_id} is {found.state}, not {state}")
    return found


def _redrive(
    session: Session, state: str, destination_id: str | None, *, since: datetime | None = None
) -> int:
    statement = update(Row).where(Row.state == state).values(_again()).returning(Row.id)
    if destination_id is not None:
        statement = statement.where(Row.destination_id == destination_id)
    if since is not None:
        statement = statement.where(Row.created_at >= since)
    count = len(session.scalars(statement).all())
    _look_now(session, destination_id)
    return count


def _look_now(session: Session, destination_id: str | None) -> None:
    """Let a receiver that is left alone, or each, be looked at now: somebody has asked for it."""
    statement = update(Destination).where(Destination.not_before.is_not(None)).values(not_before=None)
    if destination_id is not None:
        statement = statement.where(Destination.id == destination_id)
    session.execute(statement)


def _again() -> dict[str, object]:
    return {
        "state": "pending",
        "tries": 0,
        "due_at": clock.now(),
        "done_at": None,
        "waits_for_lane": False,
        "revision": Row.revision + 1,
    }


def _to_delivery(row: Row, destination: str, learner: str | None, course: str | None) -> Delivery:
    return Delivery(
        id=row.id,
        message_id=row.message_id,
        destination_id=row.destination_id,
        destination_name=destination,
        kind=row.kind,
        state=row.state,
        tries=row.tries,
        due_at=row.due_at,
        created_at=row.created_at,
        done_at=row.done_at,
        waits_for_lane=row.waits_for_lane,
        code=row.code,
        reason=row.reason,
        learner_id=row.learner_id,
        learner_name=learner,
        course_id=row.course_id,
        course_title=course,
        launch_id=row.launch_id,
        statement_key=row.statement_key,
    )
