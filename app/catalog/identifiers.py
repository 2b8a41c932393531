"""Course identifiers made comparable, and what they say of a course's type. Sans-I/O."""

from __future__ import annotations

import re

# The content API writes urn:li:lyndaCourse:N, statements (in other receivers' tests) urn:lyndaCourse:N.
_SHORT_URN = re.compile(r"urn:(?:li:)?(lynda(?:Course|Video|LearningPath)):", re.IGNORECASE)
_FAMILIES = {
    "lyndacourse": "lyndaCourse",
    "lyndavideo": "lyndaVideo",
    "lyndalearningpath": "lyndaLearningPath",
}
_URN_TYPES = {"lyndaCourse": "course", "lyndaLearningPath": "path", "lyndaVideo": "video"}
_PARENT = re.compile(r"urn:li:lyndaVideo:\((urn:li:lyndaCourse:[^,()]+),[^()]*\)")
_TYPE_IRIS = {
    "http://adlnet.gov/expapi/activities/course": "course",
    "http://adlnet.gov/expapi/activities/media": "video",
    "https://w3id.org/xapi/video/activity-type/video": "video",
    "http://activitystrea.ms/schema/1.0/video": "video",
    "http://id.tincanapi.com/activitytype/playlist": "path",
}


def normalise_identifier(text: str) -> str:
    """Return the stored form of an identifier: LinkedIn's URNs in their long form, the rest as it is.

    >>> normalise_identifier("urn:lyndaCourse:77")
    'urn:li:lyndaCourse:77'
    """
    cleaned = "".join(c if c.isprintable() else " " for c in text).strip()
    return _SHORT_URN.sub(lambda match: f"urn:li:{_FAMILIES[match[1].lower()]}:", cleaned)


def course_type(identifier: str, type_iri: str | None = None) -> str:
    """Return course, path, video or other; LinkedIn's URN is surer than the activity type it sends."""
    match = re.match(r"urn:li:(lynda\w+):", identifier)
    if match and match[1] in _URN_TYPES:
        return _URN_TYPES[match[1]]
    return _TYPE_IRIS.get(type_iri or "", "other")


def parent_identifier(identifier: str) -> str | None:
    """Return the course that a LinkedIn video belongs to, or None."""
    match = _PARENT.fullmatch(identifier)
    return match[1] if match else None
