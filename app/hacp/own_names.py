"""The names by which our own launches mean their learner and course, looked up in one round."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.access.launches import Launch
from app.catalog.service import Identifier, own_identifier
from app.learners.service import own_identity
from app.learners.values import Identity, IdentityKind
from app.models import learning as tables
from app.models.base import table_of
from app.prepared import Prepared


def ask_own_names(session: Session, launch: Launch) -> Callable[[], tuple[Identity, Identifier]]:
    """Ask what our launch calls its learner and its course; both are made with the first report."""
    asked = _SELECT.ask(session, {"learner_id": launch.reports_as, "course_id": launch.course_id})

    def find() -> tuple[Identity, Identifier]:
        row = asked.first()
        if row is None:
            return own_identity(session, launch.reports_as), own_identifier(session, launch.course_id)
        return Identity(row.id, row.learner_id), Identifier(row.identifier_id, launch.course_id)

    return find


_IDENTITY, _IDENTIFIER = table_of(tables.Identity), table_of(tables.CourseIdentifier)
_first_identifier = select(func.min(_IDENTIFIER.c.id)).where(
    _IDENTIFIER.c.course_id == bindparam("course_id")
)
_SELECT = Prepared(
    select(_IDENTITY.c.id, _IDENTITY.c.learner_id, _IDENTIFIER.c.id.label("identifier_id")).where(
        _IDENTITY.c.kind == IdentityKind.LEARNER.value,
        _IDENTITY.c.namespace == "",
        _IDENTITY.c.value == bindparam("learner_id"),
        _IDENTIFIER.c.id == _first_identifier.scalar_subquery(),
    )
)
