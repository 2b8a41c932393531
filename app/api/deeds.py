"""What programs may do: each is an act of the pages, with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from app.access.launchers import find_launcher
from app.access.launches import LessonMode, make_launch_link
from app.admin.acts import delivery as delivery_acts, records as acts
from app.api import courses, deliveries, learners
from app.api.courses import COURSES, CourseChange, CourseSchema, NewCourse
from app.api.deliveries import DELIVERIES, DeliverySchema
from app.api.doing import Body, Change, Deed, Doing, sentence
from app.api.launches import LaunchLinkSchema, NewLaunch
from app.api.learners import LEARNERS, LearnerChange, LearnerSchema, NewLearner
from app.api.nouns import Item, moment
from app.api.problems import Conflict, Fault, Invalid, NotFound
from app.catalog.service import UnknownCourse, get_course, hold_course
from app.delivery.queries import UnknownDelivery
from app.learners.changing import hold_learner
from app.learners.service import get_learner
from app.learners.values import UnknownLearner


def _add_learner(session: Session, doing: Doing, _keys: Sequence[str], body: Body) -> str:
    found = acts.add_learner(
        session, doing.actor, name=body["name"], email=body.get("email"), user_id=body.get("user_id")
    )
    return found.id


def _show_learner(session: Session, _doing: Doing, made: str, _body: Body) -> Item:
    return learners.describe(get_learner(session, made))


def _hold_learner(session: Session, learner_id: str) -> Item:
    try:
        return learners.describe(hold_learner(session, learner_id))
    except UnknownLearner:
        raise NotFound("There is no such learner.") from None


def _change_learner(session: Session, doing: Doing, learner_id: str, body: Body) -> Item:
    return learners.describe(acts.change_learner(session, doing.actor, learner_id, **body))


def _add_course(session: Session, doing: Doing, _keys: Sequence[str], body: Body) -> str:
    return acts.add_course(session, doing.actor, doing.settings, **body, unit={}).id


def _show_course(session: Session, _doing: Doing, made: str, _body: Body) -> Item:
    return courses.describe(get_course(session, made))


def _hold_course(session: Session, course_id: str) -> Item:
    try:
        return courses.describe(hold_course(session, course_id))
    except UnknownCourse:
        raise NotFound("There is no such course.") from None


def _change_course(session: Session, doing: Doing, course_id: str, body: Body) -> Item:
    old = get_course(session, course_id)
    integration_id = body.get("integration_id", old.integration_id)
    if integration_id is None:
        text = "This course belongs to no integration yet; name one."
        raise Invalid(text, errors=[Fault("/integration_id", text)])
    changed = acts.change_course(
        session,
        doing.actor,
        doing.settings,
        course_id,
        integration_id=integration_id,
        title=body.get("title", old.title),
        launch_url=body.get("launch_url", old.launch_url),
        unit={},
    )
    return courses.describe(changed)


def _make_link(session: Session, doing: Doing, _keys: Sequence[str], body: Body) -> str:
    course = get_course(session, body["course_id"])
    integration, trouble = find_launcher(session, course)
    if integration is None:
        raise Conflict(sentence(trouble))
    acts.make_link(
        session,
        doing.actor,
        doing.settings,
        doing.organisation,
        integration_id=integration.id,
        course_id=course.id,
        learner_id=body["learner_id"],
        now=doing.now,
        is_credit=body["credit"],
        lesson_mode=LessonMode(body["mode"]),
    )
    return integration.id


def _show_link(session: Session, doing: Doing, made: str, body: Body) -> Item:
    """Write the link: from the same moment and seed it comes out the same, so that none has to be kept."""
    learner_id = get_learner(session, body["learner_id"]).id
    valid = timedelta(days=body.get("days", doing.settings.launch_link_days))
    link = make_launch_link(
        doing.settings,
        doing.organisation,
        integration_id=made,
        course_id=body["course_id"],
        learner_id=learner_id,
        now=doing.now,
        is_credit=body["credit"],
        lesson_mode=LessonMode(body["mode"]),
        valid=valid,
        is_single_use=body["single_use"],
        seed=doing.seed,
    )
    return {
        "launch_url": link,
        "course_id": body["course_id"],
        "learner_id": learner_id,
        "expires_at": moment((doing.now + valid).replace(microsecond=0)),
    }


def _retry(session: Session, doing: Doing, keys: Sequence[str], _body: Body) -> str:
    try:
        return str(delivery_acts.retry(session, doing.actor, deliveries.read_id(keys[0])).id)
    except UnknownDelivery:
        raise NotFound("There is no such delivery.") from None


def _show_delivery(session: Session, _doing: Doing, made: str, _body: Body) -> Item:
    return DELIVERIES.get(session, [made])


DEEDS = (
    Deed(
        "add_learner",
        "Add a learner",
        "One whom the e-mail address or the user id names already is completed.",
        LEARNERS.name,
        "/learners",
        "learners:write",
        NewLearner(),
        LearnerSchema(),
        _add_learner,
        _show_learner,
        has_address=True,
    ),
    Deed(
        "add_course",
        "Add a course",
        "One that the activity id names already is filled, with all that was reported on it.",
        COURSES.name,
        "/courses",
        "courses:write",
        NewCourse(),
        CourseSchema(),
        _add_course,
        _show_course,
        has_address=True,
    ),
    Deed(
        "make_launch_link",
        "Make a launch link",
        "An address that opens the course for this learner; each visit is a launch.",
        "launches",
        "/launches",
        "launches:write",
        NewLaunch(),
        LaunchLinkSchema(),
        _make_link,
        _show_link,
    ),
    Deed(
        "retry_delivery",
        "Send a delivery again",
        "It is due at once, from the beginning of its plan; what was delivered is sent once more.",
        DELIVERIES.name,
        "/deliveries/<id>/retry",
        "deliveries:write",
        None,
        DeliverySchema(),
        _retry,
        _show_delivery,
    ),
)
CHANGES = (
    Change(
        "change_learner",
        LEARNERS.name,
        "learner",
        "learners:write",
        LearnerChange(),
        LearnerSchema(),
        _hold_learner,
        _change_learner,
    ),
    Change(
        "change_course",
        COURSES.name,
        "course",
        "courses:write",
        CourseChange(),
        CourseSchema(),
        _hold_course,
        _change_course,
    ),
)
