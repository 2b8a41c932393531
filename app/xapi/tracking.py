"""Turn stored statements into progress; a statement that cannot be turned is parked, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.access.clients import Client
from app.access.integrations import UserType
from app.catalog.service import Identifier, ask_identifier, resolve_identifier
from app.db import find_trouble, savepoint
from app.delivery.queue import Outlet, Whose, announce_change, announce_stranger, ask_outlets
from app.inspector.findings import Finding
from app.learners.service import ask_identity, resolve_identity
from app.learners.values import Identity, IdentityKind
from app.logs import get_logger
from app.models.learning import Course, Learner
from app.outbound.hops import Hops
from app.prepared import Asked, Prepared
from app.progress.service import Change, Evidence, Look, ask_look, record
from app.progress.wording import describe_disagreement
from app.rounds import may_fail_quickly
from app.xapi.agent_names import is_nobody
from app.xapi.intake import Incoming
from app.xapi.progress_map import Activity, Actor, ActorKind, Mapped, map_linkedin_statement, map_statement
from app.xapi.statements import Stored

_EXPECTED = {UserType.EMAIL: ActorKind.EMAIL, UserType.ID: ActorKind.USER_ID}


@dataclass(slots=True)
class Effect:
    """What a request's statements did: the last learner moved, what changed, what was noticed."""

    learner_id: str | None = None
    change: Change | None = None
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    failed: int = 0

    def note(self, code: str, detail: str) -> None:
        """Keep a finding once, however many statements of a batch show it."""
        self.findings.setdefault((code, detail), Finding(code, detail))


@dataclass(frozen=True, slots=True)
class Plan:
    """What statements say of progress, by their position: None for nothing, or why it cannot be told.

    The names that they speak of are on their way.
    """

    mapped: tuple[Mapped | Exception | None, ...]
    outlets: Callable[[], tuple[Outlet, ...]]
    hops: Hops | None
    identities: Mapping[Actor, Asked]
    identifiers: Mapping[Activity, Asked]


def plan(
    session: Session,
    client: Client,
    statements: Sequence[Incoming],
    *,
    received_at: datetime,
    hops: Hops | None = None,
) -> Plan:
    """Map statements before they are stored, and ask ahead for the names they speak of."""
    mapped = tuple(_map(client, incoming, received_at) for incoming in statements)
    # What is played for show is nobody else's business.
    outlets = _no_outlets if client.is_demo else ask_outlets(session, client.integration_id)
    identities: dict[Actor, Asked] = {}
    identifiers: dict[Activity, Asked] = {}
    if may_fail_quickly(session):
        with savepoint(session):
            for one in mapped:
                if isinstance(one, Mapped):
                    if one.actor not in identities:
                        identities[one.actor] = ask_identity(session, **_names(one.actor))
                    if one.activity not in identifiers:
                        identifiers[one.activity] = ask_identifier(session, one.activity.id)
    return Plan(mapped, outlets, hops, identities, identifiers)


def track(session: Session, client: Client, statements: Sequence[Stored], planned: Plan) -> Effect:
    """Move the progress of all statements in one savepoint, or one by one when that fails."""
    try:
        with savepoint(session):
            return _track_all(session, client, statements, planned)
    except Exception as error:  # whatever a statement breaks, it stays stored and is parked
        if find_trouble(error) is not None:
            raise  # Not the statement's fault: the whole request is tried again, or answered 503.
        if len(statements) == 1:
            return _failed(client, statements[0], error, Effect())
    return _track_each(session, client, statements, planned)


def _track_each(session: Session, client: Client, statements: Iterable[Stored], planned: Plan) -> Effect:
    whole = Effect()
    for stored in statements:
        effect = track(session, client, [stored], planned)
        whole.learner_id = effect.learner_id or whole.learner_id
        whole.change = effect.change or whole.change
        whole.findings |= effect.findings
        whole.failed += effect.failed
    return whole


def _failed(client: Client, stored: Stored, error: Exception, effect: Effect) -> Effect:
    get_logger("xapi").error(
        "statement not turned into progress",
        integration=client.integration_id,
        key=stored.key,
        exc_info=error,
    )
    effect.note("P9", f"statement {stored.incoming.statement_id}: {type(error).__name__}")
    effect.failed = 1
    return effect


def _track_all(session: Session, client: Client, statements: Iterable[Stored], planned: Plan) -> Effect:
    said = [(stored, one) for stored in statements if (one := _said(planned, stored)) is not None]
    # Always in one order, so that two batches about the same people do not lock each other out.
    said.sort(key=lambda pair: (pair[1].actor.value, pair[1].activity.id))
    effect = Effect()
    identities = {one.actor: _identity(session, client, one.actor, planned) for _, one in said}
    identifiers = {one.activity: _identifier(session, client, one.activity, planned) for _, one in said}
    waiting = [_Turn(stored, one, identities[one.actor], identifiers[one.activity]) for stored, one in said]
    while waiting:
        waiting = _take_turns(session, client, waiting, effect, planned)
    return effect


@dataclass(frozen=True, slots=True)
class _Turn:
    """A statement and whose progress it moves."""

    stored: Stored
    mapped: Mapped
    identity: Identity
    identifier: Identifier


def _take_turns(
    session: Session, client: Client, turns: Sequence[_Turn], effect: Effect, planned: Plan
) -> list[_Turn]:
    """Record the first report of each pair, all asked for in one round; returns those that must wait."""
    looks: dict[tuple[str, str], tuple[_Turn, Look]] = {}
    later = []
    for turn in turns:
        pair = (turn.identity.learner_id, turn.identifier.course_id)
        if pair in looks:
            later.append(turn)
            continue
        look = ask_look(
            session, identity=turn.identity, identifier=turn.identifier, report=turn.mapped.report
        )
        looks[pair] = (turn, look)
    for turn, look in looks.values():
        effect.change = change = record(
            session,
            identity=turn.identity,
            identifier=turn.identifier,
            report=turn.mapped.report,
            evidence=Evidence("statement", str(turn.stored.key)),
            integration_id=client.integration_id,
            look=look,
        )
        effect.learner_id = turn.identity.learner_id
        _note_strangers(session, client, turn, effect, planned)
        if said := describe_disagreement(turn.mapped.report):
            effect.note("A5", said)
        whose, at = _whose(client, turn, planned), turn.mapped.report.received_at
        announce_change(session, planned.outlets(), change, whose, at=at)
    return later


def _map(client: Client, incoming: Incoming, received_at: datetime) -> Mapped | Exception | None:
    """Return what a statement says of progress; what it breaks is told when it has been stored."""
    value = incoming.value
    if is_nobody(value.get("actor")):
        return None
    try:
        if not client.is_lenient:
            return map_statement(value, source="", received_at=received_at)
        prefers_email = client.user_type is not UserType.ID
        return map_linkedin_statement(value, source="", received_at=received_at, prefers_email=prefers_email)
    except Exception as error:  # noqa: BLE001 - whatever it is, `track` raises it in its place
        return error


def _said(planned: Plan, stored: Stored) -> Mapped | None:
    one = planned.mapped[stored.position]
    if isinstance(one, Exception):
        raise one
    # Only now has the statement its key.
    return one and replace(one, report=replace(one.report, source=str(stored.key)))


class _Names(TypedDict):
    kind: IdentityKind
    value: str
    namespace: str


def _names(actor: Actor) -> _Names:
    return {"kind": IdentityKind(actor.kind.value), "value": actor.value, "namespace": actor.namespace}


def _identity(session: Session, client: Client, actor: Actor, planned: Plan) -> Identity:
    return resolve_identity(
        session,
        **_names(actor),
        name=actor.name,
        home_page=actor.home_page,
        is_demo=client.is_demo,
        asked=planned.identities.get(actor),
    )


def _identifier(session: Session, client: Client, activity: Activity, planned: Plan) -> Identifier:
    return resolve_identifier(
        session,
        activity.id,
        title=activity.title,
        type_iri=activity.type,
        is_demo=client.is_demo,
        asked=planned.identifiers.get(activity),
    )


def _no_outlets() -> tuple[Outlet, ...]:
    return ()


def _whose(client: Client, turn: _Turn, planned: Plan) -> Whose:
    return Whose(
        client.integration_id, turn.identity.learner_id, turn.identifier.course_id, hops=planned.hops
    )


def _note_strangers(session: Session, client: Client, turn: _Turn, effect: Effect, planned: Plan) -> None:
    """Note who or what is not known yet, when a pair is first heard of, and an unexpected kind of name."""
    one, identity, identifier = turn.mapped, turn.identity, turn.identifier
    expected = _EXPECTED.get(client.user_type) if client.user_type and client.is_lenient else None
    if expected is not None and one.actor.kind is not expected:
        effect.note("M4", f"{one.actor.kind.value} came, {expected.value} is expected")
    if effect.change is None or effect.change.before is not None:
        return
    pair = {"learner_id": identity.learner_id, "course_id": identifier.course_id}
    known = _SELECT_KNOWN.first(session, pair)
    if known is not None and known.is_provisional:
        effect.note("M1", f"{one.actor.kind.value} {one.actor.value}")
        whose, at = _whose(client, turn, planned), one.report.received_at
        announce_stranger(session, planned.outlets(), whose, at=at)
    if known is not None and known.is_stub:
        effect.note("M3", one.activity.id)


_SELECT_KNOWN = Prepared(
    select(Learner.is_provisional, Course.is_stub).where(
        Learner.id == bindparam("learner_id"), Course.id == bindparam("course_id")
    )
)
