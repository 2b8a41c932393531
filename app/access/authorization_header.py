"""The Authorization header: Basic (RFC 7617, RFC 6749 §2.3.1) and Bearer (RFC 6750 §2.1). Sans-I/O."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_plus

_LONGEST = 2_048
_LONGEST_BEARER = 512


@dataclass(frozen=True, slots=True)
class Basic:
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    token: str


class BadAuthorization(ValueError):
    """The header is there and cannot be read; `is_bearer` tells which challenge to answer with."""

    def __init__(self, text: str, *, is_bearer: bool = False) -> None:
        super().__init__(text)
        self.is_bearer = is_bearer


def parse_authorization(header: str) -> Basic | Bearer:
    """Read the header; raises BadAuthorization. Nothing is decoded of a header that is too long."""
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        if not value or len(value) > _LONGEST_BEARER or " " in value or not value.isascii():
            raise BadAuthorization("the bearer token is malformed", is_bearer=True)
        return Bearer(value)
    if scheme.lower() != "basic":
        raise BadAuthorization("the Authorization scheme must be Basic or Bearer")
    if len(value) > _LONGEST:
        raise BadAuthorization("the Basic credentials are too long")
    try:
        client_id, colon, client_secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise BadAuthorization("the Basic credentials cannot be read") from None
    if not colon:
        raise BadAuthorization("the Basic credentials hold no colon")
    # RFC 6749 has both form-encoded first; our own values hold no character that it would change.
    return Basic(unquote_plus(client_id), unquote_plus(client_secret))
