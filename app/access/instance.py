"""What other servers of this kind know this one by."""

from __future__ import annotations

import hashlib

from app.settings import Settings


def instance_id(settings: Settings) -> str:
    """Return the name of this deployment: every host of it has the same, and no other has."""
    return hashlib.sha256(b"waymark instance\0" + settings.secret_key.encode()).hexdigest()[:12]
