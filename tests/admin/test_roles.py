"""Roles at the pages: every address for every role, and no button that its reader may not press.

What is asked here is the policy and the templates, not the storage: once, on SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.access.people import Person, create_person
from app.access.person_sessions import start_session
from app.access.roles import Role, least_role, may
from app.demo import load_demo
from tests.admin.desk import PASSWORD, Desk
from tests.admin.test_security import OPEN_TO_ALL, admin_rules

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
REFUSED = "Your role does not reach this far"


@pytest.fixture
def desks(app: Flask, session: Session, ben: Person) -> dict[Role, Desk]:
    """Sit one person of each role at the pages."""
    desks = {}
    for role in Role:
        person = (
            ben
            if role is Role.OWNER
            else create_person(
                session, email=f"{role}@example.org", name=f"The {role}", password=PASSWORD, role=role
            )
        )
        token = start_session(session, person.id, address=None, user_agent=None)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        desks[role] = Desk(client)
    session.commit()
    return desks


def needed(app: Flask, endpoint: str, method: str) -> str:
    """Return the permission that a view asks for."""
    permissions: tuple[str, str] = app.view_functions[endpoint].needs  # type: ignore[attr-defined]
    return permissions[method == "POST"]


@on_sqlite
def test_every_address_opens_for_the_roles_of_the_table_and_no_other(
    app: Flask, desks: dict[Role, Desk]
) -> None:
    wrong = []
    for role, desk in desks.items():
        token = desk.token()
        for endpoint, address, methods in admin_rules(app):
            if endpoint in OPEN_TO_ALL:
                continue
            for method in sorted(methods - {"HEAD", "OPTIONS"}):
                permission = needed(app, f"admin.{endpoint}", method)
                reply = desk.client.open(address, method=method, data={"csrf_token": token})
                is_refused = reply.status_code == 403 and REFUSED in reply.text
                reply.close()
                if is_refused is may(role, permission):
                    wrong.append((str(role), method, address, permission, reply.status_code))
    assert not wrong


@on_sqlite
def test_every_view_asks_for_a_permission_of_the_table(app: Flask) -> None:
    for endpoint, _, methods in admin_rules(app):
        if endpoint not in OPEN_TO_ALL:
            for method in methods:
                least_role(needed(app, f"admin.{endpoint}", method))


def test_a_refusal_names_the_role_that_it_takes_and_who_has_it(desks: dict[Role, Desk]) -> None:
    reply = desks[Role.VIEWER].get("/admin/integrations")
    assert reply.status_code == 403
    assert "This is for the role manager or above; yours is viewer." in reply.text
    assert "Who has it: Ben Admin, The manager, The engineer." in reply.text


@on_sqlite
def test_what_came_in_messages_is_for_engineers(app: Flask, desks: dict[Role, Desk]) -> None:
    fill(app)
    viewer, engineer = desks[Role.VIEWER], desks[Role.ENGINEER]
    session_page = first_link(viewer.get("/admin/sessions").text, "sessions")
    assert "What was sent is shown to engineers only" in viewer.get(session_page).text
    assert "What was sent is shown to engineers only" not in engineer.get(session_page).text
    statement_page = first_link(viewer.get("/admin/statements").text, "statements")
    assert "The statement itself" not in viewer.get(statement_page).text
    assert "The statement itself" in engineer.get(statement_page).text


@on_sqlite
def test_no_page_offers_what_its_reader_may_not_do(app: Flask, desks: dict[Role, Desk]) -> None:
    fill(app)
    for role, desk in desks.items():
        wrong: list[tuple[str, str, str]] = []
        waiting, kinds = ["/admin/"], set()
        while waiting:
            address = waiting.pop()
            reply = desk.get(address)
            assert reply.status_code < 400, (role, address)
            text = reply.text if reply.mimetype == "text/html" else ""
            reply.close()
            for method, target in offers(text):
                endpoint = endpoint_of(app, method, target)
                if endpoint is None or endpoint.removeprefix("admin.") in OPEN_TO_ALL:
                    continue
                if not may(role, needed(app, endpoint, method)):
                    wrong.append((address, method, target))
                # One page of each kind is enough.
                elif method == "GET" and endpoint not in kinds:
                    kinds.add(endpoint)
                    waiting.append(target)
        assert not wrong, role
        assert "admin.progress_table" in kinds


def fill(app: Flask) -> None:
    with app.app_context():
        load_demo(app, learners=2, courses=2)


def first_link(text: str, noun: str) -> str:
    found = re.search(rf'href="(/admin/{noun}/\w+)"', text)
    assert found
    return found.group(1)


def offers(text: str) -> Iterator[tuple[str, str]]:
    """Yield the links and forms of a page."""
    for target in re.findall(r'href="(/[^"#]*)', text):
        yield "GET", unescape(target)
    for method, target in re.findall(r'<form method="(\w+)"[^>]* action="(/[^"#]*)', text):
        yield method.upper(), unescape(target)


def endpoint_of(app: Flask, method: str, target: str) -> str | None:
    """Return the page's view behind an address; None when it is a file or no page."""
    adapter = app.url_map.bind("localhost")
    try:
        endpoint, _ = adapter.match(target.partition("?")[0], method=method)
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint) if str(endpoint).startswith("admin.") else None
