"""Access tokens: issued, found, expired, pruned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.clients import Client
from app.access.credentials import check_credential, issue_credential
from app.access.integrations import Kind, add_integration
from app.access.organisation import load_organisation
from app.access.tokens import find_token, issue_token, prune_tokens
from app.models.access import AccessToken, Credential
from app.settings import Settings

HOUR = timedelta(hours=1)


@pytest.fixture
def caller(session: Session, settings: Settings) -> Client:
    organisation = load_organisation(session, settings)
    integration = add_integration(session, organisation, kind=Kind.XAPI, name="Store")
    made = issue_credential(session, integration.id)
    client = check_credential(session, made.client_id, made.client_secret)
    assert client is not None
    return client


def test_a_token_is_found_with_its_client_and_scopes(session: Session, caller: Client) -> None:
    token = find_token(session, issue_token(session, caller, {"xapi:write", "xapi:read"}, ttl=HOUR))
    assert token is not None
    assert token.scopes == {"xapi:write", "xapi:read"}
    assert (token.client, token.integration_id) == (caller, caller.integration_id)
    assert timedelta(minutes=59) < token.expires_at - clock.now() <= HOUR


def test_the_text_is_not_in_the_database(session: Session, caller: Client) -> None:
    text = issue_token(session, caller, {"all"}, ttl=HOUR)
    row = session.execute(select(AccessToken.__table__)).mappings().one()
    assert all(text not in str(value) for value in row.values())


def test_issuing_never_ends_another_token(session: Session, caller: Client) -> None:
    texts = [issue_token(session, caller, {"all"}, ttl=HOUR) for _ in range(20)]
    assert all(find_token(session, text) is not None for text in texts)


@pytest.mark.parametrize("text", ["", "x", "x" * 10_000, "\ud800", "\x00"])
def test_any_other_text_is_no_token(session: Session, caller: Client, text: str) -> None:
    issue_token(session, caller, {"all"}, ttl=HOUR)
    assert find_token(session, text) is None


def test_an_expired_token_is_none(session: Session, caller: Client) -> None:
    assert find_token(session, issue_token(session, caller, {"all"}, ttl=timedelta(0))) is None


def test_a_token_ends_with_its_credential(session: Session, caller: Client) -> None:
    text = issue_token(session, caller, {"all"}, ttl=HOUR)
    session.execute(Credential.__table__.update().values(expires_at=clock.now()))  # type: ignore[attr-defined]
    assert find_token(session, text) is None


def test_pruning_deletes_only_what_ended_long_ago(session: Session, caller: Client) -> None:
    live = issue_token(session, caller, {"all"}, ttl=HOUR)
    issue_token(session, caller, {"all"}, ttl=-HOUR)
    issue_token(session, caller, {"all"}, ttl=timedelta(days=-2))
    assert prune_tokens(session) == 1
    assert prune_tokens(session) == 0
    assert find_token(session, live) is not None
