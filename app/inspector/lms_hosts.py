"""LMSs that tried to open courses of an integration and are not on its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.hosts import parse_host
from app.access.integrations import Integration
from app.models.records import FindingRow

UNREGISTERED = "L1"
SHOWN = 12


@dataclass(frozen=True, slots=True)
class SeenLms:
    """The host of an LMS, as the refusals named it."""

    name: str
    count: int
    last_at: datetime


def list_refused_lmss(session: Session, integration: Integration) -> list[SeenLms]:
    """List the newest refused ones, without those that have been registered since."""
    row = FindingRow
    query = (
        select(row.detail, func.count(), func.max(row.at))
        .where(row.integration_id == integration.id, row.code == UNREGISTERED)
        .group_by(row.detail)
        .order_by(func.max(row.at).desc())
    )
    listed = [parse_host(name) for name in integration.upstream_hosts]
    found = [SeenLms(name, count, last_at) for name, count, last_at in session.execute(query)]
    return [seen for seen in found if not any(entry.covers(parse_host(seen.name), 443) for entry in listed)][
        :SHOWN
    ]
