"""End the AICC sessions that nobody ended: quiet for too long, too old, or never used.

Content whose window was closed says no ExitAU. What it put is the learner's already; ending the session lets
the mastery score judge content that left the judging to us, and says on the page why the session is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.launches import EndReason, LaunchState
from app.access.policies import MasteryPolicy
from app.access.upstream_sessions import list_siblings
from app.catalog.service import own_identifier
from app.delivery.queue import Whose, announce_change, ask_outlets, pass_on_result, pass_up
from app.hacp.status_rules import decide_at_exit
from app.hacp.vocabulary import Command, LessonStatus, Manner, Reported, parse_score, to_observation
from app.learners.service import own_identity
from app.models.access import Integration
from app.models.base import table_of
from app.models.launches import Attempt, Launch
from app.models.learning import AssignableUnit
from app.progress.service import Change, Evidence, record
from app.settings import Settings

BATCH = 200
_LAUNCH = table_of(Launch)
_ATTEMPT = table_of(Attempt)
_UNIT = table_of(AssignableUnit)
_INTEGRATION = table_of(Integration)
_SELECT_INTEGRATION = select(_INTEGRATION).where(_INTEGRATION.c.id == bindparam("integration_id"))


def expire_launches(session: Session, settings: Settings) -> int:
    """End at most BATCH sessions whose time is over; returns how many."""
    now = clock.now()
    rows = session.execute(
        select(_LAUNCH)
        .where(_is_over(settings, now))
        .order_by(_LAUNCH.c.opened_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _end(session, settings, row, now)
    return len(rows)


def _is_over(settings: Settings, now: datetime) -> ColumnElement[bool]:
    quiet_since = func.coalesce(
        _LAUNCH.c.last_message_at, _LAUNCH.c.opened_at, type_=_LAUNCH.c.opened_at.type
    )
    return _LAUNCH.c.state.in_((LaunchState.OPENED.value, LaunchState.RUNNING.value)) & or_(
        quiet_since < now - timedelta(hours=settings.session_idle_hours),
        _LAUNCH.c.opened_at < now - timedelta(days=settings.session_absolute_days),
    )


def _end(session: Session, settings: Settings, launch: Any, now: datetime) -> None:
    ended_at, reason = _when_and_why(settings, launch)
    session.execute(
        update(_LAUNCH)
        .where(_LAUNCH.c.id == launch.id)
        .values(state=LaunchState.ENDED.value, ended_at=min(ended_at, now), end_reason=reason.value)
    )
    if launch.attempt_id is not None:
        _judge(session, settings, launch, now)
    if launch.destination_id is not None and launch.first_message_at is not None and not launch.is_demo:
        whose = Whose(launch.integration_id, launch.learner_id, launch.course_id, launch_id=launch.id)
        is_exit = not any(each.is_running for each in list_siblings(session, launch.id))
        delay = settings.lms_delay
        pass_up(session, launch.destination_id, whose, at=now, is_exit=is_exit, delay=delay)


def _when_and_why(settings: Settings, launch: Any) -> tuple[datetime, EndReason]:
    """Return when the session's time ran out, whichever limit came first."""
    absolute = launch.opened_at + timedelta(days=settings.session_absolute_days)
    idle = (launch.last_message_at or launch.opened_at) + timedelta(hours=settings.session_idle_hours)
    if launch.first_message_at is None:
        return min(idle, absolute), EndReason.UNUSED
    return (absolute, EndReason.ABSOLUTE) if absolute < idle else (idle, EndReason.IDLE)


def _judge(session: Session, settings: Settings, launch: Any, now: datetime) -> None:
    """Do what ExitAU does for content that has never said a status; everything else is stored already."""
    attempt = session.execute(
        select(_ATTEMPT).where(_ATTEMPT.c.id == launch.attempt_id).with_for_update()
    ).one()
    unit = session.execute(select(_UNIT).where(_UNIT.c.id == launch.unit_id)).one()
    if attempt.has_status or unit.mastery_score is None or not attempt.score or not _counts(launch):
        return
    # Not through the service: a deleted integration keeps its launches and is unknown there.
    integration = session.execute(_SELECT_INTEGRATION, {"integration_id": launch.integration_id}).one()
    is_judged = not integration.score_is_percent
    policy = MasteryPolicy(integration.mastery_policy) if is_judged else MasteryPolicy.NEVER
    score = parse_score(attempt.score).with_maximum(_decimal(unit.max_score))
    status = decide_at_exit(score, _decimal(unit.mastery_score), policy, has_status=False)
    if status is None or status.rank <= LessonStatus(attempt.lesson_status).rank:
        return
    session.execute(
        update(_ATTEMPT).where(_ATTEMPT.c.id == attempt.id).values(lesson_status=status.value, updated_at=now)
    )
    reported = Reported(Command.EXIT_AU, status, session_time=launch.closed_time + launch.segment_time)
    change = record(
        session,
        identity=own_identity(session, launch.named_learner_id or launch.learner_id),
        identifier=own_identifier(session, launch.course_id),
        report=to_observation(
            reported,
            source=launch.id,
            received_at=launch.last_message_at or launch.opened_at,
            score_is_percent=integration.score_is_percent,
        ),
        evidence=Evidence("expiry", launch.id),
        integration_id=launch.integration_id,
        unit_id=launch.unit_id,
    )
    if not launch.is_demo:
        _tell_others(session, settings, launch, change, now)


def _tell_others(session: Session, settings: Settings, launch: Any, change: Change, now: datetime) -> None:
    whose = Whose(launch.integration_id, launch.learner_id, launch.course_id, launch_id=launch.id)
    outlets = ask_outlets(session, launch.integration_id)()
    announce_change(session, outlets, change, whose, at=now)
    # No message brought this about: the end of the session stands for one.
    message_id = f"end-{launch.id}"
    pass_on_result(session, settings, outlets, change, whose, message_id=message_id, at=now)


def _counts(launch: Any) -> bool:
    return Manner(launch.is_credit, launch.lesson_mode == "browse", launch.lesson_mode == "review").counts


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))
