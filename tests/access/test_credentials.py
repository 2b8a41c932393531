"""Client ids and secrets: made, checked, rotated, revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.credentials import (
    check_credential,
    issue_credential,
    list_credentials,
    note_use,
    revoke_credential,
    rotate_credential,
)
from app.access.integrations import Kind, UnknownIntegration, add_integration, delete_integration, set_enabled
from app.access.organisation import load_organisation
from app.access.tokens import find_token, issue_token
from app.models.access import Credential
from app.settings import Settings

WEEK = timedelta(days=7)


@pytest.fixture
def integration_id(session: Session, settings: Settings) -> str:
    organisation = load_organisation(session, settings)
    return add_integration(session, organisation, kind=Kind.LINKEDIN_LEARNING, name="LinkedIn").id


def test_a_new_credential_opens_the_door(session: Session, integration_id: str) -> None:
    made = issue_credential(session, integration_id)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    assert (client.credential_id, client.integration_id) == (made.id, integration_id)
    assert client.is_lenient
    assert not client.is_demo


def test_the_secret_has_256_bits_and_is_not_in_the_database(session: Session, integration_id: str) -> None:
    made = issue_credential(session, integration_id)
    row = session.execute(select(Credential.__table__)).mappings().one()
    assert len(made.client_secret) >= 43
    assert all(made.client_secret not in str(value) for value in row.values())


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("unknown", None), (None, "wrong"), (None, ""), ("", ""), ("\x00\ud800", "\ud800"), ("x" * 5_000, "y")],
)
def test_a_wrong_or_unknown_credential_is_nobody(
    session: Session, integration_id: str, client_id: str | None, secret: str | None
) -> None:
    made = issue_credential(session, integration_id)
    assert (
        check_credential(
            session,
            made.client_id if client_id is None else client_id,
            made.client_secret if secret is None else secret,
        )
        is None
    )


def test_rotating_leaves_two_live_and_the_older_one_ends(session: Session, integration_id: str) -> None:
    first = issue_credential(session, integration_id)
    second = rotate_credential(session, integration_id, overlap=WEEK)
    for made in (first, second):
        assert check_credential(session, made.client_id, made.client_secret) is not None
    third = rotate_credential(session, integration_id, overlap=WEEK)
    assert check_credential(session, first.client_id, first.client_secret) is None
    for made in (second, third):
        assert check_credential(session, made.client_id, made.client_secret) is not None
    live = [one for one in list_credentials(session, integration_id) if one.is_live(clock.now())]
    assert [one.client_id for one in live] == [second.client_id, third.client_id]
    assert live[0].expires_at is not None
    assert live[1].expires_at is None


def test_rotating_without_overlap_ends_the_old_one_at_once(session: Session, integration_id: str) -> None:
    first = issue_credential(session, integration_id)
    rotate_credential(session, integration_id, overlap=timedelta(0))
    assert check_credential(session, first.client_id, first.client_secret) is None


def test_revoking_ends_the_credential_and_its_tokens(session: Session, integration_id: str) -> None:
    made = issue_credential(session, integration_id)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    token = issue_token(session, client, {"xapi:write"}, ttl=WEEK)
    revoke_credential(session, made.id)
    assert check_credential(session, made.client_id, made.client_secret) is None
    assert find_token(session, token) is None


def test_a_disabled_integrations_client_says_so_and_a_deleted_ones_is_gone(
    session: Session, integration_id: str
) -> None:
    made = issue_credential(session, integration_id)
    set_enabled(session, integration_id, is_enabled=False)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    assert not client.is_enabled
    delete_integration(session, integration_id, erase_data=False)
    assert check_credential(session, made.client_id, made.client_secret) is None


def test_a_demo_credential_is_a_demo_client(session: Session, integration_id: str) -> None:
    made = issue_credential(session, integration_id, is_demo=True)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    assert client.is_demo


def test_use_is_noted(session: Session, integration_id: str) -> None:
    made = issue_credential(session, integration_id)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    note_use(session, client)
    [credential] = list_credentials(session, integration_id)
    assert credential.last_used_at is not None
    note_use(session, replace(client, last_used_at=credential.last_used_at))
    assert list_credentials(session, integration_id) == [credential]


def test_an_unknown_integration_gets_no_credential(session: Session) -> None:
    with pytest.raises(UnknownIntegration):
        issue_credential(session, "nobody")
