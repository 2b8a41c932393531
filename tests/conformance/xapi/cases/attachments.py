"""Attachments and signatures on the wire."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ...checks import expect, expect_equal
from ..builders import (
    SIGNATURE,
    Json,
    attachment,
    new_iri,
    new_uuid,
    new_verb,
    statement,
    substatement,
    voiding,
)
from ..lrs import JSON_TYPE, STATEMENTS, Lrs, Reply, multipart
from ..registry import V2, case

DATA = b"line\r\nand line\n\x00\xff--"
Part = tuple[Mapping[str, str], bytes]


def json_part(value: Any) -> Part:
    return {"Content-Type": JSON_TYPE}, json.dumps(value).encode()


def data_part(data: bytes = DATA, **headers: str | None) -> Part:
    named = {
        "Content-Type": "text/plain",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hashlib.sha256(data).hexdigest(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return {name: value for name, value in named.items() if value is not None}, data


def send(lrs: Lrs, *parts: Part, boundary: str = "abcABC0123", put: str | None = None) -> Reply:
    body, content_type = multipart(parts, boundary)
    if put is None:
        return lrs.send("POST", STATEMENTS, body=body, content_type=content_type)
    return lrs.send("PUT", STATEMENTS, {"statementId": put}, body=body, content_type=content_type)


def read_parts(reply: Reply) -> list[tuple[dict[str, str], bytes]]:
    """Take an answer apart as clients do: by the boundary, with CRLF."""
    kind = reply.header("content-type")
    expect(kind.startswith("multipart/mixed; boundary="), "multipart/mixed; boundary=…", kind)
    boundary = kind.partition("boundary=")[2].split(";")[0]
    expect(boundary.isalnum(), "a boundary of letters and digits", boundary)
    expect(reply.body.startswith(f"--{boundary}\r\n".encode()), "the boundary first", reply.body[:80])
    pieces = reply.body.split(f"--{boundary}".encode())
    expect_equal("the end", pieces[-1].strip(), b"--")
    found = []
    for piece in pieces[1:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode().split("\r\n")]
        found.append(({name.lower(): text.strip() for name, _, text in lines}, data.removesuffix(b"\r\n")))
    return found


@case(
    "C150",
    section="Part 3 §1.5.2",
    holds="statements with data are taken, and the data is given back",
    variants=("POST", "PUT"),
)
def data_both_ways(lrs: Lrs, method: str) -> None:
    value = statement(attachments=[attachment(DATA)])
    if method == "POST":
        send(lrs, json_part(value), data_part()).expect(200)
    else:
        send(lrs, json_part(value), data_part(), put=value["id"]).expect(204)
    reply = lrs.find(value["id"], attachments="true").expect(200)
    [first, second] = read_parts(reply)
    expect_equal("the first part", first[0]["content-type"].split(";")[0], JSON_TYPE)
    expect_equal("the id", json.loads(first[1])["id"], value["id"])
    sha2 = hashlib.sha256(DATA).hexdigest()
    expect_equal("the hash", second[0]["x-experience-api-hash"], sha2)
    expect_equal("the encoding", second[0]["content-transfer-encoding"], "binary")
    expect_equal("the type", second[0]["content-type"], "text/plain")
    expect_equal("the data", second[1], DATA)
    expect_equal("the number of the hash's places", reply.body.count(sha2.encode()), 2)


@case(
    "C151",
    section="Part 3 §1.5.2",
    holds="a list with attachments=true is multipart, also without any attachment",
)
def lists_with_data(lrs: Lrs) -> None:
    verb = new_verb()
    value = statement(verb=verb, attachments=[attachment(DATA)])
    send(lrs, json_part([value, statement(verb=verb)]), data_part()).expect(200)
    params = {"verb": verb["id"], "attachments": "true"}
    parts = read_parts(lrs.get(STATEMENTS, params).expect(200))
    expect_equal("the number of statements", len(json.loads(parts[0][1])["statements"]), 2)
    expect_equal("the data", [data for _, data in parts[1:]], [DATA])
    none = read_parts(lrs.get(STATEMENTS, {"verb": new_iri(), "attachments": "true"}).expect(200))
    expect_equal("the number of parts", len(none), 1)
    expect_equal("the list", json.loads(none[0][1])["statements"], [])


@case(
    "C152",
    section="Part 3 §2.1.3",
    holds="without attachments=true the answer is JSON without data",
    variants=("absent", "false"),
)
def no_data(lrs: Lrs, how: str) -> None:
    value = statement(attachments=[attachment(DATA)])
    send(lrs, json_part(value), data_part()).expect(200)
    params = {} if how == "absent" else {"attachments": "false"}
    for asked in ({"statementId": value["id"]}, {"verb": value["verb"]["id"]}):
        reply = lrs.get(STATEMENTS, {**asked, **params}).expect(200)
        expect_equal("the type", reply.header("content-type").split(";")[0], JSON_TYPE)
        expect(DATA not in reply.body, "no data", reply.body[:100])


@case("C153", section="Part 3 §1.5.2", holds="one copy of the data serves all statements that name it")
def one_copy(lrs: Lrs) -> None:
    verb = new_verb()
    values = [statement(verb=verb, attachments=[attachment(DATA)]) for _ in range(3)]
    send(lrs, json_part(values), data_part()).expect(200)
    parts = read_parts(lrs.get(STATEMENTS, {"verb": verb["id"], "attachments": "true"}))
    expect_equal("the data", [data for _, data in parts[1:]], [DATA])


@case(
    "C154",
    section="Part 3 §1.5.1",
    holds="JSON is taken without attachments and with ones that have a fileUrl, multipart too",
    variants=("JSON", "multipart", "multipart with data and fileUrl"),
)
def file_urls(lrs: Lrs, how: str) -> None:
    value = statement(attachments=[attachment(DATA, fileUrl=new_iri("files"))])
    if how == "JSON":
        lrs.post([value, statement()]).expect(200)
    elif how == "multipart":
        send(lrs, json_part([value, statement()])).expect(200)
    else:
        send(lrs, json_part(value), data_part()).expect(200)
        parts = read_parts(lrs.find(value["id"], attachments="true"))
        expect_equal("the data", [data for _, data in parts[1:]], [DATA])
    expect_equal("the attachments", lrs.find(value["id"]).json["attachments"], value["attachments"])


@case(
    "C155",
    section="Part 3 §1.5.2",
    holds="an attachment with neither fileUrl nor data is refused with 400",
    variants=("JSON", "multipart", "other data"),
)
def missing_data(lrs: Lrs, how: str) -> None:
    value = statement(attachments=[attachment(DATA)])
    if how == "JSON":
        lrs.post(value).expect(400)
    elif how == "multipart":
        send(lrs, json_part(value)).expect(400)
    else:
        send(lrs, json_part(value), data_part(b"other")).expect(400)
    lrs.find(value["id"]).expect(404)


@case(
    "C156",
    section="Part 3 §1.5.2",
    holds="a part of data that is not as it must be is refused with 400",
    variants={
        "no hash": {"X_Experience_API_Hash": None},
        "another hash": {"X_Experience_API_Hash": "0" * 64},
        "no hexadecimals": {"X_Experience_API_Hash": "z" * 64},
        "base64": {"Content_Transfer_Encoding": "base64"},
        "7bit": {"Content_Transfer_Encoding": "7bit"},
    },
)
def bad_parts(lrs: Lrs, headers: dict[str, str | None]) -> None:
    value = statement(attachments=[attachment(DATA)])
    send(lrs, json_part(value), data_part(**headers)).expect(400)
    lrs.find(value["id"]).expect(404)


@case("C157", section="Part 3 §1.5.2", holds="a part without an encoding is taken for binary")
def assumed_encoding(lrs: Lrs) -> None:
    value = statement(attachments=[attachment(DATA)])
    send(lrs, json_part(value), data_part(Content_Transfer_Encoding=None)).expect(200)
    expect_equal("the data", read_parts(lrs.find(value["id"], attachments="true"))[1][1], DATA)


@case("C158", section="Part 3 §1.5.2", holds="data that no attachment names is refused with 400")
def unclaimed_data(lrs: Lrs) -> None:
    value = statement()
    send(lrs, json_part(value), data_part()).expect(400)
    send(lrs, json_part(value), json_part(statement(attachments=[attachment(DATA)])), data_part()).expect(400)
    lrs.find(value["id"]).expect(404)


RAW = b'{"actor":{"mbox":"mailto:a@b.example"},"verb":{"id":"http://a.example"},"object":{"id":"http://a.example"}}'


@case(
    "C159",
    section="Part 3 §1.5.2",
    holds="a body that is no multipart/mixed of statements is refused with 400",
    variants={
        "no boundary": (
            b"--x\r\nContent-Type: application/json\r\n\r\n" + RAW + b"\r\n--x--\r\n",
            "multipart/mixed",
        ),
        "another boundary": (
            b"--y\r\nContent-Type: application/json\r\n\r\n" + RAW + b"\r\n--y--\r\n",
            "multipart/mixed; boundary=x",
        ),
        "no first boundary": (
            b"Content-Type: application/json\r\n\r\n" + RAW + b"\r\n--x--\r\n",
            "multipart/mixed; boundary=x",
        ),
        "text first": (
            b"--x\r\nContent-Type: text/plain\r\n\r\n" + RAW + b"\r\n--x--\r\n",
            "multipart/mixed; boundary=x",
        ),
        "no blank line": (
            b"--x\r\nContent-Type: application/json\r\n" + RAW + b"\r\n--x--\r\n",
            "multipart/mixed; boundary=x",
        ),
        "no boundary between": (
            b"--x\r\nContent-Type: application/json\r\n\r\n"
            + RAW
            + b"\r\nContent-Type: text/plain\r\n\r\ndata\r\n--x--\r\n",
            "multipart/mixed; boundary=x",
        ),
        "no last boundary": (
            b"--x\r\nContent-Type: application/json\r\n\r\n" + RAW + b"\r\n",
            "multipart/mixed; boundary=x",
        ),
        "JSON alone": (RAW, "multipart/mixed; boundary=x"),
        "nothing": (b"", "multipart/mixed; boundary=x"),
        "form-data": (
            b"--x\r\nContent-Type: application/json\r\n\r\n" + RAW + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    },
)
def no_multipart(lrs: Lrs, what: tuple[bytes, str]) -> None:
    body, content_type = what
    lrs.send("POST", STATEMENTS, body=body, content_type=content_type).expect(400)


@case("C160", section="practice: real clients' multipart", holds="odd but legal multipart is taken")
def odd_multipart(lrs: Lrs) -> None:
    value = statement(attachments=[attachment(DATA)])
    for boundary in ("--------314159265358979323846", "abcABC0123'()+_,-./:=?", "a"):
        value = {**value, "id": new_uuid()}
        body, _ = multipart([json_part(value), data_part()], boundary)
        body = b"\r\n" + body.replace(b"Content-Type: ", b"Content-Type:")
        content_type = f'multipart/mixed; boundary="{boundary}"'
        lrs.send("POST", STATEMENTS, body=body, content_type=content_type).expect(200)
        expect_equal("the data", read_parts(lrs.find(value["id"], attachments="true"))[1][1], DATA)


@case(
    "C161",
    section="Part 2 §2.4.11",
    holds="hashes of SHA-224, 256, 384 and 512 are taken",
    variants=("sha224", "sha256", "sha384", "sha512"),
)
def other_hashes(lrs: Lrs, name: str) -> None:
    sha2 = hashlib.new(name, DATA).hexdigest()
    value = statement(attachments=[attachment(DATA, sha2=sha2)])
    send(lrs, json_part(value), data_part(X_Experience_API_Hash=sha2)).expect(200)
    expect_equal("the data", read_parts(lrs.find(value["id"], attachments="true"))[1][1], DATA)


@case("C162", section="practice: clients guess it", holds="length is not compared with the data")
def length_is_not_judged(lrs: Lrs) -> None:
    value = statement(attachments=[attachment(DATA, length=2 * len(DATA))])
    send(lrs, json_part(value), data_part()).expect(200)


def sign(payload: bytes, algorithm: str = "RS256", **header: Any) -> bytes:
    """Write a compact JWS whose signature nobody can check: no certificate comes with it."""
    pieces = (json.dumps({"alg": algorithm, **header}).encode(), payload, b"signature")
    return b".".join(base64.urlsafe_b64encode(piece).rstrip(b"=") for piece in pieces)


def signed(value: Json, jws: bytes, **more: Any) -> list[Part]:
    of_signatures = {"usageType": SIGNATURE, "contentType": "application/octet-stream"}
    described = attachment(jws, **{**of_signatures, **more})
    whole = {**value, "attachments": [described]}
    return [json_part(whole), data_part(jws, Content_Type="application/octet-stream")]


@case(
    "C170",
    section="Part 2 §2.6",
    holds="a statement with a signature of itself is taken",
    variants=("RS256", "RS384", "RS512"),
)
def good_signatures(lrs: Lrs, algorithm: str) -> None:
    value = statement()
    jws = sign(json.dumps(value).encode(), algorithm)
    send(lrs, *signed(value, jws)).expect(200)
    expect_equal("the signature", read_parts(lrs.find(value["id"], attachments="true"))[1][1], jws)


@case(
    "C171",
    section="Part 2 §2.6",
    holds="a signature that is none of this statement is refused with 400",
    variants=(
        "no JWS",
        "HS256",
        "none",
        "broken payload",
        "another statement",
        "another type",
        "no data",
        "broken certificate",
    ),
)
def bad_signatures(lrs: Lrs, how: str) -> None:
    value = statement()
    payload = json.dumps(value).encode()
    jws = {
        "no JWS": b"signature",
        "HS256": sign(payload, "HS256"),
        "none": sign(payload, "none"),
        "broken payload": sign(payload[:-1]),
        "another statement": sign(json.dumps({**value, "verb": new_verb()}).encode()),
        "broken certificate": sign(payload, x5c=["AAAA"]),
    }.get(how, sign(payload))
    parts = signed(value, jws, **({"contentType": "text/plain"} if how == "another type" else {}))
    send(lrs, *(parts[:1] if how == "no data" else parts)).expect(400)
    lrs.find(value["id"]).expect(404)


@case(
    "C172",
    section="Part 2 §2.6",
    holds="the payload may lack what the store assigns, and say the same otherwise",
)
def equal_payloads(lrs: Lrs) -> None:
    value = statement(timestamp="2026-01-01T12:00:00Z")
    payload = {name: member for name, member in value.items() if name != "id"}
    payload["timestamp"] = "2026-01-01T13:00:00+01:00"
    send(lrs, *signed(value, sign(json.dumps(payload).encode()))).expect(200)


@case(
    "C173",
    section="2.0 durations",
    holds="a duration that differs beyond hundredths is the signed one",
    versions=(V2,),
)
def durations_of_payloads(lrs: Lrs) -> None:
    value = statement(result={"duration": "PT1.1237S"})
    payload = {**value, "result": {"duration": "PT1.12S"}}
    send(lrs, *signed(value, sign(json.dumps(payload).encode()))).expect(200)


@case(
    "C163",
    section="Part 3 §1.5.2",
    holds="data is given back in the type that its attachment states",
    variants=("another type was sent", "known from another statement"),
)
def types_of_data(lrs: Lrs, how: str) -> None:
    data = f"data of {new_uuid()}".encode()
    if how == "known from another statement":
        earlier = statement(attachments=[attachment(data, contentType="application/pdf")])
        send(lrs, json_part(earlier), data_part(data, Content_Type="application/pdf")).expect(200)
    value = statement(attachments=[attachment(data, contentType="text/plain; charset=utf-8")])
    send(lrs, json_part(value), data_part(data, Content_Type="application/octet-stream")).expect(200)
    [_, second] = read_parts(lrs.find(value["id"], attachments="true"))
    expect_equal("the type", second[0]["content-type"], "text/plain; charset=utf-8")
    expect_equal("the data", second[1], data)


@case("C164", section="Part 3 §2.1.3", holds="a voided statement is given with its data too")
def data_of_voided_statements(lrs: Lrs) -> None:
    value = statement(attachments=[attachment(DATA)])
    send(lrs, json_part(value), data_part()).expect(200)
    lrs.store(voiding(value["id"]))
    params = {"voidedStatementId": value["id"], "attachments": "true"}
    [first, second] = read_parts(lrs.get(STATEMENTS, params).expect(200))
    expect_equal("the id", json.loads(first[1])["id"], value["id"])
    expect_equal("the data", second[1], DATA)


@case("C165", section="Part 3 §1.5.2", holds="an attachment of a SubStatement has its data like any other")
def data_of_substatements(lrs: Lrs) -> None:
    value = statement(object=substatement(attachments=[attachment(DATA)]))
    lrs.post(value).expect(400)
    send(lrs, json_part(value), data_part()).expect(200)
    [_, second] = read_parts(lrs.find(value["id"], attachments="true"))
    expect_equal("the data", second[1], DATA)
