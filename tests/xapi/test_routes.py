"""The statements resource over HTTP, on both databases."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from app import db
from app.access.integrations import Kind, UserType, get_integration, set_enabled, update_integration
from app.access.tokens import issue_token
from app.models.access import AccessToken
from app.models.learning import Learner, Observation
from app.models.records import Exchange, FindingRow, Statement
from app.progress.queries import ProgressFilter, ProgressLine, list_progress
from app.settings import Settings
from app.xapi import tracking
from tests.xapi.conftest import PATH, Sender, make_sender
from tests.xapi.statements import UUID, Json, full, plain, with_change
from tests.xapi.test_wire import HOSTILE

OTHER_UUID = "11111111-2222-4333-8444-555555555555"


def with_id(number: int = 0, **changes: Any) -> Json:
    return {**plain(), "id": f"0d4a8a5e-1c62-4c7e-9a1a-{number:012d}", **changes}


def check_headers(response: TestResponse, version: str | None = None) -> None:
    assert version in (None, response.headers["X-Experience-API-Version"])
    through = datetime.fromisoformat(response.headers["X-Experience-API-Consistent-Through"])
    assert abs(datetime.now(UTC) - through) < timedelta(minutes=1)
    assert response.headers["X-Request-Id"]
    assert "Set-Cookie" not in response.headers
    assert not any(name.startswith("Access-Control") for name, _ in response.headers)


def check_refusal(response: TestResponse, status: int, *, pointer: str | None = None) -> None:
    check_headers(response)
    assert response.status_code == status, response.data
    assert response.headers["Content-Type"] == "application/json"
    body = response.get_json()
    assert body["status"] == status
    assert body["error"]
    assert body.get("pointer") == pointer


def fresh(session: Session) -> Session:
    session.rollback()
    session.expire_all()
    return session


def count(session: Session, table: Any) -> int:
    return fresh(session).execute(select(func.count()).select_from(table)).scalar_one()


def codes(session: Session) -> list[str]:
    return list(fresh(session).scalars(select(FindingRow.code).order_by(FindingRow.id)))


def progress(session: Session) -> list[ProgressLine]:
    return list_progress(fresh(session), ProgressFilter(has_videos=True)).items


# --- taking statements ---


@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/statements/", "/xapi", "/xapi/"])
@pytest.mark.parametrize("query", ["", "?component=y&x=1"])
def test_any_spelling_of_the_tracking_url_takes_linkedins_statements(
    linkedin: Sender, path: str, query: str
) -> None:
    response = linkedin.send(with_id(), path=path + query)
    check_headers(response, "1.0.3")
    assert (response.status_code, response.get_json()) == (200, [with_id()["id"]])


def test_a_batch_is_taken_and_answered_in_order(store: Sender, session: Session) -> None:
    batch = [with_id(number) for number in (3, 1, 2)] + [plain()]
    response = store.send(batch)
    assert response.status_code == 200, response.data
    assert response.get_json()[:3] == [one["id"] for one in batch[:3]]
    assert len(response.get_json()[3]) == 36
    assert count(session, Statement) == 4


def test_an_empty_batch_is_nothing(store: Sender, linkedin: Sender) -> None:
    assert store.send([]).get_json() == []
    assert linkedin.send([]).get_json() == []


def test_a_big_batch_is_stored_whole(store: Sender, session: Session) -> None:
    assert store.send([with_id(number) for number in range(600)]).status_code == 200
    assert count(session, Statement) == 600


def test_the_clients_own_text_comes_back(store: Sender) -> None:
    text = (
        b'{ "id":"' + UUID.upper().encode() + b'", "stored" : "2011-01-01T00:00:00Z",\n'
        b'"authority":{"mbox":"mailto:liar@example.org"},"actor":{"mbox":"mailto:ana@example.org"},'
        b'"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},'
        b'"object":{"id":"https://example.org/c"},"result":{"extensions":{"a:b":'
        b'[1.50, 1234567890123456789012345678901234567890, "\\u00e9\xc3\xa9"]}}}'
    )
    assert store.send(text).get_json() == [UUID]
    response = store.get(UUID)
    check_headers(response, "1.0.3")
    assert b'[1.50, 1234567890123456789012345678901234567890, "\\u00e9\xc3\xa9"]' in response.data
    body = response.get_json()
    assert body["id"] == UUID.upper()
    assert not body["stored"].startswith("2011")
    assert body["timestamp"] == body["stored"]
    assert body["version"] == "1.0.0"
    assert body["authority"] == {
        "objectType": "Agent",
        "account": {"homePage": "http://localhost", "name": store.credential.client_id},
    }
    assert response.headers["Last-Modified"].endswith("GMT")


def test_version_2_is_answered_as_2(store: Sender) -> None:
    two = replace(store, version="2.0.0")
    check_headers(two.send(with_id()), "2.0.0")
    response = two.get(with_id()["id"])
    check_headers(response, "2.0.0")
    assert response.get_json()["version"] == "2.0.0"


def test_put_takes_one_statement_under_the_given_id(store: Sender) -> None:
    response = store.put(plain(), UUID)
    check_headers(response, "1.0.3")
    assert (response.status_code, response.data) == (204, b"")
    assert store.get(UUID).get_json()["id"] == UUID
    assert store.put({**plain(), "id": UUID.upper()}, UUID).status_code == 204


@pytest.mark.parametrize(
    ("statement", "statement_id", "pointer"),
    [
        (plain(), None, None),
        (plain(), "x", None),
        ([plain()], UUID, ""),
        ({**plain(), "id": OTHER_UUID}, UUID, "/id"),
    ],
)
def test_a_wrong_put_is_refused(
    store: Sender, session: Session, statement: Any, statement_id: str | None, pointer: str | None
) -> None:
    check_refusal(store.put(statement, statement_id), 400, pointer=pointer)
    assert count(session, Statement) == 0


def test_linkedin_may_put_too(linkedin: Sender, session: Session) -> None:
    assert linkedin.put(plain(), "any-id").status_code == 204
    assert progress(session)[0].percent == 100


# --- reading ---


def test_an_unknown_id_is_404_and_so_is_another_integrations(
    client: FlaskClient, session: Session, settings: Settings, store: Sender
) -> None:
    other = make_sender(client, session, settings, kind=Kind.XAPI)
    store.send(with_id())
    known, unknown = other.get(with_id()["id"]), other.get(OTHER_UUID)
    check_refusal(known, 404)
    assert known.data == unknown.data
    assert other.send(with_id(result={"completion": True})).status_code == 200


def test_reading_needs_a_read_scope(
    client: FlaskClient, session: Session, settings: Settings, linkedin: Sender
) -> None:
    response = linkedin.get(UUID)
    check_refusal(response, 403)
    assert response.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    check_refusal(linkedin.by_secret().get(UUID), 403)
    for scope, read, write in (
        ("statements/read", 404, 403),
        ("statements/read/mine", 404, 403),
        ("xapi:write", 403, 200),
        ("xapi:all", 404, 200),
        ("state", 403, 403),
    ):
        sender = make_sender(client, session, settings, kind=Kind.XAPI, scopes=frozenset({scope}))
        assert sender.get(OTHER_UUID).status_code == read
        assert sender.send(with_id()).status_code == write


def test_a_mine_scope_reads_only_its_own_credentials_statements(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    mine = make_sender(
        client,
        session,
        settings,
        kind=Kind.XAPI,
        scopes=frozenset({"statements/read/mine", "statements/write"}),
    )
    mine.send(with_id())
    assert mine.get(with_id()["id"]).status_code == 200


@pytest.mark.parametrize(
    "query", ["?LIMIT=1", "?statementId=x", f"?statementId={UUID}&limit=1", "?limit=-1", "?format=long"]
)
def test_a_wrong_read_is_400(store: Sender, query: str) -> None:
    check_refusal(store.client.get(PATH + query, headers=store.headers), 400)


def test_head_answers_like_get_without_a_body(store: Sender) -> None:
    store.send(with_id())
    response = store.client.head(PATH, query_string={"statementId": with_id()["id"]}, headers=store.headers)
    assert (response.status_code, response.data) == (200, b"")


# --- who may ---


def test_a_client_id_and_secret_work_without_a_token(store: Sender, linkedin: Sender) -> None:
    assert store.by_secret().send(with_id()).status_code == 200
    assert store.by_secret().get(with_id()["id"]).status_code == 200
    assert linkedin.by_secret().send(with_id()).status_code == 200


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Basic realm="waymark"'),
        ("", 'Basic realm="waymark"'),
        ("Basic:xxxx", 'Basic realm="waymark"'),
        ("Basic d2F5bWFyazpuZQ==", 'Basic realm="waymark"'),
        ("Bearer unknown", 'Bearer error="invalid_token"'),
        ("Bearer " + "x" * 5_000, 'Bearer error="invalid_token"'),
        ("Bearer", 'Bearer error="invalid_token"'),
    ],
)
def test_bad_credentials_are_401_with_the_right_challenge(
    client: FlaskClient, session: Session, linkedin: Sender, authorization: str | None, challenge: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.post(PATH, json=with_id(), headers=headers)
    check_refusal(response, 401)
    assert response.headers["WWW-Authenticate"] == challenge
    assert count(session, Statement) == 0
    [row] = fresh(session).scalars(select(Exchange)).all()
    assert (row.status, row.is_anonymous) == (401, True)


def test_an_expired_token_is_401(linkedin: Sender, session: Session) -> None:
    session.execute(AccessToken.__table__.update().values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))  # type: ignore[attr-defined]
    session.commit()
    response = linkedin.send(with_id())
    check_refusal(response, 401)
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_disabled_integration_is_401_and_the_log_says_why(linkedin: Sender, session: Session) -> None:
    set_enabled(session, linkedin.integration.id, is_enabled=False)
    session.commit()
    check_refusal(linkedin.send(with_id()), 401)
    check_refusal(linkedin.by_secret().send(with_id()), 401)
    assert codes(session) == ["I1", "I1"]
    rows = fresh(session).scalars(select(Exchange)).all()
    assert {row.integration_id for row in rows} == {linkedin.integration.id}


def test_an_unregistered_host_is_421_and_a_broken_one_400(linkedin: Sender, session: Session) -> None:
    check_refusal(linkedin.send(with_id(), headers={"Host": "evil.example"}), 421)
    check_refusal(linkedin.send(with_id(), headers={"Host": "a b"}), 400)
    assert count(session, Statement) == 0
    update_integration(session, linkedin.integration.id, host_mode="observe")
    session.commit()
    assert linkedin.send(with_id(), headers={"Host": "seen.example"}).status_code == 200
    assert "H1" in codes(session)


# --- what is refused ---


def test_hostile_json_is_400_and_nothing_is_stored(store: Sender, linkedin: Sender, session: Session) -> None:
    for name, body in HOSTILE.items():
        for sender in (store, linkedin):
            response = sender.send(body)
            assert response.status_code == 400, (name, response.data)
            assert response.get_json()["error"]
    assert count(session, Statement) == 0
    rows = fresh(session).scalars(select(Exchange).where(Exchange.is_parked).order_by(Exchange.id)).all()
    assert sorted(row.request_body or b"" for row in rows) == sorted(HOSTILE.values())
    assert count(session, Exchange) == 2 * len(HOSTILE)


def test_a_refused_statement_names_the_place(store: Sender, session: Session) -> None:
    batch = [with_id(1), with_change(with_id(2), "result/score/scaled", 5)]
    check_refusal(store.send(batch), 400, pointer="/1/result/score/scaled")
    assert count(session, Statement) == 0
    assert codes(session) == ["X4"]


def test_linkedin_is_refused_only_what_names_nobody_and_the_body_is_kept(
    linkedin: Sender, session: Session
) -> None:
    statement = with_change(with_id(), "actor", {"name": "Ana"})
    check_refusal(linkedin.send([with_id(1), statement]), 400, pointer="/1/actor")
    assert count(session, Statement) == 0
    [row] = fresh(session).scalars(select(Exchange)).all()
    assert row.request_body == json.dumps([with_id(1), statement]).encode()
    assert row.is_parked


@pytest.mark.parametrize("version", [None, "0.9", "1.1.0", "BAD"])
def test_a_record_store_needs_a_version_it_speaks(
    store: Sender, session: Session, version: str | None
) -> None:
    response = replace(store, version=version).send(with_id())
    check_refusal(response, 400)
    check_headers(response, "1.0.3")
    update_integration(session, store.integration.id, xapi_default_version="2.0.0")
    session.commit()
    check_headers(replace(store, version=version).send(with_id()), "2.0.0")


@pytest.mark.parametrize("version", [None, "1.0.0", "0.9", "BAD", "2.0.0"])
def test_linkedin_may_send_any_version(linkedin: Sender, version: str | None) -> None:
    assert replace(linkedin, version=version).send(with_id()).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/mixed",
        "",
    ],
)
def test_the_content_type_matters_to_a_record_store_only(
    store: Sender, linkedin: Sender, content_type: str
) -> None:
    check_refusal(store.send(with_id(), content_type=content_type), 400)
    assert linkedin.send(with_id(), content_type=content_type).status_code == 200
    assert store.send(with_id(), content_type="application/json; charset=utf-8").status_code == 200


def test_a_record_store_refuses_unknown_parameters(store: Sender) -> None:
    for query in ("x=1", "StatementId=" + UUID, "method=PUT", "statementId=" + UUID):
        check_refusal(store.send(with_id(), path=f"{PATH}?{query}"), 400)
    check_refusal(store.open("PUT", plain(), path=f"{PATH}?x=1&statementId={UUID}"), 400)


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS"])
def test_any_other_method_is_405_in_json(client: FlaskClient, method: str) -> None:
    check_refusal(client.open(PATH, method=method), 405)


def test_an_unknown_path_is_404_in_json(client: FlaskClient) -> None:
    check_refusal(client.get("/xapi/nothing"), 404)


class Endless(io.RawIOBase):
    """A body that never ends."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def test_a_body_over_ten_mebibytes_is_413_also_in_chunks(app: Flask, linkedin: Sender) -> None:
    check_refusal(linkedin.send(b" " * (10 * 1024 * 1024 + 1)), 413)
    environ = EnvironBuilder(PATH, method="POST", headers=linkedin.headers).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input": Endless(), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    check_refusal(TestResponse(*run_wsgi_app(app, environ), request=Request(environ)), 413)


def test_database_trouble_is_503(linkedin: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_work: object) -> None:
        raise db.DatabaseUnavailable("gone")

    monkeypatch.setattr("app.xapi.routes.transact_together", fail)
    response = linkedin.send(with_id())
    check_refusal(response, 503)
    assert int(response.headers["Retry-After"]) > 0


# --- repeats ---


def test_a_repeat_is_answered_alike_and_stored_once(
    store: Sender, linkedin: Sender, session: Session
) -> None:
    for sender in (store, linkedin):
        answers = [sender.send(with_id()).get_json() for _ in range(3)]
        answers.append(sender.send(json.dumps(with_id(), indent=1).encode()).get_json())
        assert answers == [[with_id()["id"]]] * 4
        assert sender.put(with_id(), with_id()["id"]).status_code == 204
    assert count(session, Statement) == 2
    assert codes(session) == [*["M1", "M3"], *["X5"] * 4, *["X5"] * 4]


def test_a_statement_read_back_and_sent_again_is_a_repeat(store: Sender, session: Session) -> None:
    store.send(with_id())
    text = store.get(with_id()["id"]).data
    assert store.send(text).status_code == 200
    assert count(session, Statement) == 1


def test_a_known_id_with_other_content_is_409_for_a_record_store(store: Sender, session: Session) -> None:
    store.send(with_id())
    changed = with_change(with_id(), "object/id", "https://example.org/other")
    check_refusal(store.send([with_id(5), changed]), 409)
    check_refusal(store.put(changed, with_id()["id"]), 409)
    assert count(session, Statement) == 1
    assert store.get(with_id()["id"]).get_json()["object"] == with_id()["object"]
    assert codes(session)[-2:] == ["X6", "X6"]


def test_a_known_id_with_other_content_is_parked_for_linkedin(linkedin: Sender, session: Session) -> None:
    linkedin.send(with_id())
    changed = with_change(with_id(), "object/id", "https://example.org/other")
    assert linkedin.send([changed, with_id(5)]).status_code == 200
    assert count(session, Statement) == 2
    row = fresh(session).scalars(select(Exchange).where(Exchange.is_parked)).one()
    assert row.request_body == json.dumps([changed, with_id(5)]).encode()
    assert "X6" in codes(session)
    assert [line.activity_id for line in progress(session)] == ["https://example.org/courses/1"]


def test_the_same_id_twice_in_a_batch(store: Sender, linkedin: Sender, session: Session) -> None:
    again = {**with_id(), "id": with_id()["id"].upper()}
    check_refusal(store.send([with_id(), again]), 400, pointer="/1/id")
    assert linkedin.send([with_id(), with_id()]).get_json() == [with_id()["id"]] * 2
    assert count(session, Statement) == 1


def test_linkedins_statement_without_id_gets_a_stable_one(linkedin: Sender, session: Session) -> None:
    first = linkedin.send(plain()).get_json()
    assert first == linkedin.send(json.dumps(plain(), indent=2).encode()).get_json()
    assert first != linkedin.send({**plain(), "timestamp": "2025-01-01T00:00:00Z"}).get_json()
    assert count(session, Statement) == 2


@pytest.mark.parametrize(
    ("sent", "answered"),
    [("not-a-uuid", "not-a-uuid"), (17, "17"), (UUID.upper(), UUID), (" x ", "x")],
)
def test_linkedins_odd_ids_are_kept(linkedin: Sender, sent: Any, answered: str) -> None:
    assert linkedin.send({**plain(), "id": sent}).get_json() == [answered]


@pytest.mark.parametrize("sent", [None, "", [], {"a": 1}, "x" * 5_000])
def test_linkedins_unusable_ids_are_replaced_by_a_derived_one(linkedin: Sender, sent: Any) -> None:
    [answered] = linkedin.send({**plain(), "id": sent}).get_json()
    assert len(answered) == 36
    assert linkedin.send({**plain(), "id": sent}).get_json() == [answered]


# --- progress ---


def test_a_stored_statement_moves_progress(store: Sender, session: Session) -> None:
    store.send([with_id(1, verb={"id": "http://adlnet.gov/expapi/verbs/initialized"}), full()])
    [line] = progress(session)
    assert (line.status.value, line.percent) == ("in_progress", 0)
    store.send(with_id(2))
    assert progress(session)[0].status.value == "completed"
    assert count(session, Statement) == 3


def test_linkedin_learners_and_courses_unseen_before_are_noted(linkedin: Sender, session: Session) -> None:
    linkedin.send(with_id())
    assert codes(session) == ["M1", "M3"]
    linkedin.send(with_id(2, result={"completion": True, "duration": "PT1H"}))
    assert codes(session) == ["M1", "M3"]
    learner = fresh(session).scalars(select(Learner)).one()
    assert learner.is_provisional


def test_another_kind_of_name_than_the_user_type_is_noted(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING, user_type=UserType.ID)
    sender.send(with_id())
    assert "M4" in codes(session)
    both = {"mbox": "mailto:a@b.example", "account": {"name": "4711", "homePage": "https://l.example"}}
    sender.send(with_id(2, actor=both))
    kinds = {kind for line in progress(session) for kind, _ in line.identities}
    assert kinds == {"email", "user_id"}


def test_a_statement_that_breaks_the_mapping_is_parked_and_its_neighbours_are_not(
    linkedin: Sender, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tracking.resolve_identifier

    def fragile(session: Session, value: str, **more: Any) -> Any:
        if "bad" in value:
            session.execute(select(Learner.id).where(Learner.id == "x"))
            raise ZeroDivisionError
        return real(session, value, **more)

    monkeypatch.setattr(tracking, "resolve_identifier", fragile)
    bad = with_id(2, object={"id": "urn:bad"})
    assert linkedin.send([with_id(1), bad, with_id(3, object={"id": "urn:good"})]).status_code == 200
    assert count(session, Statement) == 3
    assert sorted(line.activity_id for line in progress(session)) == [
        "https://example.org/courses/1",
        "urn:good",
    ]
    row = fresh(session).scalars(select(Exchange)).one()
    assert row.is_parked
    assert codes(session).count("P9") == 1
    assert linkedin.send(bad).status_code == 200


def test_long_and_odd_names_do_no_harm(linkedin: Sender, session: Session) -> None:
    for number, actor in enumerate(
        ({"mbox": "mailto:" + "x" * 5_000 + "@e.example"}, {"account": {"name": "\u202e\n[Core]\t'--"}})
    ):
        statement = with_id(number, actor=actor, object={"id": "urn:" + "y" * 9_000})
        assert linkedin.send(statement).status_code == 200
    assert len(progress(session)) == 2
    assert "P9" not in codes(session)


def test_extreme_values_do_no_harm(linkedin: Sender, session: Session) -> None:
    extension = {"https://w3id.org/xapi/cmi5/result/extensions/progress": 1e308}
    result = {"extensions": extension, "score": {"raw": -1e300}, "duration": "P99999999999Y"}
    for number, moment in enumerate(("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x", None, 10**12)):
        statement = with_id(number, result=result, timestamp=moment)
        assert linkedin.send(statement).status_code == 200, number
    [line] = progress(session)
    assert line.percent == 100
    assert "P9" not in codes(session)


# --- the log and the checklist ---


def test_the_exchange_points_to_the_statement_and_holds_no_secret(linkedin: Sender, session: Session) -> None:
    response = linkedin.send(with_id(), path=PATH + "?access_token=hunter2")
    row = fresh(session).scalars(select(Exchange)).one()
    statement = session.scalars(select(Statement)).one()
    assert row.id == response.headers["X-Request-Id"] == statement.exchange_id
    assert (row.statement_key, row.status, row.face) == (statement.key, 200, "xapi")
    assert row.result == "Completed, 100\N{NO-BREAK SPACE}%"
    assert row.learner_id == progress(session)[0].learner_id
    assert row.reply_body == json.dumps([with_id()["id"]]).encode()
    assert "hunter2" not in row.path
    assert session.scalars(select(Observation.evidence_id)).all() == [str(statement.key)]


def test_the_first_statement_turns_the_checklist_green(linkedin: Sender, session: Session) -> None:
    linkedin.send(b"broken")
    assert get_integration(fresh(session), linkedin.integration.id).first_statement_at is None
    linkedin.send(with_id())
    assert get_integration(fresh(session), linkedin.integration.id).first_statement_at is not None


def test_a_rehearsal_is_marked_and_leaves_the_checklist_alone(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING, is_demo=True)
    sender.send(with_id())
    assert get_integration(fresh(session), sender.integration.id).first_statement_at is None
    assert [line.is_demo for line in progress(session)] == [True]
    assert fresh(session).scalars(select(Exchange.is_demo)).all() == [True]


def test_a_token_from_the_token_endpoint_opens_the_store(client: FlaskClient, linkedin: Sender) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": linkedin.credential.client_id,
        "client_secret": linkedin.credential.client_secret,
        "scope": "xapi:write",
    }
    token = client.post("/oauth/token", data=form).get_json()["access_token"]
    assert replace(linkedin, token=token).send(with_id()).status_code == 200


def test_a_new_token_leaves_the_old_one_working(linkedin: Sender, session: Session) -> None:
    from app.access.credentials import check_credential

    caller = check_credential(session, linkedin.credential.client_id, linkedin.credential.client_secret)
    assert caller is not None
    issue_token(session, caller, {"xapi:write"}, ttl=timedelta(hours=1))
    session.commit()
    assert linkedin.send(with_id()).status_code == 200
