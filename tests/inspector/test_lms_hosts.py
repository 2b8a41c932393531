"""LMSs that were refused are counted by host until they are registered."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Kind, add_integration, update_integration
from app.access.organisation import load_organisation
from app.inspector.exchanges import NewExchange, write_refusal
from app.inspector.findings import Finding
from app.inspector.lms_hosts import SHOWN, SeenLms, list_refused_lmss
from app.models.base import new_id
from app.settings import Settings


def refuse(session: Session, integration_id: str, host: str) -> None:
    now = clock.now()
    exchange = NewExchange(
        new_id(), "launch", "GET", "/aicc/x/y", 403, "", now, now - now, integration_id=integration_id,
        findings=(Finding("L1", host),),
    )  # fmt: skip
    write_refusal(session, exchange, is_anonymous=True)


def names(found: list[SeenLms]) -> list[tuple[str, int]]:
    return [(seen.name, seen.count) for seen in found]


def test_refused_lmss_are_counted_newest_first_until_they_are_registered(
    session: Session, settings: Settings
) -> None:
    organisation = load_organisation(session, settings)
    mine, other = (add_integration(session, organisation, kind=Kind.AICC, name=name) for name in "ab")
    for host in ("lms.example", "lms.example", "old.example:8443"):
        refuse(session, mine.id, host)
    refuse(session, other.id, "other.example")
    assert names(list_refused_lmss(session, mine)) == [("old.example:8443", 1), ("lms.example", 2)]
    mine = update_integration(session, mine.id, upstream_hosts=["lms.example"])
    assert names(list_refused_lmss(session, mine)) == [("old.example:8443", 1)]
    for number in range(SHOWN + 2):
        refuse(session, mine.id, f"h{number}.example")
    assert len(list_refused_lmss(session, mine)) == SHOWN
