"""Refusals: their form, the version that they name, and that they change nothing."""

from __future__ import annotations

import json

from ...checks import expect, expect_equal
from ..builders import new_agent, new_iri, new_uuid, statement
from ..lrs import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, STATEMENTS, VERSION, Lrs, Reply
from ..registry import case

WRITES = {
    f"{method} of {resource}": (method, resource)
    for resource in (STATEMENTS, STATE, ACTIVITY_PROFILE, AGENT_PROFILE)
    for method in ("PUT", "POST", "DELETE")
    if (method, resource) != ("DELETE", STATEMENTS)
}


@case(
    "C280",
    section="Part 3 §3.2",
    holds="a refusal says why, as JSON, plain text or HTML, whichever is wanted",
    variants={
        "no wish": (None, "application/json"),
        "anything": ("*/*", "application/json"),
        "JSON": ("application/json", "application/json"),
        "plain text": ("text/plain", "text/plain"),
        "a browser": ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        "by weight": ("text/html;q=0.1, text/plain;q=0.9", "text/plain"),
        "none that is there": ("image/png", "application/json"),
    },
)
def forms_of_refusals(lrs: Lrs, what: tuple[str | None, str]) -> None:
    wanted, given = what
    for params in ({"unknown": "<b>"}, {"statementId": new_uuid()}):
        reply = lrs.get(STATEMENTS, params, headers={"Accept": wanted})
        expect_equal("the status", reply.status, 404 if "statementId" in params else 400)
        expect_equal("the type", reply.header("content-type").partition(";")[0], given)
        expect(reply.body.strip() != b"", "a reason in the body", reply.body)
        expect(given != "text/html" or b"<b>" not in reply.body, "no HTML of the client", reply.body)


@case("C281", section="Part 3 §3.3", holds="answers with 401, 404, 405 and 409 name the version too")
def refusals_name_the_version(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    replies = [
        lrs.get(STATEMENTS, headers={"Authorization": None}).expect(401),
        lrs.find(new_uuid()).expect(404),
        lrs.send("DELETE", STATEMENTS, {"statementId": value["id"]}).expect(400, 404, 405),
        lrs.put({**value, "actor": new_agent()}).expect(409),
        lrs.send("POST", STATEMENTS, body=b"{", content_type="application/json").expect(400),
        lrs.get("nothing"),
    ]
    for reply in replies:
        expect_equal(VERSION, reply.header(VERSION), lrs.version)


@case(
    "C282",
    section="Part 3 §4.0",
    holds="writing without good credentials is answered with 401 and changes nothing",
    variants=WRITES,
)
def writing_needs_credentials(lrs: Lrs, what: tuple[str, str]) -> None:
    _check_unchanged(lrs, *what, {"Authorization": None}, 401)
    _check_unchanged(lrs, *what, {"Authorization": "Basic eDp5"}, 401)


@case(
    "C283",
    section="Part 3 §3.3",
    holds="writing without a version is refused with 400 and changes nothing",
    variants=WRITES,
)
def writing_needs_a_version(lrs: Lrs, what: tuple[str, str]) -> None:
    _check_unchanged(lrs, *what, {VERSION: None}, 400)
    _check_unchanged(lrs, *what, {VERSION: "1.1.0"}, 400)


def _check_unchanged(
    lrs: Lrs, method: str, resource: str, headers: dict[str, str | None], status: int
) -> None:
    if resource == STATEMENTS:
        value = statement()
        params = {"statementId": value["id"]} if method == "PUT" else {}
        lrs.send(method, resource, params, json_body=value, headers=headers).expect(status)
        lrs.find(value["id"]).expect(404)
        return
    where = {
        STATE: {"activityId": new_iri(), "agent": json.dumps(new_agent()), "stateId": "x"},
        ACTIVITY_PROFILE: {"activityId": new_iri(), "profileId": "x"},
        AGENT_PROFILE: {"agent": json.dumps(new_agent()), "profileId": "x"},
    }[resource]

    def found() -> Reply:
        return lrs.get(resource, where).expect(200)

    lrs.send("POST", resource, where, json_body={"a": 1}).expect(204)
    body, more = (None if method == "DELETE" else {"a": 2}), {"If-Match": found().header("etag")}
    lrs.send(method, resource, where, json_body=body, headers={**more, **headers}).expect(status)
    expect_equal("the document", found().json, {"a": 1})
