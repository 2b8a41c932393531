"""Saved views of the progress table: each person's own, and those that somebody shares with all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.access import Person, SavedView as Row
from app.models.base import new_id
from app.words import worded

LONGEST_NAME = 80
# More than this nobody finds again.
MOST_VIEWS = 50


class BadView(ValueError):
    """The view cannot be kept as asked; the message is fit to show."""


class UnknownView(LookupError):
    """There is no view with this id that this person sees."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name for an address: `query` is what stands behind the question mark."""

    id: str
    person_id: str
    person_name: str
    name: str
    query: str
    is_shared: bool


def add_view(session: Session, *, person_id: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a view; raises BadView."""
    own = [view for view in list_views(session, person_id) if view.person_id == person_id]
    if len(own) >= MOST_VIEWS:
        raise BadView(
            worded(
                "You have %(n)s views, which is as many as one person may keep: delete one first",
                n=MOST_VIEWS,
            )
        )
    row = Row(
        id=new_id(),
        person_id=person_id,
        name=_check_name(name, own),
        query=query,
        is_shared=is_shared,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return get_view(session, row.id, person_id)


def change_view(
    session: Session, view_id: str, person_id: str, *, name: str, is_shared: bool | None = None
) -> SavedView:
    """Rename a view, and share it or no longer; None leaves that. Raises UnknownView, BadView."""
    view = get_view(session, view_id, person_id)
    others = [
        other
        for other in list_views(session, view.person_id)
        if other.person_id == view.person_id and other.id != view_id
    ]
    values = {
        "name": _check_name(name, others),
        "is_shared": view.is_shared if is_shared is None else is_shared,
    }
    session.execute(update(Row).where(Row.id == view_id).values(values))
    # Somebody else's view that is shared no longer is out of sight from here on.
    return get_view(session, view_id, view.person_id)


def delete_view(session: Session, view_id: str, person_id: str) -> SavedView:
    """Forget a view; raises UnknownView."""
    view = get_view(session, view_id, person_id)
    session.execute(delete(Row).where(Row.id == view_id))
    return view


def get_view(session: Session, view_id: str, person_id: str) -> SavedView:
    """Read a view that this person sees; raises UnknownView."""
    found = session.execute(_seen_by(person_id).where(Row.id == view_id)).first()
    if found is None:
        raise UnknownView(f"there is no view {view_id!r}")
    return SavedView(*found)


def list_views(session: Session, person_id: str) -> list[SavedView]:
    """List a person's own views and those that others share, by name."""
    views = [SavedView(*row) for row in session.execute(_seen_by(person_id))]
    return sorted(views, key=lambda view: (view.name.casefold(), view.id))


def _seen_by(person_id: str) -> Select[str, str, str, str, str, bool]:
    return (
        select(Row.id, Row.person_id, Person.name, Row.name, Row.query, Row.is_shared)
        .join(Person, Person.id == Row.person_id)
        .where(or_(Row.person_id == person_id, Row.is_shared))
    )


def _check_name(name: str, others: list[SavedView]) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadView(worded("Enter a name of 1 to %(n)s characters", n=LONGEST_NAME))
    if any(other.name.casefold() == name.casefold() for other in others):
        raise BadView(
            worded(
                "There is a view called %(name)s already: choose another name, or delete that one first",
                name=name,
            )
        )
    return name
