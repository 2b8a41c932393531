"""Imports in the background: an upload, its preview, and the word to take it or leave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.catalog.importing import Outcome, Plan
from app.models.base import new_id, table_of
from app.models.imports import ImportChunk, ImportItem, ImportJob

# An upload that nobody continues is given up; what was found in a file is shown for a while.
UPLOAD_PATIENCE = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
_ROWS_AT_ONCE = 500


class UnknownImport(LookupError):
    """There is no import with this id."""


class BadImport(ValueError):
    """This cannot be done with the import now; the message is fit for whoever asked."""


class State(StrEnum):
    """How far an import is; the worker moves it on from READING and APPLYING, people from PLANNED."""

    RECEIVING = "receiving"
    READING = "reading"
    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    DISCARDED = "discarded"
    FAILED = "failed"

    @property
    def is_working(self) -> bool:
        return self in (State.READING, State.APPLYING)

    @property
    def is_over(self) -> bool:
        return self in (State.DONE, State.DISCARDED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Import:
    """One uploaded file and how far it is; `position` counts packages out of `total`, once that is known."""

    id: str
    integration_id: str
    file_name: str
    size_bytes: int
    state: State
    position: int
    total: int | None
    trouble: str
    started_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One package of the file: what importing it would do, or did."""

    position: int
    outcome: Outcome
    name: str
    title: str
    course_id: str | None
    notes: tuple[str, ...]


def begin_upload(session: Session, *, integration_id: str, file_name: str, started_by: str) -> str:
    """Make an import that waits for its file; returns its id."""
    now = clock.now()
    job_id = new_id()
    session.execute(
        insert(ImportJob).values(
            id=job_id,
            integration_id=integration_id,
            file_name=_printable(file_name)[:255] or "upload.zip",
            size_bytes=0,
            state=State.RECEIVING.value,
            position=0,
            trouble="",
            started_by=started_by[:300],
            created_at=now,
            updated_at=now,
        )
    )
    return job_id


def add_chunk(session: Session, job_id: str, number: int, data: bytes) -> None:
    """Keep one piece of the file; every piece but the last is CHUNK_BYTES long."""
    session.execute(insert(ImportChunk).values(job_id=job_id, number=number, data=data))
    _touch(session, job_id)


def finish_upload(session: Session, job_id: str, *, size_bytes: int) -> None:
    """Hand the file over to the worker."""
    _move(session, job_id, State.RECEIVING, State.READING, size_bytes=size_bytes)


def load_chunk(session: Session, job_id: str, number: int) -> bytes:
    """Return a piece of the file; empty when it is no longer there."""
    is_it = (ImportChunk.job_id == job_id, ImportChunk.number == number)
    return session.scalar(select(ImportChunk.data).where(*is_it)) or b""


def get_import(session: Session, job_id: str) -> Import:
    """Read one import; raises UnknownImport."""
    row = session.get(ImportJob, job_id, populate_existing=True)
    if row is None:
        raise UnknownImport(f"there is no import {job_id!r}")
    return _to_value(row)


def list_imports(session: Session, *, limit: int = 20) -> list[Import]:
    """List imports, newest first."""
    rows = session.scalars(select(ImportJob).order_by(ImportJob.id.desc()).limit(limit))
    return [_to_value(row) for row in rows]


def count_outcomes(session: Session, job_id: str) -> Mapping[Outcome, int]:
    """Count the packages that were read so far by what becomes of them."""
    rows = session.execute(
        select(ImportItem.outcome, func.count())
        .where(ImportItem.job_id == job_id)
        .group_by(ImportItem.outcome)
    ).all()
    found = {Outcome(outcome): int(count) for outcome, count in rows}
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


def list_items(
    session: Session, job_id: str, outcome: Outcome, *, after: int = -1, limit: int = 50
) -> list[Item]:
    """List packages of one outcome in the order of the file."""
    rows = session.scalars(
        select(ImportItem)
        .where(
            ImportItem.job_id == job_id,
            ImportItem.outcome == outcome.value,
            ImportItem.position > after,
        )
        .order_by(ImportItem.position)
        .limit(limit)
    )
    return [
        Item(
            row.position,
            Outcome(row.outcome),
            row.name,
            row.title,
            row.course_id,
            tuple(row.notes.split("\n")) if row.notes else (),
        )
        for row in rows
    ]


def start_applying(session: Session, job_id: str) -> None:
    """Let the worker take in what the preview showed; raises BadImport, UnknownImport."""
    _move(session, job_id, State.PLANNED, State.APPLYING, position=0)


def discard(session: Session, job_id: str) -> None:
    """Leave everything as it is; raises BadImport once taking in has begun, UnknownImport."""
    found = get_import(session, job_id)
    if found.state not in (State.RECEIVING, State.READING, State.PLANNED):
        raise BadImport("this import can no longer be discarded")
    _move(session, job_id, found.state, State.DISCARDED)


def fail(session: Session, job_id: str, trouble: str) -> None:
    """Note that the file cannot be imported, and why."""
    session.execute(
        update(ImportJob)
        .where(ImportJob.id == job_id)
        .values(state=State.FAILED.value, trouble=trouble[:1000], updated_at=clock.now())
    )


def find_work(session: Session) -> Import | None:
    """Return the oldest import that the worker has something to do for."""
    row = session.scalars(
        select(ImportJob)
        .where(ImportJob.state.in_((State.READING.value, State.APPLYING.value)))
        .order_by(ImportJob.id)
        .limit(1)
    ).first()
    return _to_value(row) if row else None


def advance(session: Session, job: Import, *, by: int, total: int) -> bool:
    """Move on by some packages; False when somebody else has done so, or has stopped the import."""
    moved = session.execute(
        update(ImportJob)
        .where(
            ImportJob.id == job.id,
            ImportJob.state == job.state.value,
            ImportJob.position == job.position,
        )
        .values(position=job.position + by, total=total, updated_at=clock.now())
        .returning(ImportJob.id)
    )
    return moved.first() is not None


def finish_stage(session: Session, job: Import) -> None:
    """Everything is read, or everything is taken in."""
    next_state = State.PLANNED if job.state is State.READING else State.DONE
    _move(session, job.id, job.state, next_state)


def add_items(session: Session, job: Import, plans: Sequence[Plan]) -> None:
    """Keep what was planned for the packages from the job's position on."""
    rows = [
        {
            "job_id": job.id,
            "position": job.position + number,
            "outcome": plan.outcome.value,
            "name": plan.package.name[:300],
            "title": plan.package.title,
            # A new course is made when the import is applied, and gets its id then.
            "course_id": None if plan.outcome is Outcome.NEW else plan.course_id,
            "identifiers": "\n".join(plan.seen_as),
            "notes": "\n".join(plan.notes),
        }
        for number, plan in enumerate(plans)
    ]
    session.execute(insert(ImportItem), rows)


def list_outcomes(session: Session, job: Import, *, limit: int) -> list[Outcome]:
    """Return what was planned for the packages from the job's position on."""
    rows = session.scalars(
        select(ImportItem.outcome)
        .where(ImportItem.job_id == job.id, ImportItem.position >= job.position)
        .order_by(ImportItem.position)
        .limit(limit)
    )
    return [Outcome(outcome) for outcome in rows]


def note_applied(session: Session, job: Import, done: Mapping[int, Plan]) -> None:
    """Keep what became of packages, by their number from the job's position on."""
    rows = [
        {
            "of_position": job.position + number,
            "outcome": plan.outcome.value,
            "course_id": plan.course_id,
            "notes": "\n".join(plan.notes),
        }
        for number, plan in done.items()
    ]
    if rows:
        table = table_of(ImportItem)
        is_it = (table.c.job_id == job.id) & (table.c.position == bindparam("of_position"))
        session.execute(update(table).where(is_it), rows)


def list_seen(session: Session, job_id: str) -> set[str]:
    """Return by what the packages read so far are known again."""
    texts = session.scalars(select(ImportItem.identifiers).where(ImportItem.job_id == job_id))
    return {value for text in texts for value in text.split("\n") if value}


def tidy(session: Session) -> int:
    """Delete a little of what is no longer needed: uploaded files first, old previews later."""
    now = clock.now()
    stale = (ImportJob.state == State.RECEIVING.value) & (ImportJob.updated_at < now - UPLOAD_PATIENCE)
    over = ImportJob.state.in_([state.value for state in State if state.is_over])
    chunk = session.execute(
        select(ImportChunk.job_id, ImportChunk.number)
        .join(ImportJob, ImportJob.id == ImportChunk.job_id)
        .where(over | stale)
        .limit(1)
    ).first()
    if chunk is not None:
        session.execute(
            delete(ImportChunk).where(ImportChunk.job_id == chunk.job_id, ImportChunk.number == chunk.number)
        )
        return 1
    session.execute(delete(ImportJob).where(stale))
    old = session.scalar(select(ImportJob.id).where(over, ImportJob.updated_at < now - KEPT_FOR).limit(1))
    if old is None:
        return 0
    return _delete_piece(session, old)


def _delete_piece(session: Session, job_id: str) -> int:
    positions = list(
        session.scalars(select(ImportItem.position).where(ImportItem.job_id == job_id).limit(_ROWS_AT_ONCE))
    )
    if positions:
        session.execute(
            delete(ImportItem).where(ImportItem.job_id == job_id, ImportItem.position.in_(positions))
        )
        return len(positions)
    session.execute(delete(ImportJob).where(ImportJob.id == job_id))
    return 1


def _move(session: Session, job_id: str, from_: State, to: State, **values: Any) -> None:
    moved = session.execute(
        update(ImportJob)
        .where(ImportJob.id == job_id, ImportJob.state == from_.value)
        .values(state=to.value, updated_at=clock.now(), **values)
        .returning(ImportJob.id)
    )
    if moved.first() is None:
        get_import(session, job_id)
        raise BadImport("this import is no longer waiting for that")


def _touch(session: Session, job_id: str) -> None:
    session.execute(update(ImportJob).where(ImportJob.id == job_id).values(updated_at=clock.now()))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _to_value(row: ImportJob) -> Import:
    return Import(
        id=row.id,
        integration_id=row.integration_id,
        file_name=row.file_name,
        size_bytes=row.size_bytes,
        state=State(row.state),
        position=row.position,
        total=row.total,
        trouble=row.trouble,
        started_by=row.started_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
