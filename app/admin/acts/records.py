"""Acts on learners, courses and launch links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.orm import Session

from app.access.audit import Actor, write_audit
from app.access.integrations import get_integration
from app.access.launches import LessonMode, make_launch_link
from app.access.organisation import Organisation
from app.catalog import service as catalog
from app.catalog.service import Course, get_course, get_unit
from app.catalog.units import UnitFields, find_unit_of, set_unit
from app.learners import changing, service as learners
from app.learners.values import Learner
from app.settings import Settings


def add_learner(
    session: Session, actor: Actor, *, name: str, email: str | None, user_id: str | None
) -> Learner:
    """Add a learner, or complete the one a given identity names; raises BadLearner."""
    learner = learners.add_learner(session, name=name, email=email, user_id=user_id)
    write_audit(session, actor=actor, action="learner.added", target=learner.name, detail={"id": learner.id})
    return learner


def change_learner(
    session: Session,
    actor: Actor,
    learner_id: str,
    *,
    name: str | None = None,
    group: str | None = None,
    manager: str | None = None,
) -> Learner:
    """Change what is given of a learner; the audit row names what is different.

    Raises UnknownLearner, BadLearner.
    """
    before = learners.get_learner(session, learner_id)
    after = changing.change_learner(session, learner_id, name=name, group=group, manager=manager)
    detail = _differences(before, after, _LEARNER_FACTS)
    if detail:
        write_audit(session, actor=actor, action="learner.changed", target=after.name, detail=detail)
    return after


def add_course(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    integration_id: str,
    title: str,
    activity_id: str,
    launch_url: str | None,
    unit: UnitFields,
) -> Course:
    """Add a course, or fill the stub a known identifier made; raises BadCourse, UnknownIntegration.

    Of `unit` only what says something is set: a course that is completed keeps the rest.
    """
    get_integration(session, integration_id)
    course = catalog.add_course(
        session, integration_id=integration_id, title=title, activity_id=activity_id, launch_url=launch_url
    )
    told = cast(UnitFields, {name: value for name, value in unit.items() if value not in (None, "")})
    set_unit(session, settings, course.id, **told)
    write_audit(session, actor=actor, action="course.added", target=course.title, detail={"id": course.id})
    return course


def change_course(
    session: Session,
    actor: Actor,
    settings: Settings,
    course_id: str,
    *,
    integration_id: str,
    title: str,
    launch_url: str | None,
    unit: UnitFields,
) -> Course:
    """Change a course and what AICC knows of it; the audit row names what is different, no password.

    Raises BadCourse, UnknownCourse, UnknownIntegration.
    """
    before, old = get_course(session, course_id), get_unit(session, course_id)
    get_integration(session, integration_id)
    after = catalog.add_course(
        session,
        integration_id=integration_id,
        title=title,
        activity_id=before.activity_id,
        launch_url=launch_url,
        type_=before.type,
    )
    new = set_unit(session, settings, course_id, **unit)
    detail = {**_differences(before, after, _COURSE_FACTS), **_differences(old, new, _UNIT_FACTS)}
    if old.au_password_hash != new.au_password_hash:
        detail["au_password"] = "changed" if new.au_password_hash else "removed"
    if detail:
        write_audit(session, actor=actor, action="course.changed", target=after.title, detail=detail)
    return after


def make_link(
    session: Session,
    actor: Actor,
    settings: Settings,
    organisation: Organisation,
    *,
    integration_id: str,
    course_id: str,
    learner_id: str,
    now: datetime,
    is_credit: bool = True,
    lesson_mode: LessonMode = LessonMode.NORMAL,
    valid: timedelta | None = None,
    is_single_use: bool = False,
    unit_id: str | None = None,
    seed: str | None = None,
) -> str:
    """Make a launch link for one learner and one course; the audit row holds the two, not the link."""
    integration = get_integration(session, integration_id)
    course, learner = get_course(session, course_id), learners.get_learner(session, learner_id)
    detail = {"learner": learner.name, "integration": integration.name}
    if unit_id:
        unit = find_unit_of(session, course_id, unit_id)
        detail["unit"] = unit.title or unit.system_id
    if not is_credit or lesson_mode is not LessonMode.NORMAL:
        detail["taken"] = f"{lesson_mode.value}, {'credit' if is_credit else 'no credit'}"
    write_audit(session, actor=actor, action="launch_link.made", target=course.title, detail=detail)
    return make_launch_link(
        settings,
        organisation,
        integration_id=integration.id,
        course_id=course.id,
        learner_id=learner.id,
        now=now,
        is_credit=is_credit,
        lesson_mode=lesson_mode,
        valid=valid,
        is_single_use=is_single_use,
        unit_id=unit_id,
        seed=seed,
    )


def note_links(session: Session, actor: Actor, course: str, *, count: int) -> None:
    """Note that many launch links for one course were made at once."""
    detail = {"links": str(count)}
    write_audit(session, actor=actor, action="launch_link.many_made", target=course, detail=detail)


def note_export(session: Session, actor: Actor, query: str, *, what: str = "progress") -> None:
    """Note that progress or statements left the server as a file, and which rows."""
    detail = {"filter": query or "all"}
    write_audit(session, actor=actor, action=f"{what}.exported", target=what, detail=detail)


def note_payload_view(session: Session, actor: Actor, *, path: str, what: str) -> None:
    """Note that somebody read a message as it came."""
    detail = {"what": what.removesuffix(".raw")}
    write_audit(session, actor=actor, action="payload.viewed", target=path, detail=detail)


def note_demo(session: Session, actor: Actor, *, action: str, detail: dict[str, str]) -> None:
    write_audit(session, actor=actor, action=action, target="demo", detail=detail)


_LEARNER_FACTS = ("name", "group", "manager", "is_provisional")
_COURSE_FACTS = ("title", "integration_id", "launch_url")
_UNIT_FACTS = (
    "mastery_score",
    "max_score",
    "max_time_allowed",
    "time_limit_action",
    "web_launch",
    "core_vendor",
    "comments",
)


def _differences(before: object, after: object, names: tuple[str, ...]) -> dict[str, str]:
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {name: f"{old} → {new}"[:500] for name, (old, new) in pairs.items() if old != new}


def note_learner_export(session: Session, actor: Actor, learner_id: str) -> None:
    """Note that a copy of one person's data was handed out."""
    write_audit(session, actor=actor, action="learner.exported", target=learner_id)
