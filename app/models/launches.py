"""AICC launches, the attempts they share, and what the optional Put commands brought."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Span, new_id


class Attempt(Base):
    """A learner's numbered try at one unit: what GetParam answers from."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("learner_id", "unit_id", "number"),)

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("assignable_unit.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    lesson_status: Mapped[str] = mapped_column(String(16), default="not attempted")
    exit_flag: Mapped[str] = mapped_column(String(16), default="")
    location: Mapped[str] = mapped_column(Text, default="")
    # Bytes, since PostgreSQL text refuses the NUL that some content sends.
    suspend_data: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    score: Mapped[str] = mapped_column(Text, default="")
    total_time: Mapped[timedelta] = mapped_column(Span, default=timedelta(0))
    preferences: Mapped[str] = mapped_column(Text, default="")
    objectives: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class Launch(Base):
    """One AICC session."""

    __tablename__ = "launch"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    session_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("assignable_unit.id", ondelete="CASCADE"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    # The first message makes or joins the attempt; opening a link does not.
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default="opened")
    opened_at: Mapped[datetime] = mapped_column(Instant, index=True)
    first_message_at: Mapped[datetime | None] = mapped_column(Instant)
    last_message_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(String(16))
    # Total of earlier sessions when this one first called: what GetParam says in `time`.
    base_time: Mapped[timedelta] = mapped_column(Span, default=timedelta(0))
    # A segment runs from one GetParam to the next: the finished ones, then the greatest Time in this one.
    closed_time: Mapped[timedelta] = mapped_column(Span, default=timedelta(0))
    segment_time: Mapped[timedelta] = mapped_column(Span, default=timedelta(0))
    # Time of the last accepted PutParam, for the rule of grace after ExitAU.
    last_time: Mapped[timedelta | None] = mapped_column(Span)
    opened_address: Mapped[str | None] = mapped_column(String(64))
    opened_agent: Mapped[str | None] = mapped_column(String(255))


class AiccRecord(Base):
    """What a PutInteractions, PutComments, PutObjectives, PutPath or PutPerformance brought, as sent."""

    __tablename__ = "aicc_record"
    __table_args__ = (UniqueConstraint("launch_id", "command", "digest"),)

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    launch_id: Mapped[str] = mapped_column(ForeignKey("launch.id", ondelete="CASCADE"))
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    command: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime] = mapped_column(Instant)
