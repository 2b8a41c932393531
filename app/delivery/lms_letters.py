"""Letters to an LMS: what a session of ours reported, as PutParam and ExitAU of the session it gave us."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.instance import instance_id
from app.access.launches import Launch, find_launch
from app.access.sealing import LMS_SESSION, CannotUnseal, unseal
from app.access.upstream_sessions import list_siblings
from app.delivery.lanes import Result
from app.delivery.letter import CannotWrite, Letter, show_call
from app.delivery.queue import EXIT
from app.delivery.targets.aicc_lms import SESSION_LOST, judge
from app.delivery.verdicts import DELIVERED, Fate, Verdict
from app.hacp.attempt_rules import Objective
from app.hacp.upstream_wire import UpstreamCommand, format_request
from app.hacp.upstream_wire_data import LmsReport, format_report
from app.hacp.vocabulary import ExitFlag, LessonStatus, parse_score
from app.models.delivery import Delivery, Destination
from app.models.launches import Attempt, UpstreamSession
from app.models.learning import ProgressRow
from app.outbound.guard import Answer, Call, Way
from app.outbound.hops import HEADER, TooManyHops, next_hops, parse_hops
from app.progress.values import Status
from app.settings import Settings
from app.words import worded

# An option of the destination: an LMS that adds up the times it hears is told what is new.
CUMULATIVE, DELTA = "cumulative", "delta"
# Another: whether a score is told with its range. There are LMSs that take no more than one number.
SCORE_RANGE = "score_range"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/plain, */*"}
_STATUSES = {
    Status.NOT_STARTED: LessonStatus.NOT_ATTEMPTED,
    Status.IN_PROGRESS: LessonStatus.INCOMPLETE,
    Status.FAILED: LessonStatus.FAILED,
    Status.COMPLETED: LessonStatus.COMPLETED,
    Status.PASSED: LessonStatus.PASSED,
}


def write(
    session: Session, settings: Settings, way: Way, row: Delivery, lane: Destination
) -> Letter | Result:
    """Return the request of a delivery, as things stand now; raises CannotWrite for one that is over."""
    launch = find_launch(session, row.launch_id or "")
    upstream = session.get(UpstreamSession, row.launch_id or "")
    if launch is None or upstream is None:
        raise CannotWrite("erased", worded("the session was erased before its results could be passed on"))
    if row.kind == EXIT and upstream.exited_at is not None:
        return Result(DELIVERED)
    if upstream.is_dead:
        raise CannotWrite(
            SESSION_LOST, worded("the LMS knows the session no longer; it is told at the next launch")
        )
    told_time = launch.session_time
    data = "" if row.kind == EXIT else _report(session, launch, upstream, lane)
    body = format_request(
        UpstreamCommand.EXIT_AU if row.kind == EXIT else UpstreamCommand.PUT_PARAM,
        session_id=_session_id(settings, upstream),
        version=upstream.version,
        aicc_data=data,
    )
    headers = {**_HEADERS, HEADER: _hops(settings, row)}
    # Shown to people with our own name for the session: whoever knows the LMS's can report in it.
    shown = show_call(Call("POST", upstream.url, headers, _hidden(body, settings, upstream, launch)))
    is_repeat = row.tries > 1
    return Letter(
        way,
        Call("POST", upstream.url, headers, body),
        shown,
        _judge_exit(is_repeat) if row.kind == EXIT else _judge,
        note=_note(launch.id, row.kind, told_time),
    )


def _report(session: Session, launch: Launch, upstream: UpstreamSession, lane: Destination) -> str:
    attempt = _find_attempt(session, launch)
    objectives = json.loads(attempt.objectives or "[]") if attempt else []
    options = json.loads(lane.options)
    report = LmsReport(
        status=_status(session, launch, attempt),
        time=_time(session, launch, upstream, is_delta=options.get("time_mode") == DELTA),
        location=attempt.location if attempt else "",
        score=parse_score(attempt.score if attempt else ""),
        suspend_data=attempt.suspend_data.decode("utf-8", "surrogatepass") if attempt else "",
        exit_flag=ExitFlag(attempt.exit_flag) if attempt else ExitFlag.NORMAL,
        objectives=tuple(Objective(**each) for each in objectives),
    )
    return format_report(
        report,
        version=upstream.version,
        has_range=options.get(SCORE_RANGE, True),
        objective_ids=json.loads(upstream.objective_ids),
    )


def _find_attempt(session: Session, launch: Launch) -> Attempt | None:
    """Return the launch's attempt, or the learner's newest one where the content has not called yet."""
    if launch.attempt_id is not None:
        return session.get(Attempt, launch.attempt_id)
    query = select(Attempt).where(Attempt.learner_id == launch.learner_id, Attempt.unit_id == launch.unit_id)
    return session.scalars(query.order_by(Attempt.number.desc()).limit(1)).first()


def _time(session: Session, launch: Launch, upstream: UpstreamSession, *, is_delta: bool) -> timedelta:
    """Return what is new to an LMS that adds up, else the time of its session: all its launches together."""
    if is_delta:
        return launch.session_time - upstream.told_time
    return sum((each.time for each in list_siblings(session, launch.id)), launch.session_time)


def _status(session: Session, launch: Launch, attempt: Attempt | None) -> LessonStatus:
    """Return the attempt's status, or what the learner has reached over any channel where that is more."""
    progress = session.scalar(
        select(ProgressRow.status).where(
            ProgressRow.learner_id == launch.learner_id, ProgressRow.course_id == launch.course_id
        )
    )
    reached = _STATUSES[Status(progress)] if progress else LessonStatus.NOT_ATTEMPTED
    own = LessonStatus(attempt.lesson_status) if attempt else LessonStatus.NOT_ATTEMPTED
    return reached if reached.rank > own.rank else own


def _session_id(settings: Settings, upstream: UpstreamSession) -> str:
    try:
        return unseal(settings, upstream.session_id, purpose=LMS_SESSION)
    except CannotUnseal as error:
        raise CannotWrite(
            "sealed", worded("the LMS's session id was %(reason)s", reason=str(error))
        ) from error


def _hops(settings: Settings, row: Delivery) -> str:
    try:
        return str(next_hops(parse_hops(row.hops), instance_id=instance_id(settings)))
    except TooManyHops as error:
        raise CannotWrite("loop", str(error)) from error


def _hidden(body: bytes, settings: Settings, upstream: UpstreamSession, launch: Launch) -> bytes:
    shown = format_request(UpstreamCommand.GET_PARAM, session_id=_session_id(settings, upstream))
    value = shown.partition(b"session_id=")[2].partition(b"&")[0]
    return body.replace(value, launch.id.encode()) if value else body


def _judge(answer: Answer) -> Verdict:
    return judge(answer.status, dict(answer.headers), answer.body)


def _judge_exit(is_repeat: bool) -> Callable[[Answer], Verdict]:
    def judged(answer: Answer) -> Verdict:
        verdict = _judge(answer)
        # The first try may have reached it after all: then the session has ended as it should.
        return DELIVERED if is_repeat and verdict.code == SESSION_LOST else verdict

    return judged


def _note(launch_id: str, kind: str, told_time: timedelta) -> Callable[[Session, Verdict], None]:
    def note(session: Session, verdict: Verdict) -> None:
        upstream = session.get(UpstreamSession, launch_id)
        if upstream is None:
            return
        if verdict.code == SESSION_LOST:
            upstream.is_dead = True
        elif verdict.fate is Fate.DELIVERED and kind == EXIT:
            upstream.exited_at = clock.now()
        elif verdict.fate is Fate.DELIVERED:
            upstream.told_time = told_time

    return note
