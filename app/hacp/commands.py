"""What each HACP command does to a session and its attempt (AICC CMI001 v4.0 §6.6): command → function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.access.launches import EndReason, Launch, LaunchState
from app.access.policies import MasteryPolicy
from app.hacp import records, wire
from app.hacp.admission import RECORDS, Situation
from app.hacp.attempt_rules import (
    Attempt,
    Standing,
    end_attempt,
    has_lost,
    merge_objectives,
    merge_put,
)
from app.hacp.leftovers import format_leftovers, list_notes
from app.hacp.lesson import format_lesson
from app.hacp.lesson_lookup import find_lesson, find_student
from app.hacp.record_tables import Item, ItemKind, parse_comments, parse_items
from app.hacp.status_rules import decide, decide_at_exit
from app.hacp.vocabulary import (
    Command,
    LessonStatus,
    Reported,
    Score,
    parse_score,
    parse_status,
    parse_timespan,
)
from app.inspector.exchanges import RecordedChange


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did; `aicc_data` is what GetParam answers, `kept` what was put beside the attempt."""

    launch: Launch
    attempt: Attempt
    reported: Reported | None = None
    aicc_data: str | None = None
    notes: tuple[str, ...] = ()
    kept: tuple[RecordedChange, ...] = ()


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
    student, lesson = find_student(session, situation), find_lesson(session, situation)
    return Outcome(launch, attempt, aicc_data=format_lesson(attempt, student, lesson))


def put_param(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Merge the message's values into the attempt; of the times in a segment the greatest counts."""
    launch, data = situation.launch, situation.message.data
    time = parse_timespan(data.find_value("core", "time") or "")
    status = _decide(situation, attempt)
    standing = _standing(situation, attempt, status, time)
    merged = merge_put(attempt, data, status=status, standing=standing)
    after = replace(launch, segment_time=max(launch.segment_time, time or timedelta(0)))
    if time is not None and not standing.is_stale:
        after = replace(after, last_time=time)
    total_time = attempt.total_time + after.session_time - launch.session_time
    if standing.is_late:
        # ExitAU overtook this message: what it would have judged is judged now.
        judged = _decide_at_exit(situation, merged)
        merged, status = end_attempt(merged, judged, standing), judged or status
    kept = _keep_beside(session, situation, attempt, has_overflow=has_lost(merged, data, standing))
    notes = (*list_notes(data), *_standing_notes(standing))
    reported = _reported(situation, status, _score(situation), after)
    return Outcome(after, replace(merged, total_time=total_time), reported, notes=notes, kept=kept)


def exit_au(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """End the session; a second ExitAU changes nothing and does not lengthen the grace."""
    launch = situation.launch
    if launch.state is not LaunchState.ENDED:
        launch = replace(launch, state=LaunchState.ENDED, ended_at=situation.now, end_reason=EndReason.EXIT)
    status = _decide_at_exit(situation, attempt)
    ended = end_attempt(attempt, status, _standing(situation, attempt, status, None))
    return Outcome(launch, ended, _reported(situation, status, Score(), launch))


def exit_param(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Do what Adapt's last beacon asks for: PutParam and ExitAU in one."""
    put = put_param(session, situation, attempt)
    ended = exit_au(session, replace(situation, launch=put.launch), put.attempt)
    assert put.reported is not None
    assert ended.reported is not None
    reported = replace(put.reported, status=ended.reported.status or put.reported.status)
    return replace(put, launch=ended.launch, attempt=ended.attempt, reported=reported)


def put_record(session: Session, situation: Situation, attempt: Attempt) -> Outcome:
    """Keep what PutInteractions and its like brought, as sent and, where there are rows, row by row."""
    command, text = situation.command, situation.message.request.aicc_data
    items = parse_items(command, text)
    _keep_text(session, situation, attempt, command.value, text)
    kept = _keep_items(session, situation, attempt, items.rows)
    if command is Command.PUT_OBJECTIVES and situation.manner.counts:
        rows = [_objective_parts(item) for item in items.rows]
        is_late = situation.launch.state is LaunchState.ENDED
        attempt = replace(attempt, objectives=merge_objectives(attempt.objectives, rows, is_old=is_late))
    return Outcome(situation.launch, attempt, notes=items.notes, kept=kept)


ACTIONS: Mapping[Command, Callable[[Session, Situation, Attempt], Outcome]] = {
    Command.GET_PARAM: get_param,
    Command.PUT_PARAM: put_param,
    Command.EXIT_AU: exit_au,
    Command.EXIT_PARAM: exit_param,
    **dict.fromkeys(RECORDS, put_record),
}


def _decide(situation: Situation, attempt: Attempt) -> LessonStatus | None:
    """Return the status this PutParam reports, after the mastery score has had its say.

    A message without the keyword leaves the score as it is, so the stored one is held against mastery.
    """
    find = situation.message.data.find_value
    said = parse_status(find("core", "lesson_status") or "")[0]
    has_score = find("core", "score") is not None
    if said is None and has_score and attempt.lesson_status is LessonStatus.COMPLETED:
        # The score of a lesson that is complete already may come after the word.
        said = LessonStatus.COMPLETED
    score = _score(situation) if has_score else _stored_score(situation, attempt)
    return decide(said, score, _mastery(situation), _policy(situation))


def _decide_at_exit(situation: Situation, attempt: Attempt) -> LessonStatus | None:
    """Return what ending the session brings about for content that left the judging to us."""
    score, mastery = _stored_score(situation, attempt), _mastery(situation)
    return decide_at_exit(score, mastery, _policy(situation), has_status=attempt.has_status)


def _standing_notes(standing: Standing) -> Iterator[str]:
    manner = standing.manner
    if standing.is_stale:
        yield "older than what was stored: its place and suspend data were left aside, kept as sent"
    if manner.is_reviewing:
        yield "reviewed: the time alone counts, the rest is kept as sent"
    elif manner.is_browsing:
        yield "browsed: status and score do not count, kept as sent"
    elif not manner.is_credit:
        yield "not for credit: status and score do not count, kept as sent"


def _standing(
    situation: Situation, attempt: Attempt, status: LessonStatus | None, time: timedelta | None
) -> Standing:
    launch = situation.launch
    is_late = launch.state is LaunchState.ENDED
    return Standing(
        manner=situation.manner,
        is_late=is_late,
        is_stale=_is_stale(attempt, status, time, launch.last_time, is_late=is_late),
        status_at_start=LessonStatus(launch.status_at_start or LessonStatus.NOT_ATTEMPTED),
    )


def _is_stale(
    attempt: Attempt,
    status: LessonStatus | None,
    time: timedelta | None,
    last_time: timedelta | None,
    *,
    is_late: bool,
) -> bool:
    """Judge whether a message was overtaken by one that is stored already.

    Its Time is smaller then. While the session runs that alone is no proof, for some content sends the time
    since its last message: there its status must be lower too. After ExitAU a message without a Time cannot
    show that it is not an overtaken beacon.
    """
    if last_time is None:
        return False
    if is_late:
        return time is None or time < last_time
    is_lower = status is not None and status.rank < attempt.lesson_status.rank
    return time is not None and time < last_time and is_lower


def _score(situation: Situation) -> Score:
    score = parse_score(situation.message.data.find_value("core", "score") or "")
    return score.with_maximum(_decimal(situation.unit.max_score))


def _stored_score(situation: Situation, attempt: Attempt) -> Score:
    return parse_score(attempt.score).with_maximum(_decimal(situation.unit.max_score))


def _mastery(situation: Situation) -> Decimal | None:
    """The LMS that a launch came from knows better than the unit what it wants for a pass."""
    theirs = situation.launch.mastery_score
    return _decimal(situation.unit.mastery_score if theirs is None else theirs)


def _policy(situation: Situation) -> MasteryPolicy:
    """A score that is a percentage of progress (LinkedIn Learning) says nothing of mastery."""
    integration = situation.integration
    return MasteryPolicy.NEVER if integration.score_is_percent else integration.mastery_policy


def _reported(situation: Situation, status: LessonStatus | None, score: Score, launch: Launch) -> Reported:
    return Reported(
        command=situation.command,
        status=status,
        score=score,
        session_time=launch.session_time,
        manner=situation.manner,
    )


def _keep_beside(
    session: Session, situation: Situation, attempt: Attempt, *, has_overflow: bool
) -> tuple[RecordedChange, ...]:
    """Keep the comments of a PutParam, and what of it has no place in the attempt."""
    data = situation.message.data
    kept: tuple[RecordedChange, ...] = ()
    if comments := data.find_text("comments"):
        _keep_text(session, situation, attempt, "comments", comments)
        kept = _keep_items(session, situation, attempt, parse_comments(comments).rows)
    leftovers = situation.message.request.aicc_data if has_overflow else format_leftovers(data)
    if leftovers:
        _keep_text(session, situation, attempt, "unread", leftovers)
    return kept


def _keep_text(session: Session, situation: Situation, attempt: Attempt, command: str, text: str) -> None:
    text = _without_ids(situation, text)
    records.keep_text(session, situation.launch, attempt.id, command=command, text=text, now=situation.now)


def _keep_items(
    session: Session, situation: Situation, attempt: Attempt, items: tuple[Item, ...]
) -> tuple[RecordedChange, ...]:
    cleaned = [
        replace(item, fields={name: _without_ids(situation, value) for name, value in item.fields.items()})
        for item in items
    ]
    count = records.keep_items(session, situation.launch, attempt.id, items=cleaned, now=situation.now)
    return ((_PLURALS[items[0].kind], "", f"{count} new"),) if count else ()


def _without_ids(situation: Situation, text: str) -> str:
    """Name the launch where content wrote down its session id: what is kept here, people may read."""
    if "aicc_sid" not in text.lower() and situation.message.request.session_id not in text:
        return text
    name = situation.launch.id
    text = text.replace(situation.message.request.session_id, name)
    hidden = wire.hide_session_ids(text.encode("utf-8", "surrogatepass"), name.encode())
    return hidden.decode("utf-8", "surrogatepass")


_PLURALS = {
    ItemKind.INTERACTION: "Interactions",
    ItemKind.OBJECTIVE: "Objectives reported",
    ItemKind.COMMENT: "Comments",
}


def _objective_parts(item: Item) -> Mapping[str, str]:
    parts = {"id": item.name}
    return parts | {name: item.fields[name] for name in ("score", "status") if item.fields.get(name)}


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))
