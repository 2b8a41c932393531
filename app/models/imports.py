"""Imports of packages in the background, file and findings; lists of learners that wait for a look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, new_id


class ImportJob(Base):
    """One uploaded file, how far the worker is with it, and the counts of what was found."""

    __tablename__ = "import_job"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    integration_id: Mapped[str] = mapped_column(ForeignKey("integration.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(10), index=True)
    # How many packages are dealt with in this state, out of how many.
    position: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(Text, default="")
    started_by: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ImportChunk(Base):
    """A piece of an uploaded file: in the database, for the worker may be on another machine."""

    __tablename__ = "import_chunk"

    job_id: Mapped[str] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ImportItem(Base):
    """One package of an uploaded file, and what importing it would do or did."""

    __tablename__ = "import_item"

    job_id: Mapped[str] = mapped_column(ForeignKey("import_job.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(500))
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    # One a line: the identifiers by which a second package of the same course is known.
    identifiers: Mapped[str] = mapped_column(Text)
    # One a line: what is wrong with it, or what would change.
    notes: Mapped[str] = mapped_column(Text)


class LearnerSheet(Base):
    """An uploaded list of learners, between its preview and its being taken in; it does not stay for long."""

    __tablename__ = "learner_sheet"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    file_name: Mapped[str] = mapped_column(String(255))
    # Compressed, as it came.
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
