"""The table of roles: each role holds the one before it, and nothing is allowed that no row speaks of."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.access.roles import NOUNS, SPECIAL, Role, UnknownPermission, has_rank, least_role, may

EVERY_PERMISSION = [*(f"{noun}.{verb}" for noun in NOUNS for verb in ("read", "change")), *SPECIAL]


def test_each_role_may_all_that_the_one_before_it_may() -> None:
    allowed = [{each for each in EVERY_PERMISSION if may(role, each)} for role in Role]
    for lower, higher in pairwise(allowed):
        assert lower < higher
    assert allowed[-1] == set(EVERY_PERMISSION)


def test_nobody_changes_what_they_may_not_see() -> None:
    for noun in NOUNS:
        assert has_rank(least_role(f"{noun}.change"), least_role(f"{noun}.read"))


@pytest.mark.parametrize(
    ("permission", "least"),
    [
        ("progress.read", Role.VIEWER),
        ("learner.change", Role.MANAGER),
        ("launch_link.make", Role.MANAGER),
        ("integration.change", Role.ENGINEER),
        ("session.raw", Role.ENGINEER),
        ("learner.erase", Role.OWNER),
        ("audit.read", Role.OWNER),
        ("user.change", Role.OWNER),
    ],
)
def test_a_permission_begins_at_its_least_role(permission: str, least: Role) -> None:
    assert [role for role in Role if may(role, permission)] == list(Role)[list(Role).index(least) :]


@pytest.mark.parametrize("permission", ["", "learner", "learner.", "learner.own", "dragon.read", ".read"])
def test_a_permission_of_no_row_is_refused_to_owners_too(permission: str) -> None:
    assert not may(Role.OWNER, permission)
    with pytest.raises(UnknownPermission):
        least_role(permission)


@pytest.mark.parametrize("role", ["", "root", "Owner", "OWNER"])
def test_an_unknown_role_may_nothing(role: str) -> None:
    assert not any(may(role, permission) for permission in EVERY_PERMISSION)
