"""The audit log as a file: CSV, or one JSON object on each line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from flask import current_app, stream_with_context
from werkzeug.wrappers import Response

from app import clock
from app.access.audit import AuditEntry, AuditFilter, iterate_audit
from app.admin.acts import records as acts
from app.admin.audit_query import make_wanted, read_given, zone
from app.admin.blueprint import blueprint
from app.admin.frame import current_actor
from app.admin.security import needs
from app.db import reading, transact
from app.progress.export import in_pieces, make_harmless, write_row

_COLUMNS = ("id", "at", "who", "role", "action", "target", "detail", "address", "request_id")


@blueprint.get("/admin/audit.csv")
@needs("audit.read")
def audit_csv() -> Response:
    """Stream the filtered entries as CSV."""
    return _export("csv", "text/csv", _format_csv)


@blueprint.get("/admin/audit.jsonl")
@needs("audit.read")
def audit_jsonl() -> Response:
    """Stream the filtered entries, one JSON object on each line."""
    return _export("jsonl", "application/jsonl", _format_json)


def _export(ending: str, content_type: str, write: Callable[[AuditEntry], str]) -> Response:
    given, actor = read_given(), current_actor()
    query = ", ".join(f"{name}={value}" for name, value in given.items())
    transact(lambda session: acts.note_export(session, actor, query, what="audit"))
    head = write_row(list(_COLUMNS)) if ending == "csv" else ""
    day = clock.now().astimezone(zone())
    return current_app.response_class(
        stream_with_context(in_pieces(_rows(head, make_wanted(given), write))),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="waymark-audit-{day:%Y-%m-%d}.{ending}"'},
    )


def _rows(head: str, wanted: AuditFilter, write: Callable[[AuditEntry], str]) -> Iterator[str]:
    yield head
    with reading() as session:
        for entry in iterate_audit(session, wanted):
            yield write(entry)


def _values(entry: AuditEntry) -> tuple[object, ...]:
    moment = clock.format_rfc3339(entry.at)
    who = (entry.actor_name, entry.actor_role, entry.action, entry.target)
    return (entry.id, moment, *who, entry.detail, entry.address, entry.request_id)


def _format_csv(entry: AuditEntry) -> str:
    texts = [
        "; ".join(f"{name}: {text}" for name, text in value.items())
        if isinstance(value, dict)
        else str("" if value is None else value)
        for value in _values(entry)
    ]
    return write_row([make_harmless(text) for text in texts])


def _format_json(entry: AuditEntry) -> str:
    return json.dumps(dict(zip(_COLUMNS, _values(entry), strict=True)), ensure_ascii=False) + "\n"
