"""Read a store's statements out as lines, a page for each look at the database, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.integrations import Kind, get_integration
from app.models.records import Statement as Row
from app.xapi.attachment_store import find
from app.xapi.attachments import list_hashes
from app.xapi.consistency import find_horizon
from app.xapi.portable import format_attachment, format_statement
from app.xapi.queries import find_page
from app.xapi.query_rules import Query, parse_query
from app.xapi.versions import Version

_AT_ONCE = 500
# Lines are held in memory until they are written, one statement with its data at least.
_BYTES_AT_ONCE = 8_000_000


@dataclass(slots=True)
class Export:
    """A run over a store, or what the filter leaves of it; `written` are the hashes of data given already."""

    integration_id: str
    query: Query
    has_attachments: bool
    written: set[str] = field(default_factory=set)


def begin_export(
    session: Session, integration_id: str, filters: Mapping[str, str], *, has_attachments: bool
) -> Export:
    """Return a run over all that is stored by now. `filters` are parameters of a GET of statements.

    Raises UnknownIntegration and BadRequest.
    """
    integration = get_integration(session, integration_id)
    is_lenient = integration.kind is Kind.LINKEDIN_LEARNING
    query = parse_query(filters, Version(integration.xapi_default_version), is_lenient=is_lenient)
    assert isinstance(query, Query)
    query = replace(query, before=min(query.before, find_horizon(session) << 10))
    return Export(integration_id, query, has_attachments)


def count_stored(session: Session, integration_id: str) -> int:
    """Return how many statements a store has."""
    query = select(func.count()).select_from(Row).where(Row.integration_id == integration_id)
    return session.scalars(query).one()


def read_lines(session: Session, export: Export) -> tuple[list[bytes], int]:
    """Return the next lines and how many of them are statements, 0 at the end; the run moves on."""
    page = find_page(
        session,
        export.integration_id,
        export.query.links,
        after=export.query.after,
        before=export.query.before,
        limit=_AT_ONCE,
        is_ascending=True,
        is_voided=None,
    )
    lines: list[bytes] = []
    number = size = 0
    for key, text in page.statements:
        new = _read_attachments(session, export, text) if export.has_attachments else []
        new.append(format_statement(text))
        lines += new
        export.query = replace(export.query, after=key)
        number, size = number + 1, size + sum(map(len, new))
        if size > _BYTES_AT_ONCE:
            break
    return lines, number


def _read_attachments(session: Session, export: Export, text: bytes) -> list[bytes]:
    if b'"attachments"' not in text:
        return []
    hashes = [sha2 for sha2 in list_hashes([orjson.loads(text)]) if sha2 not in export.written]
    export.written.update(hashes)
    return [format_attachment(part) for part in find(session, export.integration_id, hashes)]
