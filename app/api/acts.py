"""What tokens do, each with its entry in the audit log, in one transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit


def note_export(session: Session, actor: Actor, what: str, query: str) -> None:
    """Note that rows left the server as CSV, and which."""
    write_audit(session, actor=actor, action="api.exported", target=what, detail={"filter": query or "all"})
