"""What an admin may choose of an integration, as closed sets. Sans-I/O."""

from __future__ import annotations

from enum import StrEnum


class HostMode(StrEnum):
    """What happens to a message under a host name on no list: refused, or let in and noted."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class StudentId(StrEnum):
    """What content hears as student_id: our own opaque id, or one of the learner's identities."""

    OWN = "own"
    USER_ID = "user_id"
    EMAIL = "email"


class MasteryPolicy(StrEnum):
    """When a unit's mastery score decides between passed and failed."""

    NEVER = "never"
    COMPLETED_ONLY = "completed_only"
    ALWAYS = "always"
