"""The HACP commands: what each one does to a session, its attempt and the learner's progress.

`answer` runs inside the request's one transaction and writes the exchange too; `refuse` runs in a second one,
after the first was rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.access.integrations import Milestone, mark_seen
from app.access.launches import Launch, LaunchState, save_launch
from app.catalog.service import get_unit, own_identifier
from app.db import find_trouble, on_conflict_insert
from app.hacp import attempts, journal, wire
from app.hacp.admission import DATA_COMMANDS, PUTS, RECORDS, Message, Situation, admit
from app.hacp.attempt_rules import Attempt, end_attempt, merge_put
from app.hacp.errors import HacpError
from app.hacp.lesson import format_lesson
from app.hacp.vocabulary import (
    Command,
    LessonStatus,
    Reported,
    parse_score,
    parse_status,
    parse_timespan,
    to_observation,
)
from app.inspector.findings import Finding
from app.learners.service import get_learner, own_identity
from app.logs import get_logger
from app.models.base import new_id
from app.models.launches import AiccRecord
from app.progress.service import Change, Evidence, record
from app.progress.wording import describe_progress
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did; `aicc_data` is what GetParam answers."""

    launch: Launch
    attempt: Attempt
    reported: Reported | None = None
    aicc_data: str | None = None


def answer(session: Session, settings: Settings, message: Message) -> bytes:
    """Carry out a message and return the reply; everything it changes is in this transaction.

    Raises HacpError for a message that is refused.
    """
    situation = admit(session, settings, message)
    now = situation.now
    attempt = attempts.find_or_begin(session, situation.launch, now=now)
    is_first = situation.launch.first_message_at is None
    situation = replace(situation, launch=_begin(situation.launch, attempt, now))
    outcome = _ACTIONS[situation.command](session, situation, attempt)
    save_launch(session, outcome.launch)
    if outcome.attempt != attempt:
        attempts.save(session, outcome.attempt, now=now)
    reported = outcome.reported or (
        Reported(situation.command, session_time=timedelta(0)) if is_first else None
    )
    change, parked = _report(session, situation, outcome.launch, reported)
    _mark_seen(session, situation)
    reply = wire.format_reply(0, "Successful", outcome.aicc_data)
    journal.keep_answer(
        session,
        message.received,
        outcome.launch,
        session_id=message.request.session_id,
        result=_result(message, situation.command, change),
        reply=reply,
        findings=tuple(finding for finding in (situation.host_finding, parked) if finding),
        is_parked=parked is not None,
    )
    return reply


def refuse(session: Session, message: Message, error: HacpError) -> bytes:
    """Keep a refused message and return the reply; data of a session that we know is parked whole."""
    reply = wire.format_reply(error.code, error.text)
    is_data = message.request.command in DATA_COMMANDS
    journal.keep_refusal(
        session,
        message.received,
        error,
        session_id=message.request.session_id,
        reply=reply,
        is_parked=is_data and error.launch_id is not None,
    )
    return reply


def get_param(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Answer with the attempt; a new segment of time begins, and a session in its grace goes on.

    A page that is loaded again sends ExitAU as it goes and GetParam as it comes back: closing the session all
    the same would lose what the learner does next.
    """
    launch = situation.launch
    launch = replace(
        launch,
        state=LaunchState.RUNNING,
        ended_at=None,
        end_reason=None,
        closed_time=launch.session_time,
        segment_time=timedelta(0),
        last_time=None,
    )
    lesson = format_lesson(
        attempt=attempt,
        launch=launch,
        learner=get_learner(session, launch.learner_id),
        unit=get_unit(session, launch.course_id),
        integration=situation.integration,
    )
    return Outcome(launch, attempt, aicc_data=lesson)


def put_param(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Merge the message's values into the attempt; of the times in a segment the greatest counts."""
    launch, data = situation.launch, situation.message.data
    time = parse_timespan(data.find_value("core", "time") or "")
    mastery = _mastery(session, situation)
    is_late = launch.state is LaunchState.ENDED
    is_stale = is_late and _is_older(time, launch.last_time)
    merged = merge_put(attempt, data, mastery=mastery, is_late=is_late, is_stale=is_stale)
    after = replace(launch, segment_time=max(launch.segment_time, time or timedelta(0)))
    if time is not None and not is_stale:
        after = replace(after, last_time=time)
    total_time = attempt.total_time + after.session_time - launch.session_time
    if comments := data.find_text("comments"):
        _keep_record(session, situation, attempt, "comments", comments)
    return Outcome(after, replace(merged, total_time=total_time), _reported(situation, after, mastery))


def exit_au(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """End the session; a second ExitAU changes nothing and does not lengthen the grace."""
    launch = situation.launch
    if launch.state is not LaunchState.ENDED:
        launch = replace(launch, state=LaunchState.ENDED, ended_at=situation.now, end_reason="exit")
    reported = Reported(situation.command, session_time=launch.session_time)
    return Outcome(launch, end_attempt(attempt), reported)


def exit_param(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Do what Adapt's last beacon asks for: PutParam and ExitAU in one."""
    put = put_param(session, situation, attempt)
    ended = exit_au(session, replace(situation, launch=put.launch), put.attempt)
    return replace(ended, reported=put.reported)


def put_record(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Keep what PutInteractions and its like brought, as sent."""
    _keep_record(session, situation, attempt, situation.command.value, situation.message.request.aicc_data)
    return Outcome(situation.launch, attempt)


_ACTIONS: dict[Command, Callable[[Session, Situation, Attempt], Outcome]] = {
    Command.GET_PARAM: get_param,
    Command.PUT_PARAM: put_param,
    Command.EXIT_AU: exit_au,
    Command.EXIT_PARAM: exit_param,
    **dict.fromkeys(RECORDS, put_record),
}


def _begin(launch: Launch, attempt: Attempt, now: datetime) -> Launch:
    """Note that the session was heard; its first message fixes the attempt and the time before it."""
    launch = replace(launch, last_message_at=now)
    if launch.first_message_at is not None:
        return launch
    return replace(
        launch,
        state=LaunchState.RUNNING,
        first_message_at=now,
        attempt_id=attempt.id,
        base_time=attempt.total_time,
    )


def _is_older(time: timedelta | None, last_time: timedelta | None) -> bool:
    """Judge a message in the grace: one without a Time cannot show that it is not an overtaken beacon."""
    if last_time is None:
        return False
    return time is None or time < last_time


def _reported(situation: Situation, launch: Launch, mastery: Decimal | None) -> Reported:
    find = situation.message.data.find_value
    return Reported(
        command=situation.command,
        status=parse_status(find("core", "lesson_status") or "")[0],
        score=parse_score(find("core", "score") or ""),
        session_time=launch.session_time,
        mastery=mastery,
    )


def _mastery(session: Session, situation: Situation) -> Decimal | None:
    """Return the unit's mastery score where it can decide: never for LinkedIn, only for `completed`."""
    status = parse_status(situation.message.data.find_value("core", "lesson_status") or "")[0]
    if situation.integration.score_is_percent or status is not LessonStatus.COMPLETED:
        return None
    mastery = get_unit(session, situation.launch.course_id).mastery_score
    return None if mastery is None else Decimal(repr(mastery))


def _keep_record(session: Session, situation: Situation, attempt: Attempt, name: str, text: str) -> None:
    """Keep a text once, however often it comes."""
    body = text.encode("utf-8", "surrogatepass")
    session.execute(
        on_conflict_insert(session, AiccRecord)
        .values(
            id=new_id(),
            launch_id=situation.launch.id,
            attempt_id=attempt.id,
            command=name,
            body=body,
            digest=hashlib.sha256(body).digest(),
            received_at=situation.now,
        )
        .on_conflict_do_nothing(index_elements=["launch_id", "command", "digest"])
    )


def _report(
    session: Session, situation: Situation, launch: Launch, reported: Reported | None
) -> tuple[Change | None, Finding | None]:
    """Turn the message into progress; a failure parks it and the content still hears that it was kept."""
    if reported is None:
        return None, None
    try:
        with session.begin_nested():
            return _record(session, situation, launch, reported), None
    except Exception as error:  # whatever went wrong in the mapping, the data itself is kept
        if find_trouble(error) is not None:
            raise  # Not the message's fault: the whole request is tried again, or answered 503.
        get_logger("hacp").error("message parked", launch_id=launch.id, exc_info=error)
        return None, Finding("P9", f"{type(error).__name__} while mapping {situation.command}")


def _record(session: Session, situation: Situation, launch: Launch, reported: Reported) -> Change:
    return record(
        session,
        identity=own_identity(session, launch.learner_id),
        identifier=own_identifier(session, launch.course_id),
        report=to_observation(
            reported,
            source=launch.id,
            received_at=situation.now,
            score_is_percent=situation.integration.score_is_percent,
        ),
        evidence=Evidence("exchange", situation.message.received.request_id),
        integration_id=launch.integration_id,
        unit_id=launch.unit_id,
    )


def _mark_seen(session: Session, situation: Situation) -> None:
    if situation.launch.is_demo:
        return
    if situation.command is Command.GET_PARAM:
        mark_seen(session, situation.integration, Milestone.GETPARAM)
    elif situation.command in PUTS:
        mark_seen(session, situation.integration, Milestone.PUTPARAM)


def _result(message: Message, command: Command, change: Change | None) -> str:
    """Say what came of it in plain words, then what had to be repaired to read it."""
    words = _RESULTS.get(command)
    if words is None:
        # PutParam, alone or with ExitAU in one: where the learner stands is what is worth reading.
        words = describe_progress(change.before, change.after) if change else "PutParam kept"
    return "; ".join([words, *message.request.repairs, *message.data.repairs])


_RESULTS = {
    Command.GET_PARAM: "GetParam answered",
    Command.EXIT_AU: "Session ended",
    Command.PUT_COMMENTS: "PutComments kept",
    Command.PUT_OBJECTIVES: "PutObjectives kept",
    Command.PUT_INTERACTIONS: "PutInteractions kept",
    Command.PUT_PATH: "PutPath kept",
    Command.PUT_PERFORMANCE: "PutPerformance kept",
}
