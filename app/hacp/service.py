"""One HACP message from admission to reply: the attempt, the learner's progress and the exchange, together.

`answer` runs inside the request's one transaction and writes the exchange too; `refuse` runs in a second one,
after the first was rolled back. What each command does is in `commands`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.access.integrations import Milestone, mark_seen
from app.access.launches import Launch, LaunchState, save_launch
from app.db import find_trouble, savepoint
from app.hacp import attempts, journal, wire
from app.hacp.admission import DATA_COMMANDS, PUTS, Message, Situation, admit
from app.hacp.attempt_rules import Attempt
from app.hacp.changes import list_changes, list_progress_changes
from app.hacp.commands import ACTIONS, Outcome
from app.hacp.errors import HacpError
from app.hacp.passing_on import find_hops, pass_on
from app.hacp.vocabulary import Command, Reported, to_observation
from app.inspector.exchanges import RecordedChange
from app.inspector.findings import Finding
from app.logs import get_logger
from app.progress.service import Change, Evidence, record
from app.progress.values import Report
from app.progress.wording import describe_disagreement, describe_progress
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `hops` goes in a header where the session came from an LMS: see `outbound/hops`."""

    body: bytes
    hops: str = ""


def answer(session: Session, settings: Settings, message: Message) -> Reply:
    """Carry out a message and return the reply; everything it changes is in this transaction.

    Raises HacpError for a message that is refused.
    """
    situation = admit(session, settings, message)
    attempt = situation.attempt()
    is_first = situation.launch.first_message_at is None
    situation = replace(situation, launch=_begin(situation.launch, attempt, situation.now))
    outcome = ACTIONS[situation.command](session, situation, attempt)
    save_launch(session, outcome.launch)
    if outcome.attempt != attempt:
        attempts.save(session, outcome.attempt, now=situation.now)
    reported = outcome.reported or (
        Reported(situation.command, session_time=timedelta(0)) if is_first else None
    )
    change, noticed = _report(session, situation, outcome.launch, reported)
    unheard = _pass_on(
        session, settings, situation, outcome.launch, change, is_new=outcome.attempt != attempt
    )
    _mark_seen(session, situation)
    reply = wire.format_reply(0, "Successful", outcome.aicc_data)
    journal.keep_answer(
        session,
        message.received,
        outcome.launch,
        session_id=message.request.session_id,
        result=_result(situation.command, change),
        reply=reply,
        findings=tuple(
            each for each in (situation.host_finding, noticed, _find_unread(message), unheard) if each
        ),
        repairs=tuple(dict.fromkeys((*message.repairs, *outcome.notes))),
        changes=_changes(situation, attempt, outcome, change),
        is_parked=reported is not None and change is None,
    )
    return Reply(reply, find_hops(session, settings, situation))


def refuse(session: Session, message: Message, error: HacpError) -> Reply:
    """Keep a refused message and return the reply; data of a session that we know is parked whole."""
    reply = wire.format_reply(error.code, error.text)
    is_data = message.request.command in DATA_COMMANDS
    journal.keep_refusal(
        session,
        message.received,
        error,
        session_id=message.request.session_id,
        reply=reply,
        repairs=message.repairs,
        is_parked=is_data and error.launch_id is not None,
    )
    return Reply(reply)


def _begin(launch: Launch, attempt: Attempt, now: datetime) -> Launch:
    """Note that the session was heard; its first message fixes the attempt and what was before it."""
    launch = replace(launch, last_message_at=now)
    if launch.first_message_at is not None:
        return launch
    return replace(
        launch,
        state=LaunchState.RUNNING,
        first_message_at=now,
        attempt_id=attempt.id,
        base_time=attempt.total_time,
        status_at_start=attempt.lesson_status.value,
    )


def _report(
    session: Session, situation: Situation, launch: Launch, reported: Reported | None
) -> tuple[Change | None, Finding | None]:
    """Turn the message into progress, and say what is odd in it.

    A failure parks the message, and the content still hears that it was kept.
    """
    if reported is None:
        return None, None
    try:
        with savepoint(session):
            report = to_observation(
                reported,
                source=launch.id,
                received_at=situation.now,
                score_is_percent=situation.integration.score_is_percent,
            )
            said = describe_disagreement(report)
            return _record(session, situation, launch, report), Finding("A5", said) if said else None
    except Exception as error:  # whatever went wrong in the mapping, the data itself is kept
        if find_trouble(error) is not None:
            raise  # Not the message's fault: the whole request is tried again, or answered 503.
        get_logger("hacp").error("message parked", launch_id=launch.id, exc_info=error)
        return None, Finding("P9", f"{type(error).__name__} while mapping {situation.command}")


def _pass_on(
    session: Session,
    settings: Settings,
    situation: Situation,
    after: Launch,
    change: Change | None,
    *,
    is_new: bool,
) -> Finding | None:
    """Let others hear of it; where that fails, the message itself is kept all the same."""
    try:
        with savepoint(session):
            pass_on(session, settings, situation, after, change, is_new=is_new)
    except Exception as error:  # the message is not to blame for what others cannot be told
        if find_trouble(error) is not None:
            raise
        get_logger("hacp").error("message not passed on", launch_id=after.id, exc_info=error)
        return Finding("D1", f"{type(error).__name__} while passing on {situation.command}")
    return None


def _find_unread(message: Message) -> Finding | None:
    """Name the line of aicc_data at which what we could not read begins; its text may be anybody's."""
    unread = message.data.unread.splitlines()
    if not unread:
        return None
    lines = message.request.aicc_data.splitlines()
    number = next((at for at, line in enumerate(lines, 1) if line == unread[0]), 1)
    return Finding("A7", f"from line {number} of aicc_data on, {len(unread)} in all")


def _record(session: Session, situation: Situation, launch: Launch, report: Report) -> Change:
    identity, identifier = situation.own_names()
    return record(
        session,
        identity=identity,
        identifier=identifier,
        report=report,
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


def _changes(
    situation: Situation, attempt: Attempt, outcome: Outcome, change: Change | None
) -> tuple[RecordedChange, ...]:
    changes = list_changes(
        attempt,
        outcome.attempt,
        time_before=situation.launch.session_time,
        time_after=outcome.launch.session_time,
    )
    progress = list_progress_changes(change.before, change.after) if change else ()
    return (*progress, *changes, *outcome.kept)


def _result(command: Command, change: Change | None) -> str:
    """Say what came of it in plain words."""
    words = _RESULTS.get(command)
    if words is not None:
        return words
    # PutParam, alone or with ExitAU in one: where the learner stands is what is worth reading.
    return describe_progress(change.before, change.after) if change else "PutParam kept"


_RESULTS = {
    Command.GET_PARAM: "GetParam answered",
    Command.EXIT_AU: "Session ended",
    Command.PUT_COMMENTS: "PutComments kept",
    Command.PUT_OBJECTIVES: "PutObjectives kept",
    Command.PUT_INTERACTIONS: "PutInteractions kept",
    Command.PUT_PATH: "PutPath kept",
    Command.PUT_PERFORMANCE: "PutPerformance kept",
}
