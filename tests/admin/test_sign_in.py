"""Signing in and out, and what the cookie may do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.access.audit import list_audit
from app.access.people import Person
from app.db import db
from app.models.access import Person as PersonRow, PersonSession
from app.settings import Settings
from tests.admin.desk import PASSWORD, Desk


def test_nothing_is_shown_without_signing_in(stranger: Desk, ben: Person) -> None:
    reply = stranger.get("/admin/progress?status=failed")
    assert reply.status_code == 303
    assert reply.location == "/login?next=/admin/progress?status%3Dfailed"


def test_a_right_password_goes_on_to_the_page_asked_for(stranger: Desk, ben: Person) -> None:
    reply = stranger.post("/login?next=/admin/audit", email=" BEN@example.org ", password=PASSWORD)
    assert reply.location == "/admin/audit"
    assert "Ben Admin" in stranger.get("/admin/audit").text


@pytest.mark.parametrize("email", ["ben@example.org", "nobody@example.org", "\x00", "a" * 3000])
def test_a_wrong_password_and_an_unknown_account_look_alike(stranger: Desk, ben: Person, email: str) -> None:
    reply = stranger.post("/login", email=email, password="not it at all")
    assert reply.status_code == 422
    assert "The e-mail address or the password is wrong" in reply.text
    assert "not it at all" not in reply.text


def test_repeated_failures_make_one_address_wait_and_nobody_else(
    app: Flask, stranger: Desk, session: Session, ben: Person
) -> None:
    for _ in range(4):
        stranger.post("/login", email=ben.email, password="wrong wrong wrong")
    reply = stranger.post("/login", email=ben.email, password=PASSWORD)
    assert "Too many tries" in reply.text
    elsewhere = Desk(app.test_client())
    elsewhere.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.post("/login", email=ben.email, password=PASSWORD).status_code == 303
    session.rollback()
    assert "person.sign_in_failed" in {entry.action for entry in list_audit(session)}


def test_signing_in_makes_a_new_id_and_signing_out_ends_it(desk: Desk, session: Session, ben: Person) -> None:
    cookie = desk.client.get_cookie("waymark")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert len(session.scalars(select(PersonSession.person_id)).all()) == 1
    session.rollback()
    assert desk.post("/logout").location == "/login"
    assert session.scalars(select(PersonSession.person_id)).all() == []
    desk.client.set_cookie("waymark", cookie.value)
    assert desk.get("/admin/").status_code == 303


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(
    stranger: Desk, app: Flask, ben: Person
) -> None:
    stranger.get("/login")
    before = stranger.client.get_cookie("waymark")
    assert before is not None
    stranger.post("/login", email=ben.email, password=PASSWORD)
    thief = app.test_client()
    thief.set_cookie("waymark", before.value)
    assert thief.get("/admin/").status_code == 303


def test_a_disabled_person_is_out_at_once(desk: Desk, session: Session, ben: Person) -> None:
    session.get_one(PersonRow, ben.id).is_disabled = True
    session.commit()
    assert desk.get("/admin/").status_code == 303
    assert desk.post("/login", email=ben.email, password=PASSWORD).status_code == 422


def test_a_new_password_ends_the_other_sessions(app: Flask, desk: Desk, ben: Person) -> None:
    other = Desk(app.test_client())
    other.post("/login", email=ben.email, password=PASSWORD)
    new = "another long trail 8"
    reply = desk.post("/admin/account", current="wrong", password=new, again=new)
    assert "not your current password" in reply.text
    assert desk.post("/admin/account", current=PASSWORD, password=new, again=new).status_code == 303
    assert desk.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 303
    assert other.post("/login", email=ben.email, password=PASSWORD).status_code == 422
    assert other.post("/login", email=ben.email, password=new).status_code == 303


def test_https_gives_a_host_cookie_and_ignores_plain_ones(settings: Settings, desk: Desk) -> None:
    plain = desk.client.get_cookie("waymark")
    assert plain is not None
    app = create_app(replace(settings, public_url="https://localhost"))
    try:
        client = app.test_client()
        client.set_cookie("waymark", plain.value)
        assert client.get("/admin/", base_url="https://localhost").status_code == 303
        reply = client.get("/login", base_url="https://localhost")
        (header,) = [h for h in reply.headers.getlist("Set-Cookie") if h.startswith("__Host-waymark=ey")]
        assert "Secure" in header
        assert "Path=/" in header
        assert "Domain" not in header
    finally:
        with app.app_context():
            db.engine.dispose()


def test_the_theme_is_kept_in_a_cookie_and_rendered_by_the_server(stranger: Desk, ben: Person) -> None:
    assert 'data-bs-theme="auto"' in stranger.get("/login").text
    reply = stranger.post("/admin/theme", theme="dark", next="/admin/audit")
    assert reply.location == "/admin/audit"
    assert 'data-bs-theme="dark"' in stranger.get("/login").text
    stranger.post("/admin/theme", theme='"><script>')
    assert 'data-bs-theme="dark"' in stranger.get("/login").text
