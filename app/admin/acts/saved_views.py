"""Acts on saved views of the progress table: one's own, and by role those that all see."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access import saved_views
from app.access.audit import Actor, write_audit
from app.access.roles import may
from app.access.saved_views import SavedView, UnknownView

SHARES = "report.change"


def save_view(session: Session, actor: Actor, *, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a view of the actor's; it is shared only by a role that may. Raises BadView."""
    view = saved_views.add_view(
        session, person_id=actor.id or "", name=name, query=query, is_shared=is_shared and _may_share(actor)
    )
    _note(session, actor, "saved", view, filter=view.query)
    return view


def change_view(session: Session, actor: Actor, view_id: str, *, name: str, is_shared: bool) -> SavedView:
    """Rename a view, and by role share it or no longer; raises UnknownView, BadView."""
    before = _get_own(session, actor, view_id)
    after = saved_views.change_view(
        session, view_id, actor.id or "", name=name, is_shared=is_shared if _may_share(actor) else None
    )
    if after != before:
        _note(session, actor, "changed", after, was=before.name)
    return after


def delete_view(session: Session, actor: Actor, view_id: str) -> SavedView:
    """Forget a view; raises UnknownView."""
    _get_own(session, actor, view_id)
    view = saved_views.delete_view(session, view_id, actor.id or "")
    _note(session, actor, "deleted", view)
    return view


def may_change(view: SavedView, person_id: str | None, role: str) -> bool:
    """Tell whether a person may change a view that they see: their own, and by role what all see."""
    return view.person_id == person_id or may(role, SHARES)


def _get_own(session: Session, actor: Actor, view_id: str) -> SavedView:
    view = saved_views.get_view(session, view_id, actor.id or "")
    if not may_change(view, actor.id, actor.role or ""):
        raise UnknownView(view_id)
    return view


def _may_share(actor: Actor) -> bool:
    return may(actor.role or "", SHARES)


def _note(session: Session, actor: Actor, what: str, view: SavedView, **detail: str) -> None:
    told = {"id": view.id, "shared": "yes" if view.is_shared else "no", **detail}
    write_audit(session, actor=actor, action=f"view.{what}", target=view.name, detail=told)
