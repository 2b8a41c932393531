"""The store against a plain model in memory."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings as rounds, strategies as st
from sqlalchemy.orm import Session

from app.access.integrations import Kind as Of
from app.settings import Settings
from app.xapi.links import Kind
from tests.xapi.conftest import PATH, Sender, make_sender
from tests.xapi.statements import Json

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
AGENTS: list[Json] = [
    {"mbox": "mailto:ana@example.org"},
    {"account": {"homePage": "https://example.org", "name": "ben"}},
    {
        "objectType": "Group",
        "openid": "https://example.org/team",
        "member": [{"mbox": "mailto:ana@example.org"}],
    },
]
# Stands for whom the store names as the authority: known when the first statement is there.
AUTHORITY: Json = {}
VERBS = ["https://example.org/verbs/1", "https://example.org/verbs/2", VOIDED]
ACTIVITIES = ["https://example.org/a/1", "https://example.org/a/2"]
REGISTRATIONS = [str(uuid.UUID(int=number)) for number in (101, 102)]
IDS = [str(uuid.UUID(int=number)) for number in range(1, 9)]

some_agent = st.sampled_from(AGENTS)
some_activity = st.sampled_from(ACTIVITIES).map(lambda text: {"id": text})
some_reference = st.sampled_from(IDS).map(lambda text: {"objectType": "StatementRef", "id": text})
# 2.0 names further people of a statement; none of the model's filters asks for the types of their parts.
some_context_agent = st.sampled_from(AGENTS[:2]).map(
    lambda agent: {
        "objectType": "contextAgent",
        "agent": agent,
        "relevantTypes": ["https://example.org/role"],
    }
)
some_context_group = st.just(AGENTS[2]).map(lambda group: {"objectType": "contextGroup", "group": group})
some_context = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.sampled_from(REGISTRATIONS),
        "instructor": some_agent,
        "team": st.just(AGENTS[2]),
        "contextAgents": st.lists(some_context_agent, min_size=1, max_size=2),
        "contextGroups": st.lists(some_context_group, min_size=1, max_size=1),
        "contextActivities": st.dictionaries(
            st.sampled_from(["parent", "grouping", "category", "other"]),
            st.lists(some_activity, max_size=2),
            max_size=2,
        ),
    },
)


def make_statement(actor: Json, verb: str, thing: Json, context: Json) -> Json:
    if verb == VOIDED and thing.get("objectType") != "StatementRef":
        verb = VERBS[0]
    return {"actor": actor, "verb": {"id": verb}, "object": thing, "context": context}


some_inner = st.builds(make_statement, some_agent, st.sampled_from(VERBS[:2]), some_activity, some_context)
some_object = st.one_of(
    some_activity,
    some_reference,
    some_agent.map(lambda agent: {"objectType": "Agent", **agent}),
    some_inner.map(lambda inner: {"objectType": "SubStatement", **inner}),
)
some_statement = st.builds(make_statement, some_agent, st.sampled_from(VERBS), some_object, some_context)
some_history = st.lists(some_statement, min_size=1, max_size=8).flatmap(
    lambda statements: st.permutations(IDS).map(
        lambda ids: [{**one, "id": text} for one, text in zip(statements, ids, strict=False)]
    )
)
some_filter = st.fixed_dictionaries(
    {"ascending": st.sampled_from(["true", "false"]), "limit": st.sampled_from(["0", "1", "2"])},
    optional={
        "agent": some_agent | st.just(AUTHORITY),
        "verb": st.sampled_from(VERBS),
        "activity": st.sampled_from(ACTIVITIES),
        "registration": st.sampled_from(REGISTRATIONS),
        "related_agents": st.just("true"),
        "related_activities": st.just("true"),
        # The moment at which the statement with this number was stored.
        "since": st.integers(0, 7),
        "until": st.integers(0, 7),
    },
)


@pytest.fixture
def make_store(client: FlaskClient, session: Session, settings: Settings) -> Callable[[], Sender]:
    """Give a maker of stores: each example of a property starts with an empty one."""
    return lambda: replace(make_sender(client, session, settings, kind=Of.XAPI), version="2.0.0")


class Model:
    """Statements in the order of their storing, and the rules of the standard as plainly as can be."""

    def __init__(self, history: list[Json]) -> None:
        self.stored: dict[str, str] = {}
        self.authority: Json = {}
        self.by_id = {statement["id"]: statement for statement in history}
        self.order = list(self.by_id)

    def is_voided(self, statement_id: str) -> bool:
        if self.by_id[statement_id]["verb"]["id"] == VOIDED:
            return False
        return any(
            one["verb"]["id"] == VOIDED and one["object"]["id"] == statement_id for one in self.by_id.values()
        )

    def has(
        self, statement_id: str, kind: Kind, text: str | Json, seen: frozenset[str] = frozenset()
    ) -> bool:
        if statement_id in seen or statement_id not in self.by_id:
            return False
        statement = self.by_id[statement_id]
        if self._has_itself(statement, kind, text):
            return True
        thing = statement["object"]
        is_reference = thing.get("objectType") == "StatementRef"
        return is_reference and self.has(thing["id"], kind, text, seen | {statement_id})

    def _has_itself(self, statement: Json, kind: Kind, text: str | Json) -> bool:
        context = statement.get("context", {})
        match kind:
            case Kind.VERB:
                return statement["verb"]["id"] == text
            case Kind.REGISTRATION:
                return context.get("registration") == text
            case Kind.AGENT:
                return any(_is_agent(statement[name], text) for name in ("actor", "object"))
            case Kind.AGENT_ANY:
                others = [context.get(name, {}) for name in ("instructor", "team")]
                others += [each["agent"] for each in context.get("contextAgents", [])]
                others += [each["group"] for each in context.get("contextGroups", [])]
                if "id" in statement:
                    # A SubStatement has none of its own.
                    others.append(self.authority)
                inner = statement["object"]
                is_inner = inner.get("objectType") == "SubStatement" and self._has_itself(inner, kind, text)
                return (
                    is_inner
                    or self._has_itself(statement, Kind.AGENT, text)
                    or any(_is_agent(other, text) for other in others)
                )
            case Kind.ACTIVITY:
                thing = statement["object"]
                return thing.get("objectType", "Activity") == "Activity" and thing["id"] == text
            case _:
                lists = context.get("contextActivities", {}).values()
                inner = statement["object"]
                is_inner = inner.get("objectType") == "SubStatement" and self._has_itself(inner, kind, text)
                return (
                    is_inner
                    or self._has_itself(statement, Kind.ACTIVITY, text)
                    or any(one["id"] == text for each in lists for one in each)
                )

    def find(self, parameters: Json) -> list[str]:
        wanted: list[tuple[Kind, Any]] = []
        if "agent" in parameters:
            kind = Kind.AGENT_ANY if "related_agents" in parameters else Kind.AGENT
            wanted.append((kind, json.loads(parameters["agent"])))
        if "activity" in parameters:
            kind = Kind.ACTIVITY_ANY if "related_activities" in parameters else Kind.ACTIVITY
            wanted.append((kind, parameters["activity"]))
        for name, kind in (("verb", Kind.VERB), ("registration", Kind.REGISTRATION)):
            if name in parameters:
                wanted.append((kind, parameters[name]))
        found = [
            each
            for each in self.order
            if not self.is_voided(each)
            and all(self.has(each, kind, value) for kind, value in wanted)
            and parameters.get("since", "") < self.stored[each] <= parameters.get("until", "9")
        ]
        return found if parameters["ascending"] == "true" else found[::-1]


def _is_agent(agent: Json, wanted: str | Json) -> bool:
    assert isinstance(wanted, dict)
    names = ("mbox", "account", "openid")
    is_same = any(name in agent and agent[name] == wanted.get(name) for name in names)
    return is_same or any(_is_agent(member, wanted) for member in agent.get("member", []))


def walk(sender: Sender, parameters: Json) -> list[str]:
    found: list[str] = []
    response = sender.client.get(PATH, query_string=parameters, headers=sender.headers)
    while True:
        assert response.status_code == 200, response.data
        body = response.get_json()
        found += [statement["id"] for statement in body["statements"]]
        if not body["more"]:
            return found
        response = sender.client.get(body["more"], headers=sender.headers)


@rounds(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=some_history, filters=st.lists(some_filter, min_size=1, max_size=4), is_batch=st.booleans())
def test_every_filter_finds_what_the_model_finds(
    make_store: Callable[[], Sender], history: list[Json], filters: list[Json], is_batch: bool
) -> None:
    store = make_store()
    for body in [history] if is_batch else history:
        assert store.send(body).status_code == 200
    model = Model(history)
    for statement in history:
        name = "voidedStatementId" if model.is_voided(statement["id"]) else "statementId"
        kept = store.client.get(PATH, query_string={name: statement["id"]}, headers=store.headers).get_json()
        assert {key: kept[key] for key in statement} == statement
        model.stored[statement["id"]] = kept["stored"]
        model.authority = kept["authority"]
    moments = list(model.stored.values())
    for given_filter in filters:
        named = {name: given_filter[name] for name in ("since", "until") if name in given_filter}
        times = {name: moments[number % len(moments)] for name, number in named.items()}
        parameters = {**given_filter, **times}
        if "agent" in parameters:
            parameters["agent"] = json.dumps(parameters["agent"] or model.authority)
        assert walk(store, parameters) == model.find(parameters), parameters
