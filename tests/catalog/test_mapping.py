"""An identifier may be given another meaning."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.catalog.mapping import TakenIdentifier, drop_if_empty, list_identifiers, map_identifier
from app.catalog.service import (
    BadCourse,
    UnknownCourse,
    add_course,
    get_course,
    list_courses,
    resolve_identifier,
)


def known(session: Session, name: str) -> str:
    return add_course(session, integration_id=None, title=name, activity_id=f"x:{name}", launch_url=None).id


def test_a_new_identifier_is_added(session: Session) -> None:
    course_id = known(session, "a")
    mapped = map_identifier(session, course_id, "urn:lyndaCourse:7")
    assert (mapped.value, mapped.other) == ("urn:li:lyndaCourse:7", None)
    assert list_identifiers(session, course_id) == ["x:a", "urn:li:lyndaCourse:7"]


def test_a_stub_gives_up_all_of_its_names_and_its_videos(session: Session) -> None:
    course_id = known(session, "a")
    stub = resolve_identifier(session, "urn:li:lyndaCourse:7")
    map_identifier(session, stub.course_id, "https://x.example.com/also")
    video = resolve_identifier(session, "urn:li:lyndaVideo:(urn:li:lyndaCourse:7,1)")
    mapped = map_identifier(session, course_id, "urn:li:lyndaCourse:7")
    assert len(mapped.identifier_ids) == 2
    assert drop_if_empty(session, stub.course_id, heir_id=course_id)
    session.expire_all()
    assert get_course(session, video.course_id).parent_id == course_id
    assert [course.id for course in list_courses(session)] == [course_id]


def test_a_known_course_gives_up_one_name_and_stays(session: Session) -> None:
    one, two = known(session, "a"), known(session, "b")
    map_identifier(session, two, "x:more")
    with pytest.raises(TakenIdentifier, match="'b'"):
        map_identifier(session, one, "x:b")
    map_identifier(session, one, "x:b", may_take=True)
    assert list_identifiers(session, one) == ["x:a", "x:b"]
    assert list_identifiers(session, two) == ["x:more"]
    assert not drop_if_empty(session, two, heir_id=one)


def test_what_cannot_be_an_identifier_is_refused(session: Session) -> None:
    course_id = known(session, "a")
    for value in ("", " ", "two words"):
        with pytest.raises(BadCourse, match="without spaces"):
            map_identifier(session, course_id, value)
    with pytest.raises(BadCourse, match="already"):
        map_identifier(session, course_id, "x:a")
    with pytest.raises(UnknownCourse):
        map_identifier(session, "nothing", "x:c")
