"""GET of statements over HTTP: filters, order, pages, formats (xAPI 1.0.3 Part 3 §2.1.3)."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.credentials import check_credential, issue_credential
from app.access.integrations import Kind
from app.access.tokens import issue_token
from app.settings import Settings
from tests.xapi.conftest import PATH, Sender, make_sender
from tests.xapi.statements import UUID, Json, full, plain, with_change

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ANA, BEN = {"mbox": "mailto:ana@example.org"}, {"account": {"homePage": "https://example.org", "name": "ben"}}
CONSISTENT = "X-Experience-API-Consistent-Through"


def number(count: int, statement: Json | None = None) -> Json:
    return {**(statement or plain()), "id": str(uuid.UUID(int=count))}


def numbers(body: Json) -> list[int]:
    return [uuid.UUID(statement["id"]).int for statement in body["statements"]]


def ask(sender: Sender, url: str = PATH, *, accept_language: str | None = None, **parameters: Any) -> Any:
    values = {
        name: json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in parameters.items()
    }
    headers = {**sender.headers, **({"Accept-Language": accept_language} if accept_language else {})}
    return sender.client.get(url, query_string=values or None, headers=headers)


def listed(sender: Sender, **parameters: Any) -> list[int]:
    response = ask(sender, **parameters)
    assert response.status_code == 200, response.data
    return numbers(response.get_json())


def walk(sender: Sender, **parameters: Any) -> list[int]:
    body = ask(sender, **parameters).get_json()
    found = numbers(body)
    while body["more"]:
        body = ask(sender, body["more"]).get_json()
        found += numbers(body)
    return found


def test_an_empty_list_has_statements_and_more(store: Sender) -> None:
    response = ask(store)
    assert response.get_json() == {"statements": [], "more": ""}
    assert response.headers["Content-Type"] == "application/json"
    assert CONSISTENT in response.headers


def test_the_newest_comes_first_or_last(store: Sender) -> None:
    store.send([number(1), number(2)])
    store.send(number(3))
    assert listed(store) == [3, 2, 1]
    assert listed(store, ascending="true") == [1, 2, 3]


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_pages_hold_everything_once(store: Sender, ascending: str) -> None:
    store.send([number(count) for count in range(1, 8)])
    expected = list(range(1, 8)) if ascending == "true" else list(range(7, 0, -1))
    assert walk(store, limit=2, ascending=ascending) == expected
    assert walk(store, limit=2, ascending=ascending, verb=plain()["verb"]["id"]) == expected


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_what_comes_between_two_pages_is_not_on_the_next(store: Sender, ascending: str) -> None:
    store.send([number(1), number(2), number(3)])
    body = ask(store, limit=2, ascending=ascending).get_json()
    store.send(number(4))
    last = ask(store, body["more"]).get_json()
    assert sorted(numbers(body) + numbers(last)) == [1, 2, 3]
    assert last["more"] == ""


def test_a_limit_of_nothing_or_too_much_is_the_servers_own(store: Sender) -> None:
    store.send([number(count) for count in range(1, 103)])
    for limit in (0, 1000):
        assert len(listed(store, limit=limit)) == 100
    assert len(listed(store)) == 100
    assert len(walk(store)) == 102


def test_filters_hold_together(store: Sender) -> None:
    other = with_change(plain(), "verb/id", "https://example.org/verbs/other")
    registered = with_change(with_change(other, "context/registration", UUID), "actor", BEN)
    store.send([number(1), number(2, other), number(3, registered)])
    activity = plain()["object"]["id"]
    assert listed(store, verb="https://example.org/verbs/other") == [3, 2]
    assert listed(store, agent=BEN) == [3]
    assert listed(store, agent={**ANA, "name": "whoever"}) == [2, 1]
    assert listed(store, registration=UUID.upper()) == [3]
    assert listed(store, activity=activity) == [3, 2, 1]
    assert listed(store, activity=activity, agent=ANA, verb="https://example.org/verbs/other") == [2]
    assert listed(store, activity=activity, agent=ANA, registration=UUID) == []


def test_related_things_are_found_only_when_asked_for(store: Sender) -> None:
    inner = {"objectType": "SubStatement", **with_change(plain(), "actor", BEN)}
    store.send([number(1, with_change(plain(), "object", inner)), number(2)])
    activity = plain()["object"]["id"]
    assert listed(store, agent=BEN) == []
    assert listed(store, agent=BEN, related_agents="true") == [1]
    assert listed(store, activity=activity) == [2]
    assert listed(store, activity=activity, related_activities="true") == [2, 1]
    assert listed(store, related_activities="true", related_agents="true") == [2, 1]


def test_an_identified_group_is_found_and_so_are_its_members(store: Sender) -> None:
    team = {"objectType": "Group", "mbox": "mailto:team@example.org", "member": [ANA]}
    store.send(number(1, with_change(plain(), "actor", team)))
    for agent in (ANA, {"objectType": "Group", "mbox": "mailto:team@example.org"}):
        assert listed(store, agent=agent) == [1]


def test_since_leaves_its_moment_out_and_until_takes_it_in(store: Sender) -> None:
    for count in (1, 2, 3):
        store.send(number(count))
    stored = store.get(number(2)["id"]).get_json()["stored"]
    assert listed(store, since=stored) == [3]
    assert listed(store, until=stored) == [2, 1]
    assert listed(store, since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59Z") == [3, 2, 1]
    assert listed(store, since="9999-12-31T23:59:59Z") == []
    assert listed(store, until="0001-01-01T00:00:00Z") == []


@pytest.mark.parametrize("zone", [" 00:00", " 0000", "%2B00:00"])
def test_the_plus_of_a_zone_may_have_come_as_a_blank(store: Sender, zone: str) -> None:
    store.send(number(1))
    for moment, status in (("2026-01-01T00:00:00", 200), ("2026-01-01", 400)):
        path = f"{PATH}?since={moment}{zone}"
        assert store.client.get(path, headers=store.headers).status_code == status


def about(count: int, target: int, verb: str) -> Json:
    reference = {"objectType": "StatementRef", "id": str(uuid.UUID(int=target))}
    return number(count, {**plain(), "actor": BEN, "verb": {"id": verb}, "object": reference})


def test_references_follow_a_voided_target(store: Sender) -> None:
    verb = "https://example.org/verbs/v"
    store.send(number(1, with_change(plain(), "verb/id", verb)))
    store.send(about(2, 1, VOIDED))
    store.send(about(3, 1, verb))
    stored = store.get(number(2)["id"]).get_json()["stored"]
    assert listed(store, verb=verb) == [3, 2]
    assert listed(store, verb=verb, limit=1) == [3]
    assert listed(store, verb=verb, since=stored) == [3]
    assert listed(store, verb=verb, until=stored) == [2]
    assert listed(store) == [3, 2]


def test_a_voided_statement_is_found_as_such_only(store: Sender) -> None:
    store.send([number(1), about(2, 1, VOIDED)])
    assert ask(store, statementId=number(1)["id"]).status_code == 404
    assert ask(store, voidedStatementId=number(1)["id"]).get_json()["id"] == number(1)["id"]
    assert ask(store, voidedStatementId=number(2)["id"]).status_code == 404
    assert ask(store, statementId=number(2)["id"]).status_code == 200


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("statementId", UUID),
        ("voidedStatementId", UUID),
        ("agent", json.dumps(ANA)),
        ("verb", "https://example.org/v"),
        ("activity", "https://example.org/a"),
        ("registration", UUID),
        ("related_activities", "true"),
        ("related_agents", "true"),
        ("since", "2026-01-01T00:00:00Z"),
        ("until", "2026-01-01T00:00:00Z"),
        ("limit", "1"),
        ("ascending", "true"),
    ],
)
@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
def test_an_id_stands_alone(store: Sender, name: str, parameter: str, value: str) -> None:
    if parameter != name:
        assert ask(store, **{name: UUID, parameter: value}).status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statementId", "not-a-uuid"),
        ("voidedStatementId", "{" + UUID + "}"),
        ("agent", "true"),
        ("agent", "not JSON"),
        ("agent", "{"),
        ("agent", '{"name":"Ana"}'),
        ("agent", '{"mbox":"mailto:ana@example.org","openid":"https://example.org"}'),
        ("agent", '{"objectType":"Group","member":[{"mbox":"mailto:ana@example.org"}]}'),
        ("verb", "not an iri"),
        ("activity", "example.com/x"),
        ("registration", "true"),
        ("related_agents", "True"),
        ("related_activities", "1"),
        ("since", "true"),
        ("until", "01/011/2015"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("ascending", "yes"),
        ("format", "long"),
        ("attachments", "TRUE"),
        ("more", "abc"),
        ("more", "\N{SNOWMAN}"),
        ("Limit", "1"),
    ],
)
def test_a_wrong_value_is_400_and_says_which(store: Sender, name: str, value: str) -> None:
    response = ask(store, **{name: value})
    assert response.status_code == 400
    assert response.get_json()["error"]
    assert CONSISTENT in response.headers


def test_a_continuation_opens_for_its_own_credential_alone(
    store: Sender, client: FlaskClient, session: Session, settings: Settings
) -> None:
    other = make_sender(client, session, settings, kind=Kind.XAPI)
    store.send([number(1), number(2)])
    more = ask(store, limit=1).get_json()["more"]
    [cursor] = parse_qs(urlsplit(more).query)["more"]
    assert more.startswith("/xapi/statements?")
    assert ask(other, more).status_code == 400
    assert ask(store, more + "&limit=5").status_code == 400
    for position in range(0, len(cursor), 7):
        changed = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        assert ask(store, more=changed).status_code == 400
    assert numbers(ask(store, more).get_json()) == [1]


def test_a_credential_may_be_confined_to_its_own_statements(
    store: Sender, session: Session, client: FlaskClient
) -> None:
    credential = issue_credential(session, store.integration.id)
    caller = check_credential(session, credential.client_id, credential.client_secret)
    assert caller is not None
    scopes = frozenset({"statements/read/mine", "statements/write"})
    token = issue_token(session, caller, scopes, ttl=timedelta(hours=1))
    session.commit()
    mine = Sender(client, store.integration, credential, token, version="1.0.3")
    store.send([number(1), number(2)])
    mine.send([number(3), number(4)])
    assert listed(mine) == [4, 3]
    assert listed(mine, agent=ANA) == [4, 3]
    assert walk(mine, limit=1) == [4, 3]
    assert ask(mine, statementId=number(1)["id"]).status_code == 404
    assert listed(store) == [4, 3, 2, 1]


def test_two_integrations_with_mirrored_data_see_their_own(
    store: Sender, client: FlaskClient, session: Session, settings: Settings
) -> None:
    other = make_sender(client, session, settings, kind=Kind.XAPI)
    statement = with_change(plain(), "context/registration", UUID)
    store.send([number(1, statement), about(2, 9, VOIDED)])
    other.send([number(3, statement), number(9)])
    filters: list[Json] = [
        {},
        {"agent": ANA},
        {"agent": ANA, "related_agents": "true"},
        {"verb": plain()["verb"]["id"]},
        {"activity": plain()["object"]["id"]},
        {"activity": plain()["object"]["id"], "related_activities": "true"},
        {"registration": UUID},
        {"since": "2000-01-01T00:00:00Z"},
        {"until": "9000-01-01T00:00:00Z"},
        {"ascending": "true"},
        {"format": "canonical"},
    ]
    for parameters in filters:
        assert set(listed(store, **parameters)) <= {1, 2}, parameters
        assert set(listed(other, **parameters)) <= {3, 9}, parameters
    for sender, strange in ((store, 3), (other, 1)):
        for name in ("statementId", "voidedStatementId"):
            unknown = ask(sender, **{name: UUID})
            foreign = ask(sender, **{name: number(strange)["id"]})
            assert (foreign.status_code, foreign.data) == (unknown.status_code, unknown.data)
    assert ask(other, statementId=number(9)["id"]).status_code == 200


def test_every_statement_comes_back_as_it_was_sent(store: Sender) -> None:
    text = (
        json.dumps(number(1, full())).replace('"raw": 5', '"raw": 5.0').replace("[null, 1.5]", "[null, 1.50]")
    )
    assert store.send(text.encode()).status_code == 200
    [kept] = json.loads(ask(store).data, parse_float=str)["statements"]
    sent = json.loads(text, parse_float=str)
    sent["context"]["contextActivities"]["parent"] = [sent["context"]["contextActivities"]["parent"]]
    for name in ("stored", "authority"):
        del sent[name], kept[name]
    assert kept == sent


@pytest.mark.parametrize(
    ("version", "kept"), [("1.0.3", "2026-01-02T12:00:00-05:00"), ("2.0.0", "2026-01-02T17:00:00.000000Z")]
)
def test_version_2_gives_timestamps_in_utc(store: Sender, version: str, kept: str) -> None:
    sender = replace(store, version=version)
    statement = number(1, with_change(plain(), "timestamp", "2026-01-02T12:00:00-05:00"))
    for _ in range(2):
        assert sender.send(statement).status_code == 200
    assert ask(sender, statementId=statement["id"]).get_json()["timestamp"] == kept
    inner = {**statement, "objectType": "SubStatement", "result": {"score": {"raw": 1.5}}}
    del inner["id"]
    outer = number(2, with_change(plain(), "object", inner))
    for _ in range(2):
        assert sender.send(outer).status_code == 200
    given = ask(sender, statementId=outer["id"]).get_json()["object"]
    assert given == {**inner, "timestamp": kept}


def test_last_modified_is_when_it_was_stored(store: Sender) -> None:
    store.send(number(1))
    for response in (ask(store), ask(store, statementId=number(1)["id"])):
        assert response.headers["Last-Modified"].endswith("GMT")


def test_canonical_takes_the_definition_of_all_statements(store: Sender) -> None:
    names = [{"en-US": "Course", "de": "Kurs"}, {"fr-FR": "Cours", "en-US": "The course"}]
    statements = [with_change(plain(), "object/definition", {"name": name}) for name in names]
    store.send([number(count, one) for count, one in enumerate(statements, 1)])
    for wanted, text in (("fr", {"fr-FR": "Cours"}), ("en-GB, de;q=0.1", {"de": "Kurs"})):
        body = ask(store, format="canonical", accept_language=wanted).get_json()
        assert [one["object"]["definition"]["name"] for one in body["statements"]] == [text, text]
    exact = ask(store, accept_language="fr").get_json()["statements"]
    assert exact[0]["object"]["definition"]["name"] == names[1]


def test_the_format_goes_on_with_the_list(store: Sender) -> None:
    store.send([number(1), number(2)])
    body = ask(store, format="ids", limit=1).get_json()
    body = ask(store, body["more"]).get_json()
    [statement] = body["statements"]
    assert statement["object"] == {"id": plain()["object"]["id"]}


def test_linkedin_may_not_read(linkedin: Sender) -> None:
    assert ask(linkedin).status_code == 403
