"""What a machine may do with the record store: LinkedIn's scope names and the xAPI specification's. Sans-I/O.

xAPI 1.0.3 Part 3 §4.2 names statements/write … all; LinkedIn's own are xapi:read, xapi:write and xapi:all.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

WRITE, READ, ALL = "xapi:write", "xapi:read", "xapi:all"
READ_MINE = "statements/read/mine"


class Area(StrEnum):
    """What of the record store a scope opens; `lookup` is what was put together of activities and agents."""

    STATEMENTS = "statements"
    STATE = "state"
    PROFILE = "profile"
    LOOKUP = "lookup"


_EVERYTHING = frozenset({ALL, "all"})
_READ_EVERYTHING = _EVERYTHING | {READ, "all/read"}
_WRITERS = _EVERYTHING | {WRITE, "statements/write"}
_READERS = _READ_EVERYTHING | {"statements/read"}
# LinkedIn's xapi:write writes statements and nothing else, but they may define what they name.
_DEFINERS = _EVERYTHING | {WRITE, "define"}

MAY_READ: Mapping[Area, frozenset[str]] = {
    Area.STATEMENTS: _READERS,
    Area.STATE: _READ_EVERYTHING | {"state"},
    Area.PROFILE: _READ_EVERYTHING | {"profile"},
    Area.LOOKUP: _READERS | {"define", "profile"},
}
MAY_WRITE: Mapping[Area, frozenset[str]] = {
    Area.STATEMENTS: _WRITERS,
    Area.STATE: _EVERYTHING | {"state"},
    Area.PROFILE: _EVERYTHING | {"profile"},
    Area.LOOKUP: frozenset(),
}
KNOWN = _WRITERS | _READERS | {READ_MINE, "state", "define", "profile"}


def grant_scopes(asked: str | None, *, is_write_only: bool) -> frozenset[str]:
    """Return the scopes to grant: the allowed part of what was asked, none when nothing of it is allowed.

    `is_write_only` binds a LinkedIn integration that nobody widened: it gets `xapi:write`, also when it asks
    for everything, since everything includes it. Unknown names are passed over (RFC 6749 §3.3).
    """
    names = frozenset((asked or "").split())
    if is_write_only:
        return frozenset({WRITE}) if not names or names & _WRITERS else frozenset()
    return names & KNOWN if names else frozenset({"all"})


def default_scopes(*, is_write_only: bool) -> frozenset[str]:
    """Return what a client may do without a token, by its id and secret alone."""
    return grant_scopes(None, is_write_only=is_write_only)


def may_write(scopes: frozenset[str], area: Area = Area.STATEMENTS) -> bool:
    return not scopes.isdisjoint(MAY_WRITE[area])


def may_read(scopes: frozenset[str], area: Area = Area.STATEMENTS) -> bool:
    """Tell whether everything of the integration's may be read there."""
    return not scopes.isdisjoint(MAY_READ[area])


def may_read_own(scopes: frozenset[str]) -> bool:
    """Tell whether at least the credential's own statements may be read."""
    return may_read(scopes) or READ_MINE in scopes


def may_define(scopes: frozenset[str]) -> bool:
    """Tell whether the statements that are written may change what is known of activities and agents.

    Without it "ids will be saved", but the "canonical representation" stays (Part 3 §4.2).
    """
    return not scopes.isdisjoint(_DEFINERS)
