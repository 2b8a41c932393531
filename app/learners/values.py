"""The words of this room as frozen values, and how identities are compared. Sans-I/O."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IdentityKind(StrEnum):
    """How a value names a learner; `LEARNER` is our own opaque id, used by our own launches."""

    EMAIL = "email"
    USER_ID = "user_id"
    ACCOUNT = "account"
    AICC_STUDENT_ID = "aicc_student_id"
    OPENID = "openid"
    MBOX_SHA1SUM = "mbox_sha1sum"
    LEARNER = "learner"


@dataclass(frozen=True, slots=True)
class Name:
    """A name by which somebody may be known, whether or not it is stored."""

    kind: IdentityKind
    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A stored identity and the learner it means now."""

    id: int
    learner_id: str


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """An identity as a learner's page shows it; `namespace` tells apart two sources with one value."""

    id: int
    kind: str
    namespace: str
    value: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Learner:
    id: str
    name: str
    identities: tuple[tuple[str, str], ...]
    is_provisional: bool
    is_demo: bool
    group: str = ""
    manager: str = ""
    is_ignored: bool = False
    created_at: datetime | None = None


class UnknownLearner(LookupError):
    """There is no learner with this id."""


class BadLearner(ValueError):
    """The learner cannot be kept as given; the message is fit for the person who typed it."""


def normalise_value(kind: IdentityKind, value: str) -> str:
    """Return the form in which a value is stored and first compared."""
    value = _clean(value)
    if kind is IdentityKind.EMAIL:
        if value[:7].lower() == "mailto:":
            value = value[7:]
        return value.casefold()
    if kind is IdentityKind.MBOX_SHA1SUM:
        return value.lower()
    return value


def stem_of(folded: str) -> str:
    """Return what stands before the @ of a folded value, the whole of it where there is none.

    >>> stem_of("ana.diaz@example.com")
    'ana.diaz'
    """
    return folded.partition("@")[0] or folded


def name_key(name: str) -> str:
    """Return the words of a name without case, accents, punctuation and order, so that like names are equal.

    >>> name_key("Díaz, Ana")
    'ana diaz'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " "))
    return " ".join(sorted(words))[:300] or name.casefold()[:300] or "?"


def clean_name(name: str) -> str:
    """Put a name on one line, without control characters, at most 300 characters."""
    return " ".join(_clean(name).split())[:300]


def _clean(text: str) -> str:
    # Names and identities end up in ini text, CSV and headers: no character that could end a line.
    return "".join(c if c.isprintable() else " " for c in text).strip()
