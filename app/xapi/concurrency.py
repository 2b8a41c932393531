"""ETags and preconditions of documents (xAPI 1.0.3 Part 3 §3.1; IEEE 9274.1.1; RFC 9110 §13)."""

from __future__ import annotations

import hashlib

from app.xapi.errors import BadRequest, DocumentConflict, PreconditionFailed
from app.xapi.versions import Version

_SAY_HOW = "look at what is there now, and send its ETag in If-Match to replace it"


def hash_document(body: bytes) -> str:
    """Return SHA-1 in hexadecimal, which 1.0.3 prescribes; 2.0 takes anything."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def format_etag(body: bytes) -> str:
    return f'"{hash_document(body)}"'


def is_conditional(if_match: str | None, if_none_match: str | None) -> bool:
    """Tell whether a request names any tag; an empty header names none."""
    return bool(_tags(if_match) or _tags(if_none_match))


def check_precondition(existing: str | None, if_match: str | None, if_none_match: str | None) -> None:
    """Judge the two headers against the hash of what exists; raises PreconditionFailed."""
    wanted, unwanted = _tags(if_match), _tags(if_none_match)
    if wanted and existing is None:
        raise PreconditionFailed("If-Match names a document, and there is none")
    if wanted and not _fits(existing, wanted):
        raise PreconditionFailed("the document has another ETag than If-Match says")
    if unwanted and _fits(existing, unwanted):
        raise PreconditionFailed("If-None-Match forbids this: the document exists")


def check_put_is_careful(
    existing: str | None, version: Version, *, is_state: bool, has_precondition: bool
) -> None:
    """Refuse a PUT without If-Match and If-None-Match where a version wants one.

    1.0.3 lets state go free and wants one for every profile; 2.0 wants one wherever something would be
    overwritten. What exists comes first: 409 beats 400.
    """
    if has_precondition or (is_state and version is Version.V1):
        return
    if existing is not None:
        raise DocumentConflict(f"a document exists here already: {_SAY_HOW}")
    if version is Version.V1:
        raise BadRequest("a profile is PUT with If-Match or If-None-Match")


def _tags(header: str | None) -> frozenset[str]:
    """Return the tags of a header without quotes and W/: a proxy that compresses weakens ETags."""
    pieces = (piece.strip().removeprefix("W/").strip('"').lower() for piece in (header or "").split(","))
    return frozenset(piece for piece in pieces if piece)


def _fits(existing: str | None, tags: frozenset[str]) -> bool:
    return existing is not None and ("*" in tags or existing in tags)
