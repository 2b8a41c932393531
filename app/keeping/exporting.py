"""The copy of their data that a person may ask for: a zip of JSON files, one for each kind of thing."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import ColumnElement, LargeBinary, RowMapping, Table, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base
from app.keeping.whereabouts import Whereabouts, find_whereabouts, in_any, list_exchanges
from app.models.access import AuditEntry
from app.models.delivery import Delivery, DeliveryTry
from app.models.launches import Launch
from app.models.learning import Learner
from app.models.records import Exchange, FindingRow, Statement
from app.models.store import Document, XapiAgent

# Of what is kept as bytes, what somebody sent; the rest are digests, keys and sealed secrets.
_CONTENTS = frozenset({"body", "suspend_data", "request_body", "reply_body"})
_README = """What this server keeps of one person, one file for each kind of thing. Times are in UTC, spans in
seconds. Bytes that are no text are written as {"base64": ...}.

statement.json holds the statements that name the person: their own, and others' in which they have a role,
such as an instructor's. Of a message that came in one request with others' data the line is here
(exchange.json), without its body.
"""


def write_export(session: Session, learner_id: str, file: IO[bytes]) -> dict[str, int]:
    """Write the zip; returns how many rows of each table are in it. Raises UnknownLearner."""
    found = find_whereabouts(session, learner_id, is_thorough=True)
    counts = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        for table in Base.metadata.sorted_tables:
            rows = list(_read(session, table, found))
            if rows:
                counts[table.name] = len(rows)
                text = json.dumps(rows, indent=1, ensure_ascii=False)
                archive.writestr(f"{table.name}.json", text.encode("utf-8", "replace"))
    return counts


def _read(session: Session, table: Table, found: Whereabouts) -> Iterator[dict[str, object]]:
    columns = [c for c in table.columns if not isinstance(c.type, LargeBinary) or c.name in _CONTENTS]
    seen = set()
    for condition in _conditions(session, table, found):
        query = select(table).where(condition).order_by(*table.primary_key.columns)
        for row in session.execute(query).mappings():
            key = tuple(row[column.name] for column in table.primary_key.columns)
            if key not in seen:
                seen.add(key)
                yield {column.name: _plain(_shown(row, column.name, found)) for column in columns}


def _shown(row: RowMapping, name: str, found: Whereabouts) -> object:
    """Return a value, but no body that may hold others' data: a session's is one person's, a batch is not."""
    if name in ("request_body", "reply_body") and row["launch_id"] not in found.launch_ids:
        return None
    return row[name]


def _conditions(session: Session, table: Table, found: Whereabouts) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together find the rows of a table that are about this person.

    What refers to a learner, an identity or a session is theirs; a new table that does so needs no word here.
    """
    belongings = {"learner": found.learner_ids, "identity": found.identity_ids, "launch": found.launch_ids}
    for column in table.columns:
        for key in column.foreign_keys:
            yield from in_any(column, belongings.get(key.column.table.name, ()))
    for named, values in _loose(session, table.name, found):
        yield from in_any(named, values)
    if table.name == "audit_entry":
        yield from in_any(AuditEntry.id, [key for (key,) in found.speaking.get(table.name, ())])


def _loose(
    session: Session, table_name: str, found: Whereabouts
) -> Iterator[tuple[InstrumentedAttribute[Any], Collection[object]]]:
    """Yield columns that lead to the person without a foreign key, and what they hold then."""
    match table_name:
        case "learner":
            yield Learner.id, found.learner_ids
        case "launch":
            yield Launch.id, found.launch_ids
        case "statement":
            yield Statement.key, found.statements | found.mentions
        case "exchange":
            yield Exchange.id, list_exchanges(session, found)
        case "finding":
            yield FindingRow.exchange_id, list_exchanges(session, found)
        case "delivery":
            yield Delivery.id, _list_deliveries(session, found)
        case "delivery_try":
            yield DeliveryTry.delivery_id, _list_deliveries(session, found)
        case "document":
            yield Document.agent, found.agent_digests
        case "xapi_agent":
            yield XapiAgent.digest, found.agent_digests


def _list_deliveries(session: Session, found: Whereabouts) -> list[int]:
    places: list[ColumnElement[bool]] = [Delivery.learner_id.in_(found.learner_ids)]
    places += [*in_any(Delivery.launch_id, found.launch_ids)]
    places += [*in_any(Delivery.statement_key, found.statements)]
    return [each for place in places for each in session.scalars(select(Delivery.id).where(place))]


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes() | memoryview():
            try:
                return bytes(value).decode()
            except UnicodeDecodeError:
                return {"base64": base64.b64encode(value).decode()}
    return value
