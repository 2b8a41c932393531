"""Course identifiers made comparable, and what they say of a course's type. Sans-I/O."""

from __future__ import annotations

import re
from urllib.parse import unquote

# The content API writes urn:li:lyndaCourse:N, statements (in other receivers' tests) urn:lyndaCourse:N.
_SHORT_URN = re.compile(r"urn:(?:li:)?(lynda(?:Course|Video|LearningPath)):", re.IGNORECASE)
_FAMILIES = {
    "lyndacourse": "lyndaCourse",
    "lyndavideo": "lyndaVideo",
    "lyndalearningpath": "lyndaLearningPath",
}
_URN_TYPES = {"lyndaCourse": "course", "lyndaLearningPath": "path", "lyndaVideo": "video"}
_PARENT = re.compile(r"urn:li:lyndaVideo:\((urn:li:lyndaCourse:[^,()]+),[^()]*\)")
_ANY_URN = re.compile(
    r"urn:(?:li:)?lynda(?:Video:\(urn:(?:li:)?lyndaCourse:[0-9]{1,20},[0-9]{1,20}\)|Course:[0-9]{1,20}"
    r"|LearningPath:[0-9a-f]{1,40})",
    re.IGNORECASE | re.ASCII,
)
_SLUG = re.compile(
    r"https?://(?:[a-z0-9-]{1,40}\.)?linkedin\.com/learning/((?:paths/)?[\w-]{1,200})/?(?=[?#&\s]|\Z)",
    re.IGNORECASE,
)
# Addresses of LinkedIn Learning itself that name no course.
_NO_SLUGS = {"login", "me", "search", "browse", "topics", "paths"}
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


def find_in_launch_url(url: str) -> tuple[str, ...]:
    """Return the identifiers that LinkedIn's launch URL tells: the URN, and the address with the slug.

    Both may stand inside a parameter, percent-encoded: a sign-in page that leads on to the course.
    """
    text = unquote(unquote(url[:4096]))
    found: list[str] = []
    if urn := _ANY_URN.search(text):
        found.append(normalise_identifier(urn[0]))
    slugs = (match[1].lower() for match in _SLUG.finditer(text))
    slug = next((each for each in slugs if each not in _NO_SLUGS), None)
    if slug is not None:
        found.append(f"https://www.linkedin.com/learning/{slug}")
    return tuple(found)


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
