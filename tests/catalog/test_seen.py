"""Courses that only messages spoke of."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.catalog.seen import count_seen_only, list_seen_only
from app.catalog.service import resolve_identifier


def test_courses_seen_only_are_listed_the_newest_first_without_videos(
    session: Session,
) -> None:
    for urn in ("urn:li:lyndaCourse:1", "urn:li:lyndaVideo:(urn:li:lyndaCourse:1,2)", "urn:li:lyndaCourse:3"):
        resolve_identifier(session, urn)
    first, second = list_seen_only(session, limit=5)
    assert (first.activity_id, second.activity_id) == ("urn:li:lyndaCourse:3", "urn:li:lyndaCourse:1")
    assert list_seen_only(session, after=first.id, limit=5) == [second]
    assert list_seen_only(session, text="COURSE:3", limit=5) == [first]
    assert count_seen_only(session) == 2
