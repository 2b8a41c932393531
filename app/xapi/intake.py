"""From a request's bytes to statements that may be stored, strictly or as LinkedIn's are taken; no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.xapi.attachments import Part, check_attachments, check_claims, parse_multipart
from app.xapi.errors import BadRequest, BadStatement
from app.xapi.identifiers import LONGEST_ID, UUID, assign_statement_id, derive_statement_id, normalise_id
from app.xapi.leniency import check_lenient, find_text
from app.xapi.signatures import check_signatures
from app.xapi.validation import check_statement
from app.xapi.versions import Version
from app.xapi.wire import Body, JsonObject, parse_body


@dataclass(frozen=True, slots=True)
class Incoming:
    """One statement to be stored: its text as sent, what it says, and the id it is known by."""

    text: bytes
    value: JsonObject
    statement_id: str
    is_id_given: bool

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of the text as sent: tells a plain repeat at once."""
        return hashlib.sha256(self.text).digest()


def open_body(body: bytes, content_type: str, *, is_lenient: bool) -> tuple[bytes, tuple[Part, ...]]:
    """Return a request's JSON and the data that came with it; raises BadStatement.

    What LinkedIn sends is JSON whatever its header says, if it looks like it.
    """
    is_multipart = content_type.partition(";")[0].strip().lower() == "multipart/mixed"
    if not is_multipart or (is_lenient and body.lstrip(b" \t\r\n")[:1] in (b"{", b"[")):
        return body, ()
    return parse_multipart(body, content_type)


def read_strict(
    body: bytes,
    version: Version,
    *,
    request_id: str,
    put_id: str | None = None,
    parts: Sequence[Part] = (),
) -> tuple[Incoming, ...]:
    """Read statements by the rules of a version; all are good or BadJson, BadStatement is raised.

    `parts` is the data that came with them.
    """
    available, judged = {part.sha2: part for part in parts}, set[str]()
    parsed = parse_body(body)
    _check_single(parsed, put_id)
    statements = []
    for position, item in enumerate(parsed.items):
        pointer = f"/{position}" if parsed.is_batch else ""
        check_statement(item.value, version, pointer=pointer)
        check_attachments(item.value, available, pointer=pointer)
        check_signatures(item.text, item.value, available, judged, pointer=pointer)
        given = item.value.get("id")
        own_id = given.lower() if isinstance(given, str) else None
        if put_id is not None and own_id not in (None, put_id):
            raise BadStatement("the id differs from the parameter statementId", pointer="/id")
        statement_id = own_id or put_id or assign_statement_id(request_id, position)
        statements.append(Incoming(item.text, item.value, statement_id, own_id is not None))
    _check_distinct(statements)
    check_claims(parts, (one.value for one in statements))
    return tuple(statements)


def read_lenient(body: bytes, integration_id: str, *, put_id: str | None = None) -> tuple[Incoming, ...]:
    """Read LinkedIn's statements: whatever says who did what to what is taken."""
    parsed = parse_body(body)
    _check_single(parsed, put_id)
    statements = []
    for position, item in enumerate(parsed.items):
        check_lenient(item.value, pointer=f"/{position}" if parsed.is_batch else "")
        own_id = find_text(item.value.get("id"))
        statement_id = own_id or put_id
        if statement_id is None or len(statement_id) > LONGEST_ID:
            # A repeat of the same content gets the same id, and so is known as a repeat.
            statement_id = derive_statement_id(integration_id, item.text)
        statements.append(
            Incoming(item.text, item.value, normalise_id(statement_id), item.value.get("id") is not None)
        )
    return tuple(statements)


def read_statement_id(text: str | None, *, is_lenient: bool) -> str:
    """Return the parameter statementId; a record store's must be a UUID."""
    if not text:
        raise BadRequest("the query parameter statementId is missing")
    if is_lenient:
        return normalise_id(text.replace("\x00", "\N{REPLACEMENT CHARACTER}"))
    if not UUID.fullmatch(text):
        raise BadRequest("the query parameter statementId must be a UUID")
    return text.lower()


def _check_distinct(statements: Sequence[Incoming]) -> None:
    seen: set[str] = set()
    for position, one in enumerate(statements):
        if one.statement_id in seen:
            raise BadStatement("an id occurs twice in one batch", pointer=f"/{position}/id")
        seen.add(one.statement_id)


def _check_single(parsed: Body, put_id: str | None) -> None:
    if put_id is not None and parsed.is_batch:
        raise BadStatement("PUT takes one statement, not an array", pointer="")
