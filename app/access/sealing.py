"""Secrets that must be sent one day: sealed with a key that is not in the database."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import Settings
from app.words import worded

# What is sealed: one kind never passes for another.
DESTINATION, LMS_SESSION = "destination", "lms session"


class CannotUnseal(Exception):
    """It was sealed with another secret key, or damaged."""


def seal(settings: Settings, text: str, *, purpose: str) -> bytes:
    """Return what the database keeps of a secret; `purpose` is one of this module's kinds."""
    return _box(settings, purpose).encrypt(text.encode())


def unseal(settings: Settings, sealed: bytes, *, purpose: str) -> str:
    """Return a sealed secret; raises CannotUnseal."""
    try:
        return _box(settings, purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise CannotUnseal(
            worded("sealed with another WAYMARK_SECRET_KEY: enter the secret again")
        ) from error


def _box(settings: Settings, purpose: str) -> Fernet:
    derive = HKDF(SHA256(), length=32, salt=None, info=f"waymark {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.secret_key.encode())))
