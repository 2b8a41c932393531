"""The about resource, the version header and credentials."""

from __future__ import annotations

import base64
import json

from ...checks import expect, expect_equal
from ..builders import new_agent, new_iri, new_uuid, statement
from ..lrs import (
    ABOUT,
    ACTIVITIES,
    ACTIVITY_PROFILE,
    AGENT_PROFILE,
    AGENTS,
    STATE,
    STATEMENTS,
    VERSION,
    Lrs,
)
from ..registry import V1, V2, case

EVERY_RESOURCE = (STATEMENTS, STATE, ACTIVITY_PROFILE, AGENT_PROFILE, AGENTS, ACTIVITIES)


@case("C1", section="Part 3 §2.8", holds="about is given to anybody, with the versions spoken")
def about_is_open(lrs: Lrs) -> None:
    reply = lrs.send("GET", ABOUT, headers={"Authorization": None, VERSION: None}).expect(200)
    versions = reply.json["version"]
    expect(isinstance(versions, list), "a list of versions", versions)
    expect(lrs.version in versions, f"{lrs.version} among the versions", versions)
    expect(set(reply.json) <= {"version", "extensions"}, "version and extensions only", reply.json)
    expect(VERSION.lower() in reply.http.headers, f"the header {VERSION}", reply.http.headers)


@case(
    "C2",
    section="Part 3 §2.8",
    holds="about is given whatever version the request names",
    variants=("0.9", "1.0.3", "1.1.0", "2.0.0", "3", "BAD"),
)
def about_takes_any_version(lrs: Lrs, version: str) -> None:
    lrs.send("GET", ABOUT, headers={VERSION: version, "Authorization": None}).expect(200)


@case(
    "C3",
    section="Part 3 §3.3",
    holds="every response of every resource names the version, refusals too",
    variants=(*EVERY_RESOURCE, ABOUT),
)
def every_response_names_the_version(lrs: Lrs, resource: str) -> None:
    expect_equal(VERSION, lrs.get(resource).header(VERSION), lrs.version)
    refused = lrs.get(resource, {"Unknown": "1"})
    expect_equal(VERSION, refused.header(VERSION), lrs.version)


@case(
    "C4",
    section="Part 3 §3.3",
    holds="a version of the same line is taken, and answered in its latest patch",
    versions=(V1,),
    variants=("1.0", "1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.9", "1.0.32"),
)
def versions_of_line_one(lrs: Lrs, version: str) -> None:
    reply = lrs.get(STATEMENTS, {"limit": "1"}, headers={VERSION: version}).expect(200)
    expect_equal(VERSION, reply.header(VERSION), "1.0.3")


@case(
    "C5",
    section="2.0 headers",
    holds="a version of the same line is taken, and answered in its latest patch",
    versions=(V2,),
    variants=("2.0", "2.0.0", "2.0.1"),
)
def versions_of_line_two(lrs: Lrs, version: str) -> None:
    reply = lrs.get(STATEMENTS, {"limit": "1"}, headers={VERSION: version}).expect(200)
    expect_equal(VERSION, reply.header(VERSION), "2.0.0")


@case(
    "C6",
    section="Part 3 §3.3",
    holds="any other version is refused with 400 and a reason",
    variants=("0.8", "0.9", "0.95", "1", "1.1.0", "1.1", "2.1.0", "3.0.0", "1.0.x", "BAD"),
)
def other_versions_are_refused(lrs: Lrs, version: str) -> None:
    value = statement()
    reply = lrs.post(value, headers={VERSION: version}).expect(400)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)
    lrs.find(value["id"]).expect(404)


@case(
    "C7",
    section="Part 3 §3.3",
    holds="a request without a version is refused with 400 and a reason",
    variants=EVERY_RESOURCE,
)
def a_version_is_needed(lrs: Lrs, resource: str) -> None:
    reply = lrs.get(resource, _good_parameters(resource), headers={VERSION: None}).expect(400)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)
    expect(reply.header(VERSION) != "", f"the header {VERSION}", reply.http.headers)


@case(
    "C8",
    section="Part 3 §4.0",
    holds="a request without credentials is answered with 401",
    variants=EVERY_RESOURCE,
)
def credentials_are_needed(lrs: Lrs, resource: str) -> None:
    reply = lrs.get(resource, _good_parameters(resource), headers={"Authorization": None}).expect(401)
    expect(reply.header("www-authenticate") != "", "the header WWW-Authenticate", reply.http.headers)


@case(
    "C9",
    section="Part 3 §4.0",
    holds="credentials that are wrong or broken are answered with 401",
    variants={
        "unknown": "Basic " + base64.b64encode(b"nobody:nothing").decode(),
        "malformed": "Basic:xxxx",
        "no Base64": "Basic %%%",
        "no colon": "Basic " + base64.b64encode(b"nobody").decode(),
        "unknown scheme": "Frob x",
        "empty": "Basic",
        "a token": "Bearer nobody",
    },
)
def bad_credentials(lrs: Lrs, header: str) -> None:
    value = statement()
    lrs.post(value, headers={"Authorization": header}).expect(401)
    lrs.find(value["id"]).expect(404)


@case("C10", section="Part 3 §4.0", holds="a wrong secret is answered with 401")
def a_wrong_secret(lrs: Lrs) -> None:
    pair = base64.b64encode(f"{lrs.key}:wrong".encode()).decode()
    wrong = {"Authorization": f"Basic {pair}"}
    lrs.get(STATEMENTS, headers=wrong).expect(401)
    lrs.get(STATEMENTS, headers={**wrong, VERSION: "BAD"}).expect(400, 401)


@case(
    "C18",
    section="practice: clients keep connections",
    holds="a connection is still there after five idle seconds",
    versions=(V1,),
)
def connections_stay(lrs: Lrs) -> None:
    head = f"GET {lrs.path}/{ABOUT} HTTP/1.1\r\nHost: {lrs.client.origin.partition('//')[2]}\r\n"
    last = f"{head}Connection: close\r\n\r\n"
    received = lrs.client.send_bytes(f"{head}\r\n".encode(), last.encode(), pause_seconds=5.5)
    expect_equal("the number of answers", received.count(b"HTTP/1.1 200 "), 2)


@case("C11", section="Part 3 §2.0", holds="every resource of the standard is there", variants=EVERY_RESOURCE)
def every_resource_is_there(lrs: Lrs, resource: str) -> None:
    reply = lrs.get(resource, _good_parameters(resource))
    expect(reply.status in (200, 404), "an answer of the resource", reply.status)
    expect(reply.status == 200 or resource not in (STATEMENTS, AGENTS, ACTIVITIES), "200", reply.status)


@case(
    "C12",
    section="Part 3 §1.1",
    holds="HEAD is answered as GET, without a byte of the body",
    variants=(*EVERY_RESOURCE, ABOUT),
)
def head_is_get_without_a_body(lrs: Lrs, resource: str) -> None:
    parameters = _good_parameters(resource)
    got = lrs.get(resource, parameters)
    reply = lrs.send("HEAD", resource, parameters)
    expect_equal("the status", reply.status, got.status)
    expect_equal("the body", reply.body, b"")
    for name in ("content-type", "etag", "last-modified", VERSION.lower()):
        expect_equal(name, reply.header(name), got.header(name))
    # What was left on the connection would be taken for the next answer.
    lrs.get(ABOUT).expect(200)


@case("C13", section="Part 3 §1.1", holds="HEAD of one statement, and of an unknown one, is answered as GET")
def head_of_a_statement(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    for statement_id, status in ((value["id"], 200), (new_uuid(), 404)):
        reply = lrs.send("HEAD", STATEMENTS, {"statementId": statement_id}).expect(status)
        expect_equal("the body", reply.body, b"")
    lrs.get(ABOUT).expect(200)


@case("C14", section="Part 3 §3.3", holds="a statement of 2.0 is not changed for a reader of 1.0.3")
def newer_statements_stay_as_they_are(lrs: Lrs) -> None:
    value = statement(version="1.0.3" if not lrs.is_v2 else "2.0.0")
    kept = lrs.kept(value)
    for version in (V1, V2):
        found = lrs.under(version).find(value["id"]).expect(200).json
        expect_equal("the statement", found, kept)


@case(
    "C15",
    section="Part 3 §3.2",
    holds="a method that a resource does not have is refused with a reason, never with 500",
    variants={
        f"{method} of {resource}": (method, resource)
        for method, resources in {
            "PUT": (AGENTS, ACTIVITIES, ABOUT),
            "POST": (AGENTS, ACTIVITIES, ABOUT),
            "DELETE": (STATEMENTS, AGENTS, ACTIVITIES, ABOUT),
            "PATCH": (*EVERY_RESOURCE, ABOUT),
        }.items()
        for resource in resources
    },
)
def other_methods(lrs: Lrs, what: tuple[str, str]) -> None:
    method, resource = what
    reply = lrs.send(method, resource, _good_parameters(resource))
    expect(reply.status in (400, 404, 405), "400, 404 or 405", reply.status)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)


@case(
    "C16",
    section="Part 3 §1.1",
    holds="HEAD of a document gives its ETag and Last-Modified, without a byte of it",
    variants=(STATE, ACTIVITY_PROFILE, AGENT_PROFILE),
)
def head_of_a_document(lrs: Lrs, resource: str) -> None:
    where = _good_parameters(resource) | {"stateId" if resource == STATE else "profileId": "x"}
    lrs.send("HEAD", resource, where).expect(404)
    lrs.send("POST", resource, where, json_body={"a": 1}).expect(204)
    got = lrs.get(resource, where).expect(200)
    reply = lrs.send("HEAD", resource, where).expect(200)
    expect_equal("the body", reply.body, b"")
    for name in ("etag", "last-modified", "content-type"):
        expect(got.header(name) != "", f"the header {name}", got.http.headers)
        expect_equal(name, reply.header(name), got.header(name))


@case(
    "C17",
    section="Part 3 §1.1",
    holds="nothing follows the headers of an answer to HEAD, whatever its status",
    variants={"200": "limit=1", "404": f"statementId={new_uuid()}", "400": "unknown=1"},
)
def head_on_the_wire(lrs: Lrs, query: str) -> None:
    lines = (
        f"HEAD {lrs.path}/{STATEMENTS}?{query} HTTP/1.1",
        f"Host: {lrs.client.origin.partition('//')[2]}",
        f"Authorization: {lrs.authorization}",
        f"{VERSION}: {lrs.version}",
        "Connection: close",
    )
    received = lrs.client.send_bytes(("\r\n".join(lines) + "\r\n\r\n").encode())
    head, blank, rest = received.partition(b"\r\n\r\n")
    expect(head.startswith(b"HTTP/1.1 ") and blank != b"", "an answer of HTTP", received[:200])
    expect_equal("what follows the headers", rest, b"")


def _good_parameters(resource: str) -> dict[str, str]:
    agent = json.dumps(new_agent())
    return {
        STATEMENTS: {"limit": "1"},
        STATE: {"activityId": new_iri(), "agent": agent},
        ACTIVITY_PROFILE: {"activityId": new_iri()},
        AGENT_PROFILE: {"agent": agent},
        AGENTS: {"agent": agent},
        ACTIVITIES: {"activityId": new_iri()},
        ABOUT: {},
    }[resource]
