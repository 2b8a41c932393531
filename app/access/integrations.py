"""Integrations: the content sources an admin registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.hosts import HostName, parse_host
from app.access.organisation import Organisation
from app.access.policies import HostMode, MasteryPolicy, StudentId
from app.models import access as tables, launches, learning, records
from app.models.base import table_of
from app.prepared import Prepared
from app.words import worded

OWN, UPSTREAM = "own", "upstream"
# Host names by integration and list.
_Hosts = dict[tuple[str, str], list[str]]


class Kind(StrEnum):
    LINKEDIN_LEARNING = "linkedin_learning"
    AICC = "aicc"
    XAPI = "xapi"


class UserType(StrEnum):
    """How LinkedIn names learners; must equal the choice made in LinkedIn's own form."""

    ID = "id"
    EMAIL = "email"


class Milestone(StrEnum):
    """The first message of each kind; the checklist's steps turn green by these alone."""

    TOKEN = "first_token_at"
    STATEMENT = "first_statement_at"
    GETPARAM = "first_getparam_at"
    PUTPARAM = "first_putparam_at"


class UnknownIntegration(LookupError):
    """There is no integration with this id."""


class BadIntegration(ValueError):
    """The integration cannot be kept as given; the message is fit for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Integration:
    id: str
    name: str
    kind: Kind
    user_type: UserType | None
    is_enabled: bool
    is_demo: bool
    score_is_percent: bool
    host_mode: HostMode
    xapi_default_version: str
    has_widened_scopes: bool
    allows_query_credentials: bool
    student_id_is: StudentId
    mastery_policy: MasteryPolicy
    is_strict: bool
    enforces_au_password: bool
    escapes_percent: bool
    shares_demographics: bool
    has_single_use_links: bool
    created_at: datetime
    first_token_at: datetime | None
    first_statement_at: datetime | None
    first_getparam_at: datetime | None
    first_putparam_at: datetime | None
    host_names: tuple[str, ...]
    upstream_hosts: tuple[str, ...]

    @property
    def is_lenient(self) -> bool:
        """LinkedIn sends once and documents no retry: its messages are repaired, not refused."""
        return self.kind is Kind.LINKEDIN_LEARNING


class Policy(TypedDict, total=False):
    """What an admin may choose of an integration; a key that is absent leaves its choice alone."""

    host_mode: HostMode
    has_widened_scopes: bool
    allows_query_credentials: bool
    student_id_is: StudentId
    score_is_percent: bool
    mastery_policy: MasteryPolicy
    is_strict: bool
    enforces_au_password: bool
    escapes_percent: bool
    shares_demographics: bool
    has_single_use_links: bool


def add_integration(
    session: Session,
    organisation: Organisation,
    *,
    kind: Kind,
    name: str,
    user_type: UserType | None = None,
    host_names: Iterable[str] = (),
    upstream_hosts: Iterable[str] = (),
    xapi_default_version: str = "1.0.3",
    is_demo: bool = False,
    **policy: Unpack[Policy],
) -> Integration:
    """Register an integration; the public URL's host is on its list from the start.

    LinkedIn's scores are percentages unless the policy says otherwise. Raises BadHost for a host name that
    is none, BadIntegration for an empty name.
    """
    if kind is Kind.LINKEDIN_LEARNING:
        user_type = user_type or UserType.EMAIL
    row = tables.Integration(
        name=_clean_name(name),
        kind=kind.value,
        user_type=user_type.value if user_type else None,
        is_demo=is_demo,
        xapi_default_version=_check_version(xapi_default_version),
        created_at=clock.now(),
        **_policy_columns({"score_is_percent": kind is Kind.LINKEDIN_LEARNING, **policy}),
    )
    session.add(row)
    session.flush()
    _put_hosts(session, row.id, OWN, [str(organisation.public_host), *host_names])
    _put_hosts(session, row.id, UPSTREAM, upstream_hosts)
    return get_integration(session, row.id)


def get_integration(session: Session, integration_id: str) -> Integration:
    """Read one integration; raises UnknownIntegration."""
    rows = _SELECT.all(session, {"integration_id": integration_id})
    if not rows or rows[0].deleted_at is not None:
        raise UnknownIntegration(f"there is no integration {integration_id!r}")
    return to_integration(rows)


def to_integration(rows: Sequence[Any]) -> Integration:
    """Return the value that the rows of `SELECT_INTEGRATION` hold, one for each host name."""
    hosts: _Hosts = {}
    for row in rows:
        if row.list_name is not None:
            host = HostName(row.host_name, row.host_port or None)
            hosts.setdefault((row.id, row.list_name), []).append(str(host))
    return _to_value(rows[0], hosts)


def list_integrations(session: Session) -> list[Integration]:
    """List all integrations, oldest first."""
    rows = session.scalars(
        select(tables.Integration)
        .where(tables.Integration.deleted_at.is_(None))
        .order_by(tables.Integration.id)
    ).all()
    hosts = _hosts_of(session, [row.id for row in rows])
    return [_to_value(row, hosts) for row in rows]


def update_integration(
    session: Session,
    integration_id: str,
    *,
    name: str | None = None,
    user_type: UserType | None = None,
    host_names: Iterable[str] | None = None,
    upstream_hosts: Iterable[str] | None = None,
    xapi_default_version: str | None = None,
    **policy: Unpack[Policy],
) -> Integration:
    """Change what is given and leave the rest; raises UnknownIntegration, BadHost, BadIntegration."""
    get_integration(session, integration_id)
    given = _policy_columns(policy)
    if name is not None:
        given["name"] = _clean_name(name)
    if user_type is not None:
        given["user_type"] = user_type.value
    if xapi_default_version is not None:
        given["xapi_default_version"] = _check_version(xapi_default_version)
    if given:
        _update(session, integration_id, given)
    for list_name, names in ((OWN, host_names), (UPSTREAM, upstream_hosts)):
        if names is not None:
            _put_hosts(session, integration_id, list_name, names)
    session.expire_all()
    return get_integration(session, integration_id)


def set_enabled(session: Session, integration_id: str, *, is_enabled: bool) -> None:
    """Switch an integration on or off; while off its credentials and sessions are refused."""
    get_integration(session, integration_id)
    _update(session, integration_id, {"is_enabled": is_enabled})
    session.expire_all()


def delete_integration(session: Session, integration_id: str, *, erase_data: bool) -> None:
    """Delete an integration for good; its credentials stop at once.

    With `erase_data` its statements, launches and observations go too, and progress must be rebuilt by the
    caller; otherwise they stay, and the integration's name with them.
    """
    get_integration(session, integration_id)
    for table in (tables.AccessToken, tables.Credential, tables.IntegrationHost):
        session.execute(delete(table).where(table.integration_id == integration_id))
    if erase_data:
        for stored in (records.Exchange, learning.Observation, records.Statement, launches.Launch):
            session.execute(delete(stored).where(stored.integration_id == integration_id))
        session.execute(delete(tables.Integration).where(tables.Integration.id == integration_id))
    else:
        _update(session, integration_id, {"is_enabled": False, "deleted_at": clock.now()})
    session.expire_all()


def mark_seen(session: Session, integration: Integration, milestone: Milestone) -> None:
    """Note the first message of a kind; writes only once, so busy integrations do not fight for the row."""
    if getattr(integration, milestone.value) is None:
        column = getattr(tables.Integration, milestone.value)
        session.execute(
            update(tables.Integration)
            .where(tables.Integration.id == integration.id, column.is_(None))
            .values({milestone.value: clock.now()})
            .execution_options(synchronize_session=False)
        )


def add_public_host_everywhere(session: Session, host: HostName) -> None:
    """Put the (new) public host on every integration's list; the old one stays until somebody removes it."""
    for integration in list_integrations(session):
        _put_hosts(session, integration.id, OWN, [*integration.host_names, str(host)])


def _update(session: Session, integration_id: str, values: dict[str, object]) -> None:
    session.execute(
        update(tables.Integration)
        .where(tables.Integration.id == integration_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _clean_name(name: str) -> str:
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not cleaned:
        raise BadIntegration(worded("give the integration a name"))
    return cleaned[:200]


def _policy_columns(policy: Policy) -> dict[str, Any]:
    """Return the column values of a policy; raises BadIntegration for a word that is none of ours."""
    values: dict[str, Any] = dict(policy)
    for name, words in _POLICY_WORDS.items():
        if name in values:
            try:
                values[name] = words(values[name]).value
            except ValueError as error:
                raise BadIntegration(
                    worded("%(name)s is one of %(names)s", name=name, names=", ".join(words))
                ) from error
    return values


_POLICY_WORDS: dict[str, type[StrEnum]] = {
    "host_mode": HostMode,
    "student_id_is": StudentId,
    "mastery_policy": MasteryPolicy,
}


def _check_version(version: str) -> str:
    if version not in ("1.0.3", "2.0.0"):
        raise BadIntegration(worded("the xAPI version is 1.0.3 or 2.0.0"))
    return version


def _put_hosts(session: Session, integration_id: str, list_name: str, names: Iterable[str]) -> None:
    hosts = dict.fromkeys(parse_host(name.strip()) for name in names if name.strip())
    table = tables.IntegrationHost
    session.execute(delete(table).where(table.integration_id == integration_id, table.list_name == list_name))
    if hosts:
        session.execute(
            insert(table),
            [
                {
                    "integration_id": integration_id,
                    "list_name": list_name,
                    "name": host.name,
                    "port": host.port or 0,
                }
                for host in hosts
            ],
        )


_INTEGRATION, _HOST = table_of(tables.Integration), table_of(tables.IntegrationHost)
SELECT_INTEGRATION = (
    select(_INTEGRATION, _HOST.c.list_name, _HOST.c.name.label("host_name"), _HOST.c.port.label("host_port"))
    .outerjoin(_HOST, _HOST.c.integration_id == _INTEGRATION.c.id)
    .where(_INTEGRATION.c.id == bindparam("integration_id"))
    .order_by(_HOST.c.name, _HOST.c.port)
)
# Made once: putting a statement together costs more than running it.
_SELECT = Prepared(SELECT_INTEGRATION)


def _hosts_of(session: Session, ids: list[str]) -> _Hosts:
    table = tables.IntegrationHost
    hosts: _Hosts = {}
    query = select(table.integration_id, table.list_name, table.name, table.port)
    for integration_id, list_name, name, port in session.execute(
        query.where(table.integration_id.in_(ids)).order_by(table.name, table.port)
    ):
        hosts.setdefault((integration_id, list_name), []).append(str(HostName(name, port or None)))
    return hosts


def _to_value(row: Any, hosts: _Hosts) -> Integration:
    return Integration(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        user_type=UserType(row.user_type) if row.user_type else None,
        is_enabled=row.is_enabled,
        is_demo=row.is_demo,
        score_is_percent=row.score_is_percent,
        host_mode=HostMode(row.host_mode),
        xapi_default_version=row.xapi_default_version,
        has_widened_scopes=row.has_widened_scopes,
        allows_query_credentials=row.allows_query_credentials,
        student_id_is=StudentId(row.student_id_is),
        mastery_policy=MasteryPolicy(row.mastery_policy),
        is_strict=row.is_strict,
        enforces_au_password=row.enforces_au_password,
        escapes_percent=row.escapes_percent,
        shares_demographics=row.shares_demographics,
        has_single_use_links=row.has_single_use_links,
        created_at=row.created_at,
        first_token_at=row.first_token_at,
        first_statement_at=row.first_statement_at,
        first_getparam_at=row.first_getparam_at,
        first_putparam_at=row.first_putparam_at,
        host_names=tuple(hosts.get((row.id, OWN), ())),
        upstream_hosts=tuple(hosts.get((row.id, UPSTREAM), ())),
    )
