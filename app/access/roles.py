"""Who may do what: the one table of roles and permissions; what stands in no row is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.words import N_


class Role(StrEnum):
    """What a person is here for; each role may do all that the ones before it may."""

    VIEWER = N_("viewer")
    MANAGER = N_("manager")
    ENGINEER = N_("engineer")
    OWNER = N_("owner")


class UnknownPermission(LookupError):
    """No row of the table speaks of this permission."""


_VIEWER, _MANAGER, _ENGINEER, _OWNER = Role

# Noun: the least role that sees it, and the least that changes it.
NOUNS: Mapping[str, tuple[Role, Role]] = {
    "account": (_VIEWER, _VIEWER),
    "overview": (_VIEWER, _VIEWER),
    "help": (_VIEWER, _OWNER),
    # Results: seen by all, put right by those who know the people.
    "progress": (_VIEWER, _MANAGER),
    "report": (_VIEWER, _MANAGER),
    "learner": (_VIEWER, _MANAGER),
    "course": (_VIEWER, _MANAGER),
    "session": (_VIEWER, _ENGINEER),
    "statement": (_VIEWER, _ENGINEER),
    "identity": (_MANAGER, _MANAGER),
    "launch_link": (_MANAGER, _MANAGER),
    # The machines that report and are reported to.
    "integration": (_MANAGER, _ENGINEER),
    "inspector": (_ENGINEER, _ENGINEER),
    "destination": (_ENGINEER, _ENGINEER),
    "delivery": (_ENGINEER, _ENGINEER),
    "token": (_ENGINEER, _ENGINEER),
    "system": (_ENGINEER, _OWNER),
    # The organisation itself.
    "demo": (_OWNER, _OWNER),
    "organisation": (_OWNER, _OWNER),
    "user": (_OWNER, _OWNER),
    "audit": (_OWNER, _OWNER),
}

# What is neither plain seeing nor plain changing.
SPECIAL: Mapping[str, Role] = {
    "launch_link.make": _MANAGER,
    "learner.erase": _OWNER,
    "learner.export": _OWNER,
    # Messages as they came: they may hold more of a person than any page shows.
    "session.raw": _ENGINEER,
    "statement.raw": _ENGINEER,
    "inspector.raw": _ENGINEER,
}

_VERBS = ("read", "change")


def least_role(permission: str) -> Role:
    """Return the least role with a permission, like `course.change`; raises UnknownPermission."""
    if permission in SPECIAL:
        return SPECIAL[permission]
    noun, _, verb = permission.partition(".")
    if noun not in NOUNS or verb not in _VERBS:
        raise UnknownPermission(permission)
    return NOUNS[noun][_VERBS.index(verb)]


def may(role: str, permission: str) -> bool:
    """Tell whether a role has a permission; nobody has one that is unknown, and an unknown role has none."""
    try:
        return has_rank(role, least_role(permission))
    except UnknownPermission:
        return False


def has_rank(role: str, least: Role) -> bool:
    """Tell whether a role is this one or above it."""
    ranks = list(Role)
    return role in ranks and ranks.index(Role(role)) >= ranks.index(least)
