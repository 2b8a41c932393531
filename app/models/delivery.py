"""Where results are passed on, each piece of that work, and every try at it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Sequence, new_id


class Destination(Base):
    """One receiver of results: a webhook, another record store, or the LMS that launches came from."""

    __tablename__ = "destination"

    id: Mapped[str] = mapped_column(String(18), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8))
    # Whose results it gets; NULL for those of all. An LMS belongs to one integration.
    integration_id: Mapped[str | None] = mapped_column(
        ForeignKey("integration.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(Text)
    # Names of events, with commas between them.
    events: Mapped[str] = mapped_column(Text, default="")
    # What else the kind wants to know, a JSON object without secrets.
    options: Mapped[str] = mapped_column(Text, default="{}")
    # Sealed with the server's key: secrets that must be sent.
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), default="live")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    # The lane: one worker at a time sends to a receiver, another takes over when its time is up.
    lane_holder: Mapped[str | None] = mapped_column(String(64))
    lane_until: Mapped[datetime | None] = mapped_column(Instant)
    # Set while the whole receiver is in trouble: nothing is tried before.
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


_IS_PENDING, _IS_HELD = text("state = 'pending'"), text("state = 'held'")


class Delivery(Base):
    """One piece of outbox work, written in the transaction of what it tells."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_due",
            "destination_id",
            "due_at",
            "id",
            sqlite_where=_IS_PENDING,
            postgresql_where=_IS_PENDING,
        ),
        Index(
            "ix_delivery_order",
            "destination_id",
            "order_key",
            "id",
            sqlite_where=_IS_PENDING,
            postgresql_where=_IS_PENDING,
        ),
        Index(
            "ix_delivery_held",
            "destination_id",
            "order_key",
            "id",
            sqlite_where=_IS_HELD,
            postgresql_where=_IS_HELD,
        ),
        Index("ix_delivery_state", "state", "id"),
        Index("ix_delivery_destination", "destination_id", "id"),
        Index("ix_delivery_pair", "learner_id", "course_id", "id"),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    # What the receiver knows it by: the same for every repeat.
    message_id: Mapped[str] = mapped_column(String(64), unique=True)
    destination_id: Mapped[str] = mapped_column(ForeignKey("destination.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))
    # Of several with one key the next is not sent before the one before it is done; '' for none.
    order_key: Mapped[str] = mapped_column(String(64), default="")
    integration_id: Mapped[str | None] = mapped_column(String(18))
    learner_id: Mapped[str | None] = mapped_column(String(18))
    course_id: Mapped[str | None] = mapped_column(String(18))
    launch_id: Mapped[str | None] = mapped_column(String(18))
    statement_key: Mapped[int | None] = mapped_column(BigInteger)
    # The message as JSON; '' where it is written when it is sent.
    payload: Mapped[str] = mapped_column(Text, default="")
    # What it came with, if it was passed on to us: see `outbound/hops`.
    hops: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(9), default="pending")
    # Grows when there is more to tell, so that what was sent meanwhile does not pass for all of it.
    revision: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    # True when the receiver itself was in trouble: due again as soon as it is well.
    waits_for_lane: Mapped[bool] = mapped_column(default=False)
    # Why it is not delivered, or not yet.
    code: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class DeliveryTry(Base):
    """One try to deliver: written before it, completed after it."""

    __tablename__ = "delivery_try"

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Instant, index=True)
    milliseconds: Mapped[int | None]
    status: Mapped[int | None]
    # '' for a good one; NULL while nobody knows how it ended.
    code: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text, default="")
    request: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str] = mapped_column(Text, default="")
