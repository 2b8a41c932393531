"""State, activity profiles and agent profiles: storing, merging, listing, deleting."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

from ...checks import expect, expect_equal
from ..builders import new_account, new_agent, new_group, new_iri, new_name, new_uuid
from ..lrs import AGENT_PROFILE, FORM, JSON_TYPE, STATE, Lrs
from ..registry import case
from ..shelf import BYTES, RESOURCES, Shelf, shelf


@case(
    "C200",
    section="Part 3 §2.2",
    holds="a document is given back byte for byte, in its own type",
    variants=RESOURCES,
)
def documents_come_back(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    bodies = {
        "text": (b"/ asdf / undefined", BYTES),
        "bytes": (bytes(range(256)), "image/png"),
        "spaced JSON": (b'{ "b" : 1.50,\r\n"a":2 }', JSON_TYPE),
        "typed": ("Grüße".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        "form": (b"abc=1&d=2", "text/css"),
        "list": (b"[1]", JSON_TYPE),
    }
    for name, (body, kind) in bodies.items():
        expect_equal("the body of the answer", place.put(name, body, kind).expect(204).body, b"")
        found = place.get(name).expect(200)
        expect_equal("the bytes", found.body, body)
        expect_equal("the type", found.header("content-type"), kind)


@case(
    "C201",
    section="Part 3 §2.2",
    holds="a document nobody has sent is 404, and deleting it 204",
    variants=RESOURCES,
)
def no_document(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.get("x").expect(404)
    place.delete("x").expect(204)
    place.get("x").expect(404)


@case(
    "C202",
    section="Part 3 §2.2",
    holds="PUT replaces, DELETE takes away this document and no other",
    variants=RESOURCES,
)
def replacing_and_deleting(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("x", {"a": 1}).expect(204)
    place.put("y", {"a": 2}).expect(204)
    place.put("x", {"b": 1}).expect(204)
    expect_equal("the document", place.get("x").json, {"b": 1})
    place.delete("x").expect(204)
    place.get("x").expect(404)
    expect_equal("the other document", place.get("y").expect(200).json, {"a": 2})


@case(
    "C203",
    section="Part 3 §2.2",
    holds="without an id the names of all documents are listed, none as []",
    variants=RESOURCES,
)
def names_of_documents(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    expect_equal("the names", place.names(), [])
    for name in ("b", "a", "ä/ö &?"):
        place.put(name, {}).expect(204)
    expect_equal("the names", place.names(), ["a", "b", "ä/ö &?"])
    expect_equal("the document", place.get("ä/ö &?").expect(200).json, {})


@case(
    "C204", section="Part 3 §2.2", holds="since lists what was stored or changed after it", variants=RESOURCES
)
def names_since(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("old", {}).expect(204)
    place.put("changed", {}).expect(204)
    # Last-Modified has whole seconds, so that the first one's begins before both were stored.
    since = parsedate_to_datetime(place.get("old").header("last-modified")).isoformat()
    expect_equal("the names", place.names(since=since), ["changed", "old"])
    time.sleep(1.1)
    now = parsedate_to_datetime(place.get("old").header("date")).isoformat()
    time.sleep(1.1)
    place.post("changed", {"a": 1}).expect(204)
    place.put("new", {}).expect(204)
    expect_equal("the names", place.names(since=now), ["changed", "new"])
    for bad in ("yesterday", "01/02/2026", "true"):
        lrs.get(resource, {**place.context, "since": bad}).expect(400)


@case(
    "C205",
    section="Part 3 §2.2",
    holds="POST makes a document, or merges JSON objects at their top",
    variants=RESOURCES,
)
def merging(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.post("x", {"car": "Honda", "other": 1, "deep": {"a": 1}}).expect(204)
    expect_equal("the document", place.get("x").json, {"car": "Honda", "other": 1, "deep": {"a": 1}})
    expect_equal(
        "the body", place.post("x", {"type": "Civic", "other": None, "deep": {"b": 2}}).expect(204).body, b""
    )
    found = place.get("x")
    merged = {"car": "Honda", "other": None, "deep": {"b": 2}, "type": "Civic"}
    expect_equal("the document", found.json, merged)
    expect_equal("the type", found.header("content-type").split(";")[0], JSON_TYPE)


@case(
    "C206",
    section="Part 3 §2.2",
    holds="a POST that cannot be merged is refused with 400 and changes nothing",
    variants={
        f"{name} of {resource}": (resource, *what)
        for resource in RESOURCES
        for name, what in {
            "bytes over JSON": (b'{"a":1}', JSON_TYPE, b"abc", BYTES),
            "JSON labelled otherwise": (b'{"a":1}', JSON_TYPE, b'{"b":2}', "not/json"),
            "JSON over bytes": (b"abc", BYTES, b'{"b":2}', JSON_TYPE),
            "JSON over text of JSON": (b'{"a":1}', "text/plain", b'{"b":2}', JSON_TYPE),
            "a list over an object": (b'{"a":1}', JSON_TYPE, b"[1]", JSON_TYPE),
            "an object over a list": (b"[1]", JSON_TYPE, b'{"b":2}', JSON_TYPE),
            "broken JSON": (b'{"a":1}', JSON_TYPE, b'{"b":2}{', JSON_TYPE),
            "a form": (b'{"a":1}', JSON_TYPE, b"abc", "application/x-www-form-urlencoded"),
        }.items()
    },
)
def merging_what_cannot_be(lrs: Lrs, what: tuple[str, bytes, str, bytes, str]) -> None:
    resource, old, old_kind, new, kind = what
    place = shelf(lrs, resource)
    place.put("x", old, old_kind).expect(204)
    place.post("x", new, kind).expect(400)
    found = place.get("x").expect(200)
    expect_equal("the document", found.body, old)
    expect_equal("its type", found.header("content-type"), old_kind)


@case(
    "C207",
    section="Part 3 §2.2",
    holds="a POST of broken JSON makes no document; one of bytes makes one",
    variants=RESOURCES,
)
def posting_the_first(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    for broken in (b'{"a":1}[', b"{", b""):
        place.post("x", broken).expect(400)
        place.get("x").expect(404)
    place.post("x", b"abc", BYTES).expect(204)
    expect_equal("the document", place.get("x").expect(200).body, b"abc")


@case(
    "C208",
    section="Part 3 §2.2",
    holds="Last-Modified moves on when a document changes, and is given for lists",
    variants=RESOURCES,
)
def last_modified(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("x", {"a": 1}).expect(204)
    first = parsedate_to_datetime(place.get("x").header("last-modified"))
    time.sleep(1.5)
    place.post("x", {"a": 2}).expect(204)
    second = parsedate_to_datetime(place.get("x").header("last-modified"))
    expect(second > first, f"later than {first}", second)
    listed = parsedate_to_datetime(lrs.get(resource, place.context).header("last-modified"))
    expect_equal("Last-Modified of the list", listed, second)


@case(
    "C209",
    section="Part 3 §2.3",
    holds="a registration is part of a state's place; without it all are listed",
)
def registrations(lrs: Lrs) -> None:
    place = shelf(lrs, STATE)
    one = Shelf(lrs, STATE, {**place.context, "registration": new_uuid()})
    place.put("plain", {"a": 0}).expect(204)
    one.put("registered", {"a": 1}).expect(204)
    one.put("plain", {"a": 2}).expect(204)
    expect_equal("the plain document", place.get("plain").json, {"a": 0})
    expect_equal("the registered one", one.get("plain").json, {"a": 2})
    place.get("registered").expect(404)
    expect_equal("the names of the registration", one.names(), ["plain", "registered"])
    expect_equal("all names", sorted(set(place.names())), ["plain", "registered"])


@case(
    "C210",
    section="Part 3 §2.3",
    holds="DELETE without stateId takes away all states of its context, and no others",
)
def deleting_all(lrs: Lrs) -> None:
    place, other = shelf(lrs, STATE), shelf(lrs, STATE)
    registered = Shelf(lrs, STATE, {**place.context, "registration": new_uuid()})
    for each in (place, other, registered):
        each.put("x", {}).expect(204)
        each.put("y", {}).expect(204)
    lrs.send("DELETE", STATE, registered.context).expect(204)
    expect_equal("the names of the registration", registered.names(), [])
    expect_equal("the other names", place.names(), ["x", "y"])
    registered.put("z", {}).expect(204)
    lrs.send("DELETE", STATE, place.context).expect(204)
    expect_equal("the names", place.names(), [])
    expect_equal("the names of the registration", registered.names(), [])
    expect_equal("the names elsewhere", other.names(), ["x", "y"])


@case(
    "C211",
    section="Part 3 §2.3",
    holds="an agent is who its identifier says, whatever its name",
    variants=(STATE, AGENT_PROFILE),
)
def agents_of_documents(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    for agent in (
        new_agent(),
        new_account(),
        {"openid": new_iri()},
        {"mbox_sha1sum": new_uuid().replace("-", "") + "0" * 8},
    ):
        named = Shelf(lrs, resource, {**place.context, "agent": json.dumps({**agent, "name": "Ana"})})
        plain = Shelf(lrs, resource, {**place.context, "agent": json.dumps(agent)})
        named.put("x", {"a": 1}).expect(204)
        expect_equal("the document", plain.get("x").expect(200).json, {"a": 1})


@case(
    "C212",
    section="Part 3 §2.2",
    holds="a group, an array or a broken agent is refused with 400",
    variants=(STATE, AGENT_PROFILE),
)
def who_is_no_agent(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    for agent in (json.dumps([new_agent()]), '{"mbox":"mailto:a@b.example"', "{}", "true"):
        Shelf(lrs, resource, {**place.context, "agent": agent}).post("x", {}).expect(400)
    anonymous = {"objectType": "Group", "member": [new_agent()]}
    Shelf(lrs, resource, {**place.context, "agent": json.dumps(anonymous)}).post("x", {}).expect(400)
    reply = Shelf(lrs, resource, {**place.context, "agent": json.dumps(new_group())}).post("x", {})
    expect(reply.status in (204, 400), "204 or 400", reply.status)


@case(
    "C231", section="practice: long names", holds="names of documents may be long and odd", variants=RESOURCES
)
def odd_names(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    names = [new_name() + "x" * 1000, "a b", "💡", "..", "%41", "+"]
    for name in names:
        place.put(name, {"name": name}).expect(204)
        expect_equal("the document", place.get(name).expect(200).json, {"name": name})
    expect_equal("the names", place.names(), sorted(names))


@case(
    "C232",
    section="practice: large documents",
    holds="a document of 1 MB comes back whole",
    variants=RESOURCES,
)
def large_documents(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    body = bytes(range(256)) * 4096
    place.put("x", body, BYTES).expect(204)
    expect_equal("the size", len(place.get("x").body), len(body))


@case(
    "C213",
    section="Part 3 §2.2",
    holds="a type with parameters, or in capitals, is JSON too",
    variants=("application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"),
)
def types_of_json(lrs: Lrs, kind: str) -> None:
    for resource in RESOURCES:
        place = shelf(lrs, resource)
        place.put("x", {"a": 1}, kind).expect(204)
        place.post("x", {"b": 2}).expect(204)
        place.post("x", {"c": 3}, kind).expect(204)
        expect_equal("the document", place.get("x").expect(200).json, {"a": 1, "b": 2, "c": 3})


@case(
    "C214",
    section="practice: numbers beyond a float",
    holds="a merge leaves the values of other members as they are",
    variants=RESOURCES,
)
def merges_leave_values(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    body = '{"big": 12345678901234567890, "price": 1.10, "text": "Grüße \\u00e9 \\"", "deep": [{"n": null}]}'
    place.put("x", body.encode(), JSON_TYPE).expect(204)
    place.post("x", {"more": True}).expect(204)
    expect_equal("the document", place.get("x").expect(200).json, {**json.loads(body), "more": True})


@case(
    "C215",
    section="practice: clients send forms",
    holds="a form that names no method is a document like any other",
    variants=RESOURCES,
)
def forms_are_documents(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    for name, body in (("number", b"1"), ("word", b"true"), ("form", b"a=1&content=x&method=PUT")):
        place.post(name, body, FORM).expect(204)
        found = place.get(name).expect(200)
        expect_equal("the bytes", found.body, body)
        expect_equal("the type", found.header("content-type"), FORM)
