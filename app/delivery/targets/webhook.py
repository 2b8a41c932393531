"""Standard Webhooks: signed messages, and secrets that change without a gap."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

_PREFIX = "whsec_"
_SECRET_BYTES = 32
CONTENT_TYPE = "application/json"


class BadSecret(ValueError):
    """It is no signing secret; the message is fit for the person who typed it."""


def make_secret() -> str:
    """Make a signing secret as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def read_secret(text: str) -> bytes:
    """Return the key of a signing secret: 24 to 64 bytes; raises BadSecret."""
    try:
        key = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSecret("a signing secret is whsec_ and then base64") from error
    if not 24 <= len(key) <= 64:
        raise BadSecret("a signing secret holds 24 to 64 bytes")
    return key


def sign(secret_texts: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove where a message comes from, with a signature by each live secret."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signatures = [
        "v1," + base64.b64encode(hmac.digest(read_secret(text), signed, hashlib.sha256)).decode()
        for text in secret_texts
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
        "Content-Type": CONTENT_TYPE,
    }
