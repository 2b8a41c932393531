"""Forms by which names and identities are compared, filled in for rows of before there were such forms."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.learners.values import name_key, stem_of
from app.models.base import table_of
from app.models.learning import Identity, Learner

BATCH = 1000
_LEARNER, _IDENTITY = table_of(Learner), table_of(Identity)


def fill_keys(session: Session) -> int:
    """Fill the next rows; returns how many, 0 when all are filled."""
    lacking = select(_LEARNER.c.id, _LEARNER.c.name).where(_LEARNER.c.name_key == "").limit(BATCH)
    names = [{"row": row.id, "key": name_key(row.name)} for row in session.execute(lacking)]
    if names:
        query = update(_LEARNER).where(_LEARNER.c.id == bindparam("row"))
        session.execute(query.values(name_key=bindparam("key")), names)
    bare = select(_IDENTITY.c.id, _IDENTITY.c.folded).where(_IDENTITY.c.stem == "", _IDENTITY.c.folded != "")
    stems = [{"row": row.id, "key": stem_of(row.folded)} for row in session.execute(bare.limit(BATCH))]
    if stems:
        query = update(_IDENTITY).where(_IDENTITY.c.id == bindparam("row"))
        session.execute(query.values(stem=bindparam("key")), stems)
    return len(names) + len(stems)
