"""Parameters: unknown ones, ones in another case, and values that are none."""

from __future__ import annotations

import json

from ...checks import expect, expect_equal
from ..builders import new_agent, new_iri, new_uuid, statement
from ..lrs import ACTIVITIES, ACTIVITY_PROFILE, AGENT_PROFILE, AGENTS, STATE, STATEMENTS, Lrs
from ..registry import case

AGENT = json.dumps(new_agent())
# Resource to the parameters that make a good request for one document or object.
WHOLE = {
    STATE: {"activityId": new_iri(), "agent": AGENT, "stateId": "x", "registration": new_uuid()},
    ACTIVITY_PROFILE: {"activityId": new_iri(), "profileId": "x"},
    AGENT_PROFILE: {"agent": AGENT, "profileId": "x"},
    AGENTS: {"agent": AGENT},
    ACTIVITIES: {"activityId": new_iri()},
}
OF_LISTS = {
    "agent": AGENT,
    "verb": new_iri(),
    "activity": new_iri(),
    "registration": new_uuid(),
    "related_activities": "true",
    "related_agents": "true",
    "since": "2026-01-01T00:00:00Z",
    "until": "2026-01-01T00:00:00Z",
    "limit": "1",
    "format": "ids",
    "attachments": "false",
    "ascending": "true",
}


@case(
    "C20",
    section="Part 3 §3.2",
    holds="a parameter that the standard does not know is refused with 400",
    variants={resource: resource for resource in (STATEMENTS, *WHOLE)},
)
def unknown_parameters(lrs: Lrs, resource: str) -> None:
    known = WHOLE.get(resource, {})
    for method in ("GET", "PUT", "POST", "DELETE") if len(known) > 1 else ("GET",):
        body = None if method in ("GET", "DELETE") else b"x"
        lrs.send(method, resource, {**known, "unknown": "x"}, body=body, content_type="text/plain").expect(
            400
        )


@case(
    "C21",
    section="Part 3 §3.2",
    holds="a parameter of a list that is right in all but case is refused with 400",
    variants=tuple(OF_LISTS),
)
def parameters_of_lists_have_a_case(lrs: Lrs, name: str) -> None:
    lrs.get(STATEMENTS, {name: OF_LISTS[name]}).expect(200)
    for other in (name.upper(), name.capitalize()):
        lrs.get(STATEMENTS, {other: OF_LISTS[name]}).expect(400)


@case(
    "C22",
    section="Part 3 §3.2",
    holds="statementId and voidedStatementId in another case are refused with 400",
    variants=("StatementId", "statementid", "statementID", "VoidedStatementId", "voidedstatementid"),
)
def ids_have_a_case(lrs: Lrs, name: str) -> None:
    value = statement()
    lrs.store(value)
    lrs.get(STATEMENTS, {name: value["id"]}).expect(400)
    lrs.send("PUT", STATEMENTS, {name: new_uuid()}, json_body=statement(id=None)).expect(400)


@case(
    "C23",
    section="Part 3 §3.2",
    holds="a parameter of documents, agents and activities in another case is refused with 400",
    variants={f"{name} of {where}": (where, name) for where, given in WHOLE.items() for name in given},
)
def other_parameters_have_a_case(lrs: Lrs, what: tuple[str, str]) -> None:
    resource, name = what
    given = {key: value for key, value in WHOLE[resource].items() if key != name}
    lrs.get(resource, {**given, name.capitalize(): WHOLE[resource][name]}).expect(400)
    lrs.get(resource, {**WHOLE[resource], name.upper(): WHOLE[resource][name]}).expect(400)


@case(
    "C24",
    section="Part 3 §3.2",
    holds="a value of a list's parameter that is none is refused with 400",
    variants={
        "agent a word": ("agent", "ana"),
        "agent true": ("agent", "true"),
        "agent broken": ("agent", '{"mbox":"mailto:a@b.example"'),
        "agent empty": ("agent", "{}"),
        "agent a list": ("agent", "[]"),
        "agent without identifier": ("agent", '{"name":"Ana"}'),
        "agent with two identifiers": ("agent", '{"mbox":"mailto:a@b.example","openid":"https://b.example"}'),
        "agent anonymous group": ("agent", '{"objectType":"Group","member":[{"mbox":"mailto:a@b.example"}]}'),
        "agent mbox wrong": ("agent", '{"mbox":"a@b.example"}'),
        "verb a word": ("verb", "passed"),
        "activity a word": ("activity", "course"),
        "registration a word": ("registration", "true"),
        "registration in braces": ("registration", "{" + new_uuid() + "}"),
        "since a word": ("since", "true"),
        "since a date with slashes": ("since", "01/02/2026"),
        "until a word": ("until", "tomorrow"),
        "limit negative": ("limit", "-1"),
        "limit a word": ("limit", "all"),
        "limit a fraction": ("limit", "1.5"),
        "format a word": ("format", "pretty"),
        "attachments a word": ("attachments", "yes"),
        "attachments in capitals": ("attachments", "True"),
        "ascending a number": ("ascending", "1"),
        "related_agents a word": ("related_agents", "all"),
        "related_activities a word": ("related_activities", "all"),
        "statementId a word": ("statementId", "x"),
        "statementId without hyphens": ("statementId", new_uuid().replace("-", "")),
        "voidedStatementId a word": ("voidedStatementId", "x"),
    },
)
def bad_values_of_lists(lrs: Lrs, what: tuple[str, str]) -> None:
    name, value = what
    reply = lrs.get(STATEMENTS, {name: value}).expect(400)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)


@case(
    "C25",
    section="Part 3 §2.2",
    holds="a missing or wrong parameter of a document, of agents or of activities is refused with 400",
    variants={
        f"{name} of {resource} {how}": (resource, name, how)
        for resource, given in WHOLE.items()
        for name in given
        for how in ("missing", "wrong")
        if (name, how) != ("registration", "missing")
        and (name, how) not in (("stateId", "wrong"), ("profileId", "wrong"))
    },
)
def bad_parameters_of_documents(lrs: Lrs, what: tuple[str, str, str]) -> None:
    resource, name, how = what
    given = {key: value for key, value in WHOLE[resource].items() if key != name}
    if how == "wrong":
        given[name] = "no such thing"
    methods = ["GET"] if len(WHOLE[resource]) == 1 else ["PUT", "POST", "DELETE"]
    if name not in ("stateId", "profileId") and len(WHOLE[resource]) > 1:
        methods.append("GET")
    if name == "stateId":
        methods.remove("DELETE")
    for method in methods:
        body = b"x" if method in ("PUT", "POST") else None
        lrs.send(method, resource, given, body=body, content_type="text/plain").expect(400)


@case("C26", section="Part 3 §1.4", holds="values of parameters are UTF-8")
def parameters_are_utf8(lrs: Lrs) -> None:
    account = {"homePage": "https://conformance.example", "name": f"Ånå {new_uuid()} 학습"}
    value = statement(actor={"account": account})
    lrs.store(value)
    found = lrs.ids(agent=json.dumps(value["actor"], ensure_ascii=False))
    expect_equal("the ids", found, [value["id"]])


@case("C27", section="practice: clients leave it out", holds="values need not be percent-encoded")
def parameters_as_they_are(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    agent = json.dumps(value["actor"], separators=(",", ":"))
    reply = lrs.get(STATEMENTS, query=f"agent={agent}&verb={value['verb']['id']}").expect(200)
    expect_equal("the ids", [each["id"] for each in reply.json["statements"]], [value["id"]])
