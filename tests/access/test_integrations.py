"""Integrations: kept, changed, switched off and deleted; and whose a host name is."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.host_registry import HostVerdict, judge_host
from app.access.hosts import BadHost
from app.access.integrations import (
    BadIntegration,
    Integration,
    Kind,
    Milestone,
    UnknownIntegration,
    UserType,
    add_integration,
    add_public_host_everywhere,
    delete_integration,
    get_integration,
    list_integrations,
    mark_seen,
    set_enabled,
    update_integration,
)
from app.access.organisation import Organisation, load_organisation, save_organisation
from app.models.access import IntegrationHost
from app.settings import Settings

HERE = Organisation("https://waymark.example.org", "env", "UTC")


def add(session: Session, **changes: object) -> Integration:
    values = {"kind": Kind.LINKEDIN_LEARNING, "name": "LinkedIn Learning", **changes}
    return add_integration(session, HERE, **values)  # type: ignore[arg-type]


def test_the_public_host_is_registered_from_the_start(session: Session) -> None:
    integration = add(session, host_names=["LMS.example.com:8443"])
    assert integration.host_names == ("lms.example.com:8443", "waymark.example.org")
    assert integration.user_type is UserType.EMAIL
    assert list_integrations(session) == [integration]


def test_a_bad_host_or_name_is_refused_in_words(session: Session) -> None:
    with pytest.raises(BadHost, match="without https"):
        add(session, host_names=["https://lms.example.com"])
    with pytest.raises(BadIntegration, match="name"):
        add(session, name=" \r\n ")


def test_a_name_is_kept_on_one_line(session: Session) -> None:
    assert add(session, name="Acme\r\nSet-Cookie: x").name == "Acme Set-Cookie: x"


def test_an_integration_is_changed_in_part(session: Session) -> None:
    integration = add(session, user_type=UserType.ID)
    changed = update_integration(session, integration.id, name="New", upstream_hosts=["lms.example.net"])
    assert (changed.name, changed.user_type, changed.upstream_hosts) == (
        "New",
        UserType.ID,
        ("lms.example.net",),
    )
    assert changed.host_names == integration.host_names
    set_enabled(session, integration.id, is_enabled=False)
    assert not get_integration(session, integration.id).is_enabled


def test_a_milestone_is_written_once(session: Session) -> None:
    integration = add(session)
    mark_seen(session, integration, Milestone.TOKEN)
    session.expire_all()
    first = get_integration(session, integration.id)
    assert first.first_token_at is not None
    mark_seen(session, integration, Milestone.TOKEN)
    session.expire_all()
    assert get_integration(session, integration.id) == first


@pytest.mark.parametrize("erase_data", [True, False])
def test_a_deleted_integration_is_gone_and_its_hosts_with_it(session: Session, erase_data: bool) -> None:
    integration = add(session)
    delete_integration(session, integration.id, erase_data=erase_data)
    with pytest.raises(UnknownIntegration):
        get_integration(session, integration.id)
    assert list_integrations(session) == []
    assert session.scalar(select(func.count()).select_from(IntegrationHost)) == 0


def test_a_new_public_host_joins_every_list_and_the_old_one_stays(
    session: Session, settings: Settings
) -> None:
    integration = add(session)
    moved = Organisation("https://new.example.org", "database", "UTC")
    add_public_host_everywhere(session, moved.public_host)
    session.expire_all()
    assert get_integration(session, integration.id).host_names == ("new.example.org", "waymark.example.org")


def test_the_environment_wins_over_the_pages(session: Session, settings: Settings) -> None:
    save_organisation(session, public_url="https://pages.example.org/", time_zone="Europe/Madrid")
    organisation = load_organisation(session, settings)
    assert (organisation.public_url, organisation.public_url_source) == ("http://localhost", "env")
    assert organisation.time_zone == "Europe/Madrid"


@pytest.mark.parametrize(
    ("host", "is_mine", "verdict"),
    [
        ("waymark.example.org", True, HostVerdict.OK),
        ("WAYMARK.example.org.:443", True, HostVerdict.OK),
        ("lms-a.example", True, HostVerdict.OK),
        ("lms-a.example:9000", True, HostVerdict.OK),
        ("lms-b.example", True, HostVerdict.UNKNOWN),
        ("lms-b.example:8443", True, HostVerdict.FOREIGN),
        ("lms-b.example:8443", False, HostVerdict.OK),
        ("lms-b.example", False, HostVerdict.UNKNOWN),
        ("stranger.example", True, HostVerdict.UNKNOWN),
        ("bad host", True, HostVerdict.BAD),
    ],
)
def test_a_host_is_mine_anothers_or_nobodys(
    session: Session, host: str, is_mine: bool, verdict: HostVerdict
) -> None:
    mine = add(session, host_names=["lms-a.example"])
    add(session, name="Other", host_names=["lms-b.example:8443"])
    assert judge_host(session, HERE, host, integration_id=mine.id if is_mine else None) is verdict


def test_observing_lets_an_unknown_host_pass_for_that_integration(session: Session) -> None:
    mine = add(session)
    other = add(session, name="Other")
    update_integration(session, mine.id, host_mode="observe")
    assert judge_host(session, HERE, "new.example", integration_id=mine.id) is HostVerdict.OBSERVED
    assert judge_host(session, HERE, "new.example", integration_id=other.id) is HostVerdict.UNKNOWN
    assert judge_host(session, HERE, "new.example") is HostVerdict.OBSERVED
