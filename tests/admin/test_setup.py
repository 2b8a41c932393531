"""The first run: token, owner, address, integration, and then it is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.access.audit import list_audit
from app.access.integrations import list_integrations
from app.access.organisation import load_organisation
from app.access.people import list_people
from app.access.setup_token import ensure_setup_token
from app.db import db
from app.settings import Settings
from tests.admin.desk import PASSWORD, Desk


@pytest.fixture
def token(session: Session, settings: Settings) -> str:
    token = ensure_setup_token(session, settings)
    session.commit()
    assert token
    return token


def owner(token: str, **changes: str) -> dict[str, str]:
    return {
        "token": token,
        "name": "Ben Admin",
        "email": "Ben@Example.org",
        "password": PASSWORD,
        "again": PASSWORD,
        **changes,
    }


def test_the_front_page_leads_to_the_setup_of_a_new_server(client: FlaskClient) -> None:
    assert client.get("/").location == "/setup"


def test_a_wrong_token_is_refused_and_says_where_to_find_the_right_one(stranger: Desk, token: str) -> None:
    for path in ("/setup", "/setup?token=wrong", "/setup?token=%00%ff"):
        reply = stranger.get(path)
        assert reply.status_code == 403
        assert "setup-token" in reply.text
        assert token not in reply.text
    assert stranger.post("/setup", **owner("wrong")).status_code == 403


def test_the_wizard_leads_from_the_token_to_a_checklist(
    stranger: Desk, session: Session, token: str, settings: Settings
) -> None:
    assert stranger.get(f"/setup?token={token}").status_code == 200
    assert stranger.post("/setup", **owner(token)).location == "/setup/address"
    page = stranger.get("/setup/address").text
    assert "WAYMARK_PUBLIC_URL" in page
    reply = stranger.post("/setup/address", public_url="http://localhost", time_zone="Europe/Madrid")
    assert reply.location == "/setup/integration"
    page = stranger.get("/setup/integration").text
    form_id = page.split('name="form_id"')[1].split('value="')[1].split('"')[0]
    reply = stranger.post(
        "/setup/integration",
        kind="linkedin_learning",
        channels="both",
        name="LinkedIn",
        user_type="id",
        form_id=form_id,
    )
    assert reply.status_code == 200
    assert "Client Secret" in reply.text
    assert "First PutParam" in reply.text
    session.rollback()
    assert [i.name for i in list_integrations(session)] == ["LinkedIn"]
    assert load_organisation(session, settings).time_zone == "Europe/Madrid"
    assert {e.action for e in list_audit(session)} >= {
        "person.added",
        "organisation.changed",
        "integration.added",
    }
    for path in ("/setup", f"/setup?token={token}", "/setup/address", "/setup/integration"):
        assert stranger.get(path).status_code == 404


def test_the_token_makes_one_owner_only(
    client: FlaskClient, session: Session, token: str, app: Flask
) -> None:
    assert Desk(client).post("/setup", **owner(token)).status_code == 303
    other = app.test_client()
    assert other.get(f"/setup?token={token}").status_code == 404
    session.rollback()
    assert [person.email for person in list_people(session)] == ["ben@example.org"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"again": "something else 12"}, "passwords differ"),
        ({"password": "password1234", "again": "password1234"}, "tried first"),
        ({"password": "ben example 1", "again": "ben example 1"}, "your own name"),
        ({"email": "not an address"}, "e-mail address"),
        ({"name": " "}, "name"),
    ],
)
def test_a_bad_account_is_refused_in_words(
    stranger: Desk, session: Session, token: str, changes: dict[str, str], message: str
) -> None:
    reply = stranger.post("/setup", **owner(token, **changes))
    assert reply.status_code == 422
    assert "There is a problem" in reply.text
    assert message in reply.text
    assert PASSWORD not in reply.text
    assert not list_people(session)


def test_another_public_host_must_be_confirmed(settings: Settings) -> None:
    app = create_app(replace(settings, public_url=None))
    try:
        with app.app_context():
            with db.engine.begin():
                pass
            with Session(db.engine) as session:
                token = ensure_setup_token(session, settings)
                session.commit()
        desk = Desk(app.test_client())
        assert token
        desk.post("/setup", **owner(token))
        fields = {"public_url": "https://learning.example.org", "time_zone": "UTC"}
        reply = desk.post("/setup/address", **fields)
        assert reply.status_code == 422
        assert "is_sure" in reply.text
        reply = desk.post("/setup/address", **fields, is_sure="y")
        assert reply.location == "https://learning.example.org/setup/integration"
        assert desk.get("/admin/").status_code == 421
        assert "https://learning.example.org" in desk.get("/admin/").text
    finally:
        with app.app_context():
            db.engine.dispose()
