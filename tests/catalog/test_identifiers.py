"""Course identifiers and what they say."""

from __future__ import annotations

import pytest

from app.catalog.identifiers import course_type, normalise_identifier, parent_identifier

VIDEO = "urn:li:lyndaVideo:(urn:li:lyndaCourse:5550101,6660202)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urn:lyndaCourse:77", "urn:li:lyndaCourse:77"),
        ("urn:li:lyndaCourse:77", "urn:li:lyndaCourse:77"),
        (" URN:LI:LYNDACOURSE:77\n", "urn:li:lyndaCourse:77"),
        ("urn:lyndaVideo:(urn:lyndaCourse:5550101,6660202)", VIDEO),
        ("urn:lyndaLearningPath:5f0a", "urn:li:lyndaLearningPath:5f0a"),
        ("https://example.org/course/1?x=urn", "https://example.org/course/1?x=urn"),
    ],
)
def test_both_spellings_of_a_urn_are_one(text: str, expected: str) -> None:
    assert normalise_identifier(text) == expected
    assert normalise_identifier(expected) == expected


COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"


@pytest.mark.parametrize(
    ("identifier", "type_iri", "expected"),
    [
        ("urn:li:lyndaCourse:1", None, "course"),
        ("urn:li:lyndaLearningPath:5f", COURSE_TYPE, "path"),
        (VIDEO, COURSE_TYPE, "video"),
        ("https://example.org/1", COURSE_TYPE, "course"),
        ("https://example.org/1", "http://adlnet.gov/expapi/activities/media", "video"),
        ("https://example.org/1", "https://example.org/type", "other"),
        ("https://example.org/1", None, "other"),
    ],
)
def test_the_urn_is_surer_than_the_activity_type(
    identifier: str, type_iri: str | None, expected: str
) -> None:
    assert course_type(identifier, type_iri) == expected


def test_a_video_names_its_course() -> None:
    assert parent_identifier(VIDEO) == "urn:li:lyndaCourse:5550101"
    assert parent_identifier("urn:li:lyndaCourse:1") is None
