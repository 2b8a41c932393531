"""Who was erased, by keyed digests alone: nobody can read from them who it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant


class ErasedIdentity(Base):
    """One name of an erased person, by its HMAC: messages under it bring nobody back."""

    __tablename__ = "erased_identity"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # The same for all names of one person, and leads to nothing else.
    person: Mapped[str] = mapped_column(String(18), index=True)
    erased_at: Mapped[datetime] = mapped_column(Instant)
