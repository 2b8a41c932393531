"""The alternate request syntax of 1.0.3, which 2.0 no longer has."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from ...checks import expect, expect_equal
from ..builders import new_agent, new_iri, new_uuid, statement
from ..lrs import ACTIVITIES, AGENT_PROFILE, AGENTS, FORM, STATE, STATEMENTS, VERSION, Lrs, Reply
from ..registry import V1, V2, case


def ask(lrs: Lrs, method: str, resource: str, fields: dict[str, str], **headers: str | None) -> Reply:
    """POST a form that means another request, with credentials and version in it and not in the headers."""
    within = {"Authorization": lrs.authorization, VERSION: lrs.version, **fields}
    body = urlencode(within).encode()
    given = {"Authorization": None, VERSION: None, **headers}
    return lrs.send("POST", resource, {"method": method}, body=body, content_type=FORM, headers=given)


@case("C30", section="Part 3 §1.3", holds="PUT of a statement as a form stores it", versions=(V1,))
def put_as_a_form(lrs: Lrs) -> None:
    value = statement(result={"response": "Grüße & 100 % +1"})
    fields = {"statementId": value["id"], "content": json.dumps(value), "Content-Type": "application/json"}
    ask(lrs, "PUT", STATEMENTS, fields).expect(204)
    expect_equal("the response", lrs.find(value["id"]).expect(200).json["result"], value["result"])


@case("C31", section="Part 3 §1.3", holds="POST of statements as a form stores them", versions=(V1,))
def post_as_a_form(lrs: Lrs) -> None:
    values = [statement(), statement()]
    fields = {"content": json.dumps(values), "Content-Type": "application/json"}
    reply = ask(lrs, "POST", STATEMENTS, fields).expect(200)
    expect_equal("the ids", reply.json, [value["id"] for value in values])


@case(
    "C32",
    section="Part 3 §1.3",
    holds="GET as a form, its parameters as fields, gives a list with more",
    versions=(V1,),
)
def get_as_a_form(lrs: Lrs) -> None:
    value = statement()
    lrs.store(value)
    reply = ask(lrs, "GET", STATEMENTS, {"limit": "1", "verb": value["verb"]["id"]}).expect(200)
    expect_equal("the ids", [each["id"] for each in reply.json["statements"]], [value["id"]])
    expect("more" in reply.json, "the member more", reply.json)


@case(
    "C33", section="Part 3 §1.3", holds="every resource and method can be asked for as a form", versions=(V1,)
)
def every_resource_as_a_form(lrs: Lrs) -> None:
    agent = json.dumps(new_agent())
    where = {"activityId": new_iri(), "agent": agent, "stateId": "x"}
    typed = {**where, "content": '{"a":1}', "Content-Type": "application/json"}
    ask(lrs, "PUT", STATE, typed).expect(204)
    ask(lrs, "POST", STATE, {**typed, "content": '{"b":2}'}).expect(204)
    expect_equal("the document", ask(lrs, "GET", STATE, where).expect(200).json, {"a": 1, "b": 2})
    ask(lrs, "DELETE", STATE, where).expect(204)
    ask(lrs, "GET", STATE, where).expect(404)
    ask(lrs, "GET", AGENTS, {"agent": agent}).expect(200)
    ask(lrs, "GET", ACTIVITIES, {"activityId": new_iri()}).expect(200)


@case(
    "C34",
    section="Part 3 §1.3",
    holds="If-Match and If-None-Match count as fields of the form",
    versions=(V1,),
)
def preconditions_as_fields(lrs: Lrs) -> None:
    where = {"agent": json.dumps(new_agent()), "profileId": "x"}
    typed = {**where, "content": "1", "Content-Type": "text/plain"}
    ask(lrs, "PUT", AGENT_PROFILE, {**typed, "If-None-Match": "*"}).expect(204)
    ask(lrs, "PUT", AGENT_PROFILE, {**typed, "If-None-Match": "*"}).expect(412)
    etag = lrs.get(AGENT_PROFILE, where).expect(200).header("etag")
    ask(lrs, "PUT", AGENT_PROFILE, {**typed, "If-Match": '"wrong"'}).expect(412)
    ask(lrs, "PUT", AGENT_PROFILE, {**typed, "If-Match": etag}).expect(204)


@case(
    "C35",
    section="Part 3 §1.3",
    holds="a field of the form overrides the header of the same name",
    versions=(V1,),
)
def fields_override_headers(lrs: Lrs) -> None:
    headers = {"Authorization": lrs.authorization, VERSION: lrs.version}
    ask(lrs, "GET", STATEMENTS, {"limit": "1", VERSION: "0.8"}, **headers).expect(400)
    ask(lrs, "GET", STATEMENTS, {"limit": "1", "Authorization": "Basic eDp5"}, **headers).expect(401)


@case(
    "C36",
    section="Part 3 §1.3",
    holds="a form without a version or without credentials is refused",
    versions=(V1,),
)
def forms_need_version_and_credentials(lrs: Lrs) -> None:
    body = urlencode({"limit": "1", VERSION: lrs.version}).encode()
    none: dict[str, str | None] = {"Authorization": None, VERSION: None}
    lrs.send("POST", STATEMENTS, {"method": "GET"}, body=body, content_type=FORM, headers=none).expect(401)
    body = urlencode({"limit": "1", "Authorization": lrs.authorization}).encode()
    lrs.send("POST", STATEMENTS, {"method": "GET"}, body=body, content_type=FORM, headers=none).expect(400)


@case(
    "C37",
    section="Part 3 §1.3",
    holds="a form that is not as the syntax wants it is refused with 400",
    versions=(V1,),
    variants=("another parameter", "HTTP PUT", "no content", "JSON as form", "unknown method", "no method"),
)
def broken_forms(lrs: Lrs, how: str) -> None:
    value = statement()
    fields = {"statementId": value["id"], "content": json.dumps(value), "Content-Type": "application/json"}
    method, params, body = "POST", {"method": "PUT"}, urlencode(fields).encode()
    if how == "another parameter":
        params = {"method": "PUT", "statementId": value["id"]}
    elif how == "HTTP PUT":
        method = "PUT"
    elif how == "no content":
        body = urlencode({"statementId": value["id"]}).encode()
    elif how == "JSON as form":
        body = json.dumps(value).encode()
    elif how == "unknown method":
        params = {"method": "FROB"}
    else:
        params = {}
    lrs.send(method, STATEMENTS, params, body=body, content_type=FORM).expect(400)
    lrs.find(value["id"]).expect(404)


@case(
    "C38",
    section="2.0 alternate syntax removed",
    holds="a form that means another request is refused",
    versions=(V2,),
)
def no_forms_in_version_two(lrs: Lrs) -> None:
    value = statement()
    fields = {"statementId": value["id"], "content": json.dumps(value), "Content-Type": "application/json"}
    body = urlencode(fields).encode()
    reply = lrs.send("POST", STATEMENTS, {"method": "PUT"}, body=body, content_type=FORM)
    expect(400 <= reply.status < 500, "a status of 4xx", reply.status)
    reply = lrs.send("POST", STATEMENTS, {"method": "GET"}, body=b"limit=1", content_type=FORM)
    expect(400 <= reply.status < 500, "a status of 4xx", reply.status)
    lrs.find(value["id"]).expect(404)


@case(
    "C39", section="Part 3 §2.1.2", holds="a POST to store and a POST to list are told apart", versions=(V1,)
)
def storing_and_listing(lrs: Lrs) -> None:
    value = statement()
    lrs.post(value).expect(200)
    reply = ask(lrs, "GET", STATEMENTS, {"statementId": value["id"]}).expect(200)
    expect_equal("the id", reply.json["id"], value["id"])
    ask(lrs, "GET", STATEMENTS, {"statementId": new_uuid()}).expect(404)
