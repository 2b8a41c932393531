"""The agents and activities resources."""

from __future__ import annotations

import json

from ...checks import expect, expect_equal
from ..builders import new_account, new_activity, new_agent, new_iri, new_uuid, statement, substatement
from ..lrs import ACTIVITIES, AGENTS, Lrs
from ..registry import case

ARRAYS = ("name", "mbox", "mbox_sha1sum", "openid", "account")


@case(
    "C250",
    section="Part 3 §2.4",
    holds="agents gives a Person with the agent's identifier, known or not",
    variants={
        "mbox": lambda: new_agent(name="Ana"),
        "account": lambda: new_account(name="Ana"),
        "openid": lambda: {"objectType": "Agent", "openid": new_iri(), "name": "Ana"},
        "mbox_sha1sum": lambda: {"mbox_sha1sum": new_uuid().replace("-", "") + "0" * 8, "name": "Ana"},
    },
)
def person(lrs: Lrs, make: object) -> None:
    assert callable(make)
    agent = make()
    found = lrs.get(AGENTS, {"agent": json.dumps(agent)}).expect(200).json
    expect_equal("objectType", found["objectType"], "Person")
    for name in ARRAYS:
        if name in agent:
            expect_equal(name, found[name], [agent[name]])
        expect(isinstance(found.get(name, []), list), f"a list of {name}", found)
    expect(set(found) <= {"objectType", *ARRAYS}, "no other members", sorted(found))


@case("C251", section="Part 3 §2.4", holds="a Person has the names that statements gave the agent")
def names_of_persons(lrs: Lrs) -> None:
    agent = new_agent()
    lrs.store(statement(actor={**agent, "name": "Ana"}))
    lrs.store(statement(context={"instructor": {**agent, "name": "Ana Diaz"}}))
    found = lrs.get(AGENTS, {"agent": json.dumps(agent)}).expect(200).json
    expect_equal("the names", sorted(found["name"]), ["Ana", "Ana Diaz"])
    expect_equal("mbox", found["mbox"], [agent["mbox"]])


@case(
    "C252",
    section="Part 3 §2.4",
    holds="agents without an agent that is one is refused with 400",
    variants={
        "missing": None,
        "empty": "{}",
        "name only": '{"name":"Ana"}',
        "two identifiers": '{"mbox":"mailto:a@b.example","openid":"https://b.example"}',
        "a list": '[{"mbox":"mailto:a@b.example"}]',
        "a group": '{"objectType":"Group","mbox":"mailto:a@b.example"}',
        "arrays inside": '{"mbox":["mailto:a@b.example"]}',
        "a word": "ana",
        "broken": '{"mbox":"mailto:a@b.example"',
    },
)
def no_person(lrs: Lrs, agent: str | None) -> None:
    lrs.get(AGENTS, {} if agent is None else {"agent": agent}).expect(400)


@case(
    "C260",
    section="Part 3 §2.5",
    holds="activities gives an activity with its id as it was asked, known or not",
)
def unknown_activities(lrs: Lrs) -> None:
    for activity_id in (
        new_iri(),
        f"{new_iri()}/../x?a=1&b=%20#c",
        f"urn:{new_uuid()}",
        f"https://example.com/ü{new_uuid()}",
    ):
        found = lrs.get(ACTIVITIES, {"activityId": activity_id}).expect(200).json
        expect_equal("the activity", found, {"objectType": "Activity", "id": activity_id})


@case("C261", section="Part 3 §2.5", holds="activities gives the definition that statements brought")
def known_activities(lrs: Lrs) -> None:
    activity = new_activity(
        name={"en": "Course"},
        description={"en": "A course"},
        type=new_iri("types"),
        moreInfo=new_iri("more"),
        extensions={new_iri("extensions"): {"a": [1, None]}},
        interactionType="choice",
        correctResponsesPattern=["a"],
        choices=[{"id": "a", "description": {"en": "A"}}],
    )
    lrs.store(statement(object=activity))
    found = lrs.get(ACTIVITIES, {"activityId": activity["id"]}).expect(200).json
    expect_equal("the activity", found, activity)


@case(
    "C262",
    section="Part 3 §2.5",
    holds="languages of an activity are put together, from wherever it is named",
    variants=("in one batch", "one after another", "in the context", "in a SubStatement"),
)
def languages_of_activities(lrs: Lrs, how: str) -> None:
    activity = {"id": new_iri("activities")}
    english = {**activity, "definition": {"name": {"en-US": "Course"}}}
    french = {**activity, "definition": {"name": {"fr-FR": "Cours"}}}
    first = statement(object=english)
    second = statement(object=french)
    if how == "in the context":
        second = statement(context={"contextActivities": {"other": [french]}})
    elif how == "in a SubStatement":
        second = statement(object=substatement(object=french))
    if how == "in one batch":
        lrs.store(first, second)
    else:
        lrs.store(first)
        lrs.store(second)
    found = lrs.get(ACTIVITIES, {"activityId": activity["id"]}).expect(200).json
    expect_equal("the names", found["definition"]["name"], {"en-US": "Course", "fr-FR": "Cours"})


@case("C263", section="Part 3 §2.5", holds="activities without an id that is an IRI is refused with 400")
def no_activity(lrs: Lrs) -> None:
    for params in ({}, {"activityId": "course"}, {"activityId": ""}):
        lrs.get(ACTIVITIES, params).expect(400)


@case(
    "C264",
    section="Part 3 §2.5",
    holds="what statements said before is there, whatever later ones leave out",
)
def definitions_last(lrs: Lrs) -> None:
    activity = new_activity(name={"en": "Course"}, type=new_iri("types"))
    for _ in range(2):
        lrs.store(statement(object=activity))
    lrs.store(statement(object={"id": activity["id"]}), statement(object={**activity, "definition": {}}))
    found = lrs.get(ACTIVITIES, {"activityId": activity["id"]}).expect(200).json
    expect_equal("the activity", found, activity)
    kind = new_iri("types")
    lrs.store(statement(object={"id": activity["id"], "definition": {"type": kind}}))
    found = lrs.get(ACTIVITIES, {"activityId": activity["id"]}).expect(200).json
    expect_equal("the definition", found["definition"], {"name": {"en": "Course"}, "type": kind})


@case("C265", section="Part 2 §4.3", holds="an IRI is what it is, character for character")
def iris_as_they_are(lrs: Lrs) -> None:
    plain = new_iri("activities")
    dotted, shouted = plain.replace("/activities/", "/activities/../"), plain.upper()
    values = [statement(object={"id": activity_id}) for activity_id in (plain, dotted, shouted)]
    lrs.store(*values)
    for value in values:
        activity_id = value["object"]["id"]
        found = lrs.get(ACTIVITIES, {"activityId": activity_id}).expect(200).json
        expect_equal("the id", found["id"], activity_id)
        expect_equal("the ids", lrs.ids(activity=activity_id), [value["id"]])
