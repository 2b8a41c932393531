"""AICC attempts change hands with their learner, and are numbered anew where two had some of one unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.base import new_id, table_of
from app.models.launches import AiccRecord, Attempt, Launch, LaunchItem
from app.models.learning import AssignableUnit

_ATTEMPT = table_of(Attempt)


def move_attempts(session: Session, from_id: str, to_id: str) -> dict[str, list[Any]]:
    """Give all attempts of one learner to another, so that the one used last is the newest.

    Returns, by attempt, whose it was and its number: what `give_back_attempts` takes.
    """
    units = select(Attempt.unit_id).where(Attempt.learner_id == from_id)
    rows = _list(session, (from_id, to_id), Attempt.unit_id.in_(units), by=Attempt.updated_at)
    for of_unit in _by_unit(rows).values():
        _number(session, to_id, of_unit)
    return {row.id: [row.learner_id, row.number] for row in rows}


def give_back_attempts(
    session: Session, from_id: str, to_id: str, before: Mapping[str, Sequence[Any]]
) -> None:
    """Undo `move_attempts`; later attempts stay with the learner and follow in number."""
    ids = {each for each, (owner, _) in before.items() if owner == to_id}
    units = select(Attempt.unit_id).where(Attempt.id.in_(ids))
    rows = _list(session, (from_id, to_id), Attempt.unit_id.in_(units), by=Attempt.number)
    rows.sort(key=lambda row: (row.id not in before, before.get(row.id, [0, 0])[1], row.number))
    for of_unit in _by_unit(rows).values():
        _number(session, to_id, [row for row in of_unit if row.learner_id == to_id or row.id in ids])
        _number(session, from_id, [row for row in of_unit if row.learner_id == from_id and row.id not in ids])
    _part(session, (from_id, to_id))


def _list(session: Session, learner_ids: Sequence[str], condition: Any, *, by: Any) -> list[Any]:
    query = select(_ATTEMPT).where(Attempt.learner_id.in_(learner_ids), condition)
    return list(session.execute(query.order_by(by, Attempt.id).with_for_update()))


def _by_unit(rows: Sequence[Any]) -> Mapping[str, list[Any]]:
    units: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        units[row.unit_id].append(row)
    return units


def _number(session: Session, learner_id: str, rows: Sequence[Any]) -> None:
    """Give attempts to a learner, numbered in this order; first below nothing, where no number is taken."""
    for sign in (-1, 1):
        for position, row in enumerate(rows, 1):
            session.execute(
                update(Attempt)
                .where(Attempt.id == row.id)
                .values(learner_id=learner_id, number=sign * position)
            )


def _part(session: Session, learner_ids: Sequence[str]) -> None:
    """Give sessions that went on with the other's attempt a copy of it: both had a share in it."""
    shared = session.execute(
        select(Launch.id, Launch.learner_id, Launch.attempt_id)
        .join(Attempt, Attempt.id == Launch.attempt_id)
        .where(Launch.learner_id.in_(learner_ids), Attempt.learner_id != Launch.learner_id)
    ).all()
    launches: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in shared:
        launches[row.learner_id, row.attempt_id].append(row.id)
    for (learner_id, attempt_id), launch_ids in launches.items():
        copy_id = _copy(session, attempt_id, learner_id)
        for table, key in (
            (Launch, Launch.id),
            (LaunchItem, LaunchItem.launch_id),
            (AiccRecord, AiccRecord.launch_id),
        ):
            session.execute(update(table).where(key.in_(launch_ids)).values(attempt_id=copy_id))


def _copy(session: Session, attempt_id: str, learner_id: str) -> str:
    row = session.execute(select(_ATTEMPT).where(Attempt.id == attempt_id)).one()
    last = session.scalar(
        select(Attempt.number)
        .where(Attempt.learner_id == learner_id, Attempt.unit_id == row.unit_id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    copy_id = new_id()
    changed = {"id": copy_id, "learner_id": learner_id, "number": (last or 0) + 1}
    session.execute(insert(Attempt).values({**row._mapping, **changed}))
    return copy_id


def begin_attempts(session: Session, learner_id: str, course_id: str) -> list[str]:
    """Begin a new attempt at each unit of a course of which the learner has one; returns their ids.

    Sessions that were heard already stay with theirs; the next one joins the new.
    """
    newest = (
        select(Attempt.unit_id, func.max(Attempt.number).label("number"))
        .join(AssignableUnit, AssignableUnit.id == Attempt.unit_id)
        .where(Attempt.learner_id == learner_id, AssignableUnit.course_id == course_id)
        .group_by(Attempt.unit_id)
        .order_by(Attempt.unit_id)
    )
    now = clock.now()
    rows = [
        {
            "id": new_id(),
            "learner_id": learner_id,
            "unit_id": row.unit_id,
            "number": row.number + 1,
            "created_at": now,
            "updated_at": now,
        }
        for row in session.execute(newest).all()
    ]
    if rows:
        session.execute(insert(Attempt), rows)
    return [str(row["id"]) for row in rows]


def take_back_attempts(session: Session, attempt_ids: Sequence[str]) -> None:
    """Delete attempts that nothing has joined since; one that was gone on with stays the newest."""
    # Locked first: whoever is joining one is waited for, and then seen.
    for_each = select(Attempt.id).where(Attempt.id.in_(attempt_ids)).order_by(Attempt.id)
    session.execute(for_each.with_for_update()).all()
    is_joined = [exists().where(table.attempt_id == Attempt.id) for table in (Launch, LaunchItem, AiccRecord)]
    session.execute(delete(Attempt).where(Attempt.id.in_(attempt_ids), ~or_(*is_joined)))
