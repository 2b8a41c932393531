"""Learners and their identities, courses and their identifiers, observations and progress."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence, Span, new_id


class Learner(Base):
    """One person who learns."""

    __tablename__ = "learner"
    # The newest of those whom nobody has matched yet stand first in their list.
    __table_args__ = (
        Index("ix_learner_unmatched", "is_provisional", "is_ignored", "id"),
        Index("ix_learner_demo", "id", sqlite_where=text("is_demo = 1"), postgresql_where=text("is_demo")),
    )

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(300))
    # The name case-folded: sorting and searching work alike on both databases.
    sort_name: Mapped[str] = mapped_column(String(300), index=True)
    is_provisional: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    # AICC's student demographics by keyword, a JSON object.
    attributes: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Words of the name, folded and in order: "Diaz, Ana" and "Ana Díaz" are alike.
    name_key: Mapped[str] = mapped_column(String(300), default="", server_default="", index=True)
    group_name: Mapped[str] = mapped_column(String(200), default="", server_default="", index=True)
    manager: Mapped[str] = mapped_column(String(300), default="", server_default="")
    # Seen in messages and nobody to be matched: a test account, a visitor.
    is_ignored: Mapped[bool] = mapped_column(default=False, server_default=false())
    # One who turned out to be another: the row stays, so that old links lead on and a mistake can be undone.
    # No foreign key: SQLite would have to make this table anew, and empty all that hangs on it.
    merged_into_id: Mapped[str | None] = mapped_column(String(18), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class LearnerMerge(Base):
    """That two learners were made one: what moved, so that it can go back."""

    __tablename__ = "learner_merge"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    kept_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    # Ids of what moved and what it said before, a JSON object.
    moved: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(200))
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None] = mapped_column(String(200))


class Identity(Base):
    """How a source names a learner."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("kind", "namespace", "value"),
        Index("ix_identity_folded", "kind", "folded"),
        Index("ix_identity_search", "folded"),
        Index("ix_identity_stem", "stem"),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    namespace: Mapped[str] = mapped_column(String(1000), default="")
    value: Mapped[str] = mapped_column(String(1000))
    folded: Mapped[str] = mapped_column(String(1000))
    # What an e-mail address says before its @, any other value whole, folded: ids are often made of it.
    stem: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    home_page: Mapped[str | None] = mapped_column(String(1000))
    first_seen_at: Mapped[datetime] = mapped_column(Instant)


class Course(Base):
    """One thing to learn; a stub until an import or an admin gives it a title."""

    __tablename__ = "course"
    # What lists and numbers leave out.
    __table_args__ = (
        Index("ix_course_demo", "id", sqlite_where=text("is_demo = 1"), postgresql_where=text("is_demo")),
        Index(
            "ix_course_video",
            "id",
            sqlite_where=text("type = 'video'"),
            postgresql_where=text("type = 'video'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(500))
    sort_title: Mapped[str] = mapped_column(String(500), index=True)
    type: Mapped[str] = mapped_column(String(8))
    # The identifier shown to people and programs; the others are rows of course_identifier.
    activity_id: Mapped[str] = mapped_column(String(2000))
    integration_id: Mapped[str | None] = mapped_column(
        ForeignKey("integration.id", ondelete="SET NULL"), index=True
    )
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    # What its package says of it.
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    is_stub: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class CourseIdentifier(Base):
    """An activity id, URN or other name by which messages mean a course."""

    __tablename__ = "course_identifier"

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    value: Mapped[str] = mapped_column(String(2000), unique=True)


class AssignableUnit(Base):
    """An AICC launchable unit of a course."""

    __tablename__ = "assignable_unit"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    system_id: Mapped[str] = mapped_column(String(255), default="A1")
    # Blank for the one unit of a course, which is called by the course's title.
    title: Mapped[str] = mapped_column(String(500), default="", server_default="")
    launch_url: Mapped[str | None] = mapped_column(Text)
    web_launch: Mapped[str] = mapped_column(Text, default="")
    core_vendor: Mapped[str] = mapped_column(Text, default="")
    mastery_score: Mapped[float | None]
    max_score: Mapped[float | None]
    max_time_allowed: Mapped[str | None] = mapped_column(String(32))
    time_limit_action: Mapped[str | None] = mapped_column(String(64))
    # What the LMS tells the learner ([comments] of GetParam).
    comments: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Keyed with the server's secret: AU passwords are short, and checked with every message.
    au_password_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class Observation(Base):
    """Append-only: what one message said of one learner on one course, decoded."""

    __tablename__ = "observation"
    __table_args__ = (
        Index("ix_observation_source", "source", "id"),
        Index("ix_observation_pair", "identity_id", "identifier_id", "id"),
        Index("ix_observation_identifier", "identifier_id"),
        Index("ix_observation_integration", "integration_id"),
        # Who was active in a week that has passed, which progress rows no longer tell.
        Index("ix_observation_event", "event_at", "identity_id", "identifier_id", "is_withdrawn"),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    integration_id: Mapped[str | None] = mapped_column(ForeignKey("integration.id", ondelete="SET NULL"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    identifier_id: Mapped[int] = mapped_column(ForeignKey("course_identifier.id", ondelete="CASCADE"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("assignable_unit.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(4))
    source: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    completion: Mapped[bool | None]
    success: Mapped[bool | None]
    percent: Mapped[float | None]
    score: Mapped[float | None]
    time: Mapped[timedelta | None] = mapped_column(Span)
    time_is_total: Mapped[bool] = mapped_column(default=False)
    event_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    evidence_kind: Mapped[str] = mapped_column(String(10))
    evidence_id: Mapped[str] = mapped_column(String(64))
    # A voided statement's observation stays readable and counts no longer.
    is_withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())


class ProgressDecision(Base):
    """Append-only: what an admin decided of one learner on one course; undone ones stay readable.

    It hangs on the names of both, as an observation does, and so goes where these go.
    """

    __tablename__ = "progress_decision"
    __table_args__ = (
        # One act decides once of each pair, however often it is repeated.
        UniqueConstraint("group_id", "identity_id", "identifier_id"),
        Index("ix_progress_decision_pair", "identity_id", "identifier_id"),
        Index("ix_progress_decision_identifier", "identifier_id"),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    identifier_id: Mapped[int] = mapped_column(ForeignKey("course_identifier.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    # The last observation there was then: it tells, without clocks, what was received later.
    heard: Mapped[int] = mapped_column(BigInteger)
    # An override's; a new attempt leaves them as they are here.
    status: Mapped[str] = mapped_column(String(12), default="not_started")
    percent: Mapped[float] = mapped_column(default=0.0)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text)
    # Ids of the AICC attempts that a new attempt began, a JSON list.
    attempts: Mapped[str] = mapped_column(Text, default="[]")
    # The act that it was a part of: what was decided of many together can be undone together.
    group_id: Mapped[str] = mapped_column(String(18))
    actor_id: Mapped[str | None] = mapped_column(String(18))
    actor_name: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None] = mapped_column(String(200))


class ProgressRow(Base):
    """One learner on one course: the projection of their observations, and of what was decided."""

    __tablename__ = "progress"
    __table_args__ = (
        # What the overview and the list of courses add up, and what the table is sorted by, is in the index
        # itself: a million rows need not be looked at to be counted.
        Index("ix_progress_course", "course_id", "percent", "status_rank", "learner_id"),
        Index("ix_progress_activity", "last_activity", "learner_id", "course_id"),
        # The table's filters that may leave few rows, each in the table's own order.
        Index("ix_progress_status", "status_rank", "last_activity", "learner_id", "course_id"),
        Index("ix_progress_channel", "has_aicc", "has_xapi", "last_activity", "learner_id", "course_id"),
        Index("ix_progress_percent", "percent", "learner_id", "course_id"),
        # What changed since a program last asked.
        Index("ix_progress_updated", "updated_at", "learner_id", "course_id"),
        Index(
            "ix_progress_completed",
            "completed_at",
            "course_id",
            "learner_id",
            sqlite_where=text("completed_at IS NOT NULL"),
            postgresql_where=text("completed_at IS NOT NULL"),
        ),
    )

    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(12))
    status_rank: Mapped[int]
    percent: Mapped[float]
    score: Mapped[float | None]
    has_aicc: Mapped[bool]
    has_xapi: Mapped[bool]
    aicc_time: Mapped[timedelta] = mapped_column(Span)
    xapi_total_time: Mapped[timedelta] = mapped_column(Span)
    xapi_other_time: Mapped[timedelta] = mapped_column(Span)
    # The larger of the two channels, kept so that tables can sort by it.
    time: Mapped[timedelta] = mapped_column(Span)
    first_seen: Mapped[datetime | None] = mapped_column(Instant)
    last_activity: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    # True while something decided counts: then a report is not merged, the row is made again.
    has_decision: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When the row was last written, by whatever message or rebuild.
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default="0")
