"""Saved views of the progress table: whose they are, who sees and changes them, what is gone from them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.access.people import Person, create_person
from app.access.saved_views import MOST_VIEWS, BadView, SavedView, add_view, list_views
from app.settings import Settings
from tests.admin.desk import PASSWORD, Desk, integration, report

FAILED = "status=failed&sort=-percent"


@pytest.fixture
def cora(session: Session) -> Person:
    person = create_person(
        session, email="cora@example.org", name="Cora Viewer", password=PASSWORD, role="viewer"
    )
    session.commit()
    return person


@pytest.fixture
def her_desk(app: Flask, ben: Person, cora: Person) -> Desk:
    desk = Desk(app.test_client())
    assert desk.post("/login", email=cora.email, password=PASSWORD).status_code == 303
    return desk


@pytest.fixture
def some_progress(session: Session, settings: Settings) -> None:
    report(session, integration(session, settings), learner="ana@example.org", course="urn:c:1")
    session.commit()


def save(desk: Desk, query: str = FAILED, **fields: object) -> int:
    return desk.post(f"/admin/progress/views?{query}&cursor=zzz&size=25", **fields).status_code


def the_view(session: Session, person: Person) -> SavedView:
    session.rollback()
    (view,) = list_views(session, person.id)
    return view


def test_a_view_is_saved_opened_renamed_and_deleted_without_javascript(
    desk: Desk, session: Session, ben: Person, some_progress: None
) -> None:
    reply = desk.post(f"/admin/progress/views?{FAILED}&size=25", name="  Failed <b>now</b> ")
    assert (reply.status_code, reply.location) == (303, f"/admin/progress?{FAILED}")
    assert 'aria-current="true"><bdi>Failed &lt;b&gt;now&lt;/b&gt;' in desk.get(reply.location).text
    page = desk.get("/admin/progress/views").text
    assert "Status: Failed" in page
    assert "Progress, highest first" in page
    view = the_view(session, ben)
    assert desk.post(f"/admin/progress/views/{view.id}", name="Failed").status_code == 303
    assert the_view(session, ben).name == "Failed"
    assert desk.post(f"/admin/progress/views/{view.id}/delete").status_code == 303
    assert "Failed is deleted" in desk.get("/admin/progress/views").text
    session.rollback()
    acts = [(entry.action, entry.target) for entry in list_audit(session, limit=3)]
    assert acts == [
        ("view.deleted", "Failed"),
        ("view.changed", "Failed"),
        ("view.saved", "Failed <b>now</b>"),
    ]


def test_columns_are_chosen_in_the_address_and_kept_in_the_view(desk: Desk, some_progress: None) -> None:
    reply = desk.post("/admin/progress/views?min=10&column=status&column=time", name="Short")
    assert reply.location == "/admin/progress?min=10&column=status&column=time"
    page = desk.get(reply.location).text
    heads = re.findall(r"<th scope=\"col\".*?</th>", page)
    assert [re.sub("<[^>]*>", "", head) for head in heads] == [
        *("Tick", "Learner", "Course", "Status", "Time spent", "Why")
    ]
    assert page.count("<progress") == 0
    assert 'aria-label="Why? ' in page
    # Sorting, paging, and taking a filter away leave the choice.
    for link in re.findall(r'href="(\?[^"]*)"', page):
        assert "column=status&amp;column=time" in link
    assert "columns: Status, Time spent" in desk.get("/admin/progress/views").text
    assert desk.get("/admin/progress?column=odd").status_code == 400
    # The files hold every column.
    assert desk.get("/admin/progress.csv?column=status").text.count("completed_at") == 2


def test_all_columns_are_no_choice(desk: Desk, some_progress: None) -> None:
    names = ("percent", "status", "first_seen", "last_activity", "completed_at", "time", "channel")
    page = desk.get("/admin/progress?" + "&".join(f"column={name}" for name in names)).text
    assert "Channel</th>" in page
    assert 'type="hidden" name="column"' not in page


def test_a_name_is_needed_and_is_used_once_by_each_person(desk: Desk, her_desk: Desk) -> None:
    assert save(desk, name="Failed") == 303
    again = desk.post(f"/admin/progress/views?{FAILED}", name="failed")
    assert again.status_code == 422
    assert "There is a view called failed already" in again.text
    assert "Give the view a name" in desk.post("/admin/progress/views", name=" ").text
    assert save(her_desk, name="Failed") == 303


def test_what_is_not_shared_is_its_owners_alone(
    desk: Desk, her_desk: Desk, session: Session, cora: Person
) -> None:
    save(her_desk, name="Mine", is_shared="y")
    view = the_view(session, cora)
    # A viewer may not share, whatever the form says.
    assert not view.is_shared
    assert "Mine" not in desk.get("/admin/progress/views").text
    for act in ("", "/delete"):
        assert desk.post(f"/admin/progress/views/{view.id}{act}", name="Yours").status_code == 404
    assert the_view(session, cora) == view


def test_what_is_shared_is_seen_by_all_and_changed_by_its_owner_and_by_role(
    desk: Desk, her_desk: Desk, session: Session, cora: Person
) -> None:
    save(desk, name="For all", is_shared="y")
    view = the_view(session, cora)
    page = her_desk.get("/admin/progress/views").text
    assert re.search(r"shared by <bdi>Ben", page)
    assert view.id not in page
    assert her_desk.post(f"/admin/progress/views/{view.id}/delete").status_code == 404
    assert desk.post(f"/admin/progress/views/{view.id}", name="For me").status_code == 303
    session.rollback()
    assert list_views(session, cora.id) == []


def test_a_view_of_what_is_not_here_any_more_says_so(desk: Desk, some_progress: None) -> None:
    save(desk, "course_id=000000000000000000&learner_id=000000000000000000", name="Old")
    assert "Learner and course not here any more" in desk.get("/admin/progress/views").text
    reply = desk.get("/admin/progress?course_id=000000000000000000")
    assert reply.status_code == 200
    assert "The course that this view asks for is not here any more" in reply.text
    assert "Course: not here any more" in reply.text


def test_nobody_keeps_more_views_than_can_be_found_again(session: Session, cora: Person) -> None:
    for n in range(MOST_VIEWS):
        add_view(session, person_id=cora.id, name=f"View {n}", query="", is_shared=False)
    with pytest.raises(BadView, match="delete one first"):
        add_view(session, person_id=cora.id, name="One more", query="", is_shared=False)
