"""The formats of a list: ids, exact and canonical, and languages."""

from __future__ import annotations

from typing import Any

from ...checks import expect, expect_equal
from ..builders import (
    Json,
    new_account,
    new_activity,
    new_agent,
    new_group,
    new_iri,
    new_uuid,
    new_verb,
    reference,
    statement,
    substatement,
)
from ..lrs import STATEMENTS, Lrs
from ..registry import V2, case

NAMES = {"en-US": "Course", "en-GB": "Course, British", "de": "Kurs", "fr-FR": "Cours"}


def rich(**more: Any) -> Json:
    """Return a statement whose parts have more than their identifiers."""
    built = statement(
        actor=new_agent(name="Ana"),
        verb=new_verb(**{"en-US": "did", "de": "tat"}),
        object=new_activity(
            name=dict(NAMES), description={"en-US": "A course", "de": "Ein Kurs"}, type=new_iri("types")
        ),
        context={
            "instructor": new_account(name="Ben"),
            "team": new_group(new_agent(name="Cora"), name="Team"),
            "contextActivities": {"parent": [new_activity(name={"en-US": "Path", "de": "Pfad"})]},
        },
    )
    return {**built, **more}


@case(
    "C130", section="Part 3 §2.1.3", holds="exact gives everything as it came, whatever languages are wanted"
)
def exact_is_as_it_came(lrs: Lrs) -> None:
    value = rich()
    lrs.store(value)
    for params in ({}, {"format": "exact"}):
        headers = {"Accept-Language": "de"}
        found = lrs.get(STATEMENTS, {"statementId": value["id"], **params}, headers=headers).expect(200).json
        for name in ("actor", "verb", "object", "context"):
            expect_equal(name, found[name], value[name])
        [listed] = lrs.list(verb=value["verb"]["id"], **params)
        expect_equal("the listed statement", listed, found)


@case("C131", section="Part 3 §2.1.3", holds="ids gives identifiers alone", variants=("single", "list"))
def ids_alone(lrs: Lrs, how: str) -> None:
    value = rich()
    lrs.store(value)
    if how == "single":
        found = lrs.find(value["id"], format="ids").expect(200).json
    else:
        [found] = lrs.list(verb=value["verb"]["id"], format="ids")
    expect_equal("the actor", found["actor"], _named(value["actor"]))
    expect_equal("the verb", found["verb"], {"id": value["verb"]["id"]})
    expect_equal("the object", found["object"], {"id": value["object"]["id"]})
    context = found["context"]
    expect_equal("the instructor", context["instructor"], _named(value["context"]["instructor"]))
    expect_equal("the team", context["team"], _named(value["context"]["team"]))
    [parent] = value["context"]["contextActivities"]["parent"]
    expect_equal("the parent", context["contextActivities"]["parent"], [{"id": parent["id"]}])


@case(
    "C132", section="Part 3 §2.1.3", holds="ids gives the members of an anonymous group, by their identifiers"
)
def ids_of_anonymous_groups(lrs: Lrs) -> None:
    members = [new_agent(name="Ana"), new_account(name="Ben")]
    value = statement(actor={"objectType": "Group", "name": "Pair", "member": members})
    lrs.store(value)
    found = lrs.find(value["id"], format="ids").json["actor"]
    expect_equal("the group", found, {"objectType": "Group", "member": [_named(each) for each in members]})


@case("C133", section="Part 3 §2.1.3", holds="ids reaches into SubStatements")
def ids_in_substatements(lrs: Lrs) -> None:
    inner = substatement(
        actor=new_group(name="Team"),
        verb=new_verb(en="did"),
        object=new_activity(name={"en": "Course"}),
    )
    value = statement(object=inner)
    lrs.store(value)
    found = lrs.find(value["id"], format="ids").json["object"]
    expect_equal("the actor", found["actor"], _named(inner["actor"]))
    expect_equal("the verb", found["verb"], {"id": inner["verb"]["id"]})
    expect_equal("the object", found["object"], {"id": inner["object"]["id"]})


@case(
    "C134",
    section="Part 3 §2.1.3",
    holds="canonical gives one language of each map, the one that is wanted most",
    variants={
        "de": ("de", "Kurs"),
        "en-GB": ("en-GB", "Course, British"),
        "en-US": ("en-US, en-GB;q=0.5", "Course"),
        "by weight": ("en-US;q=0.1, fr-FR;q=0.9", "Cours"),
        "a wider range": ("fr", "Cours"),
        "none that is there": ("ja", None),
        "any": ("*", None),
        "all but one": ("fr-FR;q=0, en-US;q=0, en-GB;q=0", "Kurs"),
        "any rather than one": ("en-US;q=0.1, en-GB;q=0.1, fr-FR;q=0.1, *;q=0.5", "Kurs"),
        "no header": (None, None),
        "nonsense": (";;;q=x", None),
    },
)
def canonical_languages(lrs: Lrs, what: tuple[str | None, str | None]) -> None:
    header, expected = what
    value = rich()
    lrs.store(value)
    params = {"statementId": value["id"], "format": "canonical"}
    found = lrs.get(STATEMENTS, params, headers={"Accept-Language": header}).expect(200).json
    name = found["object"]["definition"]["name"]
    expect_equal("the number of names", len(name), 1)
    if expected is not None:
        expect_equal("the name", list(name.values()), [expected])
    expect_equal("the number of descriptions", len(found["object"]["definition"]["description"]), 1)
    expect_equal("the number of displays", len(found["verb"]["display"]), 1)
    [parent] = found["context"]["contextActivities"]["parent"]
    expect_equal("the number of the parent's names", len(parent["definition"]["name"]), 1)


@case("C135", section="Part 3 §2.1.3", holds="each map is judged by itself")
def every_map_by_itself(lrs: Lrs) -> None:
    value = statement(
        verb=new_verb(de="tat", en="did"), object=new_activity(name={"en": "Course", "fr": "Cours"})
    )
    lrs.store(value)
    params = {"statementId": value["id"], "format": "canonical"}
    found = lrs.get(STATEMENTS, params, headers={"Accept-Language": "de, fr;q=0.5"}).json
    expect_equal("the display", found["verb"]["display"], {"de": "tat"})
    expect_equal("the name", found["object"]["definition"]["name"], {"fr": "Cours"})


@case("C136", section="Part 3 §2.1.3", holds="canonical gives agents and groups as they came")
def canonical_agents(lrs: Lrs) -> None:
    value = rich()
    lrs.store(value)
    found = lrs.find(value["id"], format="canonical").json
    expect_equal("the actor", found["actor"], value["actor"])
    expect_equal("the team", found["context"]["team"], value["context"]["team"])


@case("C137", section="Part 3 §2.1.3", holds="canonical gives what other statements have said of an activity")
def canonical_definitions(lrs: Lrs) -> None:
    activity = {"id": new_iri("activities")}
    bare = statement(object=activity)
    kind = new_iri("types")
    lrs.store(bare)
    lrs.store(statement(object={**activity, "definition": {"name": {"en": "Course"}, "type": kind}}))
    found = lrs.find(bare["id"], format="canonical").json["object"]
    expect_equal("the definition", found["definition"], {"name": {"en": "Course"}, "type": kind})
    expect_equal("the exact object", lrs.find(bare["id"]).json["object"], activity)


@case(
    "C138",
    section="Part 3 §2.1.3",
    holds="canonical cuts the descriptions of interaction components too, and SubStatements",
)
def canonical_components(lrs: Lrs) -> None:
    both = {"en": "Yes", "de": "Ja"}
    choices = [{"id": "a", "description": both}]
    activity = new_activity(
        name=both, interactionType="choice", correctResponsesPattern=["a"], choices=choices
    )
    value = statement(object=activity)
    outer = statement(object=substatement(object=activity, verb=new_verb(**both)))
    lrs.store(value, outer)
    headers = {"Accept-Language": "de"}
    for each, path in ((value, ("object",)), (outer, ("object", "object"))):
        params = {"statementId": each["id"], "format": "canonical"}
        found = lrs.get(STATEMENTS, params, headers=headers).expect(200).json
        for step in path:
            found = found[step]
        expect_equal("the name", found["definition"]["name"], {"de": "Ja"})
        expect_equal("the description", found["definition"]["choices"][0]["description"], {"de": "Ja"})
        expect(found["definition"]["correctResponsesPattern"] == ["a"], "the pattern", found)


@case(
    "C139",
    section="Part 3 §2.1.3",
    holds="ids leaves of an identified group and of an authority what names them",
)
def ids_of_groups_and_authorities(lrs: Lrs) -> None:
    group = new_group(new_agent(name="Ana"), name="Team")
    value = statement(actor=group, context={"statement": reference(new_uuid())})
    lrs.store(value)
    found = lrs.find(value["id"], format="ids").expect(200).json
    expect_equal("the actor", found["actor"], _named(group))
    expect_equal("the authority", found["authority"], _named(found["authority"]))
    expect_equal("the reference", found["context"]["statement"], value["context"]["statement"])
    other = statement(object=reference(value["id"]))
    lrs.store(other)
    expect_equal("the object", lrs.find(other["id"], format="ids").json["object"], other["object"])


@case(
    "C140",
    section="2.0 format",
    holds="ids and canonical reach the agents and groups of the context's lists",
    versions=(V2,),
)
def formats_of_context_lists(lrs: Lrs) -> None:
    agents = [{"objectType": "contextAgent", "agent": new_agent(name="Ana"), "relevantTypes": [new_iri()]}]
    groups = [{"objectType": "contextGroup", "group": new_group(new_agent(name="Ben"), name="Team")}]
    value = statement(context={"contextAgents": agents, "contextGroups": groups})
    lrs.store(value)
    found = lrs.find(value["id"], format="ids").expect(200).json["context"]
    expect_equal("the agents", found["contextAgents"], [{**agents[0], "agent": _named(agents[0]["agent"])}])
    expect_equal("the groups", found["contextGroups"], [{**groups[0], "group": _named(groups[0]["group"])}])
    canonical = lrs.find(value["id"], format="canonical").expect(200).json["context"]
    expect_equal("the context", canonical, value["context"])


@case("C142", section="Part 3 §2.1.3", holds="canonical changes of a new activity nothing but its languages")
def canonical_of_a_new_activity(lrs: Lrs) -> None:
    definition = {
        "name": {"en": "Course"},
        "description": {"en": "A course"},
        "type": new_iri("types"),
        "moreInfo": new_iri("more"),
        "interactionType": "matching",
        "correctResponsesPattern": ["a[.]1"],
        "source": [{"id": "a", "description": {"en": "A"}}],
        "target": [{"id": "1"}],
        "extensions": {new_iri("extensions"): {"en": "A", "de": "B"}},
    }
    activities = [{"id": new_iri("activities"), "definition": definition} for _ in range(2)]
    value = statement(object=activities[0], context={"contextActivities": {"category": [activities[1]]}})
    lrs.store(value)
    found = lrs.find(value["id"], format="canonical").expect(200).json
    expect_equal("the object", found["object"], activities[0])
    expect_equal("the category", found["context"]["contextActivities"]["category"], [activities[1]])


@case("C141", section="Part 3 §2.1.3", holds="numbers and extensions are the same in every format")
def formats_leave_the_rest(lrs: Lrs) -> None:
    extensions = {
        new_iri("extensions"): {"big": 12345678901234567890, "half": 0.5, "none": None, "de": {"en": "x"}}
    }
    value = statement(result={"score": {"raw": 12.125, "scaled": 0.12123434}, "extensions": extensions})
    lrs.store(value)
    for name in ("exact", "ids", "canonical"):
        expect_equal(
            f"the result in {name}", lrs.find(value["id"], format=name).json["result"], value["result"]
        )


def _named(agent: Json) -> Json:
    names = ("objectType", "mbox", "mbox_sha1sum", "openid", "account")
    return {name: agent[name] for name in names if name in agent}
