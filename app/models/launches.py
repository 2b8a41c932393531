"""AICC launches, the attempts they share, and what the optional Put commands brought."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence, Span, new_id


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
    # Tries and the like that the content put into [student_data], a JSON object.
    student_data: Mapped[str] = mapped_column(Text, default="", server_default="")
    # True once the content has said a status that can be read: only then has it judged for itself.
    has_status: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class Launch(Base):
    """One AICC session."""

    __tablename__ = "launch"
    # The worker looks for open sessions that have gone quiet.
    __table_args__ = (Index("ix_launch_state", "state", "opened_at"),)

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    session_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("assignable_unit.id", ondelete="CASCADE"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    # Whom it was opened for, where that learner has been merged into another: it reports under their name.
    named_learner_id: Mapped[str | None] = mapped_column(String(18))
    # The first message makes or joins the attempt; opening a link does not.
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_credit: Mapped[bool] = mapped_column(default=True, server_default=true())
    lesson_mode: Mapped[str] = mapped_column(String(8), default="normal", server_default="normal")
    # SHA-256 of the launch link's token, to know which links have been used.
    link_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    # Status of the attempt when this session first called: what browsing and reviewing leave alone.
    status_at_start: Mapped[str | None] = mapped_column(String(16))
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
    # The LMS that it came from and gets its results. No foreign key: a launch outlives what it was for.
    destination_id: Mapped[str | None] = mapped_column(String(18))
    # What that LMS wants for a pass; it counts instead of the unit's own.
    mastery_score: Mapped[float | None]
    opened_address: Mapped[str | None] = mapped_column(String(64))
    opened_agent: Mapped[str | None] = mapped_column(String(255))


class UpstreamSession(Base):
    """The session of the LMS that a launch of ours came from: there we are the content."""

    __tablename__ = "upstream_session"

    launch_id: Mapped[str] = mapped_column(ForeignKey("launch.id", ondelete="CASCADE"), primary_key=True)
    # Scheme-complete, as it is called.
    url: Mapped[str] = mapped_column(Text)
    # Sealed with the server's key: whoever knows it can report in the learner's name.
    session_id: Mapped[bytes] = mapped_column(LargeBinary)
    # What the LMS answered to GetParam; empty for an LMS that names none.
    version: Mapped[str] = mapped_column(String(32), default="")
    student_id: Mapped[str] = mapped_column(Text, default="")
    # Ids of the objectives that the LMS named, a JSON list: it hears of no other.
    objective_ids: Mapped[str] = mapped_column(Text, default="[]")
    # True once the LMS said that it knows the session no longer.
    is_dead: Mapped[bool] = mapped_column(default=False)
    # Of our session's time, how much the LMS has been told: for one that adds up what it hears.
    told_time: Mapped[timedelta] = mapped_column(Span, default=timedelta(0))
    exited_at: Mapped[datetime | None] = mapped_column(Instant)
    # Of an LMS that is a server like this one: how far from the first LMS it is.
    hops: Mapped[str] = mapped_column(String(80), default="")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    # Of address and session id: a page of the LMS that is loaded again opens one session twice.
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)


class LaunchItem(Base):
    """One interaction, objective or comment that a session brought: a row of a table the content sent."""

    __tablename__ = "launch_item"
    __table_args__ = (UniqueConstraint("launch_id", "kind", "digest"),)

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    launch_id: Mapped[str] = mapped_column(ForeignKey("launch.id", ondelete="CASCADE"))
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(255), default="")
    # Column names and values as sent, a JSON object.
    fields: Mapped[str] = mapped_column(Text)
    # Of what makes a row the same one when it comes again.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime] = mapped_column(Instant)


class AiccRecord(Base):
    """What a PutInteractions, PutComments, PutObjectives, PutPath or PutPerformance brought, as sent.

    `comments` is the group of that name in a PutParam, `unread` whatever else of one is kept nowhere else.
    """

    __tablename__ = "aicc_record"
    __table_args__ = (UniqueConstraint("launch_id", "command", "digest"),)

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    launch_id: Mapped[str] = mapped_column(ForeignKey("launch.id", ondelete="CASCADE"))
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), index=True)
    command: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime] = mapped_column(Instant)
