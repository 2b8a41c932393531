"""Integrations, their hosts and credentials, access tokens, people, sign-in sessions, audit, settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence, new_id


class Setting(Base):
    """What the organisation chose in the pages: public URL, time zone, set-up state."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Integration(Base):
    """One content source that an admin registered."""

    __tablename__ = "integration"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    user_type: Mapped[str | None] = mapped_column(String(8))
    is_enabled: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    score_is_percent: Mapped[bool]
    host_mode: Mapped[str] = mapped_column(String(8), default="enforce")
    xapi_default_version: Mapped[str] = mapped_column(String(8), default="1.0.3")
    has_widened_scopes: Mapped[bool] = mapped_column(default=False)
    allows_query_credentials: Mapped[bool] = mapped_column(default=False)
    student_id_is: Mapped[str] = mapped_column(String(8), default="own")
    # Server defaults, so that an integration registered before these existed keeps what it had.
    mastery_policy: Mapped[str] = mapped_column(
        String(16), default="completed_only", server_default="completed_only"
    )
    is_strict: Mapped[bool] = mapped_column(default=False, server_default=false())
    enforces_au_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    escapes_percent: Mapped[bool] = mapped_column(default=False, server_default=false())
    shares_demographics: Mapped[bool] = mapped_column(default=False, server_default=false())
    has_single_use_links: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Instant)
    # Set when a deleted integration's data is kept: its name stays readable beside the data.
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    first_token_at: Mapped[datetime | None] = mapped_column(Instant)
    first_statement_at: Mapped[datetime | None] = mapped_column(Instant)
    first_getparam_at: Mapped[datetime | None] = mapped_column(Instant)
    first_putparam_at: Mapped[datetime | None] = mapped_column(Instant)


class IntegrationHost(Base):
    """A host name on one of an integration's two lists: `own` (ours) or `upstream` (an LMS's)."""

    __tablename__ = "integration_host"
    __table_args__ = (Index("ix_integration_host_name", "list_name", "name"),)

    integration_id: Mapped[str] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True
    )
    list_name: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    # 0 stands for "any port": a primary key holds no NULL.
    port: Mapped[int] = mapped_column(primary_key=True, default=0)


class Credential(Base):
    """A client id and the SHA-256 of its secret."""

    __tablename__ = "credential"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class AccessToken(Base):
    """An issued bearer token, by the SHA-256 of its text."""

    __tablename__ = "access_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id", ondelete="CASCADE"), index=True)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"))
    scopes: Mapped[str] = mapped_column(String(255))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class ApiToken(Base):
    """A token of the REST API, by the SHA-256 of its text; `prefix` is how the text begins."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[str] = mapped_column(String(400))
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_address: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class IdempotencyKey(Base):
    """What a program made under a key of its choice, so that the same request again makes nothing more."""

    __tablename__ = "idempotency_key"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    token_id: Mapped[str] = mapped_column(String(18))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Person(Base):
    """Somebody who signs in to the pages."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    # Until the person has set a password by their link.
    is_invited: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Instant)


class PersonLink(Base):
    """The one link by which a person sets a password, by the SHA-256 of its token."""

    __tablename__ = "person_link"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class SavedView(Base):
    """What a person keeps of the progress table's address: filters and order, under a name."""

    __tablename__ = "saved_view"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(Text)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class PersonSession(Base):
    """A sign-in, by the SHA-256 of the cookie's token; deleting the row signs the person out."""

    __tablename__ = "person_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(255))


class FailedTry(Base):
    """Failures of one key (account and address, client and address), for growing delays."""

    __tablename__ = "failed_try"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)


class AuditEntry(Base):
    """One act of an admin; rows are only ever added, each with a hash over itself and the one before."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[str | None] = mapped_column(String(18), index=True)
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_role: Mapped[str | None] = mapped_column(String(16))
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(18))
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(300))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Part of what is hashed; gone where the words about an erased person are gone.
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class AuditHead(Base):
    """The newest entry of the audit log: without it nobody would miss that one. One row at most."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class JobLease(Base):
    """Who runs a background job now; another takes over after `expires_at`."""

    __tablename__ = "job_lease"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)
