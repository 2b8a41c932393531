"""Which integrations a host name belongs to: the check that a request was meant for us."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.access.hosts import BadHost, parse_host
from app.access.integrations import OWN
from app.access.organisation import Organisation
from app.models.access import Integration, IntegrationHost
from app.models.base import table_of
from app.prepared import Prepared

_HOST = table_of(IntegrationHost)
_SELECT_OWNERS = Prepared(
    select(_HOST.c.integration_id).where(
        _HOST.c.list_name == OWN,
        _HOST.c.name == bindparam("name"),
        or_(_HOST.c.port == 0, _HOST.c.port == bindparam("port")),
    )
)


class HostVerdict(Enum):
    """OK, or why not: on nobody's list, on another integration's only, or no host name at all."""

    OK = "ok"
    OBSERVED = "observed"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    BAD = "bad"


def judge_host(
    session: Session, organisation: Organisation, host_header: str, *, integration_id: str | None = None
) -> HostVerdict:
    """Judge the Host header of a request, for one integration or (None) for any.

    The public URL's host is on every list. OBSERVED: the host is on no list that counts, but the integration
    (or, for None, some integration) is in mode `observe`; let it pass and write the finding.
    """
    try:
        host = parse_host(host_header)
    except BadHost:
        return HostVerdict.BAD
    if organisation.public_host.covers(host, organisation.default_port):
        return HostVerdict.OK
    key = {"name": host.name, "port": host.port or organisation.default_port}
    owners = {row.integration_id for row in _SELECT_OWNERS.all(session, key)}
    if integration_id in owners or (integration_id is None and owners):
        return HostVerdict.OK
    if _is_observed(session, integration_id):
        return HostVerdict.OBSERVED
    return HostVerdict.FOREIGN if owners else HostVerdict.UNKNOWN


def _is_observed(session: Session, integration_id: str | None) -> bool:
    query = select(Integration.id).where(Integration.host_mode == "observe", Integration.deleted_at.is_(None))
    if integration_id is not None:
        query = query.where(Integration.id == integration_id)
    return session.execute(query.limit(1)).first() is not None
