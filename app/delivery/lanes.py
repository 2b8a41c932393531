"""One lane for each receiver: who may send there now, what comes next, and what became of it.

Every step is a short transaction of its own; the sending itself is between two of them. A worker that dies
leaves its lane to the next one when its time is up, and a try whose end nobody knows: it is sent again under
the same message id.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.delivery.plan import WHOLE_PLAN, next_look, next_wait
from app.delivery.verdicts import Fate, Verdict
from app.models.delivery import Delivery, DeliveryTry, Destination

# Longer than the longest send, so that a lane is never two workers' at once.
LEASE = timedelta(seconds=45)
# How much is kept of what was sent and of what came back.
EXCERPT_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Task:
    """A delivery that is being tried."""

    delivery_id: int
    try_id: int
    destination_id: str
    message_id: str
    kind: str
    revision: int
    tries: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a task, for those who look at it later."""

    verdict: Verdict
    status: int | None = None
    request: str = ""
    reply: str = ""
    seconds: float = 0.0
    note: Callable[[Session, Verdict], None] | None = None


def list_due(session: Session, now: datetime) -> list[str]:
    """Return the receivers that something is due for and that nobody serves, the longest waiting first."""
    of_lane = Delivery.destination_id == Destination.id
    oldest = select(func.min(Delivery.due_at)).where(of_lane, _is_due(now)).scalar_subquery()
    # What waits behind another is not due, or its lane would be taken in vain again and again.
    is_due = exists().where(of_lane, _is_due(now), _is_next())
    query = select(Destination.id).where(_is_open(now), _is_free(now), is_due).order_by(oldest)
    return list(session.scalars(query))


def claim(session: Session, destination_id: str, holder: str, now: datetime) -> bool:
    """Take a lane, or see that somebody was quicker."""
    lane = select(Destination.id).where(Destination.id == destination_id, _is_open(now), _is_free(now))
    # On PostgreSQL whoever is quicker is not waited for; on SQLite writers come one by one.
    taken = session.scalar(
        update(Destination)
        .where(Destination.id.in_(lane.with_for_update(skip_locked=True)))
        .values(lane_holder=holder, lane_until=now + LEASE)
        .returning(Destination.id)
    )
    return taken is not None


def release(session: Session, destination_id: str, holder: str) -> None:
    """Give a lane back."""
    session.execute(
        update(Destination)
        .where(Destination.id == destination_id, Destination.lane_holder == holder)
        .values(lane_holder=None, lane_until=None)
    )


def begin(session: Session, destination_id: str, holder: str, now: datetime) -> Task | None:
    """Take what is due next and write down that it is tried; None when nothing is, or the lane is lost."""
    held = session.scalar(
        update(Destination)
        .where(Destination.id == destination_id, Destination.lane_holder == holder, _is_open(now))
        .values(lane_until=now + LEASE)
        .returning(Destination.id)
    )
    row = None if held is None else session.scalars(_next(destination_id, now)).first()
    if row is None:
        return None
    row.tries += 1
    attempt = DeliveryTry(delivery_id=row.id, started_at=now)
    session.add(attempt)
    session.flush()
    return Task(row.id, attempt.id, destination_id, row.message_id, row.kind, row.revision, row.tries)


def finish(session: Session, task: Task, holder: str, result: Result, now: datetime) -> bool:
    """Write down what came of it; False when the lane shall rest."""
    attempt, row = session.get(DeliveryTry, task.try_id), session.get(Delivery, task.delivery_id)
    lane = session.get(Destination, task.destination_id, with_for_update=True)
    if attempt is None or row is None or lane is None:
        return False  # Deleted meanwhile.
    verdict = result.verdict
    attempt.milliseconds, attempt.status, attempt.code = (
        round(result.seconds * 1000),
        result.status,
        verdict.code,
    )
    attempt.reason = verdict.reason[:EXCERPT_CHARACTERS]
    attempt.request, attempt.reply = result.request[:EXCERPT_CHARACTERS], result.reply[:EXCERPT_CHARACTERS]
    if result.note is not None:
        result.note(session, verdict)
    # A message that could not even be written says nothing of its receiver.
    was_sent = result.status is not None or verdict.is_lane
    goes_on = _judge_lane(session, lane, verdict, now) if was_sent else True
    # One that was held while it was under way may have arrived all the same.
    if row.state in ("pending", "held"):
        _settle(row, lane, task, verdict, now)
    return goes_on and lane.lane_holder == holder


def _settle(row: Delivery, lane: Destination, task: Task, verdict: Verdict, now: datetime) -> None:
    row.code, row.reason, row.waits_for_lane = (
        verdict.code,
        verdict.reason[:EXCERPT_CHARACTERS],
        verdict.is_lane,
    )
    wait = next_wait(row.tries, asked=verdict.wait, chance=random.random())
    if verdict.fate is Fate.DELIVERED:
        if row.revision != task.revision:
            # There was more to tell by the time this was understood.
            row.tries, row.due_at = 0, now
            return
        row.state, row.done_at = "delivered", now
    elif verdict.fate is Fate.DEAD:
        row.state, row.done_at = "dead", now
    elif verdict.fate is Fate.GONE:
        # Not this one's fault: it waits until somebody switches the receiver on again.
        row.due_at = now
    elif verdict.is_lane and now - (lane.failing_since or now) < WHOLE_PLAN:
        # Not this one's fault, and whichever is first is the one to try the receiver with.
        row.due_at = lane.not_before or now
    elif wait is None:
        row.state, row.done_at = "dead", now
        row.reason = f"given up after {row.tries} tries; the last time {row.reason}"
    else:
        row.due_at = now + wait


def _judge_lane(session: Session, lane: Destination, verdict: Verdict, now: datetime) -> bool:
    if verdict.fate in (Fate.DELIVERED, Fate.DEAD):
        if verdict.fate is Fate.DELIVERED:
            lane.delivered_at = now
        if lane.failures:
            _wake(session, lane.id, now)
        lane.failures, lane.failing_since, lane.not_before = 0, None, None
        return True
    lane.failing_since = lane.failing_since or now
    if verdict.fate is Fate.GONE:
        lane.state, lane.state_reason = "disabled", verdict.reason[:EXCERPT_CHARACTERS]
        return False
    if not verdict.is_lane:
        return True
    lane.failures += 1
    lane.not_before = now + next_look(lane.failures, asked=verdict.wait)
    return False


def _wake(session: Session, destination_id: str, now: datetime) -> None:
    """Let what waited for a receiver be due: it is well again."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.destination_id == destination_id, Delivery.state == "pending", Delivery.waits_for_lane
        )
        .values(due_at=now, waits_for_lane=False)
    )


def _next(destination_id: str, now: datetime) -> Select[Delivery]:
    return (
        select(Delivery)
        .where(Delivery.destination_id == destination_id, _is_due(now), _is_next())
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
    )


def _is_next() -> ColumnElement[bool]:
    """Say that nothing of the same order is to be done before, or held back."""
    # One question for each state, for each has an index of its own.
    return or_(Delivery.order_key == "", and_(~_is_behind("pending"), ~_is_behind("held")))


def _is_behind(state: str) -> ColumnElement[bool]:
    earlier = aliased(Delivery)
    return exists().where(
        earlier.destination_id == Delivery.destination_id,
        earlier.order_key == Delivery.order_key,
        earlier.state == state,
        earlier.id < Delivery.id,
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == "pending", Delivery.due_at <= now)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        Destination.state == "live", or_(Destination.not_before.is_(None), Destination.not_before <= now)
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Destination.lane_until.is_(None), Destination.lane_until < now)
