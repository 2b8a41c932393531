"""AICC sessions: signed launch links, opening a session, and finding it again by its id.

The session id is a bearer secret: 32 letters and digits, shown to the content alone and stored as SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import get_integration
from app.access.launch_urls import build_content_url, join_parameters
from app.access.organisation import Organisation
from app.catalog.service import Unit, get_course
from app.catalog.units import find_unit_of
from app.learners.service import lock_learner
from app.models import launches as tables
from app.models.base import table_of
from app.prepared import Prepared
from app.settings import Settings

SESSION_ID_LENGTH = 32
_ALPHABET = string.ascii_letters + string.digits
_LINK_SALT = "waymark launch link"


class LaunchState(StrEnum):
    """Never heard of, heard of, and after ExitAU."""

    OPENED = "opened"
    RUNNING = "running"
    ENDED = "ended"


class EndReason(StrEnum):
    """ExitAU; quiet for too long; too old; never called at all. The last three are the worker's doing."""

    EXIT = "exit"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    UNUSED = "unused"


class LessonMode(StrEnum):
    """Taken for real, only looked at, or looked at again."""

    NORMAL = "normal"
    BROWSE = "browse"
    REVIEW = "review"


class BadLaunchLink(Exception):
    """The link was not made by this server, or was damaged on the way."""


class ExpiredLaunchLink(BadLaunchLink):
    """The link is ours and its time is over."""


class IntegrationDisabled(Exception):
    """Nothing is launched for an integration that is switched off."""


@dataclass(frozen=True, slots=True)
class LaunchTicket:
    """What a launch link stands for."""

    integration_id: str
    course_id: str
    learner_id: str
    expires_at: datetime
    is_credit: bool
    lesson_mode: LessonMode
    is_single_use: bool
    digest: bytes
    """SHA-256 of the token: by it the sessions that a link has opened are known."""
    unit_id: str | None = None
    """One unit of a course that has several; None for the first."""


@dataclass(frozen=True, slots=True)
class OpenLaunch:
    """A session that is open for HACP; the only place where its id is in clear text."""

    launch_id: str
    session_id: str
    content_url: str | None
    aicc_url: str
    expires_at: datetime
    is_demo: bool


@dataclass(frozen=True, slots=True)
class FromLms:
    """What a launch by an LMS adds: which unit, where its results go, what a pass is, further parameters."""

    unit: Unit
    destination_id: str
    mastery_score: float | None = None
    extras: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """One AICC session as stored."""

    id: str
    integration_id: str
    course_id: str
    unit_id: str
    learner_id: str
    named_learner_id: str | None
    attempt_id: str | None
    is_demo: bool
    is_credit: bool
    lesson_mode: LessonMode
    status_at_start: str | None
    state: LaunchState
    opened_at: datetime
    first_message_at: datetime | None
    last_message_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    base_time: timedelta
    closed_time: timedelta
    segment_time: timedelta
    last_time: timedelta | None
    destination_id: str | None
    mastery_score: float | None

    @property
    def reports_as(self) -> str:
        """The id under which what the session reports is kept: whom it was opened for."""
        return self.named_learner_id or self.learner_id

    @property
    def session_time(self) -> timedelta:
        """The sum over segments of the greatest Time in each."""
        return self.closed_time + self.segment_time


def open_launch(
    session: Session,
    settings: Settings,
    organisation: Organisation,
    *,
    integration_id: str,
    course_id: str,
    learner_id: str,
    is_demo: bool = False,
    is_credit: bool = True,
    lesson_mode: LessonMode = LessonMode.NORMAL,
    link_digest: bytes | None = None,
    unit_id: str | None = None,
    from_lms: FromLms | None = None,
    address: str | None = None,
    agent: str | None = None,
) -> OpenLaunch:
    """Open a session for one learner and one course; no attempt begins before the content calls.

    `link_digest` is that of the token when a link opened it, `from_lms` what an LMS wants when it did,
    `unit_id` one unit of a course that has several; UnknownCourse is raised for one of another course.
    `content_url` is None for a course without a launch URL. Raises UnknownIntegration, UnknownCourse,
    UnknownLearner or IntegrationDisabled.
    """
    integration = get_integration(session, integration_id)
    course = get_course(session, course_id)
    learner = lock_learner(session, learner_id)
    if not integration.is_enabled:
        raise IntegrationDisabled(f"the integration {integration.name!r} is switched off")
    unit = from_lms.unit if from_lms else find_unit_of(session, course.id, unit_id)
    session_id = _new_session_id()
    row = tables.Launch(
        session_hash=hash_session_id(session_id),
        integration_id=integration.id,
        course_id=course.id,
        unit_id=unit.id,
        learner_id=learner.id,
        named_learner_id=None if learner.id == learner_id else learner_id,
        is_demo=is_demo or integration.is_demo or course.is_demo or learner.is_demo,
        is_credit=is_credit,
        lesson_mode=lesson_mode.value,
        link_digest=link_digest,
        destination_id=from_lms.destination_id if from_lms else None,
        mastery_score=from_lms.mastery_score if from_lms else None,
        opened_at=clock.now(),
        opened_address=address[:64] if address else None,
        opened_agent=agent[:255] if agent else None,
    )
    session.add(row)
    session.flush()
    return OpenLaunch(
        launch_id=row.id,
        session_id=session_id,
        content_url=unit.launch_url
        and build_content_url(
            unit.launch_url,
            session_id=session_id,
            aicc_url=organisation.hacp_url,
            web_launch=join_parameters(unit.web_launch, from_lms.extras if from_lms else ""),
        ),
        aicc_url=organisation.hacp_url,
        expires_at=row.opened_at + timedelta(days=settings.session_absolute_days),
        is_demo=row.is_demo,
    )


def make_launch_link(
    settings: Settings,
    organisation: Organisation,
    *,
    integration_id: str,
    course_id: str,
    learner_id: str,
    now: datetime,
    is_credit: bool = True,
    lesson_mode: LessonMode = LessonMode.NORMAL,
    valid: timedelta | None = None,
    is_single_use: bool = False,
    unit_id: str | None = None,
    seed: str | None = None,
) -> str:
    """Return a signed address that opens a new session each time it is visited, until it expires.

    No two links are alike, so that one which may be used once is not spent by another; `seed` is what makes
    them so, random when it is left out.
    """
    expires_at = now + (valid or timedelta(days=settings.launch_link_days))
    manner = [int(is_credit), lesson_mode.value, seed or secrets.token_urlsafe(6)]
    manner += [int(is_single_use), unit_id] if unit_id else [1] if is_single_use else []
    payload = [integration_id, course_id, learner_id, int(expires_at.timestamp()), *manner]
    return f"{organisation.public_url}/launch/{_serializer(settings).dumps(payload)}"


def read_launch_link(settings: Settings, token: str, *, now: datetime) -> LaunchTicket:
    """Return what the token stands for; raises BadLaunchLink or ExpiredLaunchLink."""
    try:
        integration_id, course_id, learner_id, expires, *manner = _serializer(settings).loads(token)
        # Links made before there were modes have no manner.
        is_credit, lesson_mode = manner[:2] or (1, LessonMode.NORMAL)
        ticket = LaunchTicket(
            str(integration_id),
            str(course_id),
            str(learner_id),
            clock.from_microseconds(int(expires) * 1_000_000),
            is_credit=bool(is_credit),
            lesson_mode=LessonMode(lesson_mode),
            is_single_use=any(manner[3:4]),
            digest=hashlib.sha256(token.encode()).digest(),
            unit_id=str(manner[4]) if manner[4:] else None,
        )
    except (BadData, ValueError, TypeError, OverflowError) as error:
        raise BadLaunchLink("this launch link is not one of ours") from error
    if now > ticket.expires_at:
        raise ExpiredLaunchLink("this launch link has expired")
    return ticket


def is_link_spent(session: Session, digest: bytes) -> bool:
    """Tell whether content that this link opened has called already; opening the link spends nothing."""
    return session.execute(_SELECT_SPENT, {"link_digest": digest}).first() is not None


def resolve_session(session: Session, session_id: str) -> Launch | None:
    """Return the launch with this session id, its row locked until the commit; None for an unknown one.

    The lock makes the messages of one session queue up; SQLite's write transaction does the same.
    """
    return ask_session(session, session_id)()


def ask_session(session: Session, session_id: str) -> Callable[[], Launch | None]:
    """Ask for the launch with this session id, its row locked; what is returned gives it."""
    if not session_id.isascii() or not session_id.isalnum() or len(session_id) != SESSION_ID_LENGTH:
        return lambda: None
    asked = _SELECT.ask(session, {"session_hash": hash_session_id(session_id)})
    return lambda: None if (row := asked.first()) is None else to_launch(row._asdict())


def find_launch(session: Session, launch_id: str) -> Launch | None:
    """Return a launch by its own id, without locking it; None for an unknown one."""
    columns = (_TABLE.c[name] for name in _FIELDS)
    row = session.execute(select(*columns).where(_TABLE.c.id == launch_id)).first()
    return None if row is None else to_launch(row._asdict())


def to_launch(row: Mapping[Any, Any]) -> Launch:
    """Return the value that a row of the launch table keeps."""
    values = dict(row)
    values["state"] = LaunchState(values["state"])
    values["lesson_mode"] = LessonMode(values["lesson_mode"])
    values["end_reason"] = EndReason(values["end_reason"]) if values["end_reason"] else None
    return Launch(**values)


def save_launch(session: Session, launch: Launch) -> None:
    """Write back the columns that messages change."""
    values = {name: getattr(launch, name) for name in _CHANGING}
    _SAVE.run(session, {"launch_id": launch.id, **values})


def lend_session_id(session: Session, launch_id: str) -> str:
    """Give a session another id, in a transaction that will be rolled back: its own is kept nowhere."""
    session_id = _new_session_id()
    hashed = hash_session_id(session_id)
    session.execute(update(tables.Launch).where(tables.Launch.id == launch_id).values(session_hash=hashed))
    return session_id


def _new_session_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(SESSION_ID_LENGTH))


def hash_session_id(session_id: str) -> bytes:
    """Return what the database keeps of a session id: enough to recognise it, not to use it."""
    return hashlib.sha256(session_id.encode()).digest()


_FIELDS = tuple(each.name for each in fields(Launch))
_CHANGING = (
    "attempt_id",
    "state",
    "first_message_at",
    "last_message_at",
    "ended_at",
    "end_reason",
    "base_time",
    "closed_time",
    "segment_time",
    "last_time",
    "status_at_start",
)
# Made once: putting a statement together costs more than running it.
_TABLE = table_of(tables.Launch)
_SELECT = Prepared(
    select(*(_TABLE.c[name] for name in _FIELDS))
    .where(_TABLE.c.session_hash == bindparam("session_hash"))
    .with_for_update()
)
_SELECT_SPENT = (
    select(_TABLE.c.id)
    .where(_TABLE.c.link_digest == bindparam("link_digest"), _TABLE.c.first_message_at.is_not(None))
    .limit(1)
)
_SAVE = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("launch_id"))
    .values({name: bindparam(name) for name in _CHANGING})
)


def _serializer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(
        settings.secret_key,
        salt=_LINK_SALT,
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
