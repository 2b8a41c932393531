"""LinkedIn's statements, documented and guessed: all are taken and give exactly the expected rows."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.learning import Course, CourseIdentifier, Identity, Learner, Observation, ProgressRow
from app.models.records import Statement
from app.progress.queries import ProgressFilter, list_progress
from tests.xapi.conftest import Sender

SAMPLES = Path(__file__).parent.parent / "data" / "linkedin"
FILES = sorted([*SAMPLES.glob("xapi-*.json"), *SAMPLES.glob("unverified-xapi-*.json")])
EXPECTED: list[dict[str, Any]] = json.loads((SAMPLES / "_expected.json").read_text())["rows"]


def rows(session: Session) -> list[dict[str, Any]]:
    session.rollback()
    session.expire_all()
    page = list_progress(session, ProgressFilter(has_videos=True))
    return sorted(
        (
            {
                "identity": {"kind": row.identities[0][0], "value": row.identities[0][1]},
                "activity_id": row.activity_id,
                "type": row.course_type,
                "percent": row.percent,
                "status": row.status,
            }
            for row in page.items
        ),
        key=lambda row: (row["identity"]["value"], row["activity_id"]),
    )


def everything(session: Session) -> list[tuple[Any, ...]]:
    """Return what repeats must not change."""
    session.rollback()
    counts = [
        session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (Statement, Observation, Learner, Identity, Course, CourseIdentifier)
    ]
    progress = session.execute(
        select(ProgressRow.__table__).order_by(ProgressRow.learner_id, ProgressRow.course_id)
    )
    return [tuple(counts), *(tuple(row) for row in progress)]


def expected() -> list[dict[str, Any]]:
    return sorted(EXPECTED, key=lambda row: (row["identity"]["value"], row["activity_id"]))


def test_there_are_samples() -> None:
    assert len(FILES) == 8


@pytest.mark.parametrize("seed", range(4))
def test_every_sample_is_taken_in_any_order_and_again_changes_nothing(
    session: Session, linkedin: Sender, seed: int
) -> None:
    order = random.Random(seed).sample(FILES, len(FILES))
    for path in order:
        response = linkedin.send(path.read_bytes())
        assert response.status_code == 200, (path.name, response.data)
        sent = json.loads(path.read_bytes())
        ids = [one["id"] for one in (sent if isinstance(sent, list) else [sent])]
        assert response.get_json() == ids
    assert rows(session) == expected()
    before = everything(session)
    for path in random.Random(seed + 100).sample(FILES * 2, len(FILES) * 2):
        assert linkedin.send(path.read_bytes()).status_code == 200
    assert everything(session) == before


def test_a_repeat_that_is_written_differently_changes_nothing(session: Session, linkedin: Sender) -> None:
    for path in FILES:
        linkedin.send(path.read_bytes())
    before = everything(session)
    for path in FILES:
        assert linkedin.send(json.loads(path.read_bytes())).status_code == 200
    assert everything(session) == before
