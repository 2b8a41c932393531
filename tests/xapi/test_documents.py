"""The three document resources over HTTP (xAPI 1.0.3 Part 3 §2.2, §2.3, §2.6, §2.7), on both databases."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.access.integrations import delete_integration
from app.models.records import Exchange
from app.models.store import Document
from tests.xapi.conftest import Sender
from tests.xapi.resources import ACTIVITY, ANA, ask, ask_by_form
from tests.xapi.statements import UUID

STATE, ACTIVITY_PROFILE, AGENT_PROFILE = "activities/state", "activities/profile", "agents/profile"
CONTEXT: dict[str, dict[str, Any]] = {
    STATE: {"activityId": ACTIVITY, "agent": ANA},
    ACTIVITY_PROFILE: {"activityId": ACTIVITY},
    AGENT_PROFILE: {"agent": ANA},
}
NAME = {STATE: "stateId", ACTIVITY_PROFILE: "profileId", AGENT_PROFILE: "profileId"}
OTHER_UUID = "11111111-2222-4333-8444-555555555555"
BEN = {"mbox": "mailto:ben@example.org"}
JSON, BYTES = "application/json", "application/octet-stream"

each = pytest.mark.parametrize("resource", [STATE, ACTIVITY_PROFILE, AGENT_PROFILE])


def place(resource: str, name: str | None = "bookmark", **changes: Any) -> dict[str, Any]:
    """Return the parameters of a document; a change to None takes one away."""
    names = {} if name is None else {NAME[resource]: name}
    merged = {**CONTEXT[resource], **names, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def post(
    sender: Sender, resource: str, body: bytes = b'{"x":1}', content_type: str | None = JSON, **more: Any
) -> TestResponse:
    return ask(sender, "POST", resource, body=body, content_type=content_type, **{**place(resource), **more})


def get(sender: Sender, resource: str, **more: Any) -> TestResponse:
    return ask(sender, "GET", resource, **{**place(resource), **more})


def names(sender: Sender, resource: str, **more: Any) -> Any:
    return ask(sender, "GET", resource, **place(resource, None, **more)).get_json()


# --- one document ---


@each
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"/ asdf / undefined", BYTES),
        (b'{ "n": 1.50, "n2": 1e2,\n"\\u00e9": "\xc3\xa9" }', "application/json; charset=UTF-8"),
        (bytes(range(256)), "image/png"),
        (b"", "text/plain"),
        (b"abc", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"[1, 2]", JSON),
        (b"caf\xe9", "text/plain; charset=iso-8859-1"),
    ],
)
def test_2_2_bytes_and_type_come_back_as_they_were_sent(
    store: Sender, resource: str, body: bytes, content_type: str
) -> None:
    response = post(store, resource, body, content_type)
    assert (response.status_code, response.data) == (204, b"")
    assert "Content-Type" not in response.headers
    response = get(store, resource)
    assert (response.status_code, response.data) == (200, body)
    assert response.headers["Content-Type"] == content_type
    assert response.headers["X-Experience-API-Version"] == "1.0.3"


@each
def test_2_2_a_document_without_a_type_is_bytes(store: Sender, resource: str) -> None:
    assert post(store, resource, b"x", None).status_code == 204
    assert get(store, resource).headers["Content-Type"] == BYTES


@each
def test_2_2_an_unknown_document_is_404_in_json(store: Sender, resource: str) -> None:
    response = get(store, resource)
    assert (response.status_code, response.get_json()["status"]) == (404, 404)


@each
def test_2_2_put_replaces_the_whole_document(store: Sender, resource: str) -> None:
    post(store, resource, b'{"a":1,"b":2}')
    etag = get(store, resource).headers["ETag"]
    response = ask(
        store,
        "PUT",
        resource,
        body=b"new",
        content_type="text/plain",
        headers={"If-Match": etag},
        **place(resource),
    )
    assert (response.status_code, response.data) == (204, b"")
    response = get(store, resource)
    assert (response.data, response.headers["Content-Type"]) == (b"new", "text/plain")


@each
def test_2_2_delete_takes_one_document_there_or_not(store: Sender, resource: str) -> None:
    post(store, resource)
    post(store, resource, **{NAME[resource]: "other"})
    for _ in range(2):
        response = ask(store, "DELETE", resource, **place(resource))
        assert (response.status_code, response.data) == (204, b"")
        assert get(store, resource).status_code == 404
    assert names(store, resource) == ["other"]


@each
def test_1_1_head_of_a_document_has_its_headers_and_no_body(store: Sender, resource: str) -> None:
    post(store, resource)
    response, whole = ask(store, "HEAD", resource, **place(resource)), get(store, resource)
    assert (response.status_code, response.data) == (200, b"")
    for header in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert response.headers[header] == whole.headers[header]
    assert ask(store, "HEAD", resource, **place(resource, "unknown")).status_code == 404
    assert ask(store, "HEAD", resource, **place(resource, None)).data == b""


@each
@pytest.mark.parametrize("name", ["a b&c=d/../e?#%", "日本 \N{GRINNING FACE}", "x" * 2_000, "A", "'\"\\"])
def test_2_2_any_text_may_be_a_name(store: Sender, resource: str, name: str) -> None:
    post(store, resource, b'{"x":2}', **{NAME[resource]: "a"})
    assert post(store, resource, **{NAME[resource]: name}).status_code == 204
    assert get(store, resource, **{NAME[resource]: name}).data == b'{"x":1}'
    assert names(store, resource) == ["a", name]


def test_2_2_an_agent_is_its_identifier(store: Sender) -> None:
    for resource in (STATE, AGENT_PROFILE):
        post(store, resource)
        assert get(store, resource, agent={**ANA, "name": "Ana"}).status_code == 200
        assert get(store, resource, agent={"mbox": "mailto:ana@EXAMPLE.org"}).status_code == 200
        assert get(store, resource, agent=BEN).status_code == 404
        for other in (
            {"openid": "mailto:ana@example.org"},
            {"account": {"homePage": "https://example.org", "name": "ana"}},
            {"mbox": "mailto:Ana@example.org"},
        ):
            assert get(store, resource, agent=other).status_code == 404


def test_2_2_the_three_resources_do_not_mix(store: Sender) -> None:
    for number, resource in enumerate(CONTEXT):
        assert post(store, resource, b'{"x":%d}' % number).status_code == 204
    for number, resource in enumerate(CONTEXT):
        assert get(store, resource).data == b'{"x":%d}' % number
    assert get(store, STATE, activityId=ACTIVITY + "/x").status_code == 404
    assert get(store, ACTIVITY_PROFILE, activityId=ACTIVITY + "/x").status_code == 404


# --- ETag, Last-Modified ---


@each
@pytest.mark.parametrize("body", [b'{"x":1}', b"", bytes(range(256))])
def test_3_1_the_etag_is_the_quoted_sha_1_of_the_content(store: Sender, resource: str, body: bytes) -> None:
    post(store, resource, body, BYTES)
    assert get(store, resource).headers["ETag"] == f'"{hashlib.sha1(body).hexdigest()}"'


@each
def test_2_2_last_modified_grows_with_every_change(store: Sender, session: Session, resource: str) -> None:
    post(store, resource)
    moment = datetime.now(UTC).replace(microsecond=0)
    assert abs(parsedate_to_datetime(get(store, resource).headers["Last-Modified"]) - moment) < timedelta(
        minutes=1
    )
    session.execute(update(Document).values(updated_at=moment - timedelta(seconds=90)))
    session.commit()
    before = parsedate_to_datetime(get(store, resource).headers["Last-Modified"])
    assert before == moment - timedelta(seconds=90)
    post(store, resource)
    assert parsedate_to_datetime(get(store, resource).headers["Last-Modified"]) > before
    response = ask(store, "GET", resource, **place(resource, None))
    assert parsedate_to_datetime(response.headers["Last-Modified"]) > before


@each
def test_2_2_the_moment_grows_also_when_the_clock_steps_back(
    store: Sender, session: Session, resource: str
) -> None:
    post(store, resource)
    future = datetime.now(UTC) + timedelta(days=1)
    session.execute(update(Document).values(updated_at=future))
    session.commit()
    post(store, resource, b'{"y":2}')
    session.rollback()
    assert session.scalars(select(Document.updated_at)).one() > future


# --- merging ---


@each
def test_2_2_post_merges_the_top_level_only(store: Sender, resource: str) -> None:
    post(store, resource, b'{"x": "foo", "y": {"a": 1, "b": 2}, "z": 12345678901234567890123456789.50}')
    assert (
        post(store, resource, b' {"x": "bash", "y": {"c": 1.10}, "q\\"\\u00e9": null}\n').status_code == 204
    )
    response = get(store, resource)
    assert response.get_json() == {
        "x": "bash",
        "y": {"c": 1.1},
        "z": 12345678901234567890123456789.50,
        'q"é': None,
    }
    assert b"12345678901234567890123456789.50" in response.data
    assert b"1.10" in response.data
    assert response.headers["ETag"] == f'"{hashlib.sha1(response.data).hexdigest()}"'
    assert response.headers["Content-Type"] == JSON


@each
@pytest.mark.parametrize(("first", "second"), [(b"{}", b"{}"), (b"{}", b'{"a":1}'), (b'{"a":1}', b" { } ")])
def test_2_2_empty_objects_merge(store: Sender, resource: str, first: bytes, second: bytes) -> None:
    post(store, resource, first)
    assert post(store, resource, second).status_code == 204
    assert get(store, resource).get_json() == {**json.loads(first), **json.loads(second)}


@each
@pytest.mark.parametrize(
    ("stored", "stored_type", "posted", "posted_type"),
    [
        (b'{"a":1}', JSON, b'{"b":1}', BYTES),
        (b'{"a":1}', JSON, b'{"b":1}', "not/json"),
        (b'{"a":1}', JSON, b"abc", "application/x-www-form-urlencoded"),
        (b'{"a":1}', JSON, b'{"b":1}', None),
        (b'{"a":1}', BYTES, b'{"b":1}', JSON),
        (b"abc", BYTES, b"abc", BYTES),
        (b'{"a":1}', JSON, b"[1]", JSON),
        (b"[1]", JSON, b'{"a":1}', JSON),
        (b"1", JSON, b'{"a":1}', JSON),
        (b'{"a":1}', JSON, b'"x"', JSON),
        (b'{"a":1}', JSON, b'{"b":1}{', JSON),
        (b'{"a":1}', JSON, b"", JSON),
        (b'{"a":1}', JSON, b'{"b":NaN}', JSON),
        (b'{"a":1}', JSON, b'{"b":1,"b":2}', JSON),
    ],
)
def test_2_2_what_cannot_be_merged_is_400_and_changes_nothing(
    store: Sender, resource: str, stored: bytes, stored_type: str, posted: bytes, posted_type: str | None
) -> None:
    assert post(store, resource, stored, stored_type).status_code == 204
    response = post(store, resource, posted, posted_type)
    assert response.status_code == 400, response.data
    assert response.get_json()["error"]
    assert (get(store, resource).data, get(store, resource).headers["Content-Type"]) == (stored, stored_type)


@each
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "body", [b'{"a":1}{', b'{"a":1}[', b"", b"{", b"\xff", b'{"a":"\\ud800"}', b"[" * 9_999]
)
def test_3_2_json_that_is_none_is_400_also_where_nothing_is(
    store: Sender, resource: str, method: str, body: bytes
) -> None:
    response = ask(
        store,
        method,
        resource,
        body=body,
        content_type=JSON,
        headers={"If-None-Match": "*"},
        **place(resource),
    )
    assert response.status_code == 400
    assert get(store, resource).status_code == 404


# --- many documents ---


@each
def test_2_2_without_a_name_the_names_are_listed(store: Sender, resource: str) -> None:
    assert names(store, resource) == []
    for name in ("a", "b", "ü"):
        post(store, resource, **{NAME[resource]: name})
    response = ask(store, "GET", resource, **place(resource, None))
    assert sorted(response.get_json()) == ["a", "b", "ü"]
    assert response.headers["Content-Type"] == JSON
    assert len(response.headers["ETag"]) == 42


@each
def test_2_2_since_is_exclusive_and_counts_updates(store: Sender, session: Session, resource: str) -> None:
    for name in ("a", "b"):
        post(store, resource, **{NAME[resource]: name})
    moment = datetime(2025, 1, 1, 12, tzinfo=UTC)
    session.execute(update(Document).values(updated_at=moment))
    session.commit()
    assert sorted(names(store, resource, since="2025-01-01T11:59:59.999Z")) == ["a", "b"]
    assert names(store, resource, since="2025-01-01T12:00:00Z") == []
    assert names(store, resource, since="2025-01-01T13:00:00+01:00") == []
    post(store, resource, **{NAME[resource]: "b"})
    assert names(store, resource, since="2025-01-01T12:00:00Z") == ["b"]


@each
@pytest.mark.parametrize(
    "since", ["true", "", "yesterday", "2025-13-01T00:00:00Z", "2025-01-01T00:00:00-00:00"]
)
def test_2_2_a_since_that_is_no_timestamp_is_400(store: Sender, resource: str, since: str) -> None:
    for name in (None, "bookmark"):
        assert ask(store, "GET", resource, **place(resource, name, since=since)).status_code == 400


# --- state: registrations ---


def test_2_3_the_registration_is_part_of_the_place(store: Sender) -> None:
    for body, registration in ((b'{"n":0}', {}), (b'{"n":1}', {"registration": UUID})):
        assert post(store, STATE, body, **registration).status_code == 204
    assert get(store, STATE).get_json() == {"n": 0}
    assert get(store, STATE, registration=UUID.upper()).get_json() == {"n": 1}
    assert get(store, STATE, registration=OTHER_UUID).status_code == 404


def test_2_3_list_and_delete_without_registration_cover_every_one(store: Sender) -> None:
    post(store, STATE, stateId="a")
    post(store, STATE, stateId="a", registration=UUID)
    post(store, STATE, stateId="b", registration=OTHER_UUID)
    post(store, STATE, stateId="c", agent=BEN)
    assert sorted(names(store, STATE)) == ["a", "b"]
    assert names(store, STATE, registration=UUID) == ["a"]
    assert ask(store, "DELETE", STATE, **place(STATE, None, registration=UUID)).status_code == 204
    assert names(store, STATE, registration=UUID) == []
    assert sorted(names(store, STATE)) == ["a", "b"]
    response = ask(store, "DELETE", STATE, **place(STATE, None))
    assert (response.status_code, response.data) == (204, b"")
    assert names(store, STATE) == []
    assert names(store, STATE, agent=BEN) == ["c"]
    assert ask(store, "DELETE", STATE, **place(STATE, None)).status_code == 204


# --- parameters ---


@each
@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE"])
def test_2_2_each_parameter_is_needed(store: Sender, resource: str, method: str) -> None:
    body = b"{}" if method in ("PUT", "POST") else None
    for missing in CONTEXT[resource]:
        response = ask(store, method, resource, body=body, **place(resource, **{missing: None}))
        assert response.status_code == 400
        assert missing in response.get_json()["error"]


@each
def test_2_2_the_name_is_needed_where_one_document_is_meant(store: Sender, resource: str) -> None:
    for method in ("PUT", "POST", *(() if resource == STATE else ("DELETE",))):
        body = None if method == "DELETE" else b"{}"
        assert ask(store, method, resource, body=body, **place(resource, None)).status_code == 400
    for method in ("GET", "DELETE"):
        assert ask(store, method, resource, **place(resource, "")).status_code == 400


WRONG: tuple[dict[str, Any], ...] = (
    {"x": "1"},
    {"StateId": "a"},
    {"ProfileId": "a"},
    {"Agent": ANA},
    {"ActivityId": ACTIVITY},
    {"statementId": UUID},
    {"Method": "GET"},
    {"activityId": "not an IRI"},
    {"activityId": "ab=c://x"},
    {"agent": "true"},
    {"agent": "not JSON"},
    {"agent": '{"mbox":'},
    {"agent": {"name": "Ana"}},
    {"agent": {**ANA, "openid": "urn:x"}},
    {"agent": {"objectType": "Group", "mbox": "mailto:team@example.org"}},
    {"registration": "true"},
    {"registration": "{" + UUID + "}"},
    {"registration": ""},
)


@each
@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE"])
def test_3_2_wrong_parameters_are_400(store: Sender, resource: str, method: str) -> None:
    body = b"{}" if method in ("PUT", "POST") else None
    for changes in WRONG:
        response = ask(store, method, resource, body=body, **place(resource, **changes))
        assert response.status_code == 400, (changes, response.data)


@each
def test_3_2_a_repeated_parameter_is_400(store: Sender, resource: str) -> None:
    path = f"/xapi/{resource}?{NAME[resource]}=a&{NAME[resource]}=b&activityId=urn:x&agent={{}}"
    assert store.client.get(path, headers=store.headers).status_code == 400


@each
@pytest.mark.parametrize("method", ["PATCH", "OPTIONS"])
def test_any_other_method_is_405(store: Sender, resource: str, method: str) -> None:
    response = ask(store, method, resource, **place(resource))
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "POST", "DELETE"}
    assert response.get_json()["status"] == 405


# --- limits, alternate syntax, log ---


@each
def test_3_2_a_document_over_the_limit_is_413(store: Sender, resource: str) -> None:
    limit = 10 * 1024 * 1024
    assert post(store, resource, b"x" * (limit + 1), BYTES).status_code == 413
    assert post(store, resource, b"x" * limit, BYTES).status_code == 204


@each
def test_1_3_documents_take_the_alternate_syntax(store: Sender, resource: str) -> None:
    fields = {
        **place(resource),
        "content": "grüß / undefined",
        "Content-Type": "text/plain",
        "If-None-Match": "*",
    }
    assert ask_by_form(store, "PUT", resource, fields).status_code == 204
    assert ask_by_form(store, "PUT", resource, fields).status_code == 412
    response = ask_by_form(store, "GET", resource, place(resource))
    assert (response.text, response.headers["Content-Type"]) == ("grüß / undefined", "text/plain")
    assert ask_by_form(store, "DELETE", resource, place(resource)).status_code == 204
    assert get(store, resource).status_code == 404


@each
@pytest.mark.parametrize("content_type", ["text/plain\r\nX-Bad: 1", "text/\N{SNOWMAN}", "x" * 300])
def test_a_type_that_cannot_be_sent_back_is_400(store: Sender, resource: str, content_type: str) -> None:
    fields = {**place(resource), "content": "x", "Content-Type": content_type}
    assert ask_by_form(store, "POST", resource, fields).status_code == 400


@each
def test_a_document_shown_in_a_browser_runs_nothing(store: Sender, resource: str) -> None:
    post(store, resource, b"<script>alert(1)</script>", "text/html")
    headers = get(store, resource).headers
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("erase_data", [True, False])
def test_documents_go_with_the_data_of_their_integration(
    store: Sender, session: Session, *, erase_data: bool
) -> None:
    for resource in CONTEXT:
        post(store, resource)
    delete_integration(session, store.integration.id, erase_data=erase_data)
    session.commit()
    assert len(session.scalars(select(Document.id)).all()) == (0 if erase_data else 3)
    assert get(store, STATE).status_code == 401


def test_the_log_says_what_was_done(store: Sender, session: Session) -> None:
    post(store, STATE, b'{"x":1}')
    post(store, STATE, b'{"y":1}')
    ask(store, "PUT", STATE, body=b"x" * 40_000, **place(STATE))
    get(store, STATE)
    names(store, STATE)
    get(store, STATE, stateId="unknown")
    ask(store, "DELETE", STATE, **place(STATE))
    ask(store, "DELETE", STATE, **place(STATE))
    ask(store, "DELETE", STATE, **place(STATE, None))
    session.rollback()
    rows = session.scalars(select(Exchange).order_by(Exchange.received_at)).all()
    assert [(row.method, row.status, row.result) for row in rows] == [
        ("POST", 204, "State stored"),
        ("POST", 204, "State merged"),
        ("PUT", 204, "State replaced"),
        ("GET", 200, "State read"),
        ("GET", 200, "State listed: 1"),
        ("GET", 404, "Refused: there is no such document (404)"),
        ("DELETE", 204, "State deleted"),
        ("DELETE", 204, "State deleted, though none was there"),
        ("DELETE", 204, "0 state documents deleted"),
    ]
    assert {row.integration_id for row in rows} == {store.integration.id}
    assert len(rows[2].request_body or b"") == 16 * 1024
