"""The xAPI statement store, the log of exchanges with its findings, and figures counted beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence, Span

# Refused by HTTP status, or by the words of a protocol that answers 200 with an error of its own.
IS_REFUSED = "status >= 400 OR substr(result, 1, 7) = 'Refused'"


class Statement(Base):
    """One xAPI statement: its own text, as sent, with what the store must add spliced in."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("integration_id", "statement_id"),
        Index("ix_statement_integration", "integration_id", "key"),
        Index(
            "ix_statement_target",
            "integration_id",
            "target_id",
            sqlite_where=text("target_id IS NOT NULL"),
            postgresql_where=text("target_id IS NOT NULL"),
        ),
    )

    # `next_statement_key()`: the moment of storing; order, paging and since/until are ranges of it.
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"))
    statement_id: Mapped[str] = mapped_column(String(255))
    credential_id: Mapped[str | None] = mapped_column(String(18))
    exchange_id: Mapped[str] = mapped_column(String(18))
    # SHA-256 of the text as sent: tells a plain repeat at once; any other is compared by meaning.
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload: Mapped[str] = mapped_column(Text)
    # Of a statement about a statement (its object is a StatementRef): the id of the other one.
    target_id: Mapped[str | None] = mapped_column(String(255))
    is_voiding: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_voided: Mapped[bool] = mapped_column(default=False, server_default=false())


class Exchange(Base):
    """One protocol request and its reply, redacted; the id is the reply's X-Request-Id."""

    __tablename__ = "exchange"
    __table_args__ = (
        Index("ix_exchange_integration", "integration_id", "received_at"),
        Index("ix_exchange_launch", "launch_id", "received_at"),
        Index("ix_exchange_face", "face", "received_at"),
        Index("ix_exchange_learner", "learner_id", "received_at"),
        Index(
            "ix_exchange_refused",
            "received_at",
            "id",
            sqlite_where=text(IS_REFUSED),
            postgresql_where=text(IS_REFUSED),
        ),
        Index(
            "ix_exchange_parked",
            "received_at",
            "id",
            sqlite_where=text("is_parked"),
            postgresql_where=text("is_parked"),
        ),
    )

    id: Mapped[str] = mapped_column(String(18), primary_key=True)
    face: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(500))
    status: Mapped[int]
    result: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime] = mapped_column(Instant, index=True)
    duration_microseconds: Mapped[int]
    # No foreign keys: evidence outlives what it speaks of, and pruning must not wait for it.
    integration_id: Mapped[str | None] = mapped_column(String(18))
    launch_id: Mapped[str | None] = mapped_column(String(18))
    credential_id: Mapped[str | None] = mapped_column(String(18))
    learner_id: Mapped[str | None] = mapped_column(String(18))
    statement_key: Mapped[int | None] = mapped_column(BigInteger)
    client_address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(255))
    host: Mapped[str] = mapped_column(String(300))
    request_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    # What had to be repaired to read it, a JSON list; what it changed, a JSON list of [what, before, after].
    repairs: Mapped[str] = mapped_column(Text, default="", server_default="")
    changes: Mapped[str] = mapped_column(Text, default="", server_default="")
    size_bytes: Mapped[int]
    is_demo: Mapped[bool] = mapped_column(default=False)
    # True for a message that is kept whole and waits to be looked at.
    is_parked: Mapped[bool] = mapped_column(default=False)
    # True for requests that proved no right to write: kept only in a ring of fixed size.
    is_anonymous: Mapped[bool] = mapped_column(default=False, index=True)


class FindingRow(Base):
    """A finding about one exchange: a stable code and what was seen."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_code", "code", "at", "exchange_id"),)

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    exchange_id: Mapped[str] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), index=True)
    integration_id: Mapped[str | None] = mapped_column(String(18), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    code: Mapped[str] = mapped_column(String(8))
    detail: Mapped[str] = mapped_column(Text)


class StoredFigures(Base):
    """The overview's numbers of a period, counted by the worker where counting takes long."""

    __tablename__ = "stored_figures"

    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone: Mapped[str] = mapped_column(String(64))
    has_demo: Mapped[bool]
    counted_at: Mapped[datetime] = mapped_column(Instant)
    took: Mapped[timedelta] = mapped_column(Span)
    # JSON, as `inspector/overview` writes and reads it.
    figures: Mapped[str] = mapped_column(Text)
