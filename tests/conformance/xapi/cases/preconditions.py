"""ETags and preconditions of documents."""

from __future__ import annotations

import hashlib

from ...checks import expect, expect_equal
from ..lrs import STATE, Lrs
from ..registry import V1, V2, case
from ..shelf import BYTES, PROFILES, RESOURCES, shelf


@case(
    "C220",
    section="Part 3 §3.1",
    holds="the ETag is the SHA-1 of the document, in quotes",
    versions=(V1,),
    variants=RESOURCES,
)
def etags(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    for body in (b"one", b"two"):
        place.put("x", body, BYTES).expect(204)
        expect_equal("ETag", place.get("x").header("etag"), f'"{hashlib.sha1(body).hexdigest()}"')


@case(
    "C221",
    section="2.0 concurrency",
    holds="the ETag is quoted and changes with the document",
    versions=(V2,),
    variants=RESOURCES,
)
def etags_of_version_two(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("x", b"one", BYTES).expect(204)
    first = place.get("x").header("etag")
    expect(first.startswith('"') and first.endswith('"') and len(first) > 2, "a quoted ETag", first)
    place.put("x", b"two", BYTES).expect(204)
    expect(place.get("x").header("etag") != first, "another ETag", first)


@case(
    "C222",
    section="Part 3 §3.1",
    holds="PUT without a precondition over a profile is refused with 409 and a reason",
    variants=PROFILES,
)
def put_needs_a_precondition(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("x", {"a": 1}).expect(204)
    reply = place.send("PUT", "x", {"a": 2}).expect(409)
    expect("if-match" in reply.text.lower(), "a reason that tells of If-Match", reply.text)
    expect_equal("the document", place.get("x").json, {"a": 1})


@case(
    "C223",
    section="Part 3 §3.1",
    holds="PUT of a new profile without a precondition is refused with 400",
    versions=(V1,),
    variants=PROFILES,
)
def first_put_of_profiles(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.send("PUT", "x", {"a": 1}).expect(400)
    place.get("x").expect(404)


@case("C224", section="Part 3 §2.3", holds="PUT of a state needs no precondition", versions=(V1,))
def put_of_states(lrs: Lrs) -> None:
    place = shelf(lrs, STATE)
    place.send("PUT", "x", {"a": 1}).expect(204)
    place.send("PUT", "x", {"a": 2}).expect(204)
    expect_equal("the document", place.get("x").json, {"a": 2})


@case(
    "C225",
    section="2.0 concurrency",
    holds="PUT without a precondition makes a document, and is 409 over one",
    versions=(V2,),
    variants=RESOURCES,
)
def put_in_version_two(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.send("PUT", "x", {"a": 1}).expect(204)
    reply = place.send("PUT", "x", {"a": 2}).expect(409)
    expect(reply.body.strip() != b"", "a reason in the body", reply.body)
    expect_equal("the document", place.get("x").json, {"a": 1})


@case(
    "C226",
    section="Part 3 §3.1",
    holds="If-None-Match: * lets PUT make a document and not replace one",
    variants=RESOURCES,
)
def if_none_match(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.send("PUT", "x", {"a": 1}, If_None_Match="*").expect(204)
    place.send("PUT", "x", {"a": 2}, If_None_Match="*").expect(412)
    expect_equal("the document", place.get("x").json, {"a": 1})


@case(
    "C233",
    section="Part 3 §3.1",
    holds="If-None-Match: * lets POST make a document and not change one",
    variants=RESOURCES,
)
def if_none_match_of_post(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.post("x", {"a": 1}, If_None_Match="*").expect(204)
    place.post("x", {"b": 2}, If_None_Match="*").expect(412)
    expect_equal("the document", place.get("x").json, {"a": 1})


@case(
    "C227",
    section="Part 3 §3.1",
    holds="If-Match lets a change through only where the document is the one meant",
    variants={
        f"{method} of {resource}": (method, resource)
        for method in ("PUT", "POST", "DELETE")
        for resource in RESOURCES
    },
)
def if_match(lrs: Lrs, what: tuple[str, str]) -> None:
    method, resource = what
    place = shelf(lrs, resource)
    body = None if method == "DELETE" else {"b": 2}
    place.put("x", {"a": 1}).expect(204)
    etag = place.get("x").header("etag")
    for wrong in ('"1234567890123456789012345678901234567890"', '"x", "y"'):
        place.send(method, "x", body, If_Match=wrong).expect(412)
        expect_equal("the document", place.get("x").expect(200).json, {"a": 1})
    place.send(method, "x", body, If_Match=etag).expect(204)
    if method == "DELETE":
        place.get("x").expect(404)
    else:
        expect_equal("the document", place.get("x").json, {"b": 2} if method == "PUT" else {"a": 1, "b": 2})


@case(
    "C228", section="Part 3 §3.1", holds="If-Match of a document that is not there is 412", variants=RESOURCES
)
def if_match_of_nothing(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.send("PUT", "x", {"a": 1}, If_Match='"1234567890123456789012345678901234567890"').expect(412)
    place.send("PUT", "x", {"a": 1}, If_Match="*").expect(412)
    place.send("POST", "x", {"a": 1}, If_Match='"1"').expect(412)
    place.send("DELETE", "x", If_Match='"1"').expect(412)
    place.get("x").expect(404)


@case(
    "C229",
    section="Part 3 §3.1",
    holds="If-Match takes *, lists, and what a proxy made of the ETag",
    variants=RESOURCES,
)
def forms_of_if_match(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.put("x", {"a": 0}).expect(204)
    for number, form in enumerate(("*", '"other", {}', "W/{}", "{}"), start=1):
        etag = place.get("x").header("etag")
        place.send("PUT", "x", {"a": number}, If_Match=form.format(etag)).expect(204)
        expect_equal("the document", place.get("x").json, {"a": number})


@case("C230", section="Part 3 §3.1", holds="POST and DELETE need no precondition", variants=RESOURCES)
def no_precondition(lrs: Lrs, resource: str) -> None:
    place = shelf(lrs, resource)
    place.post("x", {"a": 1}).expect(204)
    place.post("x", {"b": 2}).expect(204)
    place.delete("x").expect(204)
    place.get("x").expect(404)
