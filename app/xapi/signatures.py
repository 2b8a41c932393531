"""Signed statements: an attachment that is the statement as a JWS (xAPI 1.0.3 Part 2 §2.6; RFC 7515).

Without a certificate in its header there is no key to check a signature with; then it is only known that it
is one of this very statement.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.xapi.attachments import Part, list_attachments
from app.xapi.comparison import canonical_text
from app.xapi.errors import BadJson, BadStatement
from app.xapi.wire import MAX_BODY_BYTES, JsonObject, load_json

USAGE = "http://adlnet.gov/expapi/attachments/signature"
_CONTENT_TYPE = "application/octet-stream"
_ALGORITHMS = ("RS256", "RS384", "RS512")


class _Registry(jws.JWSRegistry):
    """joserfc's limits are those of tokens; here the header holds certificates, the payload a statement."""

    max_header_length = max_payload_length = max_signature_length = MAX_BODY_BYTES


_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+")


def check_signatures(
    text: bytes, statement: JsonObject, parts: Mapping[str, Part], judged: set[str], *, pointer: str = ""
) -> None:
    """Judge the signatures of a statement, which is valid; `parts` is the data that came along, by hash.

    `judged` holds the hashes of the signatures that the request used so far: each is of one statement, or a
    long one would be read again and again. Raises BadStatement.
    """
    for place, attachment in list_attachments(statement):
        if attachment.get("usageType") != USAGE:
            continue
        try:
            if attachment.get("contentType") != _CONTENT_TYPE:
                raise BadStatement(f"the contentType of a signature must be {_CONTENT_TYPE}")
            part = parts.get(str(attachment.get("sha2")).lower())
            if part is None:
                raise BadStatement("the data of a signature must come with its statement")
            if part.sha2 in judged:
                raise BadStatement("a signature can be of one statement only")
            judged.add(part.sha2)
            if not place.startswith("/object/"):
                check_signature(text, statement, part.body)
        except BadStatement as error:
            raise BadStatement(error.text, pointer=f"{pointer}{place}") from None


def check_signature(text: bytes, statement: JsonObject, signature: bytes) -> None:
    """Raise BadStatement unless it is a JWS of the statement, and a true one as far as can be told."""
    pieces = signature.split(b".", 3)
    if len(pieces) != 3 or not all(_BASE64URL.fullmatch(piece) for piece in pieces):
        raise BadStatement("a signature must be a JWS in compact serialisation")
    header, payload = (_decode(piece) for piece in pieces[:2])
    what, signed = _load("the header of the signature", header), _load("the signed statement", payload)
    if what.get("alg") not in _ALGORITHMS:
        raise BadStatement(f"the algorithm of a signature must be {', '.join(_ALGORITHMS)}")
    if "crit" in what:
        raise BadStatement("the signature asks for an extension that is not known here")
    ids = {str(one["id"]).lower() for one in (signed, statement) if "id" in one}
    if len(ids) == 2 or canonical_text(payload) != canonical_text(text):
        raise BadStatement("the signed statement is not the statement that came with it")
    if "x5c" in what:
        _verify(signature, str(what["alg"]), what["x5c"])


def _decode(piece: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4))
    except binascii.Error:
        raise BadStatement("a signature must be a JWS in compact serialisation") from None


def _load(name: str, text: bytes) -> JsonObject:
    try:
        value = load_json(text)
    except BadJson as error:
        raise BadStatement(f"{name} is not valid JSON: {error.text}") from None
    if not isinstance(value, dict):
        raise BadStatement(f"{name} must be a JSON object")
    return value


def _verify(signature: bytes, algorithm: str, chain: object) -> None:
    """Check the signature with the first certificate, which is the signer's (RFC 7515 §4.1.6)."""
    key = _read_key(chain)
    try:
        registry = _Registry(algorithms=[algorithm], strict_check_header=False)
        jws.deserialize_compact(signature, key, registry=registry)
    except (JoseError, ValueError):
        raise BadStatement("the signature is not that of the certificate in its header") from None


def _read_key(chain: object) -> RSAKey:
    try:
        if not isinstance(chain, list) or not chain:
            raise ValueError
        public = load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
        if not isinstance(public, RSAPublicKey):
            raise ValueError
        return RSAKey.import_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except (ValueError, TypeError, JoseError):
        raise BadStatement("x5c must begin with an X.509 certificate of an RSA key") from None
