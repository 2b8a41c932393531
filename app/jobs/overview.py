"""Count the overview's numbers before anybody asks, where that takes long."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import clock
from app.access.organisation import load_organisation
from app.db import transact
from app.inspector.overview import Question, count_all, demo_counts, has_figures, is_due, keep
from app.settings import Settings


def count_overview(session: Session, settings: Settings) -> int:
    """Count in this session, which only reads, and write in a short transaction; nothing is left to do."""
    now = clock.now()
    if is_due(session, now):
        zone = ZoneInfo(load_organisation(session, settings).time_zone)
        rows = count_all(session, Question(now, zone, has_demo=demo_counts(session)))
        is_kept = has_figures(session)
        session.rollback()
        if rows or is_kept:
            transact(lambda writing: keep(writing, rows))
    return 0
