"""Ben the admin, signed in, and the records his pages show."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.people import Person, create_person
from tests.admin.desk import PASSWORD, Desk
from tests.hacp.conftest import classroom as classroom, new_classroom as new_classroom, pass_time as pass_time


@pytest.fixture
def ben(session: Session) -> Person:
    """Make the owner, so that the server is set up."""
    person = create_person(
        session, email="ben@example.org", name="Ben Admin", password=PASSWORD, role="owner"
    )
    session.commit()
    return person


@pytest.fixture
def stranger(client: FlaskClient) -> Desk:
    """Sit somebody at the pages who is not signed in."""
    return Desk(client)


@pytest.fixture
def desk(app: Flask, ben: Person) -> Desk:
    """Sit Ben at the pages, signed in."""
    desk = Desk(app.test_client())
    reply = desk.post("/login", email=ben.email, password=PASSWORD)
    assert reply.status_code == 303
    return desk
