"""Find all that there is of one learner: who they are, which rows are theirs, which rows speak of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Select, Table, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base
from app.keeping.personal import SPEAKING
from app.keeping.traces import Traces, choose_words, turn_name
from app.learners.service import get_learner
from app.learners.values import IdentityKind, Name
from app.models.access import Integration
from app.models.launches import Launch
from app.models.learning import Identity, Learner, Observation
from app.models.records import Exchange, Statement
from app.models.store import StatementLink
from app.xapi.agent_names import agents_of, digest_address, find_named
from app.xapi.links import Kind, agent_text, digest

AT_ONCE = 500
_LENIENT_KIND = "linkedin_learning"
# What a scan reads of a table at once.
_ROWS_AT_ONCE = 200

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One learner's rows. `learner_ids` are theirs and those of learners merged into them.

    `statements` are their own, which go; `mentions` are others' that name them in some role. `speaking` are
    the keys of further rows, by table, that speak of them.
    """

    learner_id: str
    learner_ids: tuple[str, ...]
    identity_ids: tuple[int, ...]
    launch_ids: tuple[str, ...]
    traces: Traces
    agent_digests: frozenset[bytes]
    statements: frozenset[int]
    mentions: frozenset[int]
    speaking: Mapping[str, Sequence[Key]] = field(default_factory=dict)

    def audit_ids(self) -> list[int]:
        """Return the entries of the audit log that speak of the learner."""
        return [int(str(key)) for (key,) in self.speaking.get("audit_entry", ())]


def find_traces(session: Session, learner_id: str) -> Traces:
    """Return by what a learner is recognised; raises UnknownLearner."""
    ids = find_learner_ids(session, learner_id)
    names = frozenset(_names_of(session, ids))
    called = [*session.scalars(select(Learner.name).where(Learner.id.in_(ids)))]
    return Traces(names, choose_words(names, _own_alone(session, called, ids)) | frozenset(ids))


def find_learner_ids(session: Session, learner_id: str) -> tuple[str, ...]:
    """Return a learner's id and those of the learners who were merged into them, step by step."""
    ids = [get_learner(session, learner_id).id]
    for known in ids:
        ids += session.scalars(select(Learner.id).where(Learner.merged_into_id == known).order_by(Learner.id))
    return tuple(ids)


def find_whereabouts(session: Session, learner_id: str, *, is_thorough: bool) -> Whereabouts:
    """Look for everything; `is_thorough` reads every text there is, which takes its time."""
    ids = find_learner_ids(session, learner_id)
    traces = find_traces(session, learner_id)
    identity_ids = tuple(session.scalars(select(Identity.id).where(Identity.learner_id.in_(ids))))
    digests = _find_digests(session, ids)
    keys = _find_statement_keys(session, identity_ids, digests)
    speaking = _find_speaking(session, traces) if is_thorough else {}
    keys |= {int(str(key)) for (key,) in speaking.pop("statement", [])}
    own, mentions, more = _judge_statements(session, traces, keys)
    return Whereabouts(
        learner_id=ids[0],
        learner_ids=ids,
        identity_ids=identity_ids,
        launch_ids=tuple(session.scalars(select(Launch.id).where(Launch.learner_id.in_(ids)))),
        traces=traces,
        agent_digests=digests | more,
        statements=own,
        mentions=mentions,
        speaking=speaking,
    )


def in_any(
    column: InstrumentedAttribute[Any] | Column[Any], values: Collection[object]
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together cover all values, few enough in each for one statement."""
    listed = list(values)
    for start in range(0, len(listed), AT_ONCE):
        yield column.in_(listed[start : start + AT_ONCE])


def is_lenient(session: Session) -> Mapping[str, bool]:
    """Tell of each integration whether it is LinkedIn's."""
    query = select(Integration.id, Integration.kind)
    return {integration_id: kind == _LENIENT_KIND for integration_id, kind in session.execute(query)}


def list_exchanges(session: Session, found: Whereabouts) -> list[str]:
    """Return the exchanges that the learner's sessions and statements came in, and those about them."""
    row = Exchange
    ids = set(session.scalars(select(row.id).where(row.learner_id.in_(found.learner_ids))))
    for some in in_any(row.launch_id, found.launch_ids):
        ids |= set(session.scalars(select(row.id).where(some)))
    for some in in_any(Statement.key, found.statements | found.mentions):
        ids |= set(session.scalars(select(Statement.exchange_id).where(some)))
    return sorted(ids)


def _names_of(session: Session, ids: Sequence[str]) -> Iterator[Name]:
    row = Identity
    query = select(row.kind, row.namespace, row.value, row.home_page).where(row.learner_id.in_(ids))
    for kind, namespace, value, home_page in session.execute(query):
        name = Name(IdentityKind(kind), namespace, value)
        yield name
        if name.kind is IdentityKind.EMAIL:
            yield Name(IdentityKind.MBOX_SHA1SUM, "", digest_address(value))
        elif name.kind is IdentityKind.USER_ID and home_page:
            yield Name(IdentityKind.ACCOUNT, home_page, value)


def _own_alone(session: Session, called: Iterable[str], ids: Sequence[str]) -> Iterator[str]:
    """Yield the names that nobody else is called by: a namesake's must not be taken out of their data."""
    for name in called:
        alike = select(func.count()).select_from(Learner)
        alike = alike.where(Learner.sort_name == name.casefold()[:300], Learner.id.not_in(ids))
        if not session.scalar(alike):
            yield name
            yield turn_name(name)


def _find_digests(session: Session, ids: Sequence[str]) -> frozenset[bytes]:
    row = Identity
    query = select(row.kind, row.namespace, row.value, row.home_page).where(row.learner_id.in_(ids))
    texts = {
        agent_text(agent)
        for kind, namespace, value, home_page in session.execute(query)
        for agent in agents_of(kind, value, home_page or namespace or None)
    }
    return frozenset(digest(text) for text in texts if text)


def _find_statement_keys(
    session: Session, identity_ids: Sequence[int], digests: Collection[bytes]
) -> set[int]:
    """Return statements that are found by an index: from what was observed, and by agents in any role."""
    keys: set[int] = set()
    for some in in_any(Observation.identity_id, identity_ids):
        query = select(Observation.evidence_id).where(some, Observation.evidence_kind == "statement")
        keys |= {int(each) for each in session.scalars(query)}
    agents = (int(Kind.AGENT), int(Kind.AGENT_ANY))
    for integration_id in session.scalars(select(Integration.id)):
        for some in in_any(StatementLink.value, digests):
            link = StatementLink
            of = link.integration_id == integration_id
            keys |= set(session.scalars(select(link.key).where(of, link.kind.in_(agents), some)))
    return keys


def _judge_statements(
    session: Session, traces: Traces, keys: Collection[int]
) -> tuple[frozenset[int], frozenset[int], frozenset[bytes]]:
    """Return which statements are the learner's own, which name them, and the digests of all their agents."""
    lenient = is_lenient(session)
    own, mentions, digests = set(), set(), set()
    for some in in_any(Statement.key, keys):
        query = select(Statement.key, Statement.integration_id, Statement.payload).where(some)
        for key, integration_id, payload in session.execute(query):
            value = orjson.loads(payload)
            theirs = [
                agent
                for agent in find_named(value)
                if traces.is_them(agent, is_lenient=lenient[integration_id])
            ]
            if any(agent is value.get("actor") for agent in theirs):
                own.add(key)
            elif theirs or traces.are_in(payload):
                mentions.add(key)
            digests |= {digest(text) for agent in theirs if (text := agent_text(agent))}
    return frozenset(own), frozenset(mentions), frozenset(digests)


def _find_speaking(session: Session, traces: Traces) -> dict[str, Sequence[Key]]:
    """Read every column that may speak of a learner; returns the keys of rows that speak of this one."""
    found: dict[str, Sequence[Key]] = {}
    for name, columns in SPEAKING.items():
        table = Base.metadata.tables[name]
        keys = [
            tuple(row[: len(table.primary_key.columns)])
            for row in session.execute(_select(table, columns).execution_options(yield_per=_ROWS_AT_ONCE))
            if any(traces.are_in(value) for value in row[len(table.primary_key.columns) :])
        ]
        if keys:
            found[name] = keys
    return found


def _select(table: Table, columns: Sequence[str]) -> Select[tuple[object, ...]]:
    texts = [table.c[column] for column in columns]
    return select(*table.primary_key.columns, *texts).where(or_(*(text.is_not(None) for text in texts)))


def select_rows(table: Table, columns: Sequence[str], keys: Sequence[Key]) -> Select[tuple[object, ...]]:
    """Select columns of rows by their keys, the key first."""
    key = tuple_(*table.primary_key.columns)
    return select(*table.primary_key.columns, *(table.c[column] for column in columns)).where(key.in_(keys))
