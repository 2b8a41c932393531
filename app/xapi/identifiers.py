"""Statement ids: the client's own, or one that a repeat of the same statement gets again."""

from __future__ import annotations

import re
import uuid

from app.xapi.comparison import canonical_text

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
LONGEST_ID = 255
# Ours alone, so that derived ids cannot meet anybody else's.
_NAMESPACE = uuid.UUID("6f3d1c52-8f0e-5b0a-9d55-0a6f1f7f2c11")


def assign_statement_id(request_id: str, position: int) -> str:
    """Return the id of a statement that came without one.

    Made of the request's own id, so that storing a request again after a commit of unknown outcome finds
    the statement stored already.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{request_id}/{position}"))


def derive_statement_id(integration_id: str, text: bytes) -> str:
    """Return the id of a LinkedIn statement without one: same content, same id (UUID version 5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{integration_id}:{canonical_text(text)}"))


def normalise_id(text: str) -> str:
    """Write a UUID in lower case, in which ids are compared; any other id stays as it is."""
    return text.lower() if UUID.fullmatch(text) else text
