"""Attempts in the database: found or begun, locked, written back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.access.launches import Launch
from app.db import on_conflict_insert
from app.hacp.attempt_rules import Attempt, Objective
from app.hacp.vocabulary import ExitFlag, LessonStatus
from app.models import launches as tables
from app.models.base import new_id, table_of
from app.prepared import Asked, Prepared


def ask_attempt(session: Session, launch: Launch, *, now: datetime) -> Callable[[], Attempt]:
    """Ask for the launch's attempt, locked; a first message joins the learner's newest one or begins one."""
    asked = _ask(session, launch)
    return lambda: _to_attempt(asked.first()) or _begin(session, launch, now)


def _begin(session: Session, launch: Launch, now: datetime) -> Attempt:
    session.execute(
        on_conflict_insert(session, tables.Attempt)
        .values(_first_values(launch, now))
        .on_conflict_do_nothing(index_elements=["learner_id", "unit_id", "number"])
    )
    begun = _to_attempt(_ask(session, launch).first())
    assert begun is not None, "a conflicting attempt is visible once its insert has been waited for"
    return begun


def save(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Write the attempt back."""
    values = {
        "lesson_status": attempt.lesson_status.value,
        "exit_flag": attempt.exit_flag.value,
        "location": attempt.location,
        "suspend_data": attempt.suspend_data,
        "score": attempt.score,
        "total_time": attempt.total_time,
        "preferences": _dump(dict(attempt.preferences)),
        "objectives": _dump([asdict(objective) for objective in attempt.objectives]),
        "student_data": _dump(dict(attempt.student_data)),
        "has_status": attempt.has_status,
        "updated_at": now,
    }
    _SAVE.run(session, {"attempt_id": attempt.id, **values})


# Made once: putting a statement together costs more than running it.
_TABLE = table_of(tables.Attempt)
_SAVE = Prepared(update(_TABLE).where(_TABLE.c.id == bindparam("attempt_id")))
_newest = select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1).with_for_update()
_BY_ID = Prepared(_newest.where(_TABLE.c.id == bindparam("attempt_id")))
_BY_PAIR = Prepared(
    _newest.where(_TABLE.c.learner_id == bindparam("learner_id"), _TABLE.c.unit_id == bindparam("unit_id"))
)


def _ask(session: Session, launch: Launch) -> Asked:
    if launch.attempt_id is not None:
        return _BY_ID.ask(session, {"attempt_id": launch.attempt_id})
    return _BY_PAIR.ask(session, {"learner_id": launch.learner_id, "unit_id": launch.unit_id})


def _to_attempt(row: Any) -> Attempt | None:
    if row is None:
        return None
    return Attempt(
        id=row.id,
        number=row.number,
        has_status=row.has_status,
        lesson_status=LessonStatus(row.lesson_status),
        exit_flag=ExitFlag(row.exit_flag),
        location=row.location,
        suspend_data=row.suspend_data,
        score=row.score,
        total_time=row.total_time,
        preferences=json.loads(row.preferences) if row.preferences else {},
        objectives=tuple(Objective(**each) for each in json.loads(row.objectives or "[]")),
        student_data=json.loads(row.student_data) if row.student_data else {},
    )


def _first_values(launch: Launch, now: datetime) -> Mapping[str, object]:
    return {
        "id": new_id(),
        "learner_id": launch.learner_id,
        "unit_id": launch.unit_id,
        "number": 1,
        "lesson_status": LessonStatus.NOT_ATTEMPTED.value,
        "exit_flag": ExitFlag.NORMAL.value,
        "location": "",
        "suspend_data": b"",
        "score": "",
        "total_time": timedelta(0),
        "preferences": "",
        "objectives": "",
        "student_data": "",
        "has_status": False,
        "created_at": now,
        "updated_at": now,
    }


def _dump(value: dict[str, str] | list[dict[str, str]]) -> str:
    return json.dumps(value) if value else ""
