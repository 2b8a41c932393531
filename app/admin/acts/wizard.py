"""Where the first-run wizard stands; the mark is gone once the last step is done."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.organisation import drop_setting, get_setting, put_setting

_SETTING = "setup_step"
ADDRESS, INTEGRATION = "address", "integration"


def find_step(session: Session) -> str | None:
    """Return the wizard's next step, None before the owner exists and after the last one."""
    return get_setting(session, _SETTING)


def move_on(session: Session, step: str) -> None:
    put_setting(session, _SETTING, step)


def finish(session: Session) -> None:
    drop_setting(session, _SETTING)
