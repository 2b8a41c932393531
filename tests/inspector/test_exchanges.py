"""Exchanges: kept without secrets, strangers in a ring, pruned by age and size, parked ones spared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.inspector import exchanges
from app.inspector.exchanges import (
    NewExchange,
    list_exchanges,
    prune_exchanges,
    write_exchange,
    write_refusal,
)
from app.inspector.findings import CATALOGUE, Finding, describe
from app.inspector.redact import redact
from app.models.base import new_id
from app.models.records import Exchange as Row


def exchange(**changes: object) -> NewExchange:
    values: dict[str, object] = {
        "request_id": new_id(),
        "face": "hacp",
        "method": "POST",
        "path": "/hacp",
        "status": 200,
        "result": "Successful",
        "received_at": clock.now(),
        "duration": timedelta(milliseconds=2),
        **changes,
    }
    return NewExchange(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"grant_type=x&client_secret=s3cr3t&scope=a", b"grant_type=x&client_secret=[redacted]&scope=a"),
        (b"client_secret=s3cr3t", b"client_secret=[redacted]"),
        (b"Session_ID=AbC123&command=GetParam", b"Session_ID=[redacted]&command=GetParam"),
        (b'{"access_token": "abc\\"d","expires_in":1}', b'{"access_token": "[redacted]","expires_in":1}'),
        (b"AU_password=x%20y&a=b", b"AU_password=[redacted]&a=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\nAbC123\r\n--b--',
            b'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n[redacted]\r\n--b--',
        ),
        (
            b'{"note":"Authorization: Bearer abc123.def456-xyz"}',
            b'{"note":"Authorization: Bearer [redacted]"}',
        ),
        (b"x=basic%20dXNlcjpwYXNzd29yZA%3D%3D&y=1", b"x=basic%20[redacted]&y=1"),
        (b'{"en":"Basic telecommunications"}', b'{"en":"Basic telecommunications"}'),
    ],
)
def test_secrets_are_taken_out_of_bodies(body: bytes, expected: bytes) -> None:
    assert redact(body) == expected


def test_an_exchange_is_kept_with_its_findings(session: Session) -> None:
    kept = exchange(integration_id="i1", findings=(Finding("M4", "user_id"), Finding("X5")))
    write_exchange(session, kept)
    [found] = list_exchanges(session, integration_id="i1")
    assert (found.id, found.result, found.findings) == (kept.request_id, "Successful", kept.findings)
    assert list_exchanges(session, integration_id="other") == []


def test_an_exchange_written_again_after_a_commit_of_unknown_outcome_is_kept_once(session: Session) -> None:
    kept = exchange(findings=(Finding("X5"),))
    for _ in range(2):
        write_exchange(session, kept)
    [found] = list_exchanges(session)
    assert found.findings == kept.findings


def test_text_that_a_database_refuses_is_made_storable(session: Session) -> None:
    write_exchange(
        session, exchange(user_agent="a\x00b\udc80", path="/" + "x" * 900, request_body=b"\x00\xff")
    )
    [row] = session.scalars(select(Row))
    assert row.user_agent == "a\N{REPLACEMENT CHARACTER}b?"
    assert len(row.path) == 500
    assert row.request_body == b"\x00\xff"


def test_bodies_are_capped_but_a_parked_one_is_kept_whole(session: Session) -> None:
    body = b"x" * 100_000
    for kept in (exchange(request_body=body), exchange(request_body=body, is_parked=True)):
        write_exchange(session, kept)
    sizes = sorted(len(row.request_body or b"") for row in session.scalars(select(Row)))
    assert sizes == [exchanges.BODY_CAP_BYTES, 100_000]


def test_strangers_are_kept_in_a_ring(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "ANONYMOUS_RING", 3)
    write_refusal(session, exchange(result="known"), is_anonymous=False)
    for number in range(6):
        at = clock.now() + timedelta(seconds=number)
        write_refusal(session, exchange(result=str(number), received_at=at), is_anonymous=True)
    assert [found.result for found in list_exchanges(session)] == ["5", "4", "3", "known"]


def test_old_exchanges_are_pruned_and_parked_ones_spared(session: Session) -> None:
    long_ago = clock.now() - timedelta(days=31)
    for kept in (
        exchange(result="new"),
        exchange(result="old", received_at=long_ago, findings=(Finding("X5"),)),
        exchange(result="parked", received_at=long_ago, is_parked=True),
        exchange(result="ancient", received_at=long_ago - timedelta(days=300), is_parked=True),
    ):
        write_exchange(session, kept)
    assert prune_exchanges(session, older_than=timedelta(days=30), max_bytes=10**9) == 2
    assert {found.result for found in list_exchanges(session)} == {"new", "parked"}


def test_the_oldest_are_pruned_when_there_is_too_much(session: Session) -> None:
    for number in range(5):
        write_exchange(
            session, exchange(result=str(number), received_at=clock.now() + timedelta(seconds=number))
        )
    assert prune_exchanges(session, older_than=timedelta(days=30), max_bytes=300, batch=2) == 2
    assert [found.result for found in list_exchanges(session)] == ["4", "3", "2"]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_finding_says_what_and_who(code: str) -> None:
    explanation = describe(code)
    assert explanation.sentence.endswith((".", "replayed."))
    assert explanation.who
