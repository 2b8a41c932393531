"""Signed statements: a JWS of the very statement, checked with its own certificate if it brings one."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from app.xapi.errors import BadStatement
from app.xapi.signatures import USAGE, check_signature
from tests.xapi.conftest import Sender
from tests.xapi.multipart import CONTENT_TYPE, attached, attachment, join, json_part, part
from tests.xapi.statements import IRI, UUID, Json, full, plain, with_change

OCTETS = "application/octet-stream"


@cache
def rsa_key(name: str = "signer") -> rsa.RSAPrivateKey:
    """Make a key for each name."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: Any) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def sign(payload: Any, alg: str = "RS256", **header: Any) -> bytes:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    key: Any = OctKey.import_key("a" * 64)
    if alg.startswith("RS"):
        pem = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key = RSAKey.import_key(pem)
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact({"alg": alg, **header}, data, key, registry=registry).encode()


def raw(header: Any, payload: Any) -> bytes:
    """Write what looks like a JWS, with any header."""
    pieces = [json.dumps(header).encode(), json.dumps(payload).encode(), b"signature"]
    return b".".join(base64.urlsafe_b64encode(piece).rstrip(b"=") for piece in pieces)


def signed(signature: bytes, statement: Json | None = None, **more: Any) -> bytes:
    """Write a request of a statement and its signature."""
    described = attachment(signature, **{"usageType": USAGE, "contentType": OCTETS, **more})
    one = {**(statement or plain()), "attachments": [described]}
    return join(json_part(one), part(signature, headers={"Content-Type": OCTETS}))


def without(name: str, statement: Json) -> Json:
    return {key: value for key, value in statement.items() if key != name}


def with_duration(text: str) -> Json:
    return {**plain(), "result": {"duration": text}}


GOOD: dict[str, tuple[Any, Json]] = {
    "RS256": (sign(plain()), plain()),
    "RS384": (sign(plain(), "RS384"), plain()),
    "RS512": (sign(plain(), "RS512"), plain()),
    "with its certificate": (sign(plain(), x5c=[certificate(rsa_key())]), plain()),
    "with a long chain": (sign(plain(), x5c=[certificate(rsa_key())] * 9, kid="a", more=1), plain()),
    "with an id of the sender's": (sign(plain()), {**plain(), "id": UUID}),
    "an id in other case": (sign({**plain(), "id": UUID.upper()}), {**plain(), "id": UUID}),
    "all members": (sign(full()), without("attachments", full())),
    "display": (sign(plain()), with_change(plain(), "verb/display", {"en": "did"})),
    "duration": (sign(with_duration("PT1.12S")), with_duration("PT1.1237S")),
}
BAD: dict[str, tuple[bytes, str]] = {
    "HS256": (sign(plain(), "HS256"), "algorithm"),
    "none": (raw({"alg": "none"}, plain()), "algorithm"),
    "no algorithm": (raw({}, plain()), "algorithm"),
    "an algorithm that is a list": (raw({"alg": ["RS256"]}, plain()), "algorithm"),
    "no JWS": (b"signature", "JWS"),
    "empty": (b"", "JWS"),
    "four pieces": (sign(plain()) + b".x", "JWS"),
    "bad base64": (b"a.a.a", "JWS"),
    "line end": (sign(plain()) + b"\n", "JWS"),
    "header is a list": (raw([], plain()), "header"),
    "deep header": (raw({"a": json.loads("[" * 90 + "]" * 90)}, plain()), "header"),
    "an extension": (raw({"alg": "RS256", "crit": ["b64"], "b64": False}, plain()), "extension"),
    "broken payload": (sign(json.dumps(plain()).encode()[:-1]), "JSON"),
    "payload is a list": (sign([plain()]), "object"),
    "another statement": (sign(with_change(plain(), "verb/id", IRI)), "not the statement"),
    "x5c of another": (sign(plain(), x5c=[certificate(rsa_key("other"))]), "certificate"),
    "x5c of another kind": (
        raw({"alg": "RS256", "x5c": [certificate(ec.generate_private_key(ec.SECP256R1()))]}, plain()),
        "RSA",
    ),
    "x5c empty": (raw({"alg": "RS256", "x5c": []}, plain()), "X.509"),
    "x5c no list": (raw({"alg": "RS256", "x5c": "x"}, plain()), "X.509"),
    "x5c a number": (raw({"alg": "RS256", "x5c": [1]}, plain()), "X.509"),
    "x5c no base64": (raw({"alg": "RS256", "x5c": ["\u00e9"]}, plain()), "X.509"),
    "x5c no certificate": (raw({"alg": "RS256", "x5c": ["AAAA"]}, plain()), "X.509"),
}


@pytest.mark.parametrize(("signature", "statement"), GOOD.values(), ids=GOOD.keys())
def test_a_signature_of_the_statement_is_good(signature: bytes, statement: Json) -> None:
    check_signature(json.dumps(statement).encode(), statement, signature)


@pytest.mark.parametrize(("signature", "word"), BAD.values(), ids=BAD.keys())
def test_any_other_signature_is_refused(signature: bytes, word: str) -> None:
    with pytest.raises(BadStatement) as caught:
        check_signature(json.dumps(plain()).encode(), plain(), signature)
    assert word in caught.value.text


def test_a_signature_of_another_id_is_refused() -> None:
    statement = {**plain(), "id": UUID}
    other = sign({**plain(), "id": UUID.replace("0", "1")})
    with pytest.raises(BadStatement):
        check_signature(json.dumps(statement).encode(), statement, other)


@pytest.mark.parametrize("body", [b"." * 9_000_000, b"a" * 9_000_000, b"W1tb" * 2_000_000 + b".e30.e30"])
def test_megabytes_of_malice_are_refused_in_linear_time(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadStatement):
        check_signature(b"{}", {}, body)
    assert time.process_time() - began < 100


def test_a_signed_statement_is_taken(store: Sender) -> None:
    body = signed(sign(plain(), x5c=[certificate(rsa_key())]))
    assert store.send(body, content_type=CONTENT_TYPE).status_code == 200
    assert store.put(body, UUID, content_type=CONTENT_TYPE).status_code == 204


def test_a_signed_statement_with_a_fault_is_refused(store: Sender) -> None:
    good = sign(plain())
    for body in (
        signed(good, contentType="application/json"),
        signed(good, contentType=f"{OCTETS}; x=y"),
        signed(sign(plain(), "HS256")),
        signed(good, with_change(plain(), "verb/id", IRI)),
    ):
        response = store.send(body, content_type=CONTENT_TYPE)
        assert response.status_code == 400
        assert response.get_json()["pointer"] == "/attachments/0"


def test_a_signature_elsewhere_is_refused(store: Sender) -> None:
    elsewhere = attachment(sign(plain()), usageType=USAGE, contentType=OCTETS, fileUrl=IRI)
    assert store.send(attached(elsewhere)).status_code == 400


def test_a_signature_is_of_one_statement_only(store: Sender) -> None:
    signature = sign(plain())
    one = attached(attachment(signature, usageType=USAGE, contentType=OCTETS))
    twice = {**one, "attachments": one["attachments"] * 2}
    for value, status in ((one, 200), ([one, one], 400), (twice, 400)):
        body = join(json_part(value), part(signature))
        assert store.send(body, content_type=CONTENT_TYPE).status_code == status
