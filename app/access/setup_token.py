"""The one-time token of the setup link: proof that whoever opens it can read the server's own output."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.models.access import Person, Setting
from app.settings import Settings

_SETTING = "setup_token_sha256"


def ensure_setup_token(session: Session, settings: Settings) -> str | None:
    """Return the setup token, made when there is none yet; None once an owner exists.

    The clear text stands in `<data_dir>/setup-token` (0600) alone, so that a second start prints the same
    link. Writes to the database when it makes one.
    """
    if session.scalar(select(Person.id).where(Person.role == "owner").limit(1)) is not None:
        return None
    path = setup_token_path(settings)
    kept = session.scalar(select(Setting.value).where(Setting.name == _SETTING))
    token = _read(path)
    if token and kept and hmac.compare_digest(kept, _digest(token)):
        return token
    token = secrets.token_urlsafe(24)
    _write(path, token)
    session.execute(delete(Setting).where(Setting.name == _SETTING))
    session.execute(insert(Setting).values(name=_SETTING, value=_digest(token)))
    return token


def is_setup_token(session: Session, token: str) -> bool:
    """Tell whether this is the token of the setup link, in constant time."""
    kept = session.scalar(select(Setting.value).where(Setting.name == _SETTING))
    return kept is not None and hmac.compare_digest(kept, _digest(token))


def end_setup_token(session: Session, settings: Settings) -> None:
    """Make the token worthless and remove its file; call it when the owner account is made."""
    session.execute(delete(Setting).where(Setting.name == _SETTING))
    setup_token_path(settings).unlink(missing_ok=True)


def setup_token_path(settings: Settings) -> Path:
    return settings.data_dir / "setup-token"


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
