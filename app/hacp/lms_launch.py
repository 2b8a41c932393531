"""A launch by an LMS: may it, what does it say of the learner, and the session of ours that comes of it.

The LMS is asked between two transactions, never within one: it may take its time to answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.access.hosts import DEFAULT_PORTS, BadHost, HostName, parse_host
from app.access.integrations import Integration, UnknownIntegration, get_integration
from app.access.launches import (
    FromLms,
    IntegrationDisabled,
    LessonMode,
    OpenLaunch,
    open_launch,
    resolve_session,
)
from app.access.organisation import load_organisation
from app.access.policies import StudentId
from app.access.sealing import LMS_SESSION, seal
from app.access.upstream_sessions import fingerprint, list_siblings
from app.catalog.service import Unit, UnknownCourse
from app.catalog.units import find_unit
from app.delivery.queue import (
    Whose,
    alert_loop,
    announce_stranger,
    ask_outlets,
    find_lms,
    pass_up,
    put_off_exits,
    take_over_owed,
)
from app.hacp import attempts
from app.hacp.journal import Received
from app.hacp.launching import REASONS, CannotLaunch, check_host, describe_visit, find_repeat
from app.hacp.lms_rules import has_news, seed_attempt
from app.hacp.upstream_wire import LmsAnswer, NoAnswer, UpstreamCommand, format_request, parse_answer
from app.hacp.upstream_wire_data import LmsLesson, read_lesson
from app.hacp.upstream_wire_launch import LmsLaunch
from app.inspector.exchanges import write_exchange, write_refusal
from app.inspector.findings import Finding
from app.learners.erased import ErasedLearner
from app.learners.students import Student, resolve_student
from app.learners.values import IdentityKind
from app.models.launches import UpstreamSession
from app.outbound.guard import Call, CannotReach, Reason, Way, judge, send
from app.outbound.hops import HEADER, MOST_HOPS, Hops, parse_hops
from app.progress.service import is_complete
from app.settings import Settings
from app.words import worded

# A learner waits in front of a white page meanwhile.
DEADLINE_SECONDS = 10.0
# Within this time content that was opened again calls; if it does not, the LMS hears the end of the session.
_TO_BEGIN = timedelta(minutes=2)

_FORBIDDEN = (Reason.FORBIDDEN_SCHEME, Reason.FORBIDDEN_ADDRESS, Reason.FORBIDDEN_HOST, Reason.BAD_ADDRESS)
_AGAIN = worded(
    "Please try again in a minute. If it goes on, tell the people who run your LMS what this page says."
)
_KINDS = {StudentId.EMAIL: IdentityKind.EMAIL, StudentId.USER_ID: IdentityKind.USER_ID}


@dataclass(frozen=True, slots=True)
class Doorstep:
    """A launch that may go on: everything known before the LMS is asked."""

    integration: Integration
    unit: Unit
    wanted: LmsLaunch
    host: HostName
    way: Way
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the LMS answered."""

    answer: LmsAnswer
    lesson: LmsLesson
    hops: Hops | None


def admit(
    session: Session,
    settings: Settings,
    integration_id: str,
    unit_id: str,
    wanted: LmsLaunch,
    received: Received,
) -> Doorstep:
    """Return the launch if this LMS may launch this unit; raises CannotLaunch."""
    organisation = load_organisation(session, settings)
    try:
        integration = get_integration(session, integration_id)
    except UnknownIntegration as error:
        raise CannotLaunch(*REASONS[UnknownIntegration]) from error
    finding = check_host(session, organisation, integration.id, received.host)
    if not integration.is_enabled:
        raise CannotLaunch(*REASONS[IntegrationDisabled], Finding("I1"))
    unit = find_unit(session, unit_id)
    if unit is None:
        raise CannotLaunch(*REASONS[UnknownCourse], Finding("L8", f"unit {unit_id[:40]}"))
    if unit.launch_url is None:
        sentence = worded("This course has no address yet. Please tell the people who run your LMS.")
        raise CannotLaunch(404, sentence, Finding("L8", f"unit {unit.id} has no launch URL"))
    way = Way.of(settings, own_hosts=[str(organisation.public_host)])
    host = _check_lms(integration, wanted, way)
    return Doorstep(integration, unit, wanted, host, way, finding)


def ask_lms(doorstep: Doorstep) -> Heard:
    """Send GetParam to the LMS and return its answer; raises CannotLaunch. Takes up to ten seconds."""
    wanted, host = doorstep.wanted, doorstep.host
    body = format_request(UpstreamCommand.GET_PARAM, session_id=wanted.session_id)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/plain, */*"}
    try:
        reply = send(doorstep.way, Call("POST", wanted.url, headers, body), deadline_seconds=DEADLINE_SECONDS)
        answer = parse_answer(reply.body, status=reply.status)
    except CannotReach as error:
        raise _explain_silence(error, host) from error
    except NoAnswer as error:
        raise CannotLaunch(
            502,
            worded(
                "Your LMS (%(host)s) did not answer as AICC asks. %(reason)s",
                host=str(host),
                reason=error.sentence,
            ),
            Finding("L4", f"{host}: {error.sentence}"),
            advice=_AGAIN,
            may_retry=True,
        ) from error
    hops = parse_hops(reply.headers.get(HEADER.lower()))
    if hops is not None and hops.count >= MOST_HOPS:
        raise CannotLaunch(
            508,
            worded("This course is opened in a circle: several servers give each other as its place."),
            Finding("L7", f"{host} is {hops.count} servers away from the LMS where this began"),
            advice=worded("Please tell the people who run your LMS what this page says."),
        )
    return Heard(answer, _check_answer(answer, host), hops)


def open_session(
    session: Session, settings: Settings, doorstep: Doorstep, heard: Heard, received: Received
) -> str:
    """Open a session of ours for the one of the LMS, and return the content's address."""
    integration, lesson = doorstep.integration, heard.lesson
    student = _find_student(session, doorstep, lesson)
    destination_id = find_lms(session, integration.id, str(doorstep.host), at=received.received_at)
    from_lms = FromLms(
        doorstep.unit,
        destination_id,
        None if lesson.mastery_score is None else float(lesson.mastery_score),
        doorstep.wanted.extras,
    )
    opened = open_launch(
        session,
        settings,
        load_organisation(session, settings),
        integration_id=integration.id,
        course_id=doorstep.unit.course_id,
        learner_id=student.learner_id,
        is_credit=lesson.is_credit,
        lesson_mode=LessonMode(lesson.lesson_mode),
        from_lms=from_lms,
        address=received.client_address,
        agent=received.user_agent,
    )
    _keep_upstream(session, settings, doorstep, heard, opened)
    _take_over(session, settings, lesson, from_lms, opened, student)
    exchange = describe_visit(
        received,
        303,
        f"Session opened by {doorstep.host}",
        integration_id=integration.id,
        learner_id=student.learner_id,
        findings=_findings(session, doorstep, lesson, student),
    )
    write_exchange(session, replace(exchange, launch_id=opened.launch_id, is_demo=opened.is_demo))
    assert opened.content_url is not None, "a unit without an address was refused at the doorstep"
    return opened.content_url


def keep_refusal(session: Session, integration_id: str, received: Received, error: CannotLaunch) -> None:
    """Write down a launch that came to nothing, in the ring: anybody may make up such an address."""
    findings = (error.finding,) if error.finding else ()
    known: str | None = integration_id
    try:
        get_integration(session, integration_id)
    except UnknownIntegration:
        known = None
    result = f"Refused: {error.sentence}"
    exchange = describe_visit(received, error.status, result, integration_id=known, findings=findings)
    write_refusal(session, exchange, is_anonymous=True)
    if known is not None and error.finding is not None and error.finding.code == "L7":
        alert_loop(session, known, at=received.received_at)


def _check_lms(integration: Integration, wanted: LmsLaunch, way: Way) -> HostName:
    """Return the LMS's host if it is registered; it is never enough to have been seen."""
    try:
        judge(way, wanted.url)
        host = parse_host(wanted.host)
    except CannotReach as error:
        raise _forbid(error.sentence, wanted.host) from error
    except BadHost as error:
        raise _forbid(
            worded("This is not a web address: %(reason)s.", reason=str(error)), wanted.host
        ) from error
    port = DEFAULT_PORTS["http" if wanted.url[:5].lower() == "http:" else "https"]
    if any(parse_host(name).covers(host, port) for name in integration.upstream_hosts):
        return host
    raise CannotLaunch(
        403,
        worded("Courses are not opened from %(host)s, for this LMS is not registered here.", host=str(host)),
        Finding("L1", str(host)),
        advice=worded(
            "An administrator of this server can register %(host)s in its pages: Integrations, then the "
            "integration, then LMS hosts.",
            host=str(host),
        ),
        may_retry=True,
    )


def _forbid(sentence: str, host: str) -> CannotLaunch:
    return CannotLaunch(
        400,
        worded("Your LMS gave an address of its own that this server does not call."),
        Finding("L2", f"{host[:100]}: {sentence}"),
        advice=sentence,
    )


def _explain_silence(error: CannotReach, host: HostName) -> CannotLaunch:
    if error.code in _FORBIDDEN:
        return _forbid(error.sentence, str(host))
    return CannotLaunch(
        504 if error.code is Reason.TIMEOUT else 502,
        worded(
            "Your LMS (%(host)s) cannot be reached from here at the moment, so the course cannot report to"
            " it.",
            host=str(host),
        ),
        Finding("L3", error.sentence),
        advice=_AGAIN,
        may_retry=True,
    )


def _check_answer(answer: LmsAnswer, host: HostName) -> LmsLesson:
    if not answer.is_success:
        said = f"error={answer.code} {answer.text}".strip()
        raise CannotLaunch(
            403,
            worded(
                "Your LMS (%(host)s) says that this session has ended or was never there.", host=str(host)
            ),
            Finding("L5", f"{host}: {said}"),
            advice=worded("Please close this window and start the course in your LMS again."),
            may_retry=True,
        )
    lesson = read_lesson(answer.data)
    if not lesson.student_id:
        raise CannotLaunch(
            502,
            worded("Your LMS (%(host)s) did not say who is learning.", host=str(host)),
            Finding("L6", str(host)),
            advice=_AGAIN,
            may_retry=True,
        )
    return lesson


def _find_student(session: Session, doorstep: Doorstep, lesson: LmsLesson) -> Student:
    integration = doorstep.integration
    try:
        return resolve_student(
            session,
            namespace=f"{integration.id} {doorstep.host}",
            student_id=lesson.student_id,
            name=lesson.student_name,
            student_id_is=_KINDS.get(integration.student_id_is),
            is_demo=integration.is_demo,
        )
    except ErasedLearner as error:
        sentence = worded("Your data was erased here, so that courses cannot be opened for you any more.")
        advice = worded("If that should change, please tell the people who run your LMS.")
        raise CannotLaunch(403, sentence, Finding("M8", str(doorstep.host)), advice=advice) from error


def _keep_upstream(
    session: Session, settings: Settings, doorstep: Doorstep, heard: Heard, opened: OpenLaunch
) -> None:
    session.add(
        UpstreamSession(
            launch_id=opened.launch_id,
            url=doorstep.wanted.url,
            session_id=seal(settings, doorstep.wanted.session_id, purpose=LMS_SESSION),
            version=heard.answer.version,
            student_id=heard.lesson.student_id,
            objective_ids=json.dumps(heard.lesson.objective_ids),
            fingerprint=fingerprint(settings, doorstep.wanted.url, doorstep.wanted.session_id),
            hops=str(heard.hops or ""),
            opened_at=clock.now(),
        )
    )
    session.flush()


def _take_over(
    session: Session,
    settings: Settings,
    lesson: LmsLesson,
    from_lms: FromLms,
    opened: OpenLaunch,
    student: Student,
) -> None:
    """Begin the attempt where the LMS has it, and tell the LMS what it lacks."""
    now = clock.now()
    launch = resolve_session(session, opened.session_id)
    assert launch is not None, "it has just been opened"
    attempt = attempts.ask_attempt(session, launch, now=now)()
    seeded = seed_attempt(attempt, lesson)
    if seeded != attempt:
        attempts.save(session, seeded, now=now)
    whose = Whose(launch.integration_id, launch.learner_id, launch.course_id, launch_id=launch.id)
    if not opened.is_demo and lesson.is_credit and launch.lesson_mode is LessonMode.NORMAL:
        owed = take_over_owed(session, from_lms.destination_id, launch.learner_id, launch.course_id, at=now)
        if owed or has_news(
            seeded, lesson, is_complete=is_complete(session, launch.learner_id, launch.course_id)
        ):
            pass_up(session, from_lms.destination_id, whose, at=now, is_exit=False, delay=settings.lms_delay)
    siblings = [each.launch_id for each in list_siblings(session, launch.id)]
    put_off_exits(session, siblings, until=now + _TO_BEGIN)
    if student.is_new:
        announce_stranger(session, ask_outlets(session, launch.integration_id)(), whose, at=now)


def _findings(
    session: Session, doorstep: Doorstep, lesson: LmsLesson, student: Student
) -> tuple[Finding, ...]:
    seen = f"student_id {lesson.student_id[:100]} of {doorstep.host}"
    is_new = Finding("M1", seen) if student.is_new else None
    repeated = find_repeat(session, student.learner_id, doorstep.unit.course_id)
    return tuple(finding for finding in (doorstep.finding, is_new, repeated) if finding)
