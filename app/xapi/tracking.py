"""Turn stored statements into progress; a statement that cannot be turned is parked, never lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.access.clients import Client
from app.access.integrations import UserType
from app.catalog.service import Identifier, resolve_identifier
from app.db import find_trouble, savepoint
from app.inspector.findings import Finding
from app.learners.service import resolve_identity
from app.learners.values import Identity, IdentityKind
from app.logs import get_logger
from app.models.learning import Course, Learner
from app.prepared import Prepared
from app.progress.service import Change, Evidence, record
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


def track(session: Session, client: Client, statements: Sequence[Stored], *, received_at: datetime) -> Effect:
    """Move the progress of all statements in one savepoint, or one by one when that fails."""
    try:
        with savepoint(session):
            return _track_all(session, client, statements, received_at)
    except Exception as error:  # whatever a statement breaks, it stays stored and is parked
        if find_trouble(error) is not None:
            raise  # Not the statement's fault: the whole request is tried again, or answered 503.
        if len(statements) == 1:
            return _failed(client, statements[0], error, Effect())
    return _track_each(session, client, statements, received_at)


def _track_each(
    session: Session, client: Client, statements: Iterable[Stored], received_at: datetime
) -> Effect:
    whole = Effect()
    for stored in statements:
        effect = track(session, client, [stored], received_at=received_at)
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


def _track_all(
    session: Session, client: Client, statements: Iterable[Stored], received_at: datetime
) -> Effect:
    mapped = [
        (stored, one) for stored in statements if (one := _map(client, stored, received_at)) is not None
    ]
    # Always in one order, so that two batches about the same people do not lock each other out.
    mapped.sort(key=lambda pair: (pair[1].actor.value, pair[1].activity.id))
    effect = Effect()
    identities: dict[Actor, Identity] = {}
    identifiers: dict[Activity, Identifier] = {}
    for stored, one in mapped:
        if one.actor not in identities:
            identities[one.actor] = _identity(session, client, one.actor)
        if one.activity not in identifiers:
            identifiers[one.activity] = _identifier(session, client, one.activity)
        identity, identifier = identities[one.actor], identifiers[one.activity]
        effect.change = record(
            session,
            identity=identity,
            identifier=identifier,
            report=one.report,
            evidence=Evidence("statement", str(stored.key)),
            integration_id=client.integration_id,
        )
        effect.learner_id = identity.learner_id
        _note_strangers(session, client, one, identity, identifier, effect)
    return effect


def _map(client: Client, stored: Stored, received_at: datetime) -> Mapped | None:
    value, source = stored.incoming.value, str(stored.key)
    if not client.is_lenient:
        return map_statement(value, source=source, received_at=received_at)
    prefers_email = client.user_type is not UserType.ID
    return map_linkedin_statement(value, source=source, received_at=received_at, prefers_email=prefers_email)


def _identity(session: Session, client: Client, actor: Actor) -> Identity:
    return resolve_identity(
        session,
        kind=IdentityKind(actor.kind.value),
        value=actor.value,
        namespace=actor.namespace,
        name=actor.name,
        home_page=actor.home_page,
        is_demo=client.is_demo,
    )


def _identifier(session: Session, client: Client, activity: Activity) -> Identifier:
    return resolve_identifier(
        session, activity.id, title=activity.title, type_iri=activity.type, is_demo=client.is_demo
    )


def _note_strangers(
    session: Session, client: Client, one: Mapped, identity: Identity, identifier: Identifier, effect: Effect
) -> None:
    """Note who or what is not known yet, when a pair is first heard of, and an unexpected kind of name."""
    expected = _EXPECTED.get(client.user_type) if client.user_type and client.is_lenient else None
    if expected is not None and one.actor.kind is not expected:
        effect.note("M4", f"{one.actor.kind.value} came, {expected.value} is expected")
    if effect.change is None or effect.change.before is not None:
        return
    pair = {"learner_id": identity.learner_id, "course_id": identifier.course_id}
    known = _SELECT_KNOWN.first(session, pair)
    if known is not None and known.is_provisional:
        effect.note("M1", f"{one.actor.kind.value} {one.actor.value}")
    if known is not None and known.is_stub:
        effect.note("M3", one.activity.id)


_SELECT_KNOWN = Prepared(
    select(Learner.is_provisional, Course.is_stub).where(
        Learner.id == bindparam("learner_id"), Course.id == bindparam("course_id")
    )
)
