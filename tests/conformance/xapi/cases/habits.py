"""What real clients do: odd, but neither wrong nor rare."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from ...checks import expect, expect_equal
from ..builders import SIGNATURE, attachment, new_agent, new_uuid, new_verb, statement
from ..lrs import FORM, JSON_TYPE, STATEMENTS, VERSION, Lrs, moment
from ..registry import V1, case
from .attachments import DATA, data_part, json_part, read_parts, send, sign


@case(
    "C300", section="practice: statements without ids", holds="one that is sent twice is two, in a batch too"
)
def twins(lrs: Lrs) -> None:
    verb = new_verb()
    value = statement(id=None, verb=verb)
    ids = [*lrs.post([value, value]).expect(200).json, *lrs.post(value).expect(200).json]
    expect_equal("the number of ids", len(set(ids)), 3)
    expect_equal("all ids", sorted(lrs.ids(verb=verb["id"])), sorted(ids))


@case(
    "C301",
    section="practice: addresses as they are",
    holds="the plus of a zone that is not percent-encoded is one",
    variants=("since", "until"),
)
def zones_as_they_are(lrs: Lrs, name: str) -> None:
    value = statement()
    stored = moment(lrs.kept(value)["stored"])
    query = f"verb={value['verb']['id']}&{name}={stored.isoformat()}"
    expect("+00:00" in query, "a zone with a plus", query)
    found = lrs.get(STATEMENTS, query=query).expect(200).json["statements"]
    expect_equal("the number of statements", len(found), 1 if name == "until" else 0)


@case(
    "C302", section="practice: headers of every request", holds="GET may name a Content-Type that it has not"
)
def types_of_nothing(lrs: Lrs) -> None:
    for kind in (JSON_TYPE, FORM, "text/plain"):
        lrs.get(STATEMENTS, {"limit": "1"}, content_type=kind).expect(200)


@case("C303", section="practice: names of schemes", holds="Basic has no case")
def schemes_have_no_case(lrs: Lrs) -> None:
    for name in ("basic", "BASIC"):
        header = lrs.authorization.replace("Basic", name)
        lrs.get(STATEMENTS, {"limit": "1"}, headers={"Authorization": header}).expect(200)


@case(
    "C304",
    section="practice: real clients' multipart",
    holds="a signed statement is taken whose parts have no blank after colons and no last line end",
)
def odd_signatures(lrs: Lrs) -> None:
    value = statement()
    jws = sign(json.dumps(value).encode())
    described = attachment(jws, usageType=SIGNATURE, contentType="application/octet-stream")
    boundary = f"-------------__{new_uuid()}__123__456"
    head = f"\r\n--{boundary}\r\nContent-Type:"
    body = (
        f"{head}application/json\r\n\r\n{json.dumps({**value, 'attachments': [described]})}{head}"
        f"application/octet-stream\r\nContent-Transfer-Encoding:binary\r\nX-Experience-API-Hash:"
        f"{described['sha2']}\r\n\r\n{jws.decode()}\r\n--{boundary}--"
    )
    content_type = f"multipart/mixed; boundary={boundary}"
    lrs.send("POST", STATEMENTS, body=body.encode(), content_type=content_type).expect(200)
    expect_equal("the signature", read_parts(lrs.find(value["id"], attachments="true"))[1][1], jws)


@case(
    "C305",
    section="practice: forms of browsers",
    holds="content without a type of its own is JSON, and Content-Length is a header",
    versions=(V1,),
)
def plain_forms(lrs: Lrs) -> None:
    value = statement()
    text = json.dumps(value)
    fields = {
        "statementId": value["id"],
        "Authorization": lrs.authorization,
        VERSION: lrs.version,
        "Content-Length": str(len(text)),
        "content": text,
    }
    none = {"Authorization": None, VERSION: None}
    sent = {"body": urlencode(fields, quote_via=quote).encode(), "headers": none}
    lrs.send("POST", STATEMENTS, {"method": "PUT"}, content_type=f"{FORM}; charset=UTF-8", **sent).expect(204)
    lrs.find(value["id"]).expect(200)


@case("C306", section="practice: pages with attachments", holds="more leads to multipart where the list was")
def pages_with_data(lrs: Lrs) -> None:
    verb = new_verb()
    values = [statement(verb=verb, attachments=[attachment(DATA)]) for _ in range(3)]
    send(lrs, json_part(values), data_part()).expect(200)
    reply = lrs.get(STATEMENTS, {"verb": verb["id"], "attachments": "true", "limit": "1"})
    found = []
    while True:
        parts = read_parts(reply.expect(200))
        page = json.loads(parts[0][1])
        found += [each["id"] for each in page["statements"]]
        expect_equal("the data", [data for _, data in parts[1:]], [DATA])
        if not page["more"]:
            break
        reply = lrs.follow(page["more"])
    expect_equal("the ids", found, [value["id"] for value in reversed(values)])


@case(
    "C307", section="practice: agents in addresses", holds="an agent whose JSON is broken is refused with 400"
)
def broken_agents(lrs: Lrs) -> None:
    agent = quote(json.dumps(new_agent())).replace("%3A", "%22", 1)
    for resource, more in (("activities/state", "activityId=http://a.example&stateId=x"), ("agents", "")):
        lrs.send("GET", resource, query=f"agent={agent}&{more}".rstrip("&")).expect(400)
