"""Which course a message means: stubs, filling them, and the list."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.catalog.service import (
    BadCourse,
    UnknownCourse,
    add_course,
    get_course,
    get_unit,
    list_courses,
    own_identifier,
    resolve_identifier,
)
from app.db import transact, transaction

URN = "urn:li:lyndaCourse:5550101"


def add(session: Session, **changes: object) -> object:
    values = {
        "integration_id": None,
        "title": "Learning Java",
        "activity_id": URN,
        "launch_url": None,
        **changes,
    }
    return add_course(session, **values)  # type: ignore[arg-type]


def test_an_unseen_identifier_makes_a_stub_once(session: Session) -> None:
    first = resolve_identifier(session, "urn:lyndaCourse:5550101", title="Learning Java")
    assert resolve_identifier(session, URN) == first
    course = get_course(session, first.course_id)
    assert (course.title, course.activity_id, course.type, course.is_stub) == (
        "Learning Java",
        URN,
        "course",
        True,
    )


def test_a_title_that_comes_later_names_the_stub(session: Session) -> None:
    found = resolve_identifier(session, URN)
    assert get_course(session, found.course_id).title == URN
    resolve_identifier(session, URN, title="Learning Java")
    resolve_identifier(session, URN, title="Another")
    assert get_course(session, found.course_id).title == "Learning Java"


def test_adding_a_known_identifier_fills_the_stub_under_the_same_id(session: Session) -> None:
    stub = resolve_identifier(session, "urn:lyndaCourse:5550101")
    course = add(session, launch_url="https://learn.example.com/java")
    assert course.id == stub.course_id  # type: ignore[attr-defined]
    assert not course.is_stub  # type: ignore[attr-defined]
    assert course.launch_url == "https://learn.example.com/java"  # type: ignore[attr-defined]
    assert own_identifier(session, stub.course_id) == stub


def test_adding_again_without_a_launch_url_keeps_the_old_one(session: Session) -> None:
    add(session, launch_url="https://learn.example.com/java")
    assert add(session, title="Java").launch_url == "https://learn.example.com/java"  # type: ignore[attr-defined]


def test_a_video_is_its_own_row_under_its_course(session: Session) -> None:
    video = resolve_identifier(session, "urn:li:lyndaVideo:(urn:li:lyndaCourse:5550101,6660202)")
    course = resolve_identifier(session, URN)
    assert get_course(session, video.course_id).parent_id == course.course_id
    assert [c.id for c in list_courses(session)] == [course.course_id]
    assert len(list_courses(session, has_videos=True)) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"title": "\r\n"},
        {"activity_id": " "},
        {"activity_id": "two words"},
        {"launch_url": "javascript:alert(1)"},
        {"launch_url": "//evil.example"},
        {"launch_url": "https://a b"},
        {"launch_url": "https://user@evil.example/"},
        {"launch_url": "https://x.example/\\evil"},
        {"launch_url": "https://[::1"},
        {"type_": "lesson"},
    ],
)
def test_a_course_that_cannot_be_is_refused_in_words(session: Session, values: dict[str, str]) -> None:
    with pytest.raises(BadCourse):
        add(session, **values)


def test_every_course_has_a_unit_to_launch(session: Session) -> None:
    stub = resolve_identifier(session, URN)
    unit = get_unit(session, stub.course_id)
    assert unit == get_unit(session, stub.course_id)
    assert unit.launch_url is None


def test_courses_are_searched_by_title_and_identifier(session: Session) -> None:
    add(session)
    add(session, title="Zen", activity_id="https://example.org/Zen_1")
    assert [c.title for c in list_courses(session, text="JAVA")] == ["Learning Java"]
    assert [c.title for c in list_courses(session, text="zen_1")] == ["Zen"]
    [first] = list_courses(session, limit=1)
    assert [c.title for c in list_courses(session, after=first.id)] == ["Zen"]


def test_an_unknown_id_is_named(session: Session) -> None:
    with pytest.raises(UnknownCourse, match="nothing"):
        get_course(session, "nothing")


def test_two_first_launches_of_a_stub_at_once_share_its_unit(app: Flask, session: Session) -> None:
    course_id = resolve_identifier(session, URN).course_id
    session.commit()

    def launch() -> str:
        with app.app_context():
            return transact(lambda inner: get_unit(inner, course_id).id)

    with ThreadPoolExecutor(1) as pool:
        with app.app_context(), transaction() as first:
            unit_id = get_unit(first, course_id).id
            other = pool.submit(launch)
            with pytest.raises(TimeoutError):
                other.result(0.5)  # It waits for the commit.
        assert other.result(10) == unit_id
