"""What a finding means: the words that every screen and document shows for its code. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.words import N_


class Who(StrEnum):
    """Who can change what is wrong; NOBODY where all is well as it is."""

    LINKEDIN_ADMIN = N_("LinkedIn Learning admin")
    LMS_ADMIN = N_("whoever runs the LMS")
    ENGINEER = N_("whoever set up the integration")
    OPERATOR = N_("whoever runs this server")
    ADMIN = N_("admin")
    VENDOR = N_("the content's vendor")
    LEARNER = N_("the learner, or whoever helps them")
    NOBODY = N_("nobody")


class Place(StrEnum):
    """The page here where it is put right or looked at; NONE where that is done elsewhere."""

    INTEGRATIONS = N_("Integrations")
    SETTINGS = N_("Settings")
    UNMATCHED = N_("Learners, Unmatched")
    COURSES = N_("Courses")
    SESSIONS = N_("Sessions")
    PROGRESS = N_("Progress")
    INSPECTOR = N_("Inspector")
    DESTINATIONS = N_("Destinations")
    DELIVERIES = N_("Deliveries")
    SYSTEM = N_("System")
    NONE = ""


class Seen(StrEnum):
    """How it is noticed: in a message as it comes, or by looking over what is kept."""

    IN_MESSAGE = N_("in a message")
    ON_LOOKING = N_("by looking over what is kept")


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
