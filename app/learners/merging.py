"""Two learners who are one person become one, a wrong merge is undone, and one who is two is split.

Messages arrive meanwhile. A learner's row is locked first, then their sessions and identities: on PostgreSQL
whoever is recording something holds one of these (see `service`), so a merge waits for it and finds it, or is
waited for. SQLite lets one writer in at a time. Progress rows must be made again in the same transaction:
`progress/reassigning` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.learners.attempts import give_back_attempts, move_attempts
from app.learners.service import (
    attach_identity,
    check_email,
    find_identity,
    get_learner,
    lock_learner,
    name_columns,
    own_identity,
)
from app.learners.values import BadLearner, IdentityKind, Learner as LearnerValue, UnknownLearner
from app.models.base import new_id
from app.models.launches import Launch
from app.models.learning import Identity, Learner, LearnerMerge
from app.words import worded


class UnknownMerge(LookupError):
    """There is no such merge."""


class TakenIdentity(BadLearner):
    """The identity is another learner's: the two would have to be merged."""

    def __init__(self, other: LearnerValue) -> None:
        super().__init__(worded("it means %(name)s so far", name=other.name))
        self.other = other


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Which identities changed hands between which learners; `merge_id` is by what a merge is undone."""

    from_id: str
    to_id: str
    identity_ids: tuple[int, ...]
    merge_id: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge as its history shows it."""

    id: str
    kept_id: str
    merged_id: str
    merged_name: str
    identity_count: int
    made_at: datetime
    made_by: str
    undone_at: datetime | None
    undone_by: str | None


def merge(session: Session, keep_id: str, other_id: str, *, by: str) -> Reassigned:
    """Let the one learner have everything of the other, whose row stays and leads on.

    Raises UnknownLearner, and BadLearner for two who cannot be one.
    """
    keep, other = _lock_two(session, get_learner(session, keep_id).id, get_learner(session, other_id).id)
    # By this name its sessions go on reporting; it must not be made for the empty row later.
    own_identity(session, other.id)
    _lock_belongings(session, other.id)
    facts = _facts_to_take(keep, other)
    attempts = move_attempts(session, other.id, keep.id)
    identity_ids = _move_identities(session, other.id, keep.id)
    _move_launches(session, other.id, keep.id)
    session.execute(update(Learner).where(Learner.id == other.id).values(merged_into_id=keep.id))
    if facts:
        _write(session, keep.id, {name: after for name, (_, after) in facts.items()})
    merge_id = new_id()
    moved = {"identities": identity_ids, "attempts": attempts, "facts": facts}
    session.execute(
        insert(LearnerMerge).values(
            id=merge_id,
            kept_id=keep.id,
            merged_id=other.id,
            moved=json.dumps(moved),
            made_at=clock.now(),
            made_by=by[:200],
        )
    )
    return Reassigned(other.id, keep.id, identity_ids, merge_id)


def undo(session: Session, merge_id: str, *, by: str) -> Reassigned:
    """Give back what a merge moved, as far as it has not gone elsewhere since.

    What was reported meanwhile goes with the identity under which it came. Raises UnknownMerge, and
    BadLearner for what was undone before.
    """
    row = session.scalar(select(LearnerMerge).where(LearnerMerge.id == merge_id))
    if row is None:
        raise UnknownMerge(f"there is no merge {merge_id!r}")
    holder_id = get_learner(session, row.kept_id).id
    _lock(session, [holder_id, row.merged_id])
    now = clock.now()
    undone = session.execute(
        update(LearnerMerge)
        .where(LearnerMerge.id == merge_id, LearnerMerge.undone_at.is_(None))
        .values(undone_at=now, undone_by=by[:200])
        .returning(LearnerMerge.id)
    ).first()
    if undone is None:
        raise BadLearner(worded("this merge has been undone already"))
    moved = json.loads(row.moved)
    session.execute(update(Learner).where(Learner.id == row.merged_id).values(merged_into_id=None))
    _lock_belongings(session, holder_id)
    identity_ids = _move_identities(session, holder_id, row.merged_id, only=moved["identities"])
    _move_launches(session, holder_id, row.merged_id, only_named=_own_names(session, identity_ids))
    give_back_attempts(session, holder_id, row.merged_id, moved["attempts"])
    _take_back(session, row.kept_id, moved["facts"])
    return Reassigned(holder_id, row.merged_id, identity_ids, merge_id)


def split(
    session: Session, learner_id: str, identity_ids: Sequence[int], *, to_id: str | None = None
) -> Reassigned:
    """Take identities out of a learner, to another one or to a new one that nobody has matched yet.

    Sessions opened from our own launch links stay. Raises UnknownLearner, and BadLearner when nothing would
    change hands.
    """
    learner = get_learner(session, learner_id)
    _lock(session, [learner.id])
    row = Identity
    found = session.execute(
        select(row.id, row.value)
        .where(row.learner_id == learner.id, row.id.in_(identity_ids), row.kind != IdentityKind.LEARNER.value)
        .order_by(row.id)
    ).all()
    if not found or len(found) != len(set(identity_ids)):
        raise BadLearner(worded("choose identities that this learner has"))
    if to_id is None:
        to_id = _insert_split(session, found[0].value, is_demo=learner.is_demo)
    to_id = get_learner(session, to_id).id
    if to_id == learner.id:
        raise BadLearner(worded("the identities are this learner's already"))
    _check_alike(_lock(session, [learner.id, to_id]))
    _lock_belongings(session, learner.id)
    moved = _move_identities(session, learner.id, to_id, only=[each.id for each in found])
    return Reassigned(learner.id, to_id, moved)


def add_identity(session: Session, learner_id: str, kind: IdentityKind, value: str) -> LearnerValue:
    """Give a learner one more identity, so that what is reported under it is theirs.

    Raises UnknownLearner, BadLearner for what cannot be one, TakenIdentity for another learner's.
    """
    learner = lock_learner(session, learner_id)
    if kind is IdentityKind.EMAIL:
        check_email(value)
    if not value.strip():
        raise BadLearner(worded("give the e-mail address or ID"))
    found = find_identity(session, kind, "", value)
    identity = found or attach_identity(session, learner.id, kind, "", value)
    if identity.learner_id != learner.id:
        raise TakenIdentity(get_learner(session, identity.learner_id))
    return learner


def list_merges(session: Session, learner_id: str) -> list[Merge]:
    """List what was merged into a learner, newest first, the undone too."""
    query = (
        select(LearnerMerge, Learner.name)
        .join(Learner, Learner.id == LearnerMerge.merged_id)
        .where(LearnerMerge.kept_id == learner_id)
        .order_by(LearnerMerge.id.desc())
    )
    return [
        Merge(
            id=row.id,
            kept_id=row.kept_id,
            merged_id=row.merged_id,
            merged_name=name,
            identity_count=len(json.loads(row.moved)["identities"]),
            made_at=row.made_at,
            made_by=row.made_by,
            undone_at=row.undone_at,
            undone_by=row.undone_by,
        )
        for row, name in session.execute(query)
    ]


def _lock_two(session: Session, keep_id: str, other_id: str) -> tuple[Any, Any]:
    if keep_id == other_id:
        raise BadLearner(worded("the two are one learner already"))
    rows = _lock(session, [keep_id, other_id])
    _check_alike(rows)
    return rows[keep_id], rows[other_id]


def _check_alike(rows: Mapping[str, Any]) -> None:
    if len({row.is_demo for row in rows.values()}) > 1:
        raise BadLearner(worded("one of the two belongs to the demo, and would vanish with it"))


def _lock(session: Session, learner_ids: Sequence[str]) -> dict[str, Any]:
    """Lock learners against being merged or launched for; messages about them may still be recorded."""
    query = select(*Learner.__table__.c).where(Learner.id.in_(learner_ids)).order_by(Learner.id)
    rows = {row.id: row for row in session.execute(query.with_for_update(key_share=True))}
    for learner_id in learner_ids:
        if learner_id not in rows:
            raise UnknownLearner(worded("there is no learner %(id)s", id=repr(learner_id)))
    return rows


def _lock_belongings(session: Session, learner_id: str) -> None:
    """Wait for whatever is being recorded under the learner's sessions and identities, and keep more out."""
    session.execute(
        select(Launch.id).where(Launch.learner_id == learner_id).order_by(Launch.id).with_for_update()
    ).all()
    query = select(Identity.id).where(Identity.learner_id == learner_id).order_by(Identity.id)
    locked: list[int] = []
    # What was waited for may have made one more.
    while (found := list(session.scalars(query.with_for_update()))) != locked:
        locked = found


def _move_identities(
    session: Session, from_id: str, to_id: str, *, only: Sequence[int] | None = None
) -> tuple[int, ...]:
    query = update(Identity).where(Identity.learner_id == from_id)
    if only is not None:
        query = query.where(Identity.id.in_(only))
    return tuple(sorted(session.scalars(query.values(learner_id=to_id).returning(Identity.id))))


def _move_launches(
    session: Session, from_id: str, to_id: str, *, only_named: Sequence[str] | None = None
) -> None:
    """Let sessions go on for the other learner, each still reporting under the name it was opened for."""
    row = Launch
    query = update(row).where(row.learner_id == from_id)
    if only_named is not None:
        query = query.where(row.named_learner_id.in_(only_named))
    named = func.nullif(func.coalesce(row.named_learner_id, row.learner_id), to_id)
    session.execute(query.values(learner_id=to_id, named_learner_id=named))


def _own_names(session: Session, identity_ids: Sequence[int]) -> list[str]:
    row = Identity
    query = select(row.value).where(row.id.in_(identity_ids), row.kind == IdentityKind.LEARNER.value)
    return list(session.scalars(query))


_FACTS = ("group_name", "manager", "attributes")


def _facts_to_take(keep: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    """Return what the kept learner's row learns of the other, before and after, by column."""
    names = _FACTS if keep.is_provisional <= other.is_provisional else ()
    taken = {name: getattr(other, name) for name in names if getattr(other, name) and not getattr(keep, name)}
    if keep.is_provisional and not other.is_provisional:
        # The one whom nobody had matched is now somebody an admin knows.
        taken = {name: getattr(other, name) for name in ("name", *_FACTS)}
        taken |= {"is_provisional": False, "is_ignored": False}
    return {
        name: (getattr(keep, name), value) for name, value in taken.items() if getattr(keep, name) != value
    }


def _take_back(session: Session, learner_id: str, facts: Mapping[str, Sequence[Any]]) -> None:
    row = session.execute(select(*Learner.__table__.c).where(Learner.id == learner_id)).one()
    back = {name: before for name, (before, after) in facts.items() if getattr(row, name) == after}
    if back:
        _write(session, learner_id, back)


def _write(session: Session, learner_id: str, values: Mapping[str, Any]) -> None:
    columns = {**values, **(name_columns(values["name"]) if "name" in values else {})}
    session.execute(update(Learner).where(Learner.id == learner_id).values(columns))


def _insert_split(session: Session, name: str, *, is_demo: bool) -> str:
    learner_id = new_id()
    session.execute(
        insert(Learner).values(
            id=learner_id, **name_columns(name), is_provisional=True, is_demo=is_demo, created_at=clock.now()
        )
    )
    return learner_id
