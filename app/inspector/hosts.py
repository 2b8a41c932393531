"""Under which host names messages really came, and on whose list each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.access.hosts import BadHost, HostName, parse_host
from app.access.integrations import Integration, list_integrations
from app.access.organisation import Organisation
from app.inspector.messages import readable
from app.models.records import Exchange as Row

# Names matter that are in use: of the newest messages only, so that a busy integration costs no more.
RECENT = 500
SHOWN = 12


class Standing(StrEnum):
    """On this integration's list (or the public address), only on another's, on none, or no host name."""

    REGISTERED = "registered"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class SeenHost:
    """A host name as messages gave it; `owners` are the integrations that list it."""

    name: str
    count: int
    last_at: datetime
    standing: Standing
    owners: tuple[str, ...] = ()


def list_seen_hosts(session: Session, organisation: Organisation, integration: Integration) -> list[SeenHost]:
    """List the hosts that an integration's recent messages named, those that need a look first."""
    query = _recent().where(Row.integration_id == integration.id, Row.is_demo.is_(integration.is_demo))
    judge = _Judge(organisation, list_integrations(session), integration)
    order = [Standing.UNKNOWN, Standing.FOREIGN, Standing.BAD, Standing.REGISTERED]
    found = _gather(session, query, judge)
    return sorted(found, key=lambda seen: order.index(seen.standing))[:SHOWN]


def list_stray_hosts(session: Session, organisation: Organisation) -> list[SeenHost]:
    """List the hosts of recent messages that belong to no integration, where no list has them."""
    query = _recent().where(Row.integration_id.is_(None), Row.is_anonymous)
    judge = _Judge(organisation, list_integrations(session), None)
    wanted = (Standing.UNKNOWN, Standing.BAD)
    return [seen for seen in _gather(session, query, judge) if seen.standing in wanted][:SHOWN]


class _Judge:
    """Every list, read once; `own` is the integration on whose behalf names are judged, None for any."""

    def __init__(
        self, organisation: Organisation, integrations: Iterable[Integration], own: Integration | None
    ) -> None:
        self._organisation = organisation
        self._own = own
        self._lists = [
            (parse_host(name), integration) for integration in integrations for name in integration.host_names
        ]

    def judge(self, seen: SeenHost, host: HostName) -> SeenHost:
        port = self._organisation.default_port
        if self._organisation.public_host.covers(host, port):
            return replace(seen, standing=Standing.REGISTERED)
        owners = {listed.id: listed.name for entry, listed in self._lists if entry.covers(host, port)}
        if not owners:
            return seen
        is_own = self._own is None or self._own.id in owners
        standing = Standing.REGISTERED if is_own else Standing.FOREIGN
        return replace(seen, standing=standing, owners=tuple(owners.values()))

    def name_of(self, host: HostName) -> str:
        return host.name if host.port == self._organisation.default_port else str(host)


def _recent() -> Select[str, datetime]:
    return select(Row.host, Row.received_at).order_by(Row.received_at.desc()).limit(RECENT)


def _gather(session: Session, query: Select[str, datetime], judge: _Judge) -> list[SeenHost]:
    """Count each name once, however it was spelt; newest first."""
    found: dict[str, SeenHost] = {}
    for text, received_at in session.execute(query):
        host = _parse(text)
        name = readable(text)[:300] if host is None else judge.name_of(host)
        if name in found:
            found[name] = replace(found[name], count=found[name].count + 1)
            continue
        seen = SeenHost(name, 1, received_at, Standing.BAD if host is None else Standing.UNKNOWN)
        found[name] = seen if host is None else judge.judge(seen, host)
    return list(found.values())


def _parse(text: str) -> HostName | None:
    try:
        return parse_host(text)
    except BadHost:
        return None
