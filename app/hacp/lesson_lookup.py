"""Look up what a GetParam's answer needs beyond the attempt."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.catalog.service import get_course
from app.hacp.admission import Situation
from app.hacp.lesson import Lesson, Student, choose_student_id
from app.learners.service import get_learner, read_attributes


def find_student(session: Session, situation: Situation) -> Student:
    """Return the learner as this integration lets its content know them."""
    integration = situation.integration
    learner = get_learner(session, situation.launch.learner_id)
    return Student(
        id=choose_student_id(learner.id, learner.identities, integration.student_id_is),
        name=learner.name,
        demographics=read_attributes(session, learner.id) if integration.shares_demographics else {},
    )


def find_lesson(session: Session, situation: Situation) -> Lesson:
    """Return the unit and the manner of this session."""
    launch, unit, integration = situation.launch, situation.unit, situation.integration
    mastery = unit.mastery_score if launch.mastery_score is None else launch.mastery_score
    return Lesson(
        course_id=get_course(session, launch.course_id).activity_id,
        core_vendor=unit.core_vendor,
        comments=unit.comments,
        # A score that is a percentage of progress says nothing of mastery.
        mastery_score=None if integration.score_is_percent else mastery,
        max_time_allowed=unit.max_time_allowed,
        time_limit_action=unit.time_limit_action,
        is_credit=launch.is_credit,
        lesson_mode=launch.lesson_mode.value,
        base_time=launch.base_time,
        escapes_percent=integration.escapes_percent,
    )
