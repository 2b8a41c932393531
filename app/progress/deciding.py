"""Decide what a row says: an override, a new attempt, and taking either back. No report is ever touched.

The learner is held first, so that nobody merges them meanwhile, then the row: reports of the pair wait.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.catalog.service import get_course, own_identifier
from app.learners.attempts import begin_attempts, take_back_attempts
from app.learners.service import lock_learner, own_identity
from app.models.base import table_of
from app.models.learning import (
    Course,
    CourseIdentifier,
    Identity,
    Learner,
    Observation,
    ProgressDecision,
)
from app.prepared import Prepared
from app.progress.decision_rules import BadDecision, Decider, Override, clean_reason
from app.progress.decisions import find_decision
from app.progress.service import Change, lock_row
from app.progress.values import DecisionKind, Progress
from app.progress.withdrawal import rebuild_pair
from app.words import worded


class UnknownDecision(LookupError):
    """There is no such decision."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a decision, or its undoing, did to whose row."""

    id: int
    learner_id: str
    course_id: str
    change: Change


def override(session: Session, learner_id: str, course_id: str, said: Override, *, by: Decider) -> Made:
    """Let a row say what an admin knows, whatever was reported before; what comes later counts on top.

    There need be no row yet: what was learnt elsewhere can be entered so. Raises UnknownLearner,
    UnknownCourse, BadDecision.
    """
    values = {
        "kind": DecisionKind.OVERRIDE.value,
        "status": said.status.value,
        "percent": float(said.percent),
        "completed_at": said.completed_at,
    }
    return _decide(session, learner_id, course_id, values, by=by)


def begin_attempt(session: Session, learner_id: str, course_id: str, *, by: Decider) -> Made:
    """Let a row start anew, for a retake or a yearly recertification; what was reached stays readable.

    Sessions of AICC that were heard before go on with their attempt. Raises UnknownLearner, UnknownCourse,
    BadDecision where nothing was begun yet.
    """
    return _decide(session, learner_id, course_id, {"kind": DecisionKind.ATTEMPT.value}, by=by)


def undo(session: Session, decision_id: int, *, by: str) -> Made:
    """Take a decision back: the row says what it would without it. Undone twice changes nothing.

    Raises UnknownDecision.
    """
    found = find_decision(session, decision_id)
    if found is None:
        raise UnknownDecision(f"there is no decision {decision_id}")
    learner_id = lock_learner(session, found.learner_id).id
    found = find_decision(session, decision_id) or found
    before = lock_row(session, learner_id, found.course_id)
    undone = session.execute(
        update(ProgressDecision)
        .where(ProgressDecision.id == decision_id, ProgressDecision.undone_at.is_(None))
        .values(undone_at=clock.now(), undone_by=by[:200])
        .returning(ProgressDecision.attempts)
    ).scalar_one_or_none()
    if undone is not None:
        take_back_attempts(session, json.loads(undone))
    after = rebuild_pair(session, learner_id, found.course_id)
    change = Change(before, after, appended=undone is not None)
    return Made(decision_id, learner_id, found.course_id, change)


def _decide(
    session: Session, learner_id: str, course_id: str, values: dict[str, Any], *, by: Decider
) -> Made:
    reason = clean_reason(by.reason)
    learner_id, course_id = lock_learner(session, learner_id).id, get_course(session, course_id).id
    key = {
        "identity_id": own_identity(session, learner_id).id,
        "identifier_id": own_identifier(session, course_id).id,
        "group_id": by.act,
    }
    before = lock_row(session, learner_id, course_id)
    made_id = session.scalar(select(ProgressDecision.id).filter_by(**key))
    is_new = made_id is None
    if made_id is None:
        attempts = _begin_attempts(session, learner_id, course_id, before) if _is_attempt(values) else []
        about = {
            "heard": _find_heard(session, learner_id, course_id),
            "reason": reason,
            "attempts": json.dumps(attempts),
            "actor_id": by.id,
            "actor_name": by.name[:200],
            "made_at": clock.now(),
        }
        query = insert(ProgressDecision).values({**key, **values, **about})
        made_id = session.execute(query.returning(ProgressDecision.id)).scalar_one()
    after = rebuild_pair(session, learner_id, course_id)
    return Made(made_id, learner_id, course_id, Change(before, after, appended=is_new))


def _is_attempt(values: dict[str, Any]) -> bool:
    return bool(values["kind"] == DecisionKind.ATTEMPT.value)


def _begin_attempts(session: Session, learner_id: str, course_id: str, before: Progress | None) -> list[str]:
    if before is None:
        raise BadDecision(worded("nothing was begun yet: the first attempt begins by itself"))
    return begin_attempts(session, learner_id, course_id)


def _find_heard(session: Session, learner_id: str, course_id: str) -> int:
    """Return the id of the last observation there is; what comes later has a greater one."""
    found = _SELECT_HEARD.first(session, {"learner_id": learner_id, "course_id": course_id})
    assert found is not None, "a query of two values always has a row"
    return max(found.own or 0, found.any_real or 0)


_OBSERVATION = table_of(Observation)
_with_names = (
    select(_OBSERVATION.c.id)
    .join(Identity, Identity.id == _OBSERVATION.c.identity_id)
    .join(CourseIdentifier, CourseIdentifier.id == _OBSERVATION.c.identifier_id)
)
_own = _with_names.where(
    Identity.learner_id == bindparam("learner_id"), CourseIdentifier.course_id == bindparam("course_id")
)
# SQLite gives the numbers of the last rows again when these are deleted, which happens to the demo's alone.
_real = (
    _with_names.join(Learner, Learner.id == Identity.learner_id)
    .join(Course, Course.id == CourseIdentifier.course_id)
    .where(Learner.is_demo.is_(False), Course.is_demo.is_(False))
    .order_by(_OBSERVATION.c.id.desc())
    .limit(1)
)
_SELECT_HEARD = Prepared(
    select(
        select(func.max(_own.subquery("own").c.id)).scalar_subquery().label("own"),
        _real.scalar_subquery().label("any_real"),
    )
)
