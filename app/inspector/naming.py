"""Whether an integration's messages name learners the way its User Type says, read from what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.integrations import Integration, UserType
from app.learners.values import IdentityKind
from app.models.learning import Identity, Learner, Observation
from app.progress.values import Channel

COUNT_CAP = 10_000
EXPECTED = {UserType.EMAIL: IdentityKind.EMAIL, UserType.ID: IdentityKind.USER_ID}


@dataclass(frozen=True, slots=True)
class NamingChange:
    """Since when messages name learners another way, how, and how many people that made unknown."""

    expected: IdentityKind
    received: IdentityKind
    example: str
    since: datetime
    has_been_right: bool
    reports: int
    strangers: int


def find_naming_change(session: Session, integration: Integration) -> NamingChange | None:
    """Return how the newest report names its learner, when that is not what the User Type says."""
    expected = EXPECTED.get(integration.user_type) if integration.user_type else None
    if expected is None:
        return None
    of_statements = (Observation.integration_id == integration.id, Observation.channel == Channel.XAPI.value)
    named = select(Identity.kind, Identity.value).join(Observation, Observation.identity_id == Identity.id)
    newest = session.execute(named.where(*of_statements).order_by(Observation.id.desc()).limit(1)).first()
    if newest is None or newest.kind == expected.value:
        return None
    last_right = session.scalar(
        select(func.max(Observation.id))
        .join(Identity, Identity.id == Observation.identity_id)
        .where(*of_statements, Identity.kind == expected.value)
    )
    since = (*of_statements, Observation.id > (last_right or 0))
    first = session.scalars(
        select(Observation.received_at).where(*since).order_by(Observation.id).limit(1)
    ).one()
    some = select(Observation.identity_id).where(*since).limit(COUNT_CAP).subquery()
    strangers = (
        select(func.count(func.distinct(Learner.id)))
        .join(Identity, Identity.learner_id == Learner.id)
        .where(Identity.id.in_(select(some.c.identity_id)), Learner.is_provisional.is_(True))
    )
    return NamingChange(
        expected=expected,
        received=IdentityKind(newest.kind),
        example=newest.value,
        since=first,
        has_been_right=last_right is not None,
        reports=session.scalar(select(func.count()).select_from(some)) or 0,
        strangers=session.scalar(strangers) or 0,
    )
