"""TinCanPython of the package index, unmodified, against gunicorn on both databases.

Its `about` knows no version after 1.0.3, and fails at any store that names another one: it is not asked.
"""

from __future__ import annotations

import json
import urllib.request
import uuid
from urllib.parse import urlencode

import pytest
from tincan import (
    Activity,
    Agent,
    Context,
    RemoteLRS,
    StateDocument,
    Statement,
    StatementRef,
    Verb,
)

from tests.conformance.xapi.lrs import ACTIVITY_PROFILE, AGENT_PROFILE, Lrs

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@pytest.fixture(params=["Basic", "Bearer"])
def remote(request: pytest.FixtureRequest, record_store: Lrs) -> RemoteLRS:
    endpoint = f"{record_store.client.origin}{record_store.path}/"
    credential = {"username": record_store.key, "password": record_store.secret}
    if request.param == "Bearer":
        credential = {"auth": f"Bearer {fetch_token(record_store)}"}
    return RemoteLRS(version="1.0.3", endpoint=endpoint, **credential)


def fetch_token(store: Lrs) -> str:
    form = {"grant_type": "client_credentials", "client_id": store.key, "client_secret": store.secret}
    address = f"{store.client.origin}/oauth/token"
    with urllib.request.urlopen(address, urlencode(form).encode(), timeout=30) as reply:
        return str(json.load(reply)["access_token"])


@pytest.fixture
def agent() -> dict[str, str]:
    return {"name": "Ana", "mbox": f"mailto:{uuid.uuid4()}@example.com"}


@pytest.fixture
def activity() -> dict[str, str]:
    return {"id": f"https://example.com/{uuid.uuid4()}"}


def make(agent: object, activity: object, word: str, **more: object) -> Statement:
    verb = Verb(id=f"https://example.com/verbs/{word}", display={"en": word})
    return Statement(id=str(uuid.uuid4()), actor=agent, verb=verb, object=activity, **more)


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


def test_statements_are_found_by_registration_activity_and_time(
    remote: RemoteLRS, agent: dict[str, str], activity: dict[str, str]
) -> None:
    registration = str(uuid.uuid4())
    place = Context(registration=registration, context_activities={"parent": activity})
    attachment = {
        "usage_type": "https://example.com/usage",
        "display": {"en": "A note"},
        "content_type": "text/plain",
        "length": 4,
        "sha2": "ab" * 32,
        "fileurl": "https://example.com/note.txt",
    }
    part = {"id": f"{activity['id']}/part"}
    first, second = (
        make(agent, part, word, context=place, attachments=[attachment]) for word in ("began", "ended")
    )
    assert remote.save_statements([first, second]).success
    whole = {"activity": Activity(**activity), "related_activities": "true", "registration": registration}
    found = remote.query_statements({**whole, "ascending": "true"}).content.statements
    assert [each.id for each in found] == [first.id, second.id]
    assert found[0].attachments[0].fileurl == attachment["fileurl"]
    # It reads a moment as a datetime, and takes one as text.
    moment = found[0].stored.isoformat()
    for name, statement in (("until", first), ("since", second)):
        of_time = remote.query_statements({**whole, name: moment, "format": "ids"}).content.statements
        assert [each.id for each in of_time] == [statement.id]


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
    found = remote.retrieve_activity_profile(known, "x")
    of_activity = found.content
    assert of_activity.content == b"text"
    of_activity.content = "other"
    # It sends a document's ETag, but never finds it in an answer; without one nothing is overwritten.
    assert not remote.save_activity_profile(of_activity).success
    of_activity.etag = found.response.getheader("ETag")
    assert remote.save_activity_profile(of_activity).success
    assert remote.retrieve_activity_profile(known, "x").content.content == b"other"
    assert not remote.save_activity_profile(of_activity).success
    assert remote.delete_activity_profile(remote.retrieve_activity_profile(known, "x").content).success
    assert remote.retrieve_activity_profile_ids(known).content == []
    person = Agent(**agent)
    assert remote.retrieve_agent_profile_ids(person).content == ["x"]
    of_agent = remote.retrieve_agent_profile(person, "x").content
    assert of_agent.content == b"text"
    assert remote.delete_agent_profile(of_agent).success
    assert remote.retrieve_agent_profile_ids(person).content == []
