"""Store statements and find them again: one round of inserts for a request, then their progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Boolean, bindparam, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.access.scopes import may_define
from app.models.base import next_statement_key, table_of
from app.models.records import Statement as Row
from app.prepared import Prepared
from app.xapi.admission import Caller
from app.xapi.comparison import is_same_statement
from app.xapi.consistency import announce_write
from app.xapi.definitions import Known, ask_known, learn
from app.xapi.errors import StatementConflict
from app.xapi.formats import with_lists
from app.xapi.intake import Incoming
from app.xapi.links import find_target
from app.xapi.raw_text import find_members, splice
from app.xapi.targeting import make_node, write_links
from app.xapi.times import parse_timestamp
from app.xapi.versions import Version
from app.xapi.voiding import is_voiding, void
from app.xapi.wire import Item, JsonObject

_ASSIGNED = ("stored", "authority")
_TABLE = table_of(Row)
# Whether statements stored before are about this one; in text, for RETURNING knows no aliases of its table.
# Without the casts SQLite uses no index for RETURNING, and goes through all references at every insert.
_IS_AWAITED = literal_column(
    "EXISTS (SELECT 1 FROM statement AS referrer"
    " WHERE referrer.integration_id = CAST(statement.integration_id AS TEXT)"
    " AND referrer.target_id = CAST(statement.statement_id AS TEXT))",
    Boolean,
).label("is_awaited")
# Made once: on this path the building of a statement costs as much as its running.
_INSERT = Prepared(
    {
        name: make(_TABLE)
        .on_conflict_do_nothing(index_elements=["integration_id", "statement_id"])
        .returning(_TABLE.c.key, _IS_AWAITED)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_BY_ID = Prepared(
    select(Row.key, Row.credential_id, Row.content_hash, Row.payload, Row.is_voided).where(
        Row.integration_id == bindparam("integration_id"), Row.statement_id == bindparam("statement_id")
    )
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A new statement in the store."""

    key: int
    incoming: Incoming
    position: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request's statements: new ones, plain repeats, and known ids with other content.

    `voided` are the keys of all that are voided by it, or came when they were voided already. `horizon` is
    the moment, in microseconds, until when the store was complete; None where that is now.
    """

    new: tuple[Stored, ...]
    repeated: int
    changed: tuple[Incoming, ...]
    voided: frozenset[int] = frozenset()
    horizon: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A statement read back; `text` is its JSON, `key` holds the moment of storing."""

    key: int
    text: bytes


def store(
    session: Session,
    caller: Caller,
    statements: Sequence[Incoming],
    *,
    version: Version,
    exchange_id: str,
) -> Outcome:
    """Insert what is new. A known id is never changed: with other content the record store raises
    StatementConflict, and for LinkedIn it is reported as changed.
    """
    if not statements:
        return Outcome((), 0, ())
    targets = [find_target(incoming.value) for incoming in statements]
    integration_id, values = caller.client.integration_id, [incoming.value for incoming in statements]
    known_definitions = ask_known(session, integration_id, values) if may_define(caller.scopes) else None
    turn = announce_write(session, integration_id, is_alone=any(targets))
    keyed = [
        Stored(next_statement_key(turn.microseconds), incoming, position)
        for position, incoming in enumerate(statements)
    ]
    rows = [_row(caller, stored, version, exchange_id) for stored in keyed]
    inserted = {row.key: bool(row.is_awaited) for row in _INSERT.ask_of(session, rows).all()}
    known = [stored.incoming for stored in keyed if stored.key not in inserted]
    changed = tuple(incoming for incoming in known if not _is_repeat(session, caller, incoming))
    if changed and not caller.client.is_lenient:
        raise StatementConflict(f"another statement with the id {changed[0].statement_id} is stored")
    new = tuple(stored for stored in keyed if stored.key in inserted)
    awaited = frozenset(key for key, is_awaited in inserted.items() if is_awaited)
    voided = _weave(session, caller, new, awaited, known_definitions)
    return Outcome(new, len(known) - len(changed), changed, voided, turn.horizon)


def find_statement(
    session: Session, caller: Caller, statement_id: str, *, is_own_only: bool, is_voided: bool = False
) -> Found | None:
    """Return a statement of the caller's integration, voided or not as is asked; another's id is as
    unknown as any.
    """
    row = _find_row(session, caller, statement_id)
    if row is None or row.is_voided is not is_voided:
        return None
    if is_own_only and row.credential_id != caller.client.credential_id:
        return None
    return Found(row.key, row.payload.encode())


def _weave(
    session: Session,
    caller: Caller,
    new: Sequence[Stored],
    awaited: frozenset[int],
    known_definitions: Known | None,
) -> frozenset[int]:
    """Write what new statements are found by and what they teach; returns what is voided by it."""
    if not new:
        return frozenset()
    integration_id, authority = caller.client.integration_id, orjson.loads(caller.authority)
    items = [Item(stored.incoming.text, stored.incoming.value) for stored in new]
    nodes = [
        make_node(stored.key, stored.incoming.statement_id, stored.incoming.value, authority)
        for stored in new
    ]
    write_links(session, integration_id, nodes, awaited)
    if known_definitions is not None:
        learn(session, integration_id, items, known_definitions)
    voiding = {stored.key for stored in new if is_voiding(stored.incoming.value)}
    return void(session, integration_id, nodes, voiding=voiding, awaited=awaited)


def _row(caller: Caller, stored: Stored, version: Version, exchange_id: str) -> dict[str, Any]:
    incoming = stored.incoming
    return {
        "key": stored.key,
        "integration_id": caller.client.integration_id,
        "statement_id": incoming.statement_id,
        "credential_id": caller.client.credential_id,
        "exchange_id": exchange_id,
        "content_hash": incoming.content_hash,
        "target_id": find_target(incoming.value),
        "is_voiding": is_voiding(incoming.value),
        "is_voided": False,
        "payload": _complete(incoming, stored.key, caller.authority, version).decode(),
    }


def _complete(incoming: Incoming, key: int, authority: bytes, version: Version) -> bytes:
    """Add what the store assigns (Part 2 §2.4.7–2.4.10) around the client's own text."""
    value = incoming.value
    stored = orjson.dumps(format_stored(key))
    members = {} if incoming.is_id_given else {"id": orjson.dumps(incoming.statement_id)}
    if "timestamp" not in value:
        members["timestamp"] = stored
    elif (in_utc := _find_utc(value["timestamp"], version)) is not None:
        members["timestamp"] = orjson.dumps(in_utc)
    text = with_lists(incoming.text, value)
    if (inner := _find_substatement_in_utc(text, value, version)) is not None:
        members["object"] = inner
    members["stored"] = stored
    members["authority"] = authority
    if "version" not in value:
        members["version"] = orjson.dumps(version.default_statement_version)
    replaced = [
        name for name in (*_ASSIGNED, "id", "timestamp", "object") if name in value and name in members
    ]
    return splice(text, members, replaced=replaced)


def _find_substatement_in_utc(text: bytes, value: JsonObject, version: Version) -> bytes | None:
    """Return the text of the SubStatement, if there is one whose timestamp is to be written in UTC."""
    thing = value.get("object")
    if not isinstance(thing, dict) or thing.get("objectType") != "SubStatement":
        return None
    in_utc = _find_utc(thing.get("timestamp"), version)
    if in_utc is None:
        return None
    return splice(find_members(text)["object"], {"timestamp": orjson.dumps(in_utc)}, replaced=["timestamp"])


def _find_utc(timestamp: object, version: Version) -> str | None:
    """Return a timestamp in UTC where version 2.0 wants it so (IEEE 9274.1.1)."""
    if version is Version.V1 or not isinstance(timestamp, str) or timestamp[-1:] in "Zz":
        return None
    try:
        return _format_moment(parse_timestamp(timestamp))
    except ValueError:  # A lenient sender's text stays as it is.
        return None


def format_stored(key: int) -> str:
    """Write the moment that a key holds, always with its microseconds."""
    return _format_moment(clock.from_microseconds(key >> 10))


def _format_moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _is_repeat(session: Session, caller: Caller, incoming: Incoming) -> bool:
    """Tell whether the statement stored under this id is the same one (Part 2 §2.2)."""
    row = _find_row(session, caller, incoming.statement_id)
    if row.content_hash == incoming.content_hash:
        return True
    kept = orjson.loads(row.payload)
    return is_same_statement(
        row.payload.encode(), incoming.text, is_timestamp_assigned=kept["timestamp"] == kept["stored"]
    )


def _find_row(session: Session, caller: Caller, statement_id: str) -> Any:
    values = {"integration_id": caller.client.integration_id, "statement_id": statement_id}
    return _BY_ID.first(session, values)
