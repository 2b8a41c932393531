"""The filters of lists: agents, verbs, activities, registrations, and what is related."""

from __future__ import annotations

import json
from typing import Any

from ...checks import expect_equal
from ..builders import (
    Json,
    changed,
    new_account,
    new_activity,
    new_agent,
    new_group,
    new_iri,
    new_uuid,
    statement,
    substatement,
)
from ..lrs import Lrs
from ..registry import V2, case


@case(
    "C93",
    section="Part 3 §2.1.3",
    holds="agent finds actors and objects by their identifier alone",
    variants={
        "mbox": lambda: new_agent(),
        "mbox_sha1sum": lambda: {"mbox_sha1sum": new_uuid().replace("-", "") + "01234567"},
        "openid": lambda: {"openid": new_iri("people")},
        "account": lambda: new_account(),
        "group": lambda: new_group(new_agent()),
    },
)
def filter_by_agent(lrs: Lrs, make: Any) -> None:
    agent = make()
    own = statement(actor={**agent, "name": "One name"})
    thing = statement(object={"objectType": "Agent", **agent})
    lrs.store(own, thing, statement(), statement(context={"instructor": agent}))
    asked = {**agent, "name": "Another name"}
    expect_equal("the ids", lrs.ids(agent=json.dumps(asked)), [thing["id"], own["id"]])


@case(
    "C94",
    section="Part 3 §2.1.3",
    holds="a member of a group is found, whether the group has an identifier or not",
)
def filter_by_member(lrs: Lrs) -> None:
    member = new_agent()
    known = statement(actor=new_group(member, new_agent()))
    anonymous = statement(actor={"objectType": "Group", "member": [new_agent(), member]})
    thing = statement(object={"objectType": "Group", "member": [member]})
    lrs.store(known, anonymous, thing, statement())
    expect_equal("the ids", lrs.ids(agent=json.dumps(member)), [thing["id"], anonymous["id"], known["id"]])


@case(
    "C95",
    section="Part 3 §2.1.3",
    holds="verb, activity and registration find what has them, and nothing else",
)
def plain_filters(lrs: Lrs) -> None:
    registration = new_uuid()
    value = statement(context={"registration": registration})
    related = statement(context={"contextActivities": {"parent": [value["object"]]}})
    lrs.store(value, related, statement())
    expect_equal("by verb", lrs.ids(verb=value["verb"]["id"]), [value["id"]])
    expect_equal("by activity", lrs.ids(activity=value["object"]["id"]), [value["id"]])
    expect_equal("by registration", lrs.ids(registration=registration), [value["id"]])
    expect_equal("by REGISTRATION", lrs.ids(registration=registration.upper()), [value["id"]])
    both = {"verb": value["verb"]["id"], "activity": value["object"]["id"], "registration": registration}
    expect_equal("by all", lrs.ids(agent=json.dumps(value["actor"]), **both), [value["id"]])
    expect_equal("by all but one", lrs.ids(**{**both, "registration": new_uuid()}), [])


PLACES_OF_ACTIVITIES = {
    "object": "object",
    "parent": "context/contextActivities/parent/0",
    "grouping": "context/contextActivities/grouping/0",
    "category": "context/contextActivities/category/0",
    "other": "context/contextActivities/other/0",
    "object of a SubStatement": "object/object",
    "parent in a SubStatement": "object/context/contextActivities/parent/0",
    "other in a SubStatement": "object/context/contextActivities/other/0",
}


@case(
    "C96",
    section="Part 3 §2.1.3",
    holds="related_activities finds an activity in the context and in a SubStatement too",
    variants=PLACES_OF_ACTIVITIES,
)
def filter_by_related_activity(lrs: Lrs, place: str) -> None:
    activity = new_activity()
    value = _placed(place, activity)
    lrs.store(value, statement())
    narrow = [value["id"]] if place == "object" else []
    expect_equal("without", lrs.ids(activity=activity["id"]), narrow)
    expect_equal("with false", lrs.ids(activity=activity["id"], related_activities="false"), narrow)
    expect_equal("with true", lrs.ids(activity=activity["id"], related_activities="true"), [value["id"]])


PLACES_OF_AGENTS = {
    "actor": "actor",
    "object": "object",
    "instructor": "context/instructor",
    "member of the team": "context/team",
    "actor of a SubStatement": "object/actor",
    "object of a SubStatement": "object/object",
    "instructor in a SubStatement": "object/context/instructor",
    "member of the team in a SubStatement": "object/context/team",
}


@case(
    "C97",
    section="Part 3 §2.1.3",
    holds="related_agents finds an agent in the context and in a SubStatement too",
    variants=PLACES_OF_AGENTS,
)
def filter_by_related_agent(lrs: Lrs, place: str) -> None:
    agent = new_agent()
    value = _placed(place, new_group(agent) if place.endswith("team") else agent)
    lrs.store(value, statement())
    asked = json.dumps(agent)
    narrow = [value["id"]] if place in ("actor", "object") else []
    expect_equal("without", lrs.ids(agent=asked), narrow)
    expect_equal("with true", lrs.ids(agent=asked, related_agents="true"), [value["id"]])


@case("C98", section="Part 3 §2.1.3", holds="related_agents finds by the authority")
def filter_by_authority(lrs: Lrs) -> None:
    value = statement()
    authority = lrs.kept(value)["authority"]
    asked = {"agent": json.dumps(authority), "verb": value["verb"]["id"]}
    expect_equal("with true", lrs.ids(**asked, related_agents="true"), [value["id"]])
    expect_equal("without", lrs.ids(**asked), [])


@case(
    "C99",
    section="2.0 related_agents",
    holds="related_agents finds agents and groups of the context's lists",
    versions=(V2,),
    variants=("contextAgents", "contextGroups"),
)
def filter_by_context_agents(lrs: Lrs, name: str) -> None:
    agent = new_agent() if name == "contextAgents" else new_group()
    kind = {"contextAgents": "agent", "contextGroups": "group"}[name]
    entry = {"objectType": f"context{kind.capitalize()}", kind: agent}
    value = statement(context={name: [entry]})
    lrs.store(value)
    expect_equal("with true", lrs.ids(agent=json.dumps(agent), related_agents="true"), [value["id"]])
    expect_equal("without", lrs.ids(agent=json.dumps(agent)), [])


@case(
    "C100",
    section="Part 3 §2.1.3",
    holds="related_agents and related_activities alone are taken and leave nothing out",
)
def flags_alone(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    found = lrs.ids(verb=value["verb"]["id"], related_agents="true", related_activities="true")
    expect_equal("the ids", found, [value["id"]])


@case("C101", section="Part 3 §2.1.3", holds="an e-mail's domain has no case when agents are compared")
def domains_have_no_case(lrs: Lrs) -> None:
    agent = new_agent()
    value = statement(actor=agent)
    lrs.store(value)
    name, _, domain = agent["mbox"].partition("@")
    expect_equal("the ids", lrs.ids(agent=json.dumps({"mbox": f"{name}@{domain.upper()}"})), [value["id"]])


def _placed(path: str, thing: Json) -> Json:
    """Return a statement with this thing at a place; a SubStatement is made where the place is in one."""
    value = statement()
    if path.startswith("object/"):
        value["object"] = substatement()
    steps = path.split("/")
    if steps[-1] == "0":
        return changed(value, "/".join(steps[:-1]), [thing])
    return changed(value, path, thing)
