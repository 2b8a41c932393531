"""The filters of the audit log, read from the address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request

from app.access.audit import AuditFilter
from app.admin.frame import organisation

_NARROWING = ("who", "action", "target", "since", "until")


def read_given() -> dict[str, str]:
    """Return the filters of the address that say something."""
    texts = {name: (request.args.get(name) or "").strip() for name in _NARROWING}
    return {name: text for name, text in texts.items() if text and text.isprintable() and len(text) <= 300}


def make_wanted(given: dict[str, str], *, before: int | None = None) -> AuditFilter:
    until = _first_moment(given.get("until"), later=timedelta(days=1))
    return AuditFilter(
        who=given.get("who", ""),
        action=given.get("action", ""),
        target=given.get("target", ""),
        since=_first_moment(given.get("since")),
        until=until,
        before=before,
    )


def _first_moment(text: str | None, *, later: timedelta = timedelta(0)) -> datetime | None:
    """Return when a day begins in the organisation's zone; None for what is no day."""
    try:
        day = date.fromisoformat(text or "")
        return datetime.combine(day + later, time(), zone())
    except (ValueError, OverflowError):
        return None


def zone() -> ZoneInfo:
    return ZoneInfo(organisation().time_zone)
