"""Acts on who is who: merged, undone, split, named, matched, ignored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.learners import merging, unmatched
from app.learners.merging import Reassigned
from app.learners.service import get_learner
from app.learners.values import IdentityKind, Learner
from app.progress.reassigning import merge_learners, split_learner, undo_merge


def merge(session: Session, actor: Actor, keep_id: str, other_id: str) -> Learner:
    """Make two learners one; raises UnknownLearner, BadLearner."""
    other = get_learner(session, other_id)
    done = merge_learners(session, keep_id, other_id, by=actor.name)
    return _note(session, actor, "learner.merged", done, {"merged": other.name})


def undo(session: Session, actor: Actor, merge_id: str) -> Learner:
    """Make two of them again; returns the one who came back. Raises UnknownMerge, BadLearner."""
    return _note(session, actor, "learner.unmerged", undo_merge(session, merge_id, by=actor.name), {})


def split(session: Session, actor: Actor, learner_id: str, identity_ids: Sequence[int]) -> Learner:
    """Take identities out; returns the new learner who has them. Raises UnknownLearner, BadLearner."""
    name = get_learner(session, learner_id).name
    done = split_learner(session, learner_id, identity_ids)
    return _note(session, actor, "learner.split", done, {"out of": name})


def add_identity(session: Session, actor: Actor, learner_id: str, kind: IdentityKind, value: str) -> None:
    """Give a learner one more identity; raises UnknownLearner, BadLearner, TakenIdentity."""
    learner = merging.add_identity(session, learner_id, kind, value)
    detail = {"id": learner.id, "kind": kind.value}
    write_audit(session, actor=actor, action="learner.identity_added", target=learner.name, detail=detail)


def ignore(session: Session, actor: Actor, learner_ids: Sequence[str], *, is_ignored: bool) -> int:
    """Ignore people seen in messages, or take that back; returns how many."""
    changed = unmatched.set_ignored(session, learner_ids, is_ignored=is_ignored)
    _note_each(session, actor, "learner.ignored" if is_ignored else "learner.unignored", changed)
    return len(changed)


def accept(session: Session, actor: Actor, learner_ids: Sequence[str]) -> int:
    """Take people seen in messages for learners of their own; returns how many."""
    changed = unmatched.accept(session, learner_ids)
    _note_each(session, actor, "learner.added", changed)
    return len(changed)


def _note(session: Session, actor: Actor, action: str, done: Reassigned, detail: dict[str, str]) -> Learner:
    learner = get_learner(session, done.to_id)
    told = {"id": learner.id, "from": done.from_id, "identities": str(len(done.identity_ids)), **detail}
    write_audit(session, actor=actor, action=action, target=learner.name, detail=told)
    return learner


def _note_each(session: Session, actor: Actor, action: str, learner_ids: Sequence[str]) -> None:
    for learner_id in learner_ids:
        name = get_learner(session, learner_id).name
        write_audit(session, actor=actor, action=action, target=name, detail={"id": learner_id})
