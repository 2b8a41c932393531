"""Tokens of the REST API: made once, found by both schemes, ended by time, by hand and by a successor."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.api_tokens import (
    SCOPES,
    BadToken,
    NewToken,
    UnknownToken,
    add_token,
    find_token,
    get_token,
    is_use_due,
    list_tokens,
    note_use,
    revoke_token,
    roll_token,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def make(session: Session, *scopes: str, days: int = 90) -> NewToken:
    return add_token(
        session, name="Power BI", scopes=scopes or ["progress:read"], created_by="Ben", days=days
    )


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_token_is_found_as_bearer_and_as_the_password_of_any_user(session: Session) -> None:
    made = make(session, "statements:read", "progress:read")
    assert made.text.startswith("wm_")
    assert len(made.text) == 43
    for header in (f"Bearer {made.text}", basic("", made.text), basic("excel", made.text)):
        found = find_token(session, header)
        assert found is not None
        assert (found.id, found.scopes) == (made.token.id, ("progress:read", "statements:read"))
    assert made.text not in repr(session.execute(text("SELECT * FROM api_token")).all())


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wm_x", "Basic wm_x", "Digest x", "Bearer \x00", "Basic !", "Bearer é"]
)
def test_anything_else_finds_none(session: Session, header: str) -> None:
    make(session)
    assert find_token(session, header) is None


def test_a_token_ends_by_time_and_by_hand(session: Session) -> None:
    with time_machine.travel(NOW, tick=False) as travel:
        short, long = make(session, days=1), make(session)
        travel.move_to(NOW + timedelta(days=1))
        assert find_token(session, f"Bearer {short.text}") is None
        assert find_token(session, f"Bearer {long.text}")
        revoke_token(session, long.token.id)
        assert find_token(session, f"Bearer {long.text}") is None
        assert {each.state(travel_now()) for each in list_tokens(session)} == {"expired", "revoked"}
        for made in (short, long):
            with pytest.raises(BadToken):
                roll_token(session, made.token.id, created_by="Ben")


def travel_now() -> datetime:
    return datetime.now(UTC)


def test_a_rolled_token_works_beside_its_successor_for_a_week(session: Session) -> None:
    with time_machine.travel(NOW, tick=False) as travel:
        old = make(session, "courses:read", days=30)
        new = roll_token(session, old.token.id, created_by="Cora")
        assert (new.token.scopes, new.token.expires_at) == (("courses:read",), NOW + timedelta(days=30))
        assert find_token(session, f"Bearer {old.text}")
        travel.move_to(NOW + timedelta(days=7))
        session.expire_all()
        assert find_token(session, f"Bearer {old.text}") is None
        assert find_token(session, f"Bearer {new.text}")


def test_a_use_is_noted_now_and_then_and_at_each_new_address(session: Session) -> None:
    with time_machine.travel(NOW, tick=False) as travel:
        made = make(session)
        assert is_use_due(made.token, "192.0.2.1")
        note_use(session, made.token.id, "192.0.2.1")
        used = get_token(session, made.token.id)
        assert (used.last_used_at, used.last_used_address) == (NOW, "192.0.2.1")
        assert not is_use_due(used, "192.0.2.1")
        assert is_use_due(used, "192.0.2.2")
        travel.shift(timedelta(minutes=1))
        assert is_use_due(used, "192.0.2.1")


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        (" ", SCOPES, 90, "name"),
        ("x" * 201, SCOPES, 90, "name"),
        ("x\x00", SCOPES, 90, "name"),
        ("x", [], 90, "scopes"),
        ("x", ["progress:write"], 90, "scopes"),
        ("x", SCOPES, 0, "days"),
        ("x", SCOPES, 4000, "days"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(
    session: Session, name: str, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(BadToken) as error:
        add_token(session, name=name, scopes=scopes, created_by="Ben", days=days)
    assert error.value.field == field


def test_an_unknown_token_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(UnknownToken):
        revoke_token(session, "nobody")
