"""What the worker counted is shown with its moment, and never when it is no longer true enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.inspector import overview
from app.inspector.overview import Question, count_all, has_figures, is_due, keep, read_figures
from app.jobs.overview import count_overview
from app.progress.values import Status
from app.settings import Settings
from tests.admin.desk import integration, report

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


def _question(
    minutes: int = 0, *, hours: int = 0, zone: ZoneInfo = MADRID, has_demo: bool = True
) -> Question:
    return Question(NOON + timedelta(hours=hours, minutes=minutes), zone, has_demo=has_demo)


def _report(session: Session, settings: Settings, learner: str) -> None:
    where = integration(session, settings)
    report(
        session, where, learner=learner, course="urn:li:lyndaCourse:1", percent=100,
        status=Status.COMPLETED, at=NOON - timedelta(days=1), title="Ropes",
    )  # fmt: skip
    session.commit()


@pytest.fixture
def kept(session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count one completion beforehand, then let another come."""
    monkeypatch.setattr(overview, "QUICK", timedelta(0))
    _report(session, settings, "ana@example.org")
    keep(session, count_all(session, _question()))
    session.commit()
    _report(session, settings, "ben@example.org")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("days", overview.PERIODS)
def test_what_was_counted_beforehand_is_what_would_have_been_counted_then(
    session: Session, days: int
) -> None:
    figures = read_figures(session, _question(minutes=19), days)
    assert figures.at == NOON
    assert len(figures.completions) == days
    assert (sum(count for _, count in figures.completions), figures.standing.bands[-1]) == (1, 1)
    assert [course.title for course in figures.courses] == ["Ropes"]
    assert len(figures.hours) == 24


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "question",
    [
        _question(minutes=20),
        _question(hours=11, minutes=5),
        _question(minutes=1, zone=ZoneInfo("Asia/Kolkata")),
        _question(minutes=1, has_demo=False),
    ],
    ids=["old", "another day", "another zone", "other rows"],
)
def test_what_answers_another_question_is_counted_anew(session: Session, question: Question) -> None:
    figures = read_figures(session, question, 7)
    assert figures.at == question.now
    assert figures.standing.bands[-1] == 2


def test_what_is_counted_quickly_is_not_kept(
    app: Flask, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "QUICK", timedelta(days=1))
    _report(session, settings, "ana@example.org")
    with app.app_context():
        assert count_overview(session, settings) == 0
    assert not has_figures(session)
    assert is_due(session, clock.now())


def test_the_worker_keeps_what_takes_long_and_rests(
    app: Flask, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _report(session, settings, "ana@example.org")
    monkeypatch.setattr(overview, "QUICK", timedelta(0))
    with app.app_context():
        count_overview(session, settings)
    assert has_figures(session)
    assert is_due(session, clock.now() + timedelta(minutes=10))
    monkeypatch.setattr(overview, "QUICK", timedelta(days=1))
    monkeypatch.setattr(overview, "_REST", 0)
    with app.app_context():
        count_overview(session, settings)
    assert not has_figures(session)
