"""Each finding comes of the real message or state that it speaks of, and its page says what to change."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.people import create_person
from app.inspector.findings import CATALOGUE, IN_MESSAGES
from app.inspector.meanings import Who
from app.settings import Settings
from tests.admin.desk import PASSWORD, Desk
from tests.delivery.receiver import receiving
from tests.inspector.bad_messages import MESSAGES
from tests.inspector.bad_states import STATES
from tests.inspector.stage import MakeApp, Stage, words_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let the LMS and the receivers of these tests be reached."""
    return dataclasses.replace(settings, outbound_allow=("127.0.0.0/8",))


@pytest.fixture
def stage(
    app: Flask, session: Session, settings: Settings, make_app: MakeApp, tmp_path: Path
) -> Iterator[Stage]:
    create_person(session, email="ben@example.org", name="Ben Admin", password=PASSWORD, role="owner")
    session.commit()
    desk = Desk(app.test_client())
    assert desk.post("/login", email="ben@example.org", password=PASSWORD).status_code == 303
    with receiving() as lms:
        yield Stage(app, session, settings, desk, lms, make_app, tmp_path)


def test_no_finding_is_without_a_row() -> None:
    assert set(MESSAGES) == set(IN_MESSAGES)
    assert {state.code for state in STATES} == set(CATALOGUE) - set(IN_MESSAGES)


def test_each_bad_message_is_found_explained_and_helped(stage: Stage, subtests: pytest.Subtests) -> None:
    for code, row in MESSAGES.items():
        with subtests.test(code):
            request_id, meaning = row.send(stage), CATALOGUE[code]
            page = stage.desk.get(f"/admin/inspector/{request_id}").text
            said = re.search(
                rf"{code} {re.escape(meaning.sentence)} Seen: (.*?) What to change", words_of(page)
            )
            assert said is not None, words_of(page)
            assert row.seen in said[1]
            assert said[1].endswith(f". Who fixes it: {meaning.who}.") is (meaning.who is not Who.NOBODY)
            assert request_id in stage.desk.get(f"/admin/inspector?code={code}").text
            _check_help(stage, page, code)


def test_each_bad_state_is_found_explained_and_helped(stage: Stage, subtests: pytest.Subtests) -> None:
    for state in STATES:
        with subtests.test(f"{state.code} {state.seen}"), state.bring_about(stage) as page:
            rows = [
                row for row in re.findall(r"<li>.*?</li>", page, re.DOTALL) if state.seen in words_of(row)
            ]
            assert len(rows) == 1, words_of(page)
            who = CATALOGUE[state.code].who
            assert state.change in words_of(rows[0])
            assert (f"Who fixes it: {who}" in words_of(rows[0])) is (who is not Who.NOBODY)
            _check_help(stage, rows[0], state.code)


def _check_help(stage: Stage, page: str, code: str) -> None:
    """Follow the finding's link: its page says who changes what."""
    address = f"/admin/help/findings/{code}"
    assert f'href="{address}"' in page
    reply, meaning = stage.desk.get(address), CATALOGUE[code]
    assert reply.status_code == 200
    words = words_of(reply.text)
    assert f"{code}: {meaning.title} {meaning.sentence}" in words
    assert "What to change " + " ".join(meaning.changes) in words
