"""Progress tables: filters against a plain model, paging in both directions, and the shape of a line."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.access.integrations import Kind, add_integration
from app.access.organisation import Organisation
from app.catalog.service import resolve_identifier
from app.learners.service import resolve_identity
from app.learners.values import IdentityKind
from app.progress.queries import (
    COUNT_CAP,
    BadCursor,
    ProgressFilter,
    ProgressLine,
    Sort,
    count_progress,
    iterate_progress,
    list_progress,
)
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status

START = datetime(2026, 3, 14, 8, tzinfo=UTC)


@pytest.fixture
def lines(session: Session) -> list[ProgressLine]:
    """Fill 60 rows: 12 learners, 5 courses and a video, both channels, all statuses; some values equal."""
    chance = random.Random(7)
    integration = add_integration(
        session, Organisation("http://localhost", "env", "UTC"), kind=Kind.LINKEDIN_LEARNING, name="LL"
    )
    for number in range(90):
        learner = chance.randrange(12)
        course = chance.randrange(6)
        urn = f"urn:li:lyndaCourse:{course}" if course else "urn:li:lyndaVideo:(urn:li:lyndaCourse:1,9)"
        record(
            session,
            identity=resolve_identity(
                session,
                kind=IdentityKind.EMAIL,
                value=f"l{learner}@example.com",
                name=chance.choice(["Ana", "Émile"]) + str(learner // 2),
                is_demo=learner == 11,
            ),
            identifier=resolve_identifier(session, urn, title=f"Course {course // 2}"),
            report=Report(
                channel=chance.choice(list(Channel)),
                source=f"s{number}",
                status=chance.choice(list(Status)),
                percent=Decimal(chance.randrange(0, 101, 10)),
                time=timedelta(seconds=chance.choice([0, 1.5, 600])),
                event_at=START + timedelta(hours=chance.randrange(20)),
                received_at=START + timedelta(days=9),
            ),
            evidence=Evidence("exchange", str(number)),
            integration_id=integration.id,
        )
    session.commit()
    return list(iterate_progress(session, ProgressFilter(has_videos=True)))


def keys(lines: list[ProgressLine]) -> set[tuple[str, str]]:
    return {(line.learner_id, line.course_id) for line in lines}


FILTERS: list[tuple[ProgressFilter, Callable[[ProgressLine], bool]]] = [
    (ProgressFilter(), lambda line: line.course_type != "video"),
    (ProgressFilter(has_videos=True), lambda line: True),
    (
        ProgressFilter(learner_text="ÉMILE", has_videos=True),
        lambda line: "émile" in line.learner_name.casefold(),
    ),
    (ProgressFilter(learner_text="l3@ex", has_videos=True), lambda line: "l3@" in line.identities[0][1]),
    (ProgressFilter(course_text="course 2"), lambda line: "Course 2" in line.course_title),
    (ProgressFilter(course_text="lyndacourse:4"), lambda line: line.activity_id.endswith(":4")),
    (
        ProgressFilter(statuses=frozenset({Status.FAILED, Status.PASSED})),
        lambda line: line.status in (Status.FAILED, Status.PASSED) and line.course_type != "video",
    ),
    (
        ProgressFilter(percent_min=30, percent_max=70, has_videos=True),
        lambda line: 30 <= line.percent <= 70,
    ),
    (ProgressFilter(channel="both", has_videos=True), lambda line: len(line.channels) == 2),
    (ProgressFilter(channel="aicc", has_videos=True), lambda line: line.channels == (Channel.AICC,)),
    (ProgressFilter(channel="xapi", has_videos=True), lambda line: line.channels == (Channel.XAPI,)),
    (
        ProgressFilter(since=START + timedelta(hours=5), until=START + timedelta(hours=15), has_videos=True),
        lambda line: (
            START + timedelta(hours=5) <= (line.last_activity or START) < START + timedelta(hours=15)
        ),
    ),
    (ProgressFilter(has_demo=False, has_videos=True), lambda line: not line.is_demo),
    (ProgressFilter(learner_text="100%_"), lambda line: False),
]


@pytest.mark.parametrize(("wanted", "model"), FILTERS)
def test_a_filter_finds_what_a_plain_model_finds(
    session: Session,
    lines: list[ProgressLine],
    wanted: ProgressFilter,
    model: Callable[[ProgressLine], bool],
) -> None:
    expected = keys([line for line in lines if model(line)])
    assert keys(list(iterate_progress(session, wanted))) == expected
    assert count_progress(session, wanted) == len(expected)
    # As when more rows match than are counted.
    walked = list_progress(session, wanted, matching=COUNT_CAP + 1, limit=1000)
    assert keys(walked.items) == expected


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("sort", list(Sort))
def test_paging_forth_and_back_shows_every_row_once_in_order(
    session: Session, lines: list[ProgressLine], sort: Sort, is_descending: bool
) -> None:
    wanted = ProgressFilter(has_videos=True)
    whole = list_progress(session, wanted, sort=sort, is_descending=is_descending, limit=1000)
    assert (whole.next_cursor, whole.previous_cursor) == (None, None)
    assert keys(whole.items) == keys(lines)
    forth: list[ProgressLine] = []
    pages, cursor = [], None
    while True:
        page = list_progress(session, wanted, sort=sort, is_descending=is_descending, cursor=cursor, limit=7)
        pages.append(page)
        forth += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert forth == whole.items
    assert pages[0].previous_cursor is None
    back, cursor = list(pages[-1].items), pages[-1].previous_cursor
    while cursor is not None:
        page = list_progress(session, wanted, sort=sort, is_descending=is_descending, cursor=cursor, limit=7)
        back = page.items + back
        cursor = page.previous_cursor
    assert back == whole.items


def test_the_count_stops_at_its_cap(session: Session, lines: list[ProgressLine]) -> None:
    assert count_progress(session, ProgressFilter(has_videos=True), cap=10) == 11


@pytest.mark.parametrize(
    "cursor", ["x", "é", "bm90IGpzb24", "W10", "WyJwZXJjZW50IiwwLCJ4IiwiYSIsImIiXQ", "A" * 5000]
)
def test_a_damaged_page_mark_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(BadCursor):
        list_progress(session, ProgressFilter(), sort=Sort.PERCENT, cursor=cursor)


def test_a_mark_of_another_order_is_refused(session: Session, lines: list[ProgressLine]) -> None:
    page = list_progress(session, ProgressFilter(), sort=Sort.LEARNER, limit=1)
    with pytest.raises(BadCursor):
        list_progress(session, ProgressFilter(), sort=Sort.COURSE, cursor=page.next_cursor)


def test_a_line_has_the_shape_that_programs_rely_on(lines: list[ProgressLine]) -> None:
    shape = lines[0].as_json()
    assert list(shape) == [
        "learner", "course", "percent", "status", "score", "time_seconds", "channels", "first_seen",
        "last_activity", "completed_at", "demo",
    ]  # fmt: skip
    assert list(shape["learner"]) == ["id", "name", "identities"]
    assert list(shape["course"]) == ["id", "title", "activity_id", "type"]
    assert isinstance(shape["percent"], int)
    assert shape["first_seen"].endswith("Z")
