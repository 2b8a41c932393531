"""The xAPI record store beside its statements: what they are found by, documents, activities, attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence


class StatementLink(Base):
    """One thing a statement is found by: an agent, an activity, a verb, a registration.

    The primary key is the index of every filter: equal kind and value, then a range of keys.
    """

    __tablename__ = "statement_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    # A digest of 16 bytes of the normalised value.
    value: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class XapiActivity(Base):
    """An activity's definition, merged from all statements that named it."""

    __tablename__ = "xapi_activity"

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    activity_id: Mapped[str] = mapped_column(Text)
    definition: Mapped[str] = mapped_column(Text)


class XapiAgent(Base):
    """A name under which an agent was seen."""

    __tablename__ = "xapi_agent"

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)


class Document(Base):
    """A state, agent profile or activity profile document, its bytes as sent.

    The digests of what a kind of document does not have are empty.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint(
            "integration_id",
            "kind",
            "activity",
            "agent",
            "registration",
            "name_digest",
            name="uq_document_place",
        ),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    activity: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"")
    agent: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"")
    registration: Mapped[str] = mapped_column(String(36), default="")
    name_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(String(255))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    # SHA-1 of the body in hex: the ETag that xAPI 1.0.3 asks for.
    etag: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[datetime] = mapped_column(Instant)


class Attachment(Base):
    """An attachment's data, once for each integration and hash."""

    __tablename__ = "attachment"

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(255))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)


class AttachmentUse(Base):
    """How much data an integration's attachments are; its row is the lock under which more is added."""

    __tablename__ = "attachment_use"

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    size_bytes: Mapped[int] = mapped_column(BigInteger)
