"""Take in a list of learners: who is new, who changes, who is the same, and who cannot be, line by line.

Somebody seen in messages under an e-mail address or id of the list is that person from then on; of two who
were only seen, or one seen and one known, the list says that they are one, and they are merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.learners.erased import find_erased
from app.learners.service import attach_identity, identity_columns, name_columns
from app.learners.sheet import Line, LineError, Sheet
from app.learners.values import IdentityKind, Name, normalise_value
from app.models.base import new_id, table_of
from app.models.learning import Identity, Learner
from app.progress.reassigning import merge_learners
from app.words import Words, worded

BATCH = 500
MOST_EXAMPLES = 200


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a line would do: to whom, and in words; `other_id` is who would be merged into them."""

    line: Line
    verdict: Verdict
    learner_id: str = ""
    other_id: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    identities: tuple[tuple[IdentityKind, str], ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    lines: tuple[Planned, ...]
    errors: tuple[LineError, ...]


@dataclass(slots=True)
class Outcome:
    """What all batches of a list came to; of the changes only the first are kept for showing."""

    errors: list[LineError]
    new: int = 0
    changed: int = 0
    same: int = 0
    examples: list[Planned] = field(default_factory=list)

    @classmethod
    def of(cls, sheet: Sheet) -> Outcome:
        """Begin with the lines that could not even be read."""
        return cls(list(sheet.errors))

    def add(self, plan: Plan) -> None:
        """Count one batch in."""
        self.errors = sorted((*self.errors, *plan.errors), key=lambda each: each.number)
        for each in plan.lines:
            if each.verdict is Verdict.NEW:
                self.new += 1
            elif each.verdict is Verdict.CHANGED:
                self.changed += 1
            else:
                self.same += 1
            if each.verdict is not Verdict.SAME and len(self.examples) < MOST_EXAMPLES:
                self.examples.append(each)

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {"new": self.new, "changed": self.changed, "same": self.same, "errors": len(self.errors)}


def in_batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Split a list so that no transaction keeps reports waiting for long."""
    return (lines[start : start + BATCH] for start in range(0, len(lines), BATCH))


def plan_lines(session: Session, lines: Sequence[Line], *, taken: dict[str, int]) -> Plan:
    """Say what each line would do, and change nothing.

    `taken` remembers from batch to batch which line speaks of which learner: a second one is refused.
    """
    known = _find_known(session, lines)
    planned, errors = [], []
    for line in lines:
        found = _plan(line, known)
        if isinstance(found, Planned):
            ids = {found.learner_id, found.other_id} - {""}
            if earlier := next(
                (taken[each] for each in ids if taken.get(each, line.number) != line.number), 0
            ):
                errors.append(
                    LineError(line.number, worded("line %(n)s speaks of the same learner", n=earlier))
                )
                continue
            taken.update(dict.fromkeys(ids, line.number))
            planned.append(found)
        else:
            errors.append(LineError(line.number, found))
    return Plan(tuple(planned), tuple(errors))


def apply_lines(session: Session, lines: Sequence[Line], *, by: str, taken: dict[str, int]) -> Plan:
    """Take in the good lines and return what each did; the same lines again change nothing."""
    plan = plan_lines(session, lines, taken=taken)
    for each in plan.lines:
        if each.other_id:
            merge_learners(session, each.learner_id, each.other_id, by=by)
    _insert_new(session, [each for each in plan.lines if each.verdict is Verdict.NEW])
    for each in plan.lines:
        if each.verdict is not Verdict.CHANGED:
            continue
        if each.values:
            session.execute(update(Learner).where(Learner.id == each.learner_id).values(each.values))
        for kind, value in each.identities:
            attach_identity(session, each.learner_id, kind, "", value)
    return plan


@dataclass(frozen=True, slots=True)
class _Known:
    learners: Mapping[str, Any]
    emails: Mapping[str, str]
    user_ids: Mapping[str, str]
    alike: Mapping[str, frozenset[str]]
    erased: frozenset[tuple[IdentityKind, str]]


def _identities(line: Line) -> list[tuple[IdentityKind, str]]:
    given = ((IdentityKind.EMAIL, line.email), (IdentityKind.USER_ID, line.user_id))
    return [(kind, normalise_value(kind, value)) for kind, value in given if value]


def _find_known(session: Session, lines: Sequence[Line]) -> _Known:
    """Look up everybody whom a batch names, in two rounds."""
    folded: dict[IdentityKind, set[str]] = defaultdict(set)
    for line in lines:
        for kind, value in _identities(line):
            folded[kind].add(value.casefold())
    row = Identity
    emails: dict[str, str] = {}
    user_ids: dict[str, str] = {}
    alike: dict[str, set[str]] = defaultdict(set)
    for kind, values in folded.items():
        query = select(row.value, row.folded, row.learner_id).where(
            row.kind == kind.value, row.namespace == "", row.folded.in_(values)
        )
        for value, fold, learner_id in session.execute(query):
            (emails if kind is IdentityKind.EMAIL else user_ids)[value] = learner_id
            if kind is IdentityKind.USER_ID:
                alike[fold].add(learner_id)
    ids = {*emails.values(), *user_ids.values()}
    learners = {
        each.id: each for each in session.execute(select(table_of(Learner)).where(Learner.id.in_(ids)))
    }
    erased = find_erased(
        session, {Name(kind, "", value) for line in lines for kind, value in _identities(line)}
    )
    return _Known(
        learners,
        emails,
        user_ids,
        {fold: frozenset(found) for fold, found in alike.items()},
        frozenset((name.kind, name.value) for name in erased),
    )


def _plan(line: Line, known: _Known) -> Planned | str:
    """Return what a line would do, or why it cannot."""
    identities = _identities(line)
    if known.erased.intersection(identities):
        return worded("somebody of this name was erased here: `learner readmit` lets them come back")
    owners = {(kind, value): _owner(kind, value, known) for kind, value in identities}
    ids = list(dict.fromkeys(owner for owner in owners.values() if owner))
    if not ids:
        if not line.name:
            return worded("nobody has this e-mail address or id yet, and a new learner needs a name")
        return Planned(line, Verdict.NEW, identities=tuple(identities))
    # Whom somebody knows already is kept; between two of those nobody may choose but a person.
    ids.sort(key=lambda each: known.learners[each].is_provisional)
    learner = known.learners[ids[0]]
    other = known.learners[ids[1]] if len(ids) > 1 else None
    if other is not None and (not other.is_provisional or other.is_demo != learner.is_demo):
        return worded(
            "the e-mail address belongs to one learner and the id to another: %(one)s and %(other)s; "
            "merge them first, or correct the line",
            one=learner.name,
            other=other.name,
        )
    values, changes = _differences(line, learner)
    new = tuple(key for key, owner in owners.items() if owner is None)
    changes += [worded("%(kind)s %(value)s added", kind=_WORDS[kind], value=value) for kind, value in new]
    if other is not None:
        changes.append(worded("%(name)s, seen in messages, turns out to be the same person", name=other.name))
    verdict = Verdict.CHANGED if changes else Verdict.SAME
    return Planned(line, verdict, learner.id, other.id if other else "", values, new, tuple(changes))


def _owner(kind: IdentityKind, value: str, known: _Known) -> str | None:
    if kind is IdentityKind.EMAIL:
        return known.emails.get(value)
    alike = known.alike.get(value.casefold(), frozenset())
    # As messages are understood: exactly first, then whatever its case, if that is one person.
    return known.user_ids.get(value) or (next(iter(alike)) if len(alike) == 1 else None)


_WORDS = {IdentityKind.EMAIL: worded("e-mail address"), IdentityKind.USER_ID: worded("id")}


def _differences(line: Line, learner: Any) -> tuple[dict[str, Any], list[Words]]:
    values: dict[str, Any] = {}
    changes = []
    none = worded("none")
    if line.name and line.name != learner.name:
        values |= name_columns(line.name)
        changes.append(worded("name %(before)s → %(after)s", before=learner.name, after=line.name))
    if line.group is not None and line.group != learner.group_name:
        values["group_name"] = line.group
        changes.append(
            worded(
                "group %(before)s → %(after)s", before=learner.group_name or none, after=line.group or none
            )
        )
    if line.manager is not None and line.manager != learner.manager:
        values["manager"] = line.manager
        changes.append(
            worded(
                "manager %(before)s → %(after)s", before=learner.manager or none, after=line.manager or none
            )
        )
    if learner.is_provisional:
        values |= {"is_provisional": False, "is_ignored": False}
        changes.append(worded("seen in messages so far, known from now on"))
    return values, changes


def _insert_new(session: Session, planned: Sequence[Planned]) -> None:
    now = clock.now()
    learners, identities = [], []
    for each in planned:
        learner_id = new_id()
        learners.append(
            {
                "id": learner_id,
                **name_columns(each.line.name),
                "group_name": each.line.group or "",
                "manager": each.line.manager or "",
                "is_provisional": False,
                "created_at": now,
            }
        )
        identities += [
            {**identity_columns(learner_id, kind, value), "first_seen_at": now}
            for kind, value in each.identities
        ]
    if learners:
        session.execute(insert(Learner), learners)
        # A message may bring one of them at this moment: the whole is tried again, and finds that person.
        session.execute(insert(Identity), identities)
