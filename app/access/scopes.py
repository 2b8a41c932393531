"""What a machine may do with the record store: LinkedIn's scope names and the xAPI specification's. Sans-I/O.

xAPI 1.0.3 Part 3 §4.2 names statements/write … all; LinkedIn's own are xapi:read, xapi:write and xapi:all.
"""

from __future__ import annotations

WRITE, READ, ALL = "xapi:write", "xapi:read", "xapi:all"
READ_MINE = "statements/read/mine"

_EVERYTHING = frozenset({ALL, "all"})
_WRITERS = _EVERYTHING | {WRITE, "statements/write"}
_READERS = _EVERYTHING | {READ, "statements/read", "all/read"}
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


def may_write(scopes: frozenset[str]) -> bool:
    return not scopes.isdisjoint(_WRITERS)


def may_read(scopes: frozenset[str]) -> bool:
    """Tell whether all of the integration's statements may be read."""
    return not scopes.isdisjoint(_READERS)


def may_read_own(scopes: frozenset[str]) -> bool:
    """Tell whether at least the credential's own statements may be read."""
    return may_read(scopes) or READ_MINE in scopes
