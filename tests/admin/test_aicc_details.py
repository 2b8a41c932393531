"""What only AICC wants to know: an integration's manner, a course's details, how a launch is taken."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy.orm import Session

from app.access.audit import AuditEntry, list_audit
from app.access.integrations import Kind, add_integration, get_integration, update_integration
from app.access.launches import LessonMode, read_launch_link
from app.access.organisation import load_organisation
from app.access.policies import MasteryPolicy, StudentId
from app.catalog.service import Unit, get_unit
from app.catalog.units import is_au_password, set_unit
from app.settings import Settings
from tests.admin.desk import NOON, Desk
from tests.admin.test_records import launch_link
from tests.hacp.content import Classroom

PASSWORD = "a password of the course"
DETAILS = {
    "mastery_score": "72,5",
    "max_score": "200",
    "max_time_allowed": "01:30:00",
    "time_limit_action": "exit,message",
    "web_launch": "name=value",
    "core_vendor": "theme=<dark>",
    "comments": "Take your time",
}


def edit_form(classroom: Classroom, **changes: str) -> dict[str, str]:
    manner = {"mastery_policy": "completed_only", "student_id_is": "own", "host_mode": "enforce"}
    form = {"name": "Ana's content", "host_names": "localhost", "upstream_hosts": "", **manner}
    return {**form, "channels": "aicc", "user_type": "email", **changes}


def changes_of(session: Session, action: str) -> list[AuditEntry]:
    session.rollback()
    return [entry for entry in list_audit(session) if entry.action == action]


def unit_of(classroom: Classroom) -> Unit:
    classroom.session.rollback()
    classroom.session.expire_all()
    return get_unit(classroom.session, classroom.course.id)


def test_an_integrations_manner_is_chosen_and_audited(desk: Desk, classroom: Classroom) -> None:
    path = f"/admin/integrations/{classroom.integration.id}"
    switches = (
        "score_is_percent", "has_single_use_links", "is_strict", "enforces_au_password",
        "shares_demographics", "escapes_percent",
    )  # fmt: skip
    form = edit_form(
        classroom, mastery_policy="always", student_id_is="email", **dict.fromkeys(switches, "y")
    )
    assert desk.post(f"{path}/edit", **form).status_code == 303
    after = get_integration(classroom.session, classroom.integration.id)
    assert (after.mastery_policy, after.student_id_is) == (MasteryPolicy.ALWAYS, StudentId.EMAIL)
    assert [getattr(after, name) for name in switches] == [True] * 6
    (entry,) = changes_of(classroom.session, "integration.changed")
    assert set(entry.detail) == {*switches, "mastery_policy", "student_id_is"}
    assert entry.detail["mastery_policy"] == "completed_only → always"
    page = desk.get(path).text
    for words in ("always judged", "good for one use", "is the progress in percent", "strict"):
        assert words in page
    assert desk.get(f"{path}/edit").text.count(" checked ") == 6 + 3
    assert desk.post(f"{path}/edit", **edit_form(classroom)).status_code == 303
    classroom.session.rollback()
    classroom.session.expire_all()
    assert not get_integration(classroom.session, classroom.integration.id).is_strict
    assert desk.post(f"{path}/edit", **edit_form(classroom, mastery_policy="sometimes")).status_code == 422


def test_an_xapi_integration_has_no_manner_over_aicc(
    desk: Desk, session: Session, settings: Settings
) -> None:
    made = add_integration(
        session, load_organisation(session, settings), kind=Kind.XAPI, name="X", is_strict=True
    )
    session.commit()
    path = f"/admin/integrations/{made.id}/edit"
    assert "mastery" not in desk.get(path).text
    form = {"name": "X2", "host_names": "", "upstream_hosts": "", "host_mode": "observe"}
    assert desk.post(path, **form, channels="xapi", user_type="email").status_code == 303
    session.rollback()
    session.expire_all()
    after = get_integration(session, made.id)
    assert (after.name, after.host_mode, after.is_strict) == ("X2", "observe", True)


def test_a_course_is_added_with_its_aicc_details(
    desk: Desk, session: Session, settings: Settings, classroom: Classroom
) -> None:
    reply = desk.post(
        "/admin/courses/new",
        title="Height",
        integration=classroom.integration.id,
        activity_id="urn:aicc:height",
        launch_url="https://content.example/height",
        au_password=PASSWORD,
        **DETAILS,
    )
    assert reply.status_code == 303
    session.rollback()
    unit = get_unit(session, reply.location.rsplit("/", 1)[1])
    assert (unit.mastery_score, unit.max_score, unit.max_time_allowed) == (72.5, 200.0, "01:30:00")
    assert (unit.time_limit_action, unit.web_launch) == ("exit,message", "name=value")
    assert is_au_password(settings, unit, PASSWORD)
    assert not is_au_password(settings, unit, "another")
    page = desk.get(reply.location).text
    for words in ("72.5", "01:30:00", "theme=&lt;dark&gt;", "name=value", "Take your time", "AU password"):
        assert words in page
    for path in (reply.location, f"{reply.location}/edit", "/admin/audit"):
        assert PASSWORD not in desk.get(path).text


def test_a_course_is_changed_and_its_password_kept_until_removed(desk: Desk, classroom: Classroom) -> None:
    path = f"/admin/courses/{classroom.course.id}"
    form = {"title": "Knots and ropes", "integration": classroom.integration.id, "launch_url": ""}
    settings = classroom.settings
    assert "Remove the AU password" not in desk.get(f"{path}/edit").text
    assert desk.post(f"{path}/edit", **form, **DETAILS, au_password=PASSWORD).location == path
    assert is_au_password(settings, unit_of(classroom), PASSWORD)
    page = unescape(desk.get(f"{path}/edit").text)
    assert 'value="72.5"' in page
    assert "A password is set" in page
    assert PASSWORD not in page
    assert desk.post(f"{path}/edit", **form, **dict.fromkeys(DETAILS, "")).status_code == 303
    unit = unit_of(classroom)
    assert (unit.mastery_score, unit.max_time_allowed, unit.core_vendor) == (None, None, "")
    assert not is_au_password(settings, unit, "another")
    assert unit.launch_url == "https://content.example/go?course=7"
    assert desk.post(f"{path}/edit", **form, clears_password="y").status_code == 303
    assert unit_of(classroom).au_password_hash is None
    removed, cleared, first = changes_of(classroom.session, "course.changed")
    assert first.detail["title"] == "Knots → Knots and ropes"
    assert (first.detail["au_password"], removed.detail) == ("changed", {"au_password": "removed"})
    assert cleared.detail["mastery_score"] == "72.5 → None"
    assert PASSWORD not in repr((removed, cleared, first))


def test_completing_a_course_keeps_the_details_that_are_not_told_again(
    desk: Desk, classroom: Classroom
) -> None:
    set_unit(classroom.session, classroom.settings, classroom.course.id, mastery_score=80, comments="Hello")
    classroom.session.commit()
    form = {"title": "Knots", "integration": classroom.integration.id, "activity_id": "urn:li:lyndaCourse:7"}
    assert desk.post("/admin/courses/new", **form, max_score="50", launch_url="").status_code == 303
    unit = unit_of(classroom)
    assert (unit.mastery_score, unit.comments, unit.max_score) == (80, "Hello", 50)


def test_an_action_written_another_way_is_kept(desk: Desk, classroom: Classroom) -> None:
    set_unit(classroom.session, classroom.settings, classroom.course.id, time_limit_action="message, exit")
    classroom.session.commit()
    path = f"/admin/courses/{classroom.course.id}/edit"
    assert 'value="message, exit"' in desk.get(path).text
    form = {"title": "Knots", "integration": classroom.integration.id}
    assert desk.post(path, **form, time_limit_action="message, exit").status_code == 303
    assert unit_of(classroom).time_limit_action == "message, exit"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mastery_score", "many"),
        ("mastery_score", "nan"),
        ("max_score", "-1"),
        ("max_time_allowed", "90 minutes"),
        ("time_limit_action", "explode"),
        ("core_vendor", "\x00"),
        ("comments", "x" * 5000),
        ("au_password", "two\nlines"),
        ("launch_url", "javascript:alert(1)"),
        ("title", " "),
        ("integration", "nope"),
    ],
)
def test_a_bad_detail_is_refused_beside_its_field(
    desk: Desk, classroom: Classroom, field: str, value: str
) -> None:
    form = {"title": "T", "integration": classroom.integration.id, "launch_url": ""}
    for path in ("/admin/courses/new", f"/admin/courses/{classroom.course.id}/edit"):
        reply = desk.post(path, **{**form, "activity_id": "urn:c:1", field: value})
        assert reply.status_code == 422, path
        assert f'href="#{field}"' in reply.text, path
    before = unit_of(classroom)
    assert (before.mastery_score, before.au_password_hash) == (None, None)


def test_a_launch_link_says_how_the_course_is_taken(desk: Desk, classroom: Classroom) -> None:
    for path, field in (
        (f"/admin/courses/{classroom.course.id}", {"learner": classroom.learner.id}),
        (f"/admin/learners/{classroom.learner.id}", {"course": classroom.course.id}),
    ):
        page = desk.post(path, **field, mode="review", credit="no-credit").text
        ticket = read_launch_link(classroom.settings, launch_link(page).rsplit("/", 1)[1], now=NOON)
        assert (ticket.lesson_mode, ticket.is_credit) == (LessonMode.REVIEW, False)
        page = desk.post(path, **field).text
        ticket = read_launch_link(classroom.settings, launch_link(page).rsplit("/", 1)[1], now=NOON)
        assert (ticket.lesson_mode, ticket.is_credit) == (LessonMode.NORMAL, True)
        assert desk.post(path, **field, mode="upside down").status_code == 422
    details = [entry.detail for entry in changes_of(classroom.session, "launch_link.made")]
    assert [detail.get("taken") for detail in details] == [None, "review, no credit"] * 2


def test_a_link_for_one_use_says_so(desk: Desk, classroom: Classroom) -> None:
    path, field = f"/admin/courses/{classroom.course.id}", {"learner": classroom.learner.id}
    assert "each opening starts its own session" in desk.post(path, **field).text
    update_integration(classroom.session, classroom.integration.id, has_single_use_links=True)
    classroom.session.commit()
    assert "It is good for one use" in desk.post(path, **field).text


def test_an_unknown_course_cannot_be_edited(desk: Desk, classroom: Classroom) -> None:
    assert desk.get("/admin/courses/nope/edit").status_code == 404
