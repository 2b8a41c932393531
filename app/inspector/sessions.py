"""AICC sessions for the people who look after courses: who opened what, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.access.launches import Launch, to_launch
from app.hacp.wire import hide_session_ids
from app.inspector.messages import readable
from app.models.access import Integration
from app.models.base import table_of
from app.models.launches import AiccRecord, Attempt, Launch as LaunchRow, LaunchItem
from app.models.learning import Course, Learner, Observation
from app.models.records import Exchange
from app.progress.values import Status

COUNT_CAP = 10_000
ITEM_KINDS = ("interaction", "objective", "comment")


class UnknownSession(LookupError):
    """There is no AICC session, or no record of one, with this id."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The best that a session reported of its learner and course, and the greatest percentage."""

    status: Status
    percent: float | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One AICC session, as lists show it; `reported` is None before it said anything of progress."""

    launch: Launch
    learner_name: str
    course_title: str
    reported: Reported | None
    messages: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the attempt stands now; all sessions of one learner and course share it."""

    number: int
    lesson_status: str
    score: str
    location: str
    suspend_bytes: int
    total_time: timedelta
    objectives: tuple[Mapping[str, str], ...]
    preferences: Mapping[str, str]
    student_data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One AICC session and everybody it belongs to."""

    line: SessionLine
    integration_name: str
    opened_address: str | None
    opened_agent: str | None
    standing: Standing | None

    @property
    def launch(self) -> Launch:
        return self.line.launch


@dataclass(frozen=True, slots=True)
class Item:
    """One interaction, objective or comment; `fields` are its columns, in lower case, as sent."""

    name: str
    fields: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a Put command brought, kept as sent."""

    id: str
    command: str
    size_bytes: int
    received_at: datetime


def list_sessions(
    session: Session,
    *,
    learner_id: str | None = None,
    course_id: str | None = None,
    is_heard: bool | None = None,
    updated_since: datetime | None = None,
    before: str | None = None,
    limit: int = 20,
) -> list[SessionLine]:
    """List AICC sessions, newest first; `before` is the id after which the page begins.

    `is_heard` asks for those whose content has called, or for those whose has not.
    """
    query = _wanted(select(*_COLUMNS), learner_id, course_id, is_heard).order_by(LaunchRow.id.desc())
    if updated_since is not None:
        moments = (LaunchRow.opened_at, LaunchRow.last_message_at, LaunchRow.ended_at)
        query = query.where(or_(*(each >= updated_since for each in moments)))
    if before is not None:
        query = query.where(LaunchRow.id < before)
    return _to_lines(session, query.limit(limit))


def count_unheard(session: Session, *, learner_id: str) -> int:
    """Count the learner's launches that were opened and whose content never called, to COUNT_CAP + 1."""
    rows = _wanted(select(LaunchRow.id), learner_id, None, False).limit(COUNT_CAP + 1).subquery()
    return session.execute(select(func.count()).select_from(rows)).scalar_one()


def get_session(session: Session, launch_id: str) -> SessionRecord:
    """Read one AICC session; raises UnknownSession."""
    lines = _to_lines(session, select(*_COLUMNS).where(LaunchRow.id == launch_id))
    if not lines:
        raise UnknownSession(f"there is no session {launch_id!r}")
    launch = lines[0].launch
    name, address, agent = session.execute(
        select(Integration.name, LaunchRow.opened_address, LaunchRow.opened_agent)
        .join(Integration, Integration.id == LaunchRow.integration_id)
        .where(LaunchRow.id == launch_id)
    ).one()
    return SessionRecord(lines[0], name, address, agent, _find_standing(session, launch.attempt_id))


def list_items(session: Session, launch_id: str, kind: str, *, limit: int) -> list[Item]:
    """List the interactions, objectives or comments that a session brought, oldest first."""
    query = (
        select(LaunchItem)
        .where(LaunchItem.launch_id == launch_id, LaunchItem.kind == kind)
        .order_by(LaunchItem.id)
        .limit(limit)
    )
    return [
        Item(readable(row.name), _read_texts(row.fields), row.received_at) for row in session.scalars(query)
    ]


def list_records(session: Session, launch_id: str, *, limit: int) -> list[RawRecord]:
    """List the raw records of a session, oldest first, without their bodies."""
    row = AiccRecord
    query = select(row.id, row.command, func.length(row.body).label("size_bytes"), row.received_at)
    found = session.execute(query.where(row.launch_id == launch_id).order_by(row.id).limit(limit))
    return [RawRecord(**each) for each in found.mappings()]


def read_record(session: Session, launch_id: str, record_id: str) -> tuple[RawRecord, bytes]:
    """Return one raw record of a session and its body, as sent; raises UnknownSession."""
    row = session.scalar(
        select(AiccRecord).where(AiccRecord.id == record_id, AiccRecord.launch_id == launch_id)
    )
    if row is None:
        raise UnknownSession(f"session {launch_id!r} has no record {record_id!r}")
    return RawRecord(row.id, row.command, len(row.body), row.received_at), row.body


_COLUMNS = tuple(table_of(LaunchRow).c[each.name] for each in fields(Launch))


def _wanted(
    query: Select[Any], learner_id: str | None, course_id: str | None, is_heard: bool | None
) -> Select[Any]:
    if learner_id is not None:
        query = query.where(LaunchRow.learner_id == learner_id)
    if course_id is not None:
        query = query.where(LaunchRow.course_id == course_id)
    if is_heard is not None:
        never = LaunchRow.first_message_at.is_(None)
        query = query.where(~never if is_heard else never)
    return query


def _to_lines(session: Session, query: Select[Any]) -> list[SessionLine]:
    launches = [to_launch(row) for row in session.execute(query).mappings()]
    ids = [launch.id for launch in launches]
    learners = _names(session, Learner.id, Learner.name, {launch.learner_id for launch in launches})
    courses = _names(session, Course.id, Course.title, {launch.course_id for launch in launches})
    reported, messages = _find_reported(session, ids), _count_messages(session, ids)
    return [
        SessionLine(
            launch=launch,
            learner_name=learners[launch.learner_id],
            course_title=courses[launch.course_id],
            reported=reported.get(launch.id),
            messages=messages.get(launch.id, 0),
        )
        for launch in launches
    ]


def _names(session: Session, key: Any, name: Any, ids: Iterable[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(key, name).where(key.in_(list(ids))))}


def _find_reported(session: Session, ids: list[str]) -> dict[str, Reported]:
    """Take the highest status of each: an overtaken beacon must not hide a completion."""
    row = Observation
    found: dict[str, list[Reported]] = {}
    query = select(row.source, row.status, func.max(row.percent)).where(
        row.channel == "aicc", row.source.in_(ids)
    )
    for source, status, percent in session.execute(query.group_by(row.source, row.status)):
        found.setdefault(source, []).append(Reported(Status(status), percent))
    return {source: _best(several) for source, several in found.items()}


def _best(several: list[Reported]) -> Reported:
    status = max((each.status for each in several), key=lambda each: each.rank)
    if status.is_complete:
        return Reported(status, 100.0)
    known = [each.percent for each in several if each.percent is not None]
    return Reported(status, min(100.0, max(0.0, *known)) if known else None)


def _count_messages(session: Session, ids: list[str]) -> dict[str, int]:
    row = Exchange
    query = select(row.launch_id, func.count()).where(row.launch_id.in_(ids), row.face == "hacp")
    return {launch_id or "": count for launch_id, count in session.execute(query.group_by(row.launch_id))}


def _find_standing(session: Session, attempt_id: str | None) -> Standing | None:
    row = session.get(Attempt, attempt_id) if attempt_id else None
    if row is None:
        return None
    return Standing(
        number=row.number,
        lesson_status=row.lesson_status,
        score=readable(row.score),
        location=readable(_without_ids(row.location)),
        suspend_bytes=len(row.suspend_data),
        total_time=row.total_time,
        objectives=tuple(_texts_of(each) for each in _read_json(row.objectives, [])),
        preferences=_read_texts(row.preferences),
        student_data=_read_texts(row.student_data),
    )


def _without_ids(location: str) -> str:
    """Content that stores its own address stores its session id."""
    return hide_session_ids(location.encode("utf-8", "replace"), b"[redacted]").decode("utf-8")


def _read_texts(text: str) -> Mapping[str, str]:
    return _texts_of(_read_json(text, {}))


def _texts_of(values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return a JSON object as texts for people; columns are compared without regard to case."""
    return {readable(str(key)).lower(): readable(str(value)) for key, value in values.items()}


def _read_json(text: str, empty: Any) -> Any:
    return json.loads(text) if text else empty
