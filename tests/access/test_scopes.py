"""Which scopes are granted, and what they allow."""

from __future__ import annotations

import pytest

from app.access.scopes import KNOWN, Area, grant_scopes, may_define, may_read, may_read_own, may_write


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, {"xapi:write"}),
        ("", {"xapi:write"}),
        ("xapi:write", {"xapi:write"}),
        ("xapi:all", {"xapi:write"}),
        ("all", {"xapi:write"}),
        ("xapi:write xapi:read", {"xapi:write"}),
        ("statements/write", {"xapi:write"}),
        ("xapi:read", set()),
        ("profile state", set()),
        ("nonsense", set()),
    ],
)
def test_a_linkedin_integration_may_only_write(asked: str | None, granted: set[str]) -> None:
    assert grant_scopes(asked, is_write_only=True) == granted


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, {"all"}),
        (" ", {"all"}),
        ("xapi:read", {"xapi:read"}),
        ("statements/read/mine  define", {"statements/read/mine", "define"}),
        ("xapi:read nonsense", {"xapi:read"}),
        ("nonsense", set()),
        (" ".join(sorted(KNOWN)), KNOWN),
    ],
)
def test_another_integration_gets_what_it_asks(asked: str | None, granted: set[str]) -> None:
    assert grant_scopes(asked, is_write_only=False) == granted


@pytest.mark.parametrize(
    ("scope", "rights"),
    [
        ("xapi:write", "w"),
        ("statements/write", "w"),
        ("xapi:read", "rm"),
        ("statements/read", "rm"),
        ("all/read", "rm"),
        ("statements/read/mine", "m"),
        ("xapi:all", "wrm"),
        ("all", "wrm"),
        ("state", ""),
        ("define", ""),
        ("profile", ""),
    ],
)
def test_each_scope_allows_just_this(scope: str, rights: str) -> None:
    scopes = frozenset({scope})
    assert (may_write(scopes), may_read(scopes), may_read_own(scopes)) == tuple(
        right in rights for right in "wrm"
    )


# Of statements, state, profiles and look-ups: r may read, w may write; d may define activities and agents.
@pytest.mark.parametrize(
    ("scope", "statements", "state", "profile", "lookup", "define"),
    [
        ("all", "rw", "rw", "rw", "r", "d"),
        ("xapi:all", "rw", "rw", "rw", "r", "d"),
        ("all/read", "r", "r", "r", "r", ""),
        ("xapi:read", "r", "r", "r", "r", ""),
        ("xapi:write", "w", "", "", "", "d"),
        ("statements/write", "w", "", "", "", ""),
        ("statements/read", "r", "", "", "r", ""),
        ("statements/read/mine", "", "", "", "", ""),
        ("state", "", "rw", "", "", ""),
        ("profile", "", "", "rw", "r", ""),
        ("define", "", "", "", "r", "d"),
        ("nonsense", "", "", "", "", ""),
    ],
)
def test_each_scope_opens_just_these_areas(
    scope: str, statements: str, state: str, profile: str, lookup: str, define: str
) -> None:
    scopes = frozenset({scope})
    for area, rights in zip(Area, (statements, state, profile, lookup), strict=True):
        assert may_read(scopes, area) is ("r" in rights)
        assert may_write(scopes, area) is ("w" in rights)
    assert may_define(scopes) is (define == "d")
