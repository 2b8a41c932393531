"""The pages of users and roles, the page behind a link, and the sessions of one's own account."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.people import Person, create_person, find_person
from app.admin.browsers import describe_browser
from tests.admin.desk import PASSWORD, Desk


def link_in(text: str) -> str:
    found = re.search(r'value="http://localhost(/invitation\?token=[^"]+)"', text)
    assert found
    return unescape(found.group(1))


def sit(app: Flask, email: str, address: str = "192.0.2.8") -> Desk:
    desk = Desk(app.test_client())
    desk.client.environ_base["REMOTE_ADDR"] = address
    assert desk.post("/login", email=email, password=PASSWORD).status_code == 303
    return desk


def test_an_invited_person_takes_the_account_by_the_link(app: Flask, desk: Desk, session: Session) -> None:
    reply = desk.post("/admin/users", email="cora@example.org", role="manager")
    address = link_in(reply.text)
    assert address.split("token=")[1] not in desk.get("/admin/users").text
    cora = Desk(app.test_client())
    assert "cora@example.org" in cora.get(address).text
    fields = {"token": address.split("token=")[1], "name": "Cora", "again": PASSWORD}
    assert cora.post("/invitation", password="other", **fields).status_code == 422
    assert cora.post("/invitation", password=PASSWORD, **{**fields, "name": ""}).status_code == 422
    assert cora.post("/invitation", password=PASSWORD, **fields).location == "/admin/"
    assert "Cora" in cora.get("/admin/").text
    assert cora.get("/admin/users").status_code == 403
    assert Desk(app.test_client()).get(address).status_code == 404
    session.rollback()
    acts = [entry.action for entry in list_audit(session)]
    assert acts[:3] == ["person.signed_in", "person.joined", "person.invited"]


def test_a_known_or_bad_address_is_not_invited(desk: Desk) -> None:
    for email in ("ben@example.org", "nobody", "a b@example.org"):
        assert desk.post("/admin/users", email=email, role="viewer").status_code == 422


def test_a_new_role_signs_the_person_out_and_is_written_down(
    app: Flask, desk: Desk, session: Session
) -> None:
    cora = create_person(session, email="c@example.org", name="Cora", password=PASSWORD, role="viewer")
    session.commit()
    seat = sit(app, "c@example.org")
    desk.post(f"/admin/users/{cora.id}/role", role="engineer")
    assert seat.get("/admin/").status_code == 303
    session.rollback()
    entry = list_audit(session)[0]
    assert (entry.action, entry.detail) == ("person.role_changed", {"role": "viewer → engineer"})


def test_the_last_owner_stays(desk: Desk, session: Session, ben: Person) -> None:
    reply = desk.post(f"/admin/users/{ben.id}/role", role="viewer")
    assert reply.status_code == 422
    assert "This is the last owner" in reply.text
    desk.post(f"/admin/users/{ben.id}/disable")
    assert "This is the last owner" in desk.get(f"/admin/users/{ben.id}").text


def test_an_owner_disables_resets_and_ends_sessions(
    app: Flask, desk: Desk, session: Session, ben: Person
) -> None:
    cora = create_person(session, email="c@example.org", name="Cora", password=PASSWORD, role="viewer")
    session.commit()
    page = f"/admin/users/{cora.id}"
    seat = sit(app, "c@example.org")
    assert "192.0.2.8" in desk.get(page).text
    found = re.search(rf"{page}/sessions/\w+/end", desk.get(page).text)
    assert found
    desk.post(found.group())
    assert seat.get("/admin/").status_code == 303
    seat = sit(app, "c@example.org")
    assert link_in(desk.post(f"{page}/link").text)
    desk.post(f"{page}/disable")
    assert seat.get("/admin/").status_code == 303
    assert seat.post("/login", email="c@example.org", password=PASSWORD).status_code == 422
    desk.post(f"{page}/enable")
    assert sit(app, "c@example.org")
    desk.post(f"{page}/sessions/end")
    assert "Nowhere." in desk.get(page).text


def test_one_ends_ones_other_sessions_and_nobody_elses(
    app: Flask, desk: Desk, session: Session, ben: Person
) -> None:
    create_person(session, email="c@example.org", name="Cora", password=PASSWORD, role="viewer")
    session.commit()
    cora = sit(app, "c@example.org", "192.0.2.9")
    for_cora = re.search(r"/sessions/\w+/end", desk.get(f"/admin/users/{_id(session)}").text)
    assert for_cora
    desk.post(f"/admin/account{for_cora.group()}")
    assert cora.get("/admin/").status_code == 200
    others = [sit(app, ben.email) for _ in range(3)]
    mine = re.search(r"/admin/account/sessions/\w+/end", desk.get("/admin/account").text)
    assert mine
    desk.post(mine.group())
    assert sorted(each.get("/admin/").status_code for each in others) == [200, 200, 303]
    desk.post("/admin/account/sessions/end-others")
    assert [each.get("/admin/").status_code for each in others] == [303, 303, 303]
    assert desk.get("/admin/").status_code == 200


def test_a_withdrawn_invitation_is_gone(desk: Desk, session: Session) -> None:
    desk.post("/admin/users", email="cora@example.org", role="viewer")
    session.rollback()
    cora = find_person(session, "cora@example.org")
    assert cora
    assert desk.post(f"/admin/users/{cora.id}/withdraw").status_code == 303
    assert desk.get(f"/admin/users/{cora.id}").status_code == 404


def _id(session: Session) -> str:
    session.rollback()
    cora = find_person(session, "c@example.org")
    assert cora
    return cora.id


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) Version/19.0 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile Safari/537.36", "Chrome on Android"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_named_in_words(header: str, words: str) -> None:
    assert describe_browser(header) == words
