"""The host names that messages came under are gathered, however they were spelt, and judged."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration, Kind, add_integration, update_integration
from app.access.organisation import Organisation, load_organisation
from app.inspector.exchanges import NewExchange, write_refusal
from app.inspector.hosts import SHOWN, Standing, list_seen_hosts, list_stray_hosts
from app.models.base import new_id
from app.settings import Settings


def see(
    session: Session, host: str, integration: Integration | None = None, *, is_demo: bool = False
) -> None:
    now = clock.now()
    exchange = NewExchange(
        request_id=new_id(),
        face="hacp",
        method="POST",
        path="/hacp",
        status=421,
        result="",
        received_at=now,
        duration=now - now,
        host=host,
        integration_id=integration.id if integration else None,
        is_demo=is_demo,
    )
    write_refusal(session, exchange, is_anonymous=integration is None)


def two(session: Session, settings: Settings) -> tuple[Organisation, Integration, Integration]:
    organisation = load_organisation(session, settings)
    first, second = (
        add_integration(session, organisation, kind=Kind.AICC, name=name, host_names=[f"{name}.example"])
        for name in ("one", "two")
    )
    return organisation, first, second


def test_hosts_are_counted_by_name_and_judged_worst_first(session: Session, settings: Settings) -> None:
    organisation, first, _ = two(session, settings)
    hosts = ("localhost", "ONE.example.", "one.example:80", "two.example", "three.example:8443", "a b", "")
    for host in hosts:
        see(session, host, first)
    see(session, "demo.example", first, is_demo=True)
    found = list_seen_hosts(session, organisation, first)
    assert [(seen.name, seen.count, seen.standing) for seen in found] == [
        ("three.example:8443", 1, Standing.UNKNOWN),
        ("two.example", 1, Standing.FOREIGN),
        ("", 1, Standing.BAD),
        ("a b", 1, Standing.BAD),
        ("one.example", 2, Standing.REGISTERED),
        ("localhost", 1, Standing.REGISTERED),
    ]
    assert found[1].owners == ("two",)


def test_strays_are_those_on_no_list_and_go_once_registered(session: Session, settings: Settings) -> None:
    organisation, first, _ = two(session, settings)
    for host in ("one.example", "localhost", "new.example", "new.example.", "<script>"):
        see(session, host)
    see(session, "own.example", first)
    assert [(s.name, s.count, s.standing) for s in list_stray_hosts(session, organisation)] == [
        ("<script>", 1, Standing.BAD),
        ("new.example", 2, Standing.UNKNOWN),
    ]
    update_integration(session, first.id, host_names=["new.example"])
    assert [seen.name for seen in list_stray_hosts(session, organisation)] == ["<script>", "one.example"]


def test_a_scanner_with_many_names_fills_no_page(session: Session, settings: Settings) -> None:
    organisation, first, _ = two(session, settings)
    for number in range(SHOWN + 5):
        see(session, f"n{number}.example")
        see(session, f"n{number}.example", first)
    assert len(list_stray_hosts(session, organisation)) == SHOWN
    assert len(list_seen_hosts(session, organisation, first)) == SHOWN
