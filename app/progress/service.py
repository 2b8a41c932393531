"""Record reports: append the observation, move the progress row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.catalog.service import Identifier
from app.learners.values import Identity
from app.models.base import Span, table_of
from app.models.learning import (
    AssignableUnit,
    CourseIdentifier,
    Identity as IdentityRow,
    Observation,
    ProgressRow,
)
from app.prepared import Asked, Prepared
from app.progress import rules
from app.progress.projection import project_pair
from app.progress.rows import observation_columns, row_columns, to_progress
from app.progress.values import Channel, Progress, Report, Status


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the message itself is kept: kind `exchange` or `statement`, and its id or key."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a report did; `appended` is False for one that said nothing new."""

    before: Progress | None
    after: Progress
    appended: bool


# An AICC report is stamped with its receipt, so its time of day alone is no news.
_IGNORED = {Channel.AICC: {"received_at", "event_at"}, Channel.XAPI: {"received_at"}}


def record(
    session: Session,
    *,
    identity: Identity,
    identifier: Identifier,
    report: Report,
    evidence: Evidence,
    integration_id: str,
    unit_id: str | None = None,
    look: Look | None = None,
) -> Change:
    """Append what a message said and merge it into the learner's one row for the course.

    Locks the row first, so reports of one learner and course queue up; whoever reports over AICC holds its
    source, the launch, locked already. A report equal to its source's last one is not appended again.
    `look` is what `ask_look` gave for the same report, with no other report of the pair recorded since.
    """
    row, heard = _lock_and_look(session, identity, identifier, report, look)
    before = None if row is None or row.first_seen is None else to_progress(row)
    if _says_nothing_new(heard, report):
        return Change(before=before, after=before or Progress(), appended=False)
    observation = {
        "integration_id": integration_id,
        "identity_id": identity.id,
        "identifier_id": identifier.id,
        "unit_id": unit_id,
        "evidence_kind": evidence.kind,
        "evidence_id": evidence.id,
        **observation_columns(report),
    }
    _INSERT_OBSERVATION.run(session, observation)
    has_decision = row is not None and row.has_decision
    if has_decision or (report.channel is Channel.AICC and heard.unit_count > 1):
        # What the unit said is a part of the course: how much, all that was said of the others decides. And
        # what was decided of a row stands between what was heard before and after.
        made = project_pair(
            session, identity.learner_id, identifier.course_id, may_have_decision=has_decision
        )
        after = made.progress if made else Progress()
    else:
        after = rules.merge(before or Progress(), report, counted=_counted(heard, report))
    if after != before:
        values = {"pair_learner": identity.learner_id, "pair_course": identifier.course_id}
        _UPDATE_ROW.run(session, {**values, **row_columns(after)})
    return Change(before=before, after=after, appended=True)


@dataclass(frozen=True, slots=True)
class Look:
    """A pair's row, locked until the commit, and what was heard of the report, both on their way."""

    row: Asked
    heard: Asked


def is_complete(session: Session, learner_id: str, course_id: str) -> bool:
    """Tell whether the learner has completed the course, over AICC or xAPI."""
    status = session.scalar(
        select(ProgressRow.status).where(
            ProgressRow.learner_id == learner_id, ProgressRow.course_id == course_id
        )
    )
    return status is not None and Status(status).is_complete


def ask_look(session: Session, *, identity: Identity, identifier: Identifier, report: Report) -> Look:
    """Ask ahead for what `record` is going to need of a report that came as a statement."""
    key = _look_key(identity, identifier, report)
    # The second is run when the first has its lock, so that it sees what the lock was waited for.
    return Look(_SELECT_ROW.ask(session, key), _SELECT_HEARD[report.channel].ask(session, key))


def lock_row(session: Session, learner_id: str, course_id: str) -> Progress | None:
    """Lock a pair's row until the commit, made now where there is none; returns what it says, if anything."""
    row = _begin_row(session, {"learner_id": learner_id, "course_id": course_id})
    return None if row is None or row.first_seen is None else to_progress(row)


def ensure_row(session: Session, learner_id: str, course_id: str) -> None:
    """Make the pair's row when there is none, so that there is something to lock and to fill."""
    _INSERT_ROW.first(session, {"learner_id": learner_id, "course_id": course_id, **row_columns(Progress())})


# Made once: putting a statement together costs more than running it.
_PROGRESS = table_of(ProgressRow)
_OBSERVATION = table_of(Observation)
_UNIT = table_of(AssignableUnit)
_is_pair = (_PROGRESS.c.learner_id == bindparam("learner_id")) & (
    _PROGRESS.c.course_id == bindparam("course_id")
)
_SELECT_ROW = Prepared(select(_PROGRESS).where(_is_pair).with_for_update())
_UPDATE_ROW = Prepared(
    update(_PROGRESS).where(
        _PROGRESS.c.learner_id == bindparam("pair_learner"), _PROGRESS.c.course_id == bindparam("pair_course")
    )
)
_INSERT_ROW = Prepared(
    {
        name: make(_PROGRESS)
        .on_conflict_do_nothing(index_elements=["learner_id", "course_id"])
        .returning(_PROGRESS.c.learner_id)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_INSERT_OBSERVATION = Prepared(insert(_OBSERVATION).inline())
_last = (
    select(*(column.label(f"last_{column.name}") for column in _OBSERVATION.c))
    .where(
        _OBSERVATION.c.source == bindparam("source"),
        _OBSERVATION.c.identity_id == bindparam("identity_id"),
        _OBSERVATION.c.identifier_id == bindparam("identifier_id"),
        _OBSERVATION.c.channel == bindparam("channel"),
    )
    .order_by(_OBSERVATION.c.id.desc())
    .limit(1)
    .subquery("last")
)
_session_time = (
    select(func.max(_OBSERVATION.c.time, type_=Span()))
    .where(_OBSERVATION.c.channel == Channel.AICC.value, _OBSERVATION.c.source == bindparam("source"))
    .scalar_subquery()
)
_same_duration = (
    select(_OBSERVATION.c.time)
    .join(IdentityRow, IdentityRow.id == _OBSERVATION.c.identity_id)
    .join(CourseIdentifier, CourseIdentifier.id == _OBSERVATION.c.identifier_id)
    .where(
        IdentityRow.learner_id == bindparam("learner_id"),
        CourseIdentifier.course_id == bindparam("course_id"),
        _OBSERVATION.c.channel == Channel.XAPI.value,
        _OBSERVATION.c.time == bindparam("time"),
        _OBSERVATION.c.time_is_total.is_(False),
        _OBSERVATION.c.is_withdrawn.is_(False),
    )
    .limit(1)
    .scalar_subquery()
)
# One row always: what the source said last, if it has spoken, and how much of the report's time the row's
# totals hold already (see `rules.merge`).
_one = select(literal(1).label("one")).subquery("one")
_unit_count = (
    select(func.count())
    .select_from(_UNIT)
    .where(_UNIT.c.course_id == bindparam("course_id"), _UNIT.c.launch_url.is_not(None))
    .scalar_subquery()
)
_SELECT_HEARD = {
    channel: Prepared(select(_last, *more).select_from(_one.outerjoin(_last, true())))
    for channel, more in (
        (Channel.AICC, (_session_time.label("counted"), _unit_count.label("unit_count"))),
        (Channel.XAPI, (_same_duration.label("counted"),)),
    )
}
# The row and what was heard in one round. What is beside a row that has to be waited for is as old as the
# waiting: that will do for AICC only, where nobody else can speak for the source meanwhile.
_SELECT_ROW_AND_HEARD = Prepared(
    select(_PROGRESS, _last, _session_time.label("counted"), _unit_count.label("unit_count"))
    .select_from(_PROGRESS.outerjoin(_last, true()))
    .where(_is_pair)
    .with_for_update(of=_PROGRESS)
)


def _look_key(identity: Identity, identifier: Identifier, report: Report) -> dict[str, Any]:
    return {
        "learner_id": identity.learner_id,
        "course_id": identifier.course_id,
        "source": report.source,
        "identity_id": identity.id,
        "identifier_id": identifier.id,
        "channel": report.channel.value,
        # A total stands for itself: nothing of it is counted yet.
        "time": None if report.time_is_total else report.time,
    }


def _lock_and_look(
    session: Session, identity: Identity, identifier: Identifier, report: Report, look: Look | None
) -> tuple[Any | None, Any]:
    """Return the pair's row, locked until the commit, and what is known of the report; None for a new row."""
    if report.channel is Channel.AICC:
        both = _SELECT_ROW_AND_HEARD.first(session, _look_key(identity, identifier, report))
        if both is not None:
            return both, both
    look = look or ask_look(session, identity=identity, identifier=identifier, report=report)
    row = look.row.first()
    if row is not None:
        return row, look.heard.first()
    row = _begin_row(session, {"learner_id": identity.learner_id, "course_id": identifier.course_id})
    # What was heard without the lock may be old by now.
    key = _look_key(identity, identifier, report)
    return row, _SELECT_HEARD[report.channel].first(session, key)


def _begin_row(session: Session, pair: dict[str, str]) -> Any | None:
    """Make the pair's row, or lock what somebody made meanwhile; None for a new one."""
    # An empty row is something to lock: two first reports at once must not both start from nothing.
    if _INSERT_ROW.first(session, {**pair, **row_columns(Progress())}) is not None:
        return None
    row = _SELECT_ROW.first(session, pair)
    assert row is not None, "a conflicting row is visible once its insert has been waited for"
    return row


def _counted(heard: Any, report: Report) -> timedelta:
    return timedelta(0) if report.time is None or heard.counted is None else heard.counted


def _says_nothing_new(heard: Any, report: Report) -> bool:
    if heard.last_id is None:
        return False
    ignored = _IGNORED[report.channel]
    values = observation_columns(report)
    return all(
        getattr(heard, f"last_{name}") == value for name, value in values.items() if name not in ignored
    )
