"""GET of statements: single ones, lists, order, pages, times."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ...checks import expect, expect_equal
from ..builders import new_activity, new_agent, new_iri, new_uuid, new_verb, statement
from ..lrs import CONSISTENT, STATEMENTS, VERSION, Lrs, moment
from ..registry import case


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
    shifted = (moment(second) + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")
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


FILTERS = {
    "agent": lambda one: {"agent": json.dumps(one["actor"])},
    "activity": lambda one: {"activity": one["object"]["id"]},
    "registration": lambda one: {"registration": one["context"]["registration"]},
    "related_agents": lambda one: {
        "agent": json.dumps(one["context"]["instructor"]),
        "related_agents": "true",
    },
    "related_activities": lambda one: {
        "activity": one["context"]["contextActivities"]["other"][0]["id"],
        "related_activities": "true",
    },
    "since and until": lambda one: {"verb": one["verb"]["id"]},
}


@case("C104", section="Part 2 §2.5", holds="more carries every filter on", variants=FILTERS)
def pages_of_filters(lrs: Lrs, ask_for: Any) -> None:
    shared = statement(
        id=None,
        context={
            "registration": new_uuid(),
            "instructor": new_agent(),
            "contextActivities": {"other": [new_activity()]},
        },
    )
    values = [{**shared, "id": new_uuid()} for _ in range(3)]
    before, *_, last = [lrs.kept(value)["stored"] for value in [{**shared, "id": new_uuid()}, *values]]
    params = {**ask_for(shared), "since": before, "until": last}
    lrs.store(statement(), {**shared, "id": new_uuid()})
    expected = [value["id"] for value in values]
    page = lrs.get(STATEMENTS, {**params, "limit": "1", "ascending": "true"}).expect(200).json
    found = []
    while True:
        found += [each["id"] for each in page["statements"]]
        if not page["more"]:
            break
        page = lrs.follow(page["more"]).expect(200).json
    expect_equal("the ids", found, expected)
