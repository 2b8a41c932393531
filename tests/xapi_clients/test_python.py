"""TinCanPython of the package index, unmodified, against gunicorn on both databases.

Its `about` knows no version after 1.0.3, and fails at any store that names another one: it is not asked.
"""

from __future__ import annotations

import json
import uuid

import pytest
from tincan import (
    Activity,
    Agent,
    RemoteLRS,
    StateDocument,
    Statement,
    StatementRef,
    Verb,
)

from tests.conformance.xapi.lrs import ACTIVITY_PROFILE, AGENT_PROFILE, Lrs

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@pytest.fixture
def remote(record_store: Lrs) -> RemoteLRS:
    endpoint = f"{record_store.client.origin}{record_store.path}/"
    return RemoteLRS(
        version="1.0.3", endpoint=endpoint, username=record_store.key, password=record_store.secret
    )


@pytest.fixture
def agent() -> dict[str, str]:
    return {"name": "Ana", "mbox": f"mailto:{uuid.uuid4()}@example.com"}


@pytest.fixture
def activity() -> dict[str, str]:
    return {"id": f"https://example.com/{uuid.uuid4()}"}


def make(agent: object, activity: object, word: str) -> Statement:
    verb = Verb(id=f"https://example.com/verbs/{word}", display={"en": word})
    return Statement(id=str(uuid.uuid4()), actor=agent, verb=verb, object=activity)


def test_statements_are_saved_found_paged_and_voided(
    remote: RemoteLRS, agent: dict[str, str], activity: dict[str, str]
) -> None:
    first, second, third = (make(agent, activity, word) for word in ("began", "went-on", "ended"))
    assert remote.save_statement(first).success
    assert remote.save_statements([second, third]).success
    found = remote.retrieve_statement(first.id)
    assert found.success
    assert found.content.verb.display == {"en": "began"}
    page = remote.query_statements({"agent": first.actor, "activity": first.object, "limit": 2})
    assert [each.id for each in page.content.statements] == [third.id, second.id]
    rest = remote.more_statements(page.content)
    assert [each.id for each in rest.content.statements] == [first.id]
    by_verb = remote.query_statements({"verb": second.verb, "ascending": "true", "related_agents": "true"})
    assert second.id in [each.id for each in by_verb.content.statements]
    voider = Statement(actor=agent, verb=Verb(id=VOIDED), object=StatementRef(id=first.id))
    assert remote.save_statement(voider).success
    assert not remote.retrieve_statement(first.id).success
    assert remote.retrieve_voided_statement(first.id).content.id == first.id


def test_states_are_saved_listed_and_deleted(
    remote: RemoteLRS, agent: dict[str, str], activity: dict[str, str]
) -> None:
    state = StateDocument(activity=activity, agent=agent, id="x", content='{"a":1}', content_type="text/json")
    assert remote.save_state(state).success
    assert remote.retrieve_state_ids(state.activity, state.agent).content == ["x"]
    found = remote.retrieve_state(state.activity, state.agent, "x")
    assert found.content.content == b'{"a":1}'
    assert remote.delete_state(found.content).success
    assert remote.save_state(state).success
    assert remote.clear_state(state.activity, state.agent).success
    assert remote.retrieve_state_ids(state.activity, state.agent).content == []


def test_profiles_are_found_saved_and_deleted(
    remote: RemoteLRS, record_store: Lrs, agent: dict[str, str], activity: dict[str, str]
) -> None:
    # Its PUT names no precondition, which 1.0.3 wants of a new profile: somebody else has made them.
    places = {
        ACTIVITY_PROFILE: {"activityId": activity["id"], "profileId": "x"},
        AGENT_PROFILE: {"agent": json.dumps(agent), "profileId": "x"},
    }
    for resource, place in places.items():
        record_store.send("POST", resource, place, body=b"text", content_type="text/plain").expect(204)
    known = Activity(**activity)
    assert remote.retrieve_activity_profile_ids(known).content == ["x"]
    of_activity = remote.retrieve_activity_profile(known, "x").content
    assert of_activity.content == b"text"
    of_activity.content = "other"
    # It sends each document twice, the second time over its own first, and reports that one's refusal.
    remote.save_activity_profile(of_activity)
    assert remote.retrieve_activity_profile(known, "x").content.content == b"other"
    person = Agent(**agent)
    assert remote.retrieve_agent_profile_ids(person).content == ["x"]
    of_agent = remote.retrieve_agent_profile(person, "x").content
    assert of_agent.content == b"text"
    assert remote.delete_agent_profile(of_agent).success
    assert remote.retrieve_agent_profile_ids(person).content == []
