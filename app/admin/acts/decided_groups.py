"""Acts on many progress rows at once: decided in pieces, each a transaction, and taken back so."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app import clock
from app.access.audit import Actor, write_audit
from app.delivery.decided import announce_decision
from app.progress.deciding import Made
from app.progress.deciding_many import decide_piece, undo_piece
from app.progress.decision_rules import Decider, Wish
from app.progress.queries import ProgressFilter


def note_begin(session: Session, actor: Actor, *, undoes: bool, rows: int, detail: dict[str, str]) -> None:
    """Write down, before the first row changes, who changes how many; the decisions themselves tell which."""
    action = "progress.group_undone" if undoes else "progress.group_decided"
    target = f"{rows:,} {'row' if rows == 1 else 'rows'}"
    write_audit(session, actor=actor, action=action, target=target, detail=detail)


def decide(
    session: Session,
    wanted: ProgressFilter,
    pairs: Sequence[tuple[str, str]],
    wish: Wish,
    *,
    by: Decider,
) -> int:
    """Decide of these few rows; returns how many changed."""
    return _announce(session, decide_piece(session, wanted, pairs, wish, by=by))


def undo(session: Session, group_id: str, *, by: str) -> int:
    """Take back the next few decisions of a group; returns how many, 0 once none is left."""
    return _announce(session, undo_piece(session, group_id, by=by))


def _announce(session: Session, made: Sequence[Made]) -> int:
    now = clock.now()
    for each in made:
        announce_decision(session, each, at=now)
    return len(made)
