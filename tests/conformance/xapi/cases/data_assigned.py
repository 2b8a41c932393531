"""Version and authority: what the store judges, keeps and sets (Part 2 §2.4.9, §2.4.10)."""

from __future__ import annotations

from ...checks import expect, expect_equal
from ..builders import new_account, new_agent, statement
from ..lrs import Lrs
from ..places import grouped, placed
from ..registry import V1, V2, case
from ..tables import rule

_VERSION = {"version": placed(lambda value: {"version": value})}

rule(
    "D110",
    section="Part 2 §2.4.10",
    holds="every version that starts with 1.0. is taken and kept",
    places=_VERSION,
    good=["1.0", "1.0.0", "1.0.1", "1.0.3", "1.0.9", "1.0.32"],
    bad=[
        "0.9",
        "0.9.9",
        "0.95",
        "1.1.0",
        "1",
        "1.0.x",
        "10.0.0",
        "should fail",
        "",
        "v1.0.0",
        1.0,
        1,
        None,
        {},
    ],
)
rule(
    "D111",
    section="Part 2 §2.4.10",
    holds="version 1.0.3 refuses a statement of 2.0",
    places=_VERSION,
    bad=["2.0", "2.0.0", "2.0.1"],
    versions=(V1,),
)
rule(
    "D112",
    section="2.0 version",
    holds="version 2.0 takes statements of 2.0, and of 1.0 too",
    places=_VERSION,
    good=["2.0", "2.0.0", "2.0.9"],
    bad=["2.1.0", "2", "3.0.0", "2.0.x", "20.0.0"],
    versions=(V2,),
)


@case("D113", section="Part 2 §2.4.10", holds="a missing version is set to that of the request's data model")
def a_missing_version_is_set(lrs: Lrs) -> None:
    expect_equal("the version", lrs.kept(statement())["version"], "2.0.0" if lrs.is_v2 else "1.0.0")


@case("D114", section="Part 2 §2.4.9", holds="every statement has an authority, whether one was sent or not")
def every_statement_has_an_authority(lrs: Lrs) -> None:
    for authority in (None, new_agent(), new_account(), grouped(new_agent(), new_account())):
        found = lrs.kept(statement(authority=authority))
        given = found.get("authority")
        expect(isinstance(given, dict), "an authority", given)
        is_group = given.get("objectType") == "Group"
        expect(not is_group or len(given["member"]) == 2, "an agent, or a group of two", given)


@case("D115", section="Part 2 §2.4.9", holds="the authority of a statement sent with HTTP Basic is one agent")
def the_authority_is_one_agent(lrs: Lrs) -> None:
    given = lrs.kept(statement())["authority"]
    expect_equal("the objectType", given.get("objectType", "Agent"), "Agent")
    identifiers = {"mbox", "mbox_sha1sum", "openid", "account"} & set(given)
    expect(len(identifiers) == 1, "one identifier", given)
