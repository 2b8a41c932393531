"""Preconditions and conflicts of documents over HTTP (xAPI 1.0.3 Part 3 §3.1; IEEE 9274.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.xapi.concurrency import check_precondition, is_conditional
from app.xapi.errors import PreconditionFailed
from tests.xapi.conftest import Sender
from tests.xapi.resources import ask
from tests.xapi.test_documents import (
    ACTIVITY_PROFILE,
    AGENT_PROFILE,
    STATE,
    each,
    get,
    place,
    post,
)

versions = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
WRONG = f'"{"0" * 40}"'


def of(sender: Sender, version: str) -> Sender:
    return replace(sender, version=version)


def send(
    sender: Sender, method: str, resource: str, body: bytes = b'{"new":1}', **headers: str
) -> TestResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    is_writing = method in ("PUT", "POST")
    return ask(
        sender,
        method,
        resource,
        body=body if is_writing else None,
        content_type="application/json" if is_writing else None,
        headers=names,
        **place(resource),
    )


def etag(sender: Sender, resource: str) -> str:
    return get(sender, resource).headers["ETag"]


# --- PUT without If-Match and If-None-Match ---


@pytest.mark.parametrize(
    ("resource", "version", "new", "existing"),
    [
        (STATE, "1.0.3", 204, 204),
        (ACTIVITY_PROFILE, "1.0.3", 400, 409),
        (AGENT_PROFILE, "1.0.3", 400, 409),
        (STATE, "2.0.0", 204, 409),
        (ACTIVITY_PROFILE, "2.0.0", 204, 409),
        (AGENT_PROFILE, "2.0.0", 204, 409),
    ],
)
def test_3_1_a_put_without_precondition(
    store: Sender, resource: str, version: str, new: int, existing: int
) -> None:
    sender = of(store, version)
    for headers in ({}, {"If_Match": ""}, {"If_Match": '""', "If_None_Match": " "}):
        assert send(sender, "PUT", resource, **headers).status_code == new
        assert get(sender, resource).status_code == (404 if new == 400 else 200)
        send(sender, "DELETE", resource)
        post(sender, resource, b'{"old":1}')
        response = send(sender, "PUT", resource, **headers)
        assert response.status_code == existing
        if existing == 409:
            assert "If-Match" in response.get_json()["error"]
            assert "ETag" in response.get_json()["error"]
            assert get(sender, resource).data == b'{"old":1}'
        else:
            assert get(sender, resource).data == b'{"new":1}'
        send(sender, "DELETE", resource)


# --- If-None-Match ---


@each
@versions
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_3_1_if_none_match_any_creates_and_never_overwrites(
    store: Sender, resource: str, version: str, method: str
) -> None:
    sender = of(store, version)
    assert send(sender, method, resource, b'{"first":1}', If_None_Match="*").status_code == 204
    response = send(sender, method, resource, If_None_Match="*")
    assert (response.status_code, response.get_json()["status"]) == (412, 412)
    assert get(sender, resource).data == b'{"first":1}'


@each
def test_3_1_if_none_match_of_the_present_tag_is_412(store: Sender, resource: str) -> None:
    post(store, resource, b'{"old":1}')
    assert send(store, "PUT", resource, If_None_Match=etag(store, resource)).status_code == 412
    assert send(store, "PUT", resource, If_None_Match=WRONG).status_code == 204


# --- If-Match ---


@each
@versions
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_3_1_if_match_right_and_wrong(store: Sender, resource: str, version: str, method: str) -> None:
    sender = of(store, version)
    post(sender, resource, b'{"old":1}')
    response = send(sender, method, resource, If_Match=WRONG)
    assert (response.status_code, response.get_json()["status"]) == (412, 412)
    assert get(sender, resource).data == b'{"old":1}'
    assert send(sender, method, resource, If_Match=etag(sender, resource)).status_code == 204
    after = get(sender, resource)
    if method == "DELETE":
        assert after.status_code == 404
    else:
        assert after.get_json() == ({"new": 1} if method == "PUT" else {"old": 1, "new": 1})


@each
@versions
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("tag", [WRONG, "*"])
def test_3_1_if_match_where_nothing_is_is_412(
    store: Sender, resource: str, version: str, method: str, tag: str
) -> None:
    sender = of(store, version)
    assert send(sender, method, resource, If_Match=tag).status_code == 412
    assert get(sender, resource).status_code == 404


@each
@pytest.mark.parametrize(
    "write",
    [
        lambda tag: tag,
        lambda tag: "W/" + tag,
        lambda tag: tag.strip('"'),
        lambda tag: f'{WRONG}, "x" , {tag}',
        lambda tag: tag.upper(),
        lambda _: "*",
    ],
)
def test_3_1_tags_are_compared_without_their_dress(
    store: Sender, resource: str, write: Callable[[str], str]
) -> None:
    post(store, resource)
    assert send(store, "PUT", resource, If_Match=write(etag(store, resource))).status_code == 204


@each
@versions
def test_3_1_post_and_delete_need_no_precondition(store: Sender, resource: str, version: str) -> None:
    sender = of(store, version)
    for _ in range(2):
        assert send(sender, "POST", resource).status_code == 204
    assert send(sender, "DELETE", resource).status_code == 204


@each
def test_3_1_an_old_tag_no_longer_fits_after_a_change(store: Sender, resource: str) -> None:
    post(store, resource, b'{"a":1}')
    old = etag(store, resource)
    assert send(store, "POST", resource, If_Match=old).status_code == 204
    assert send(store, "POST", resource, b'{"b":1}', If_Match=old).status_code == 412


def test_3_1_the_answers_name_the_version_that_was_asked(store: Sender) -> None:
    for version in ("1.0.3", "2.0.0"):
        response = send(of(store, version), "PUT", STATE, If_Match=WRONG)
        assert response.headers["X-Experience-API-Version"] == version


# --- the rule alone ---


@pytest.mark.parametrize(
    ("existing", "if_match", "if_none_match", "is_good"),
    [
        (None, None, None, True),
        (None, None, "*", True),
        (None, "*", None, False),
        (None, '"a"', '"a"', False),
        ("a", None, "*", False),
        ("a", '"a"', "*", False),
        ("a", '"a"', '"b"', True),
        ("a", 'W/"a"', None, True),
        ("a", '"b", "a"', None, True),
        ("a", ' , "", ', None, True),
        ("a", '"aa"', None, False),
    ],
)
def test_preconditions(
    existing: str | None, if_match: str | None, if_none_match: str | None, is_good: bool
) -> None:
    try:
        check_precondition(existing, if_match, if_none_match)
    except PreconditionFailed:
        assert not is_good
    else:
        assert is_good


def test_a_header_without_a_tag_is_no_condition() -> None:
    assert not any(is_conditional(tag, tag) for tag in (None, "", '""', " , "))
    assert is_conditional("*", None)
    assert is_conditional(None, '"a"')


# --- many at once ---


def at_once(
    app: Flask, sender: Sender, work: Callable[[Sender, int], TestResponse], number: int
) -> list[int]:
    """Let many clients do the same at the same time; returns their statuses."""
    with ThreadPoolExecutor(8) as pool:
        made = [replace(sender, client=app.test_client()) for _ in range(number)]
        return sorted(one.status_code for one in pool.map(work, made, range(number)))


@each
def test_3_1_of_many_that_create_at_once_one_wins(app: Flask, store: Sender, resource: str) -> None:
    def create(sender: Sender, number: int) -> TestResponse:
        return send(sender, "PUT", resource, b'{"n":%d}' % number, If_None_Match="*")

    assert at_once(app, store, create, 16) == [204, *[412] * 15]


@each
def test_3_1_of_many_that_replace_one_tag_at_once_one_wins(app: Flask, store: Sender, resource: str) -> None:
    post(store, resource)
    tag = etag(store, resource)

    def change(sender: Sender, number: int) -> TestResponse:
        method = "PUT" if number % 2 else "POST"
        return send(sender, method, resource, b'{"n":%d}' % number, If_Match=tag)

    assert at_once(app, store, change, 16) == [204, *[412] * 15]


@each
def test_2_2_merges_at_once_lose_nothing(app: Flask, store: Sender, resource: str) -> None:
    def merge(sender: Sender, number: int) -> TestResponse:
        return send(sender, "POST", resource, b'{"k%d":%d}' % (number, number))

    assert at_once(app, store, merge, 24) == [204] * 24
    expected: dict[str, Any] = {f"k{number}": number for number in range(24)}
    assert get(store, resource).get_json() == expected


@each
def test_3_1_deleting_and_creating_at_once_ends_well(app: Flask, store: Sender, resource: str) -> None:
    def work(sender: Sender, number: int) -> TestResponse:
        return send(sender, ("POST", "DELETE")[number % 2], resource, b'{"n":%d}' % number)

    assert set(at_once(app, store, work, 24)) == {204}
    assert get(store, resource).status_code in (200, 404)
