"""Acts on what progress rows say: overridden, begun anew, taken back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.access.audit import Actor, write_audit
from app.catalog.service import get_course
from app.delivery.decided import announce_decision
from app.learners.service import get_learner
from app.progress import deciding
from app.progress.deciding import Made
from app.progress.decision_rules import Decider, Override
from app.progress.wording import STATUS_NAMES, format_percent


def override(
    session: Session, actor: Actor, learner_id: str, course_id: str, said: Override, *, reason: str, act: str
) -> Made:
    """Let a row say what an admin knows; raises UnknownLearner, UnknownCourse, BadDecision.

    `act` is a new id: repeated with the same one, nothing more is decided.
    """
    by = Decider(actor.id, actor.name, reason, act)
    made = deciding.override(session, learner_id, course_id, said, by=by)
    now = f"{STATUS_NAMES[said.status]}, {format_percent(said.percent)}"
    return _note(session, actor, "progress.overridden", made, {"now": now, "reason": reason})


def begin_attempt(
    session: Session, actor: Actor, learner_id: str, course_id: str, *, reason: str, act: str
) -> Made:
    """Let a row start anew; raises UnknownLearner, UnknownCourse, BadDecision."""
    made = deciding.begin_attempt(
        session, learner_id, course_id, by=Decider(actor.id, actor.name, reason, act)
    )
    return _note(session, actor, "progress.attempt_begun", made, {"reason": reason})


def undo(session: Session, actor: Actor, decision_id: int) -> Made:
    """Take a decision back; raises UnknownDecision."""
    made = deciding.undo(session, decision_id, by=actor.name)
    return _note(session, actor, "progress.decision_undone", made, {})


def _note(session: Session, actor: Actor, action: str, made: Made, detail: dict[str, str]) -> Made:
    """Write an act down and tell others of it, if it was one: repeated, it is not."""
    if not made.change.appended:
        return made
    announce_decision(session, made, at=clock.now())
    learner, course = get_learner(session, made.learner_id), get_course(session, made.course_id)
    told = {"learner": learner.id, "course": course.title, "decision": str(made.id), **detail}
    write_audit(session, actor=actor, action=action, target=learner.name, detail=told)
    return made
