"""People seen in messages whom nobody has matched: who they may be, and what was decided about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.learners.matching import Suggestion, choose, digest_of, is_alike, name_keys_of, suggest
from app.learners.service import read_learners
from app.learners.values import IdentityKind, Learner, stem_of
from app.models import learning as tables
from app.models.access import Integration

COUNT_CAP = 10_000
# Among more known learners than these only equal names and ids are looked for, by index.
MOST_FOR_LIKENESS = 10_000
_MOST_BEARERS = 50


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody seen: what was reported, by whom, and who it may be; `best` is safe to take unseen."""

    learner: Learner
    integrations: tuple[str, ...]
    reports: int
    courses: int
    last_course: str
    last_at: datetime | None
    suggestions: tuple[Suggestion, ...]
    best: Suggestion | None


def count_unmatched(session: Session, *, is_ignored: bool = False) -> int:
    """Count them, at most COUNT_CAP + 1."""
    rows = select(tables.Learner.id).where(_is_unmatched(is_ignored)).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def list_unmatched(
    session: Session, *, is_ignored: bool = False, after: str | None = None, limit: int = 50
) -> list[Stranger]:
    """List them, the newest first; `after` is the id before the page."""
    row = tables.Learner
    query = select(row).where(_is_unmatched(is_ignored)).order_by(row.id.desc()).limit(limit)
    if after is not None:
        query = query.where(row.id < after)
    learners = read_learners(session, query)
    ids = [each.id for each in learners]
    seen, last = _read_reports(session, ids), _read_last(session, ids)
    candidates = {} if is_ignored else _find_candidates(session, learners)
    strangers = []
    for each in learners:
        reports, courses, integrations = seen.get(each.id, (0, 0, ()))
        title, at = last.get(each.id, ("", None))
        found = suggest(each, candidates.get(each.id, ()))
        strangers.append(Stranger(each, integrations, reports, courses, title, at, found, choose(found)))
    return strangers


def list_suggestions(session: Session, learner: Learner) -> tuple[Suggestion, ...]:
    """Rank which other known learner one learner may be."""
    candidates = _find_candidates(session, [learner]).get(learner.id, [])
    return suggest(learner, [each for each in candidates if each.id != learner.id])


def set_ignored(session: Session, learner_ids: Sequence[str], *, is_ignored: bool) -> list[str]:
    """Ignore people, or take that back; what they report is kept and counted all the same. Returns whom."""
    is_other = tables.Learner.is_ignored.is_(not is_ignored)
    return _change(session, learner_ids, is_other, is_ignored=is_ignored)


def accept(session: Session, learner_ids: Sequence[str]) -> list[str]:
    """Take people for learners of their own; returns whom."""
    return _change(session, learner_ids, is_provisional=False, is_ignored=False)


def _change(session: Session, learner_ids: Sequence[str], *conditions: Any, **values: bool) -> list[str]:
    row = tables.Learner
    is_stranger = (row.is_provisional, row.merged_into_id.is_(None), *conditions)
    query = update(row).where(row.id.in_(learner_ids), *is_stranger).values(values).returning(row.id)
    return sorted(session.scalars(query))


def _is_unmatched(is_ignored: bool) -> ColumnElement[bool]:
    row = tables.Learner
    return (
        row.is_provisional.is_(True)
        & row.is_ignored.is_(is_ignored)
        & row.merged_into_id.is_(None)
        & row.is_demo.is_(False)
    )


def _read_reports(
    session: Session, learner_ids: Sequence[str]
) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    """Return how much was reported of each: reports, courses, and the names of the integrations."""
    report, identity, named = tables.Observation, tables.Identity, tables.CourseIdentifier
    query = (
        select(
            identity.learner_id, Integration.name, func.count(), func.count(func.distinct(named.course_id))
        )
        .join(report, report.identity_id == identity.id)
        .join(named, named.id == report.identifier_id)
        .outerjoin(Integration, Integration.id == report.integration_id)
        .where(identity.learner_id.in_(learner_ids))
        .group_by(identity.learner_id, Integration.name)
        .order_by(Integration.name)
    )
    found: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    for learner_id, name, reports, courses in session.execute(query):
        before = found.get(learner_id, (0, 0, ()))
        names = (*before[2], name) if name else before[2]
        # One course reported by two integrations is one: the greater number is the safe one to show.
        found[learner_id] = (before[0] + reports, max(before[1], courses), names)
    return found


def _read_last(session: Session, learner_ids: Sequence[str]) -> dict[str, tuple[str, datetime]]:
    report, identity, named = tables.Observation, tables.Identity, tables.CourseIdentifier
    newest = (
        select(func.max(report.id))
        .join(identity, identity.id == report.identity_id)
        .where(identity.learner_id.in_(learner_ids))
        .group_by(identity.learner_id)
    )
    query = (
        select(identity.learner_id, tables.Course.title, report.received_at)
        .join(identity, identity.id == report.identity_id)
        .join(named, named.id == report.identifier_id)
        .join(tables.Course, tables.Course.id == named.course_id)
        .where(report.id.in_(newest))
    )
    return {learner_id: (title, at) for learner_id, title, at in session.execute(query)}


def _find_candidates(session: Session, strangers: Sequence[Learner]) -> dict[str, list[Learner]]:
    """Return by stranger the known learners worth comparing: found by index, in small houses by likeness."""
    found: dict[str, set[str]] = defaultdict(set)
    for each, ids in (*_find_by_values(session, strangers), *_find_by_names(session, strangers)):
        found[each] |= ids
    row = tables.Learner
    everybody = set().union(*found.values())
    query = select(row).where(row.id.in_(everybody), *_IS_KNOWN)
    known = {each.id: each for each in read_learners(session, query)} if everybody else {}
    return {each: [known[one] for one in sorted(ids) if one in known] for each, ids in found.items()}


_IS_KNOWN = (
    tables.Learner.is_provisional.is_(False),
    tables.Learner.merged_into_id.is_(None),
    tables.Learner.is_demo.is_(False),
)


def _find_by_values(session: Session, strangers: Sequence[Learner]) -> Iterator[tuple[str, set[str]]]:
    """Find who has a value that begins alike, or an e-mail address with the digest that was sent."""
    row = tables.Identity
    wanted = {each.id: {stem_of(value.casefold()) for _, value in each.identities} for each in strangers}
    stems = set().union(*wanted.values())
    by_stem: dict[str, set[str]] = defaultdict(set)
    for stem, learner_id in session.execute(select(row.stem, row.learner_id).where(row.stem.in_(stems))):
        by_stem[stem].add(learner_id)
    for each, own in wanted.items():
        yield each, set().union(*(by_stem[stem] for stem in own))
    digests = {
        value: each.id
        for each in strangers
        for kind, value in each.identities
        if kind == IdentityKind.MBOX_SHA1SUM
    }
    if digests:
        emails = select(row.learner_id, row.value).where(row.kind == IdentityKind.EMAIL.value)
        for learner_id, email in session.execute(emails.limit(MOST_FOR_LIKENESS)):
            if owner := digests.get(digest_of(email)):
                yield owner, {learner_id}


def _find_by_names(session: Session, strangers: Sequence[Learner]) -> Iterator[tuple[str, set[str]]]:
    """Find who has the same name, and in small houses a similar one with a word in common."""
    row = tables.Learner
    keys = {each.id: name_keys_of(each) for each in strangers}
    every_key = set().union(*keys.values())
    if not every_key:
        return
    same = session.execute(select(row.name_key, row.id).where(row.name_key.in_(every_key))).all()
    for each, own in keys.items():
        yield each, {learner_id for key, learner_id in same if key in own}
    known = session.execute(select(row.id, row.name_key).where(*_IS_KNOWN).limit(MOST_FOR_LIKENESS + 1)).all()
    if len(known) > MOST_FOR_LIKENESS:
        return
    words = {word for key in every_key for word in key.split()}
    by_word: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for learner_id, key in known:
        for word in words.intersection(key.split()):
            by_word[word].append((learner_id, key))
    for each, own in keys.items():
        for key in own:
            # A word that half the house bears tells nobody apart.
            near = [by_word[word] for word in key.split() if len(by_word[word]) <= _MOST_BEARERS]
            yield each, {learner_id for some in near for learner_id, other in some if is_alike(key, other)}
