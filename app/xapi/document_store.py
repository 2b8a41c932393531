"""Documents in the database: each under an integration, what it is about, and its own name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.models.base import table_of
from app.models.store import Document as Row
from app.prepared import Prepared
from app.xapi.document_rules import Content
from app.xapi.links import digest

_TABLE = table_of(Row)
_CONTEXT = ("integration_id", "kind", "activity", "agent")
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Context:
    """What documents are about, as digests; empty is what their kind does not have.

    Without a registration `list_documents` and `delete_documents` cover every registration.
    """

    integration_id: str
    kind: str
    activity: bytes
    agent: bytes
    registration: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is stored; `etag` is the bare hash."""

    id: int
    content: Content
    etag: str
    updated_at: datetime


def _is(names: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(_TABLE.c[name] == bindparam(name) for name in names))


_ONE = select(_TABLE.c.id, _TABLE.c.body, _TABLE.c.content_type, _TABLE.c.etag, _TABLE.c.updated_at).where(
    _is((*_CONTEXT, "registration", "name_digest"))
)
_FIND, _LOCK = Prepared(_ONE), Prepared(_ONE.with_for_update())
_INSERT = Prepared(
    {
        name: make(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
        for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
    }
)
_UPDATE = Prepared(
    update(_TABLE)
    .values({name: bindparam(f"new_{name}") for name in ("body", "content_type", "etag", "updated_at")})
    .where(_TABLE.c.id == bindparam("of_id"))
)
_DELETE = Prepared(delete(_TABLE).where(_TABLE.c.id == bindparam("of_id")))
_LIST = {
    has_registration: Prepared(
        select(_TABLE.c.name, _TABLE.c.updated_at)
        .where(_is((*_CONTEXT, "registration") if has_registration else _CONTEXT))
        .order_by(_TABLE.c.updated_at, _TABLE.c.id)
    )
    for has_registration in (False, True)
}
_DELETE_ALL = {
    has_registration: Prepared(
        delete(_TABLE)
        .where(_is((*_CONTEXT, "registration") if has_registration else _CONTEXT))
        .returning(_TABLE.c.id)
    )
    for has_registration in (False, True)
}


def find_document(
    session: Session, context: Context, name: str, *, is_locking: bool = False
) -> Document | None:
    """Return a document; locked, it stays as it is until the transaction's end."""
    row = (_LOCK if is_locking else _FIND).first(session, _key(context, name))
    if row is None:
        return None
    return Document(row.id, Content(bytes(row.body), row.content_type), row.etag, row.updated_at)


def add_document(session: Session, context: Context, name: str, content: Content) -> bool:
    """Add a document; False when somebody else has just done so."""
    values = {**_key(context, name), "name": name, **_columns(content), "updated_at": clock.now()}
    return _INSERT.first(session, values) is not None


def replace_document(session: Session, document: Document, content: Content) -> None:
    """Replace what a locked document holds; its moment only grows, also when the clock steps back."""
    new = {**_columns(content), "updated_at": max(clock.now(), document.updated_at + _TICK)}
    _UPDATE.run(session, {"of_id": document.id, **{f"new_{name}": value for name, value in new.items()}})


def delete_document(session: Session, document: Document) -> None:
    """Delete a locked document."""
    _DELETE.run(session, {"of_id": document.id})


def list_documents(session: Session, context: Context, *, since: datetime | None) -> dict[str, datetime]:
    """Return the names of documents and when they last changed; `since` is exclusive."""
    rows = _LIST[context.registration is not None].all(session, _keys(context))
    return {row.name: row.updated_at for row in rows if since is None or row.updated_at > since}


def delete_documents(session: Session, context: Context) -> int:
    """Delete all documents of a context; returns how many."""
    return len(_DELETE_ALL[context.registration is not None].all(session, _keys(context)))


def _keys(context: Context) -> dict[str, Any]:
    keys = {name: getattr(context, name) for name in _CONTEXT}
    return keys if context.registration is None else {**keys, "registration": context.registration}


def _key(context: Context, name: str) -> dict[str, Any]:
    return {"registration": "", **_keys(context), "name_digest": digest(name)}


def _columns(content: Content) -> dict[str, Any]:
    return {"body": content.body, "content_type": content.content_type, "etag": content.etag}
