"""Which integration launches a course."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.integrations import Integration, Kind, UnknownIntegration, get_integration, list_integrations
from app.catalog.service import Course
from app.words import worded


def find_launcher(session: Session, course: Course) -> tuple[Integration | None, str]:
    """Return the integration that launches a course, or None and the reason why there is none."""
    integration = _find_integration(session, course)
    if not course.launch_url:
        return None, worded("This course has no launch URL; add one first")
    if integration is None:
        return None, worded("This course belongs to no integration that can launch; add it to one first")
    if not integration.is_enabled:
        return None, worded("The integration %(name)s is switched off", name=integration.name)
    return integration, ""


def _find_integration(session: Session, course: Course) -> Integration | None:
    """Return the course's own integration, else the only one that can launch."""
    if course.integration_id is not None:
        try:
            return get_integration(session, course.integration_id)
        except UnknownIntegration:
            return None
    able = [
        i for i in list_integrations(session) if i.kind is not Kind.XAPI and i.is_enabled and not i.is_demo
    ]
    return able[0] if len(able) == 1 else None
