"""Voiding, and statements about statements."""

from __future__ import annotations

import json
from itertools import permutations

from ...checks import expect, expect_equal
from ..builders import (
    VOIDED,
    Json,
    new_activity,
    new_agent,
    new_uuid,
    new_verb,
    reference,
    statement,
    voiding,
)
from ..lrs import STATEMENTS, Lrs
from ..registry import case


def find_voided(lrs: Lrs, statement_id: str, status: int) -> Json:
    found: Json = lrs.get(STATEMENTS, {"voidedStatementId": statement_id}).expect(status).json
    return found


@case(
    "C110",
    section="Part 3 §2.1.4",
    holds="a voided statement is given by voidedStatementId only",
    variants=("POST", "PUT"),
)
def voided_statements(lrs: Lrs, method: str) -> None:
    value = statement()
    kept = lrs.kept(value)
    find_voided(lrs, value["id"], 404)
    voider = voiding(value["id"])
    if method == "POST":
        lrs.post(voider).expect(200)
    else:
        lrs.put(voider).expect(204)
    lrs.find(value["id"]).expect(404)
    expect_equal("the voided statement", find_voided(lrs, value["id"], 200), kept)
    expect_equal("the verb", lrs.find(voider["id"]).expect(200).json["verb"], {"id": VOIDED})
    find_voided(lrs, voider["id"], 404)
    find_voided(lrs, new_uuid(), 404)


@case("C111", section="Part 3 §2.1.4", holds="a voided statement is in no list, the voiding one is")
def voided_statements_in_lists(lrs: Lrs) -> None:
    value = statement()
    voider = voiding(value["id"])
    lrs.store(value)
    lrs.store(voider)
    expect_equal("by verb", lrs.ids(verb=value["verb"]["id"]), [voider["id"]])
    expect_equal("by actor", lrs.ids(agent=json.dumps(value["actor"])), [voider["id"]])
    expect_equal("by activity", lrs.ids(activity=value["object"]["id"]), [voider["id"]])
    page = lrs.ids(limit="20")
    expect(value["id"] not in page and voider["id"] in page, "the voiding statement only", page[:5])


@case("C112", section="Part 2 §2.3.2", holds="a statement that comes after the one that voids it is voided")
def voided_before_it_came(lrs: Lrs) -> None:
    value = statement()
    lrs.store(voiding(value["id"]))
    lrs.store(value)
    lrs.find(value["id"]).expect(404)
    find_voided(lrs, value["id"], 200)


@case("C113", section="Part 2 §2.3.2", holds="a voiding statement cannot be voided")
def voiding_cannot_be_voided(lrs: Lrs) -> None:
    value = statement()
    voider = voiding(value["id"])
    lrs.store(value)
    lrs.store(voider)
    lrs.post(voiding(voider["id"])).expect(200, 400)
    lrs.find(voider["id"]).expect(200)
    find_voided(lrs, voider["id"], 404)
    lrs.find(value["id"]).expect(404)


@case("C114", section="Part 2 §2.3.2", holds="voiding twice changes nothing")
def voided_twice(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    lrs.store(voiding(value["id"]))
    before = find_voided(lrs, value["id"], 200)
    again = voiding(value["id"])
    lrs.post(again).expect(200, 400)
    expect_equal("the voided statement", find_voided(lrs, value["id"], 200), before)


@case(
    "C115",
    section="Part 2 §2.3.2",
    holds="the verb voided with another object than a StatementRef is refused with 400",
    variants={
        "Activity": new_activity(),
        "Agent": new_agent(),
        "SubStatement": {**statement(id=None), "objectType": "SubStatement"},
        "Group": {"objectType": "Group", "member": [new_agent()]},
    },
)
def voiding_something_else(lrs: Lrs, thing: Json) -> None:
    lrs.refuses(statement(verb={"id": VOIDED}, object=thing))


@case("C116", section="Part 2 §2.3.2", holds="voiding what nobody has sent is taken")
def voiding_the_unknown(lrs: Lrs) -> None:
    lrs.takes(voiding(new_uuid()))


@case(
    "C120",
    section="Part 3 §2.1.3",
    holds="a statement about another one is found by whatever finds the other",
    variants=("target first", "target last"),
)
def found_through_a_reference(lrs: Lrs, order: str) -> None:
    registration = new_uuid()
    target = statement(context={"registration": registration})
    about = statement(object=reference(target["id"]))
    both = [target, about] if order == "target first" else [about, target]
    for value in both:
        lrs.store(value)
    ids = [value["id"] for value in reversed(both)]
    expect_equal("by verb", lrs.ids(verb=target["verb"]["id"]), ids)
    expect_equal("by agent", lrs.ids(agent=json.dumps(target["actor"])), ids)
    expect_equal("by activity", lrs.ids(activity=target["object"]["id"]), ids)
    expect_equal("by registration", lrs.ids(registration=registration), ids)
    expect_equal("by its own verb", lrs.ids(verb=about["verb"]["id"]), [about["id"]])


@case(
    "C121",
    section="Part 3 §2.1.3",
    holds="references are followed from one to the next, in whatever order they came",
    variants={" ".join(order): order for order in permutations(("first", "second", "third"))},
)
def chains_of_references(lrs: Lrs, order: tuple[str, ...]) -> None:
    third = statement()
    second = statement(object=reference(third["id"]))
    first = statement(object=reference(second["id"]))
    values = {"first": first, "second": second, "third": third}
    for name in order:
        lrs.store(values[name])
    ids = [values[name]["id"] for name in reversed(order)]
    expect_equal("by verb", lrs.ids(verb=third["verb"]["id"]), ids)
    expect_equal("by agent", lrs.ids(agent=json.dumps(third["actor"])), ids)
    own = [each for each in ids if each != third["id"]]
    expect_equal("by the verb of the second", lrs.ids(verb=second["verb"]["id"]), own)


@case("C127", section="Part 3 §2.1.3", holds="references in a circle are followed once")
def circles_of_references(lrs: Lrs) -> None:
    one, other = statement(), statement()
    one["object"], other["object"] = reference(other["id"]), reference(one["id"])
    lrs.store(one, other)
    expect_equal("by verb", lrs.ids(verb=one["verb"]["id"]), [other["id"], one["id"]])
    itself = statement()
    itself["object"] = reference(itself["id"])
    lrs.store(itself)
    expect_equal("by verb of itself", lrs.ids(verb=itself["verb"]["id"]), [itself["id"]])


@case("C122", section="Part 3 §2.1.3", holds="since, until and limit look at the statement that refers")
def times_of_references(lrs: Lrs) -> None:
    target = statement()
    about = statement(object=reference(target["id"]))
    stored = lrs.kept(target)["stored"]
    lrs.store(about)
    verb = target["verb"]["id"]
    expect_equal("since", lrs.ids(verb=verb, since=stored), [about["id"]])
    expect_equal("until", lrs.ids(verb=verb, until=stored), [target["id"]])
    expect_equal("limit", lrs.ids(verb=verb, limit="1"), [about["id"]])
    expect_equal("ascending", lrs.ids(verb=verb, limit="1", ascending="true"), [target["id"]])


@case(
    "C123",
    section="Part 3 §2.1.4",
    holds="what refers to a voided statement is still found by what finds that one",
)
def references_to_the_voided(lrs: Lrs) -> None:
    value = statement()
    before = lrs.kept(statement())["stored"]
    lrs.store(value)
    voider = voiding(value["id"])
    lrs.store(voider)
    about = statement(verb=value["verb"], object=reference(value["id"]))
    lrs.store(about)
    verb = value["verb"]["id"]
    expect_equal("by verb", lrs.ids(verb=verb), [about["id"], voider["id"]])
    expect_equal("since", lrs.ids(verb=verb, since=before), [about["id"], voider["id"]])
    until = lrs.find(about["id"]).json["stored"]
    expect_equal("until", lrs.ids(verb=verb, until=until), [about["id"], voider["id"]])
    expect_equal("limit", lrs.ids(verb=verb, limit="1"), [about["id"]])


@case("C124", section="Part 3 §2.1.3", holds="context.statement is no reference to filter by")
def references_in_the_context(lrs: Lrs) -> None:
    target = statement()
    lrs.store(target)
    lrs.store(statement(context={"statement": reference(target["id"])}))
    expect_equal("by verb", lrs.ids(verb=target["verb"]["id"]), [target["id"]])


@case("C125", section="Part 3 §2.1.3", holds="related_* is followed through references too")
def related_through_references(lrs: Lrs) -> None:
    activity, agent = new_activity(), new_agent()
    context = {"contextActivities": {"other": [activity]}, "instructor": agent}
    target = statement(context=context)
    about = statement(object=reference(target["id"]))
    lrs.store(target)
    lrs.store(about)
    ids = [about["id"], target["id"]]
    expect_equal("by activity", lrs.ids(activity=activity["id"], related_activities="true"), ids)
    expect_equal("by agent", lrs.ids(agent=json.dumps(agent), related_agents="true"), ids)


@case(
    "C126",
    section="Part 3 §2.1.3",
    holds="of two filters one may be met by the statement, the other by its target",
)
def filters_met_together(lrs: Lrs) -> None:
    target = statement()
    about = statement(verb=new_verb(), object=reference(target["id"]))
    lrs.store(target)
    lrs.store(about)
    found = lrs.ids(verb=about["verb"]["id"], agent=json.dumps(target["actor"]))
    expect_equal("the ids", found, [about["id"]])
