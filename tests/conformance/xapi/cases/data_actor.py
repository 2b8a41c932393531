"""Agents and groups wherever they stand, and what identifies them (Part 2 §2.4.2)."""

from __future__ import annotations

from typing import Any

from ..builders import Json
from ..places import AGENTS, AGENTS_OR_GROUPS, GROUPS, grouped, placed, within
from ..tables import rule

_HOME = "https://conformance.example/home"
MBOX: Json = {"mbox": "mailto:cora@conformance.example"}
SHA1: Json = {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}
OPENID: Json = {"openid": "https://cora.openid.example/"}
ACCOUNT: Json = {"account": {"homePage": _HOME, "name": "1625378"}}
IDENTIFIERS = (MBOX, SHA1, OPENID, ACCOUNT)
PAIRS: list[Json] = [
    one | other for place, one in enumerate(IDENTIFIERS) for other in IDENTIFIERS[place + 1 :]
]
GROUP: Json = {"objectType": "Group"}

rule(
    "D20",
    section="Part 2 §2.4.2.1",
    holds="an agent has exactly one identifier",
    places=AGENTS,
    good=IDENTIFIERS,
    bad=[{}, {"name": "Ana"}, {"objectType": "Agent"}, *PAIRS, MBOX | SHA1 | OPENID | ACCOUNT],
)
rule(
    "D21",
    section="Part 2 §2.4.2.1",
    holds="an agent's objectType is Agent, and its name is text",
    places=AGENTS,
    good=[MBOX | {"objectType": "Agent"}, MBOX | {"name": "Ana"}, MBOX | {"name": ""}],
    bad=[
        *[MBOX | {"objectType": kind} for kind in ("agent", "AGENT", "Person", "Activity", "", None, 1, {})],
        *[MBOX | {"name": name} for name in (1, {}, ["Ana"], None, True)],
        MBOX | {"member": []},
        MBOX | {"member": [MBOX]},
        "Ana",
        [MBOX],
    ],
)
rule(
    "D22",
    section="Part 2 §2.4.2.2",
    holds="an anonymous group lists its members, who are agents",
    places=GROUPS,
    good=[grouped(MBOX), grouped(MBOX, SHA1, OPENID, ACCOUNT), grouped(MBOX) | {"name": "All"}],
    bad=[
        GROUP,
        GROUP | {"name": "All"},
        *[GROUP | {"member": members} for members in (MBOX, "Ana", 1, None, {}, [{}], ["Ana"], [[MBOX]])],
        grouped(MBOX, {"name": "no identifier"}),
        grouped(MBOX, PAIRS[0]),
        grouped(grouped(MBOX)),
        grouped(MBOX, GROUP | OPENID),
        grouped(MBOX) | {"name": 1},
    ],
)
rule(
    "D23",
    section="Part 2 §2.4.2.2",
    holds="an identified group has exactly one identifier, and members only that are agents",
    places=GROUPS,
    good=[
        *[GROUP | one for one in IDENTIFIERS],
        *[grouped(MBOX, SHA1) | one for one in IDENTIFIERS],
        GROUP | MBOX | {"name": "All"},
    ],
    bad=[
        *[GROUP | pair for pair in PAIRS],
        *[grouped(MBOX) | pair for pair in PAIRS],
        *[GROUP | MBOX | {"member": members} for members in (MBOX, "Ana", None, [{}], [grouped(MBOX)])],
        grouped(GROUP | OPENID) | MBOX,
    ],
)
rule(
    "D24",
    section="Part 2 §2.4.2.2",
    holds="the objectType of a group is required, and exactly Group",
    places=GROUPS,
    bad=[
        *[grouped(MBOX) | {"objectType": kind} for kind in ("group", "GROUP", "Groups", "", None, 1)],
        {"member": [MBOX]},
        MBOX | {"member": [MBOX]},
    ],
)
rule(
    "D25",
    section="Part 2 §2.4.6",
    holds="a team is a group and never an agent",
    places={name: place for name, place in GROUPS.items() if name.startswith("team")},
    good=[grouped(MBOX), GROUP | MBOX],
    bad=[MBOX, MBOX | {"objectType": "Agent"}, ACCOUNT],
)

# The identifiers of a group are those of an agent, so that a place of each sort will do.
_GROUPS = {
    name: place
    for name, place in AGENTS_OR_GROUPS.items()
    if name in ("actor", "object in a SubStatement", "instructor")
}
_WITH_MBOX = within(AGENTS, lambda value: {"mbox": value}, "mbox") | within(
    _GROUPS, lambda value: {"objectType": "Group", "mbox": value}, "mbox of group"
)
_WITH_SHA1 = within(AGENTS, lambda value: {"mbox_sha1sum": value}, "hash") | within(
    _GROUPS, lambda value: {"objectType": "Group", "mbox_sha1sum": value}, "hash of group"
)
_WITH_OPENID = within(AGENTS, lambda value: {"openid": value}, "openid") | within(
    _GROUPS, lambda value: {"objectType": "Group", "openid": value}, "openid of group"
)
_WITH_ACCOUNT = within(AGENTS, lambda value: {"account": value}, "account") | within(
    _GROUPS, lambda value: {"objectType": "Group", "account": value}, "account of group"
)
_NO_TEXT: tuple[Any, ...] = (1, True, {}, [], None)

rule(
    "D26",
    section="Part 2 §2.4.2.3",
    holds="an mbox is mailto: and an e-mail address",
    places=_WITH_MBOX,
    good=[
        "mailto:ana@conformance.example",
        "mailto:ana.o'neill+x@EXAMPLE.example",
        "mailto:ünï@exämple.example",
    ],
    bad=[
        "ana@conformance.example",
        "mailto:",
        "mailto:ana",
        "mailto:@",
        "mailto:should.fail.example",
        "http://should.fail.example",
        "mailto:an a@conformance.example",
        "Ana <mailto:ana@conformance.example>",
        "",
        *_NO_TEXT,
    ],
)
rule(
    "D27",
    section="Part 2 §2.4.2.3",
    holds="an mbox_sha1sum is the hexadecimal SHA-1 of an mbox",
    places=_WITH_SHA1,
    good=["ebd31e95054c018b10727ccffd2ef2ec3a016ee9", "EBD31E95054C018B10727CCFFD2EF2EC3A016EE9"],
    bad=["", "ebd31e", "g" * 40, "a" * 41, "a" * 39, *_NO_TEXT],
)
rule(
    "D28",
    section="Part 2 §2.4.2.3",
    holds="an openid is a URI",
    places=_WITH_OPENID,
    good=["https://ana.openid.example/", "http://openid.example/ana?x=1"],
    bad=["ab=c://should.fail.example", "openid.example/ana", "should fail", "", *_NO_TEXT],
)
rule(
    "D29",
    section="Part 2 §2.4.2.4",
    holds="an account has a homePage, which is an IRL, and a name, which is text, and nothing else",
    places=_WITH_ACCOUNT,
    good=[{"homePage": _HOME, "name": "1"}, {"homePage": "https://été.example/課", "name": "名前"}],
    bad=[
        {},
        {"homePage": _HOME},
        {"name": "1"},
        *[{"homePage": _HOME, "name": name} for name in (1, {}, None, ["1"])],
        *[
            {"homePage": page, "name": "1"}
            for page in ("", "abc", "conformance.example/home", "ab=c://x", 1, None)
        ],
        {"homePage": _HOME, "name": "1", "dummy": 1},
        {"homepage": _HOME, "name": "1"},
        "1",
        [{"homePage": _HOME, "name": "1"}],
    ],
)
rule(
    "D30",
    section="Part 2 §2.4.9",
    holds="an authority is an agent, or an anonymous group of two agents",
    places={"authority": placed(lambda value: {"authority": value})},
    good=[*IDENTIFIERS, MBOX | {"objectType": "Agent"}, grouped(MBOX, ACCOUNT)],
    bad=[
        *[grouped(*members) for members in ((), (MBOX,), (MBOX, SHA1, OPENID), (MBOX, GROUP | OPENID))],
        *[grouped(MBOX, ACCOUNT) | one for one in IDENTIFIERS],
        *[GROUP | one for one in IDENTIFIERS],
        GROUP,
        {},
        "Ana",
        {"objectType": "Activity", "id": _HOME},
    ],
)
