"""GET of statements: single ones, lists, every filter, order, pages."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ...checks import expect, expect_equal
from ..builders import (
    Json,
    changed,
    new_account,
    new_activity,
    new_agent,
    new_group,
    new_iri,
    new_uuid,
    new_verb,
    statement,
    substatement,
)
from ..lrs import CONSISTENT, STATEMENTS, VERSION, Lrs, moment
from ..registry import V2, case


@case("C80", section="Part 3 §2.1.3", holds="statementId gives the statement alone, 404 when it is unknown")
def one_statement(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    reply = lrs.find(value["id"]).expect(200)
    expect_equal("the id", reply.json["id"], value["id"])
    expect(
        reply.header("content-type").startswith("application/json"),
        "application/json",
        reply.header("content-type"),
    )
    lrs.find(new_uuid()).expect(404)


@case("C81", section="Part 3 §2.1.3", holds="statementId and voidedStatementId together are refused with 400")
def both_ids(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    lrs.get(STATEMENTS, {"statementId": value["id"], "voidedStatementId": value["id"]}).expect(400)
    lrs.get(STATEMENTS, {"statementId": value["id"], "voidedStatementId": new_uuid()}).expect(400)


OTHERS = {
    "agent": json.dumps(new_agent()),
    "verb": new_iri(),
    "activity": new_iri(),
    "registration": new_uuid(),
    "related_activities": "true",
    "related_agents": "false",
    "since": "2026-01-01T00:00:00Z",
    "until": "2026-01-01T00:00:00Z",
    "limit": "1",
    "ascending": "true",
}


@case(
    "C82",
    section="Part 3 §2.1.3",
    holds="statementId or voidedStatementId beside a parameter of lists is refused with 400",
    variants=tuple(OTHERS),
)
def ids_beside_others(lrs: Lrs, name: str) -> None:
    value = statement()
    lrs.store(value)
    for which in ("statementId", "voidedStatementId"):
        lrs.get(STATEMENTS, {which: value["id"], name: OTHERS[name]}).expect(400)


@case("C83", section="Part 3 §2.1.3", holds="statementId stands beside format and attachments")
def ids_beside_format(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    for name, given in (
        ("format", "ids"),
        ("format", "exact"),
        ("format", "canonical"),
        ("attachments", "false"),
        ("attachments", "true"),
    ):
        lrs.find(value["id"], **{name: given}).expect(200)


@case("C84", section="Part 3 §2.1.3", holds="Last-Modified of a statement is its stored, to the second")
def last_modified(lrs: Lrs) -> None:
    value = statement()
    stored = moment(lrs.kept(value)["stored"])
    header = parsedate_to_datetime(lrs.find(value["id"]).header("last-modified"))
    expect_equal("Last-Modified", header, stored.replace(microsecond=0))


@case("C85", section="Part 3 §2.1.3", holds="nothing found is 200 with an empty list and no more")
def nothing_found(lrs: Lrs) -> None:
    reply = lrs.get(STATEMENTS, {"verb": new_iri()}).expect(200)
    expect_equal("the body", reply.json, {"statements": [], "more": ""})


@case(
    "C86",
    section="Part 3 §2.1.3",
    holds="a list is a StatementResult, newest stored first, or oldest when ascending",
)
def order_of_lists(lrs: Lrs) -> None:
    verb = new_verb()
    values = [statement(verb=verb) for _ in range(5)]
    lrs.store(*values[:2])
    for value in values[2:]:
        lrs.store(value)
    ids = [value["id"] for value in values]
    expect_equal("the newest first", lrs.ids(verb=verb["id"]), ids[::-1])
    expect_equal("the newest first", lrs.ids(verb=verb["id"], ascending="false"), ids[::-1])
    expect_equal("the oldest first", lrs.ids(verb=verb["id"], ascending="true"), ids)
    stored = [moment(each["stored"]) for each in lrs.list(verb=verb["id"], ascending="true")]
    expect_equal("stored", stored, sorted(stored))


@case(
    "C87", section="Part 3 §2.1.3", holds="limit is the most that is given; 0 is as many as the store allows"
)
def limits(lrs: Lrs) -> None:
    verb = new_verb()
    lrs.store(*[statement(verb=verb) for _ in range(5)])
    for limit, number in (("1", 1), ("3", 3), ("5", 5), ("6", 5), ("0", 5), ("1000000", 5)):
        expect_equal(f"the number for limit {limit}", len(lrs.ids(verb=verb["id"], limit=limit)), number)


@case(
    "C88",
    section="Part 2 §2.5",
    holds="more leads through the whole list once, with the same filters, until it is empty",
    variants={"descending": {}, "ascending": {"ascending": "true"}, "ids": {"format": "ids"}},
)
def pages(lrs: Lrs, more: dict[str, str]) -> None:
    verb = new_verb()
    values = [statement(verb=verb) for _ in range(7)]
    lrs.store(*values)
    lrs.store(statement())
    reply = lrs.get(STATEMENTS, {"verb": verb["id"], "limit": "3", **more}).expect(200)
    sizes, found = [], []
    while True:
        page = reply.json
        sizes.append(len(page["statements"]))
        found += [each["id"] for each in page["statements"]]
        if "format" in more:
            expect_equal(
                "the members of a verb",
                [set(each["verb"]) for each in page["statements"]],
                [{"id"}] * sizes[-1],
            )
        if not page["more"]:
            break
        reply = lrs.follow(page["more"]).expect(200)
        moment(reply.header(CONSISTENT))
        expect_equal(VERSION, reply.header(VERSION), lrs.version)
    ids = [value["id"] for value in values]
    expect_equal("the sizes of pages", sizes, [3, 3, 1])
    expect_equal("all ids", found, ids if "ascending" in more else ids[::-1])


@case("C89", section="Part 2 §2.5", holds="what is stored while somebody turns pages does not shift them")
def pages_do_not_shift(lrs: Lrs) -> None:
    verb = new_verb()
    values = [statement(verb=verb) for _ in range(4)]
    lrs.store(*values)
    first = lrs.get(STATEMENTS, {"verb": verb["id"], "limit": "2"}).json
    lrs.store(statement(verb=verb))
    second = lrs.follow(first["more"]).expect(200).json
    found = [each["id"] for each in first["statements"] + second["statements"]]
    expect_equal("the ids", found, [value["id"] for value in values][::-1])
    expect_equal("more", second["more"], "")


@case("C90", section="Part 2 §2.5", holds="more needs credentials and a version like any request")
def more_needs_credentials(lrs: Lrs) -> None:
    verb = new_verb()
    lrs.store(*[statement(verb=verb) for _ in range(3)])
    more = lrs.get(STATEMENTS, {"verb": verb["id"], "limit": "1"}).json["more"]
    expect(more.startswith(("/", "http")), "an absolute path or address", more)
    lrs.send_raw("GET", more, None, {VERSION: lrs.version}).expect(401)
    lrs.send_raw("GET", more, None, {"Authorization": lrs.authorization}).expect(400)


@case("C91", section="Part 3 §2.1.3", holds="since leaves its own moment out, until takes it in")
def since_and_until(lrs: Lrs) -> None:
    verb = new_verb()
    ids, stored = [], []
    for _ in range(3):
        value = statement(verb=verb)
        ids.append(value["id"])
        stored.append(lrs.kept(value)["stored"])
        time.sleep(0.005)
    second = stored[1]
    expect_equal("since", lrs.ids(verb=verb["id"], since=second), [ids[2]])
    expect_equal("until", lrs.ids(verb=verb["id"], until=second), [ids[1], ids[0]])
    expect_equal("both", lrs.ids(verb=verb["id"], since=stored[0], until=second), [ids[1]])
    elsewhere = (moment(second) + timedelta(hours=0)).isoformat().replace("+00:00", "+02:00")
    shifted = (moment(second) + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")
    expect(elsewhere != shifted, "two moments", elsewhere)
    expect_equal("since in another zone", lrs.ids(verb=verb["id"], since=shifted), [ids[2]])


@case("C92", section="Part 3 §2.1.3", holds="until in the future and since in the past leave nothing out")
def wide_ranges(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    verb = value["verb"]["id"]
    for params in ({"since": "2001-01-01T00:00:00Z"}, {"until": "2999-01-01T00:00:00.123456789Z"}):
        expect_equal("the ids", lrs.ids(verb=verb, **params), [value["id"]])
    expect_equal("the ids", lrs.ids(verb=verb, since="2999-01-01T00:00:00Z"), [])


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


@case(
    "C102",
    section="practice: clients look at recent pages",
    holds="every statement of a page has stored and timestamp with a fraction",
)
def moments_have_fractions(lrs: Lrs) -> None:
    lrs.store(*[statement() for _ in range(5)])
    for each in lrs.list(limit="20"):
        for name in ("stored", "timestamp"):
            moment(each[name])
        expect("." in each["stored"], "a fraction in stored", each["stored"])


@case("C103", section="Part 3 §2.1.3", holds="an unfiltered list holds what was just stored")
def the_first_page(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    found = lrs.ids(limit="50")
    expect(value["id"] in found, "the statement on the first page", found[:5])


def _placed(path: str, thing: Json) -> Json:
    """Return a statement with this thing at a place; a SubStatement is made where the place is in one."""
    value = statement()
    if path.startswith("object/"):
        value["object"] = substatement()
    steps = path.split("/")
    if steps[-1] == "0":
        return changed(value, "/".join(steps[:-1]), [thing])
    return changed(value, path, thing)
