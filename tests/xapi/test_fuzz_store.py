"""Whatever is sent to the record store is answered in its form, never with a 500; what was taken is there."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.fuzzing import fuzz, mixed
from tests.xapi.conftest import PATH, Sender
from tests.xapi.multipart import CONTENT_TYPE, DATA, attached, attachment, join, json_part, part
from tests.xapi.statements import UUID, full, mutate
from tests.xapi.test_fuzz_readers import JSON_PIECES, MULTIPART_PIECES, NAMES, QUERY_PIECES

FORM = "application/x-www-form-urlencoded"
TYPES = [
    "application/json", "application/json; charset=UTF-8", CONTENT_TYPE, "multipart/mixed; boundary=xX",
    "multipart/form-data; boundary=xX", FORM, "text/plain", "", "é",
]  # fmt: skip


def mutant(number: int) -> dict[str, Any]:
    """Return a good statement with one to three faults, or none."""
    chooser = random.Random(number)
    statement = full()
    del statement["id"]
    for _ in range(chooser.randrange(4)):
        statement = mutate(statement, chooser)
    return statement


STATEMENTS = st.integers(0, 2**32).map(mutant)
WRITTEN = STATEMENTS.map(lambda value: json.dumps(value).encode())
BATCHES = st.lists(STATEMENTS, max_size=3).map(lambda values: json.dumps(values).encode())
ATTACHED = st.builds(
    lambda hurt, kind: join(
        json_part(attached(attachment(), **({} if kind else {"result": hurt.get("result", {})}))), part(DATA)
    ),
    STATEMENTS,
    st.booleans(),
)
BODIES = mixed(JSON_PIECES) | WRITTEN | BATCHES | mixed(MULTIPART_PIECES) | ATTACHED


def test_fuzz_any_message_is_stored_or_refused(store: Sender) -> None:
    def check(example: tuple[str, bytes, str, str]) -> None:
        method, body, content_type, version = example
        reply = store.open(
            method,
            body,
            content_type=content_type,
            headers={"X-Experience-API-Version": version},
            query_string={"statementId": UUID} if method == "PUT" else {},
        )
        check_answer(reply, {200, 204, 400, 409, 413})
        if reply.status_code == 200:
            for statement_id in reply.get_json():
                taken = store.get(statement_id)
                # A voiding statement may have voided another one; it is there itself.
                assert taken.status_code == 200, taken.get_data()
                assert taken.get_json()["id"] == statement_id

    versions = st.sampled_from(["1.0.3", "2.0.0"])
    examples = st.tuples(st.sampled_from(["POST", "PUT"]), BODIES, st.sampled_from(TYPES), versions)
    json_only = st.tuples(st.just("POST"), BODIES, st.just("application/json"), versions)
    fuzz(examples | json_only, check, short=150, databases=2)


def test_fuzz_any_query_is_answered_or_refused(store: Sender) -> None:
    store.send([full()])
    pieces = st.sampled_from(QUERY_PIECES)

    def check(query: dict[str, str]) -> None:
        sendable = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        for path in (PATH, "/xapi/activities/state", "/xapi/agents/profile", "/xapi/activities"):
            reply = store.client.get(path, query_string=sendable, headers=store.headers)
            check_answer(reply, {200, 400, 404})

    names = NAMES | st.sampled_from(["activityId", "stateId", "profileId"])
    fuzz(st.dictionaries(names, pieces, max_size=5), check, short=100, databases=2)


def test_fuzz_any_document_is_kept_as_it_came_or_refused(store: Sender) -> None:
    headers = st.dictionaries(
        st.sampled_from(["If-Match", "If-None-Match"]),
        st.sampled_from(["*", '"x"', 'W/"x"', "", ",", '"' * 9, "a" * 40]),
    )

    def check(example: tuple[str, bytes, str, dict[str, str]]) -> None:
        method, body, content_type, more = example
        where = {"activityId": "https://example.org/x", "profileId": "p"}
        reply = store.open(
            method,
            body,
            path="/xapi/activities/profile",
            query_string=where,
            content_type=content_type,
            headers=more,
        )
        check_answer(reply, {204, 400, 409, 412, 413})
        if method == "PUT" and reply.status_code == 204:
            kept = store.client.get("/xapi/activities/profile", query_string=where, headers=store.headers)
            assert kept.get_data() == body

    methods = st.sampled_from(["PUT", "POST", "DELETE"])
    fuzz(st.tuples(methods, BODIES, st.sampled_from(TYPES), headers), check, short=100, databases=2)


def test_fuzz_what_linkedin_sends_is_never_a_server_error(linkedin: Sender) -> None:
    def check(body: bytes) -> None:
        check_answer(linkedin.send(body), {200, 400, 413})

    fuzz(BODIES, check, short=100, databases=2)


def check_answer(reply: TestResponse, statuses: set[int]) -> None:
    """Hold an answer against what a client may rely on."""
    assert reply.status_code in statuses, (reply.status_code, reply.get_data()[:500])
    assert reply.headers["X-Experience-API-Version"] in ("1.0.3", "2.0.0")
    if reply.status_code >= 400:
        assert reply.get_json()["error"]
        assert b"Traceback" not in reply.get_data()
