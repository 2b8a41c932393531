"""What a finding means: the words that every screen and document shows for its code. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who can change what is wrong; NOBODY where all is well as it is."""

    LINKEDIN_ADMIN = "LinkedIn Learning admin"
    LMS_ADMIN = "whoever runs the LMS"
    ENGINEER = "whoever set up the integration"
    OPERATOR = "whoever runs this server"
    ADMIN = "admin"
    VENDOR = "the content's vendor"
    LEARNER = "the learner, or whoever helps them"
    NOBODY = "nobody"


class Place(StrEnum):
    """The page here where it is put right or looked at; NONE where that is done elsewhere."""

    INTEGRATIONS = "Integrations"
    SETTINGS = "Settings"
    UNMATCHED = "Learners, Unmatched"
    COURSES = "Courses"
    SESSIONS = "Sessions"
    PROGRESS = "Progress"
    INSPECTOR = "Inspector"
    DESTINATIONS = "Destinations"
    DELIVERIES = "Deliveries"
    SYSTEM = "System"
    NONE = ""


class Seen(StrEnum):
    """How it is noticed: in a message as it comes, or by looking over what is kept."""

    IN_MESSAGE = "in a message"
    ON_LOOKING = "by looking over what is kept"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind of finding; `changes` are the steps to take, `clause` the rule of a standard it rests on."""

    title: str
    sentence: str
    who: Who
    changes: tuple[str, ...]
    place: Place = Place.NONE
    clause: str = ""
    seen: Seen = Seen.IN_MESSAGE
