"""Take back what a message said: its observation stays readable and counts no longer."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, true, update
from sqlalchemy.orm import Session

from app.models.base import table_of
from app.models.learning import CourseIdentifier, Identity, Observation, ProgressRow
from app.prepared import Prepared
from app.progress.projection import project_pair
from app.progress.values import Channel, Progress

_OBSERVATION = table_of(Observation)
_WITHDRAW = Prepared(
    update(_OBSERVATION)
    .values(is_withdrawn=true())
    .where(_OBSERVATION.c.channel == Channel.XAPI.value, _OBSERVATION.c.source == bindparam("of_source"))
    .returning(_OBSERVATION.c.identity_id, _OBSERVATION.c.identifier_id)
)
# Held to its learner until the commit, as `resolve_identity` does.
_PAIR = Prepared(
    select(Identity.learner_id, CourseIdentifier.course_id)
    .where(Identity.id == bindparam("identity_id"), CourseIdentifier.id == bindparam("identifier_id"))
    .with_for_update(read=True, key_share=True, of=Identity)
)


def withdraw(session: Session, *, source: str) -> None:
    """Withdraw what an xAPI statement said, and make the progress of its learner and course again."""
    for row in _WITHDRAW.all(session, {"of_source": source}):
        values = {"identity_id": row.identity_id, "identifier_id": row.identifier_id}
        pair = _PAIR.first(session, values)
        if pair is not None:
            rebuild_pair(session, pair.learner_id, pair.course_id)


def rebuild_pair(session: Session, learner_id: str, course_id: str) -> Progress:
    """Make one progress row again from what still counts, and return it; without any, the row goes."""
    is_pair = (ProgressRow.learner_id == learner_id, ProgressRow.course_id == course_id)
    # Locked before the observations are read: a report that comes at the same time waits, and finds the row.
    session.execute(select(ProgressRow.learner_id).where(*is_pair).with_for_update()).all()
    made = project_pair(session, learner_id, course_id)
    if made is None:
        session.execute(delete(ProgressRow).where(*is_pair))
        return Progress()
    session.execute(update(ProgressRow).where(*is_pair).values(**made.columns()))
    return made.progress
