"""Acts on AICC packages and on the identifiers of courses."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.access.integrations import get_integration
from app.catalog import import_jobs
from app.catalog.mapping import Mapped, map_identifier
from app.catalog.service import get_course


def begin_upload(session: Session, actor: Actor, *, integration_id: str, file_name: str) -> str:
    """Make an import that waits for its file; raises UnknownIntegration."""
    integration = get_integration(session, integration_id)
    import_id = import_jobs.begin_upload(
        session, integration_id=integration.id, file_name=file_name, started_by=actor.name
    )
    detail = {"integration": integration.name, "file": file_name[:255]}
    write_audit(session, actor=actor, action="packages.uploaded", target=import_id, detail=detail)
    return import_id


def apply_import(session: Session, actor: Actor, import_id: str) -> None:
    """Let the worker take in what the preview showed; raises BadImport, UnknownImport."""
    import_jobs.start_applying(session, import_id)
    _note(session, actor, "packages.applied", import_id)


def discard_import(session: Session, actor: Actor, import_id: str) -> None:
    """Leave everything as it is; raises BadImport, UnknownImport."""
    import_jobs.discard(session, import_id)
    _note(session, actor, "packages.discarded", import_id)


def note_export(session: Session, actor: Actor, *, integration_id: str, courses: int) -> None:
    """Note that packages left the server."""
    name = get_integration(session, integration_id).name
    detail = {"courses": str(courses)}
    write_audit(session, actor=actor, action="packages.exported", target=name, detail=detail)


def add_identifier(session: Session, actor: Actor, course_id: str, value: str, *, may_take: bool) -> Mapped:
    """Let an identifier mean this course; raises BadCourse, TakenIdentifier, UnknownCourse."""
    mapped = map_identifier(session, course_id, value, may_take=may_take)
    detail = {"identifier": mapped.value}
    if mapped.other is not None:
        detail["taken_from"] = mapped.other.title
    title = get_course(session, course_id).title
    write_audit(session, actor=actor, action="course.identifier_added", target=title, detail=detail)
    return mapped


def _note(session: Session, actor: Actor, action: str, import_id: str) -> None:
    found = import_jobs.get_import(session, import_id)
    detail = {"file": found.file_name}
    write_audit(session, actor=actor, action=action, target=import_id, detail=detail)
