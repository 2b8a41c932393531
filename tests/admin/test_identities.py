"""The unmatched assigned, added, ignored; learners merged, undone and split; lists of learners imported."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.audit import list_audit
from app.learners.service import add_learner, get_learner, list_identities, resolve_identity
from app.learners.values import IdentityKind
from app.models.learning import ProgressRow
from app.settings import Settings
from tests.admin.desk import Desk, integration, report

JAVA = "urn:li:lyndaCourse:5550101"
UNMATCHED = "/admin/learners?tab=unmatched"


@pytest.fixture
def ana(session: Session, settings: Settings) -> str:
    """Ana, whom Ben knows, and a message about an address of hers that he does not."""
    where = integration(session, settings)
    ana = add_learner(session, name="Diaz, Ana", email="ana.diaz@example.com").id
    report(session, where, learner="ana.diaz@old.example", course=JAVA, percent=60, title="Java")
    session.commit()
    return ana


def seen(session: Session, value: str) -> str:
    found = resolve_identity(session, kind=IdentityKind.EMAIL, value=value).learner_id
    session.commit()
    return found


def test_the_unmatched_are_shown_with_who_it_may_be_and_assigned(
    desk: Desk, session: Session, ana: str
) -> None:
    stranger = seen(session, "ana.diaz@old.example")
    page = desk.get(UNMATCHED).text
    assert "ana.diaz@old.example" in page
    assert "1 message on 1 course" in page
    assert "spells this name" in page
    assert "Unmatched 1" in desk.get("/admin/learners").text
    best = re.search(r'name="best-(\w+)" value="(\w+)"', page)
    assert best is not None
    assert best.groups() == (stranger, ana)
    reply = desk.post(
        "/admin/learners/unmatched", act="assign", learner=stranger, **{f"best-{stranger}": ana}
    )
    assert "1 person assigned" in desk.get(reply.location).text
    session.commit()
    assert session.scalars(select(ProgressRow.percent).where(ProgressRow.learner_id == ana)).all() == [60]
    assert "Everyone is matched" in desk.get(UNMATCHED).text
    assert desk.get(f"/admin/learners/{stranger}").location.endswith(ana)
    assert list_audit(session)[0].action == "learner.merged"
    # What is reported later under that address is hers too.
    assert seen(session, "ana.diaz@old.example") == ana


def test_people_are_added_as_new_or_ignored_and_that_is_taken_back(
    desk: Desk, session: Session, ana: str
) -> None:
    stranger, other = seen(session, "ana.diaz@old.example"), seen(session, "test@x.org")
    desk.post("/admin/learners/unmatched", one=f"ignore:{other}")
    assert "test@x.org" not in desk.get(UNMATCHED).text
    assert "test@x.org" in desk.get("/admin/learners?tab=ignored").text
    desk.post("/admin/learners/unmatched", act="unignore", learner=other)
    assert "Nobody is ignored" in desk.get("/admin/learners?tab=ignored").text
    desk.post("/admin/learners/unmatched", act="create", learner=[stranger, other])
    assert not get_learner(session, stranger).is_provisional
    assert desk.post("/admin/learners/unmatched", act="nothing", learner=other).status_code == 400
    for wrong in ({"act": "assign", "learner": "\0"}, {"one": f"assign:{other}:\0"}, {"one": "ignore"}):
        assert desk.post("/admin/learners/unmatched", **wrong).status_code == 400
    assert "Nobody was ticked" in desk.get(desk.post("/admin/learners/unmatched", act="create").location).text


def test_a_merge_is_previewed_done_and_undone(desk: Desk, session: Session, ana: str) -> None:
    stranger = seen(session, "ana.diaz@old.example")
    path = f"/admin/learners/{stranger}/merge"
    assert "Diaz, Ana" in desk.get(path).text
    assert "Diaz, Ana" in desk.get(f"{path}?q=diaz").text
    assert "Nobody matches" in desk.get(f"{path}?q=nobody").text
    preview = desk.get(f"{path}?with={ana}").text
    assert re.search(rf'value="{ana}" checked', preview)
    assert "Java" in preview
    assert desk.post(path, keep=ana, one=ana, two="x").status_code == 400
    assert desk.post(path, keep="\0", one=stranger, two="\0").status_code == 400
    reply = desk.post(path, keep=ana, one=stranger, two=ana)
    assert reply.location == f"/admin/learners/{ana}"
    page = desk.get(f"/admin/learners/{ana}/identities").text
    undo = re.search(r'action="(/admin/merges/\w+/undo)"', page)
    assert undo is not None
    assert desk.post(undo.group(1)).location == f"/admin/learners/{stranger}"
    session.commit()
    assert get_learner(session, stranger).id == stranger
    assert "Undone" in desk.get(f"/admin/learners/{ana}/identities").text
    assert "undone already" in desk.get(desk.post(undo.group(1)).location).text


def test_identities_are_added_and_taken_out(desk: Desk, session: Session, ana: str) -> None:
    page = f"/admin/learners/{ana}/identities"
    assert desk.post(page, kind="user_id", value="4711").status_code == 303
    taken = desk.post(page, kind="email", value="ana.diaz@old.example")
    assert taken.status_code == 422
    assert "merge the two" in taken.text
    assert "is not an e-mail address" in desk.post(page, kind="email", value="nothing").text
    session.commit()
    number = next(each.id for each in list_identities(session, ana) if each.value == "4711")
    assert "Tick the identities" in desk.get(desk.post(f"/admin/learners/{ana}/split").location).text
    made = desk.post(f"/admin/learners/{ana}/split", identity=number).location
    assert "4711" in desk.get(made).text
    session.commit()
    assert [each.value for each in list_identities(session, ana)] == ["ana.diaz@example.com"]


def test_a_list_of_learners_is_previewed_and_taken_in(desk: Desk, session: Session, ana: str) -> None:
    bad = desk.post("/admin/learners/import", text="nothing")
    assert bad.status_code == 422
    assert "must name the columns" in bad.text
    assert "Choose a file" in desk.post("/admin/learners/import").text
    text = "email,name,group,shoes\nana.diaz@old.example,<b>Ana,Sales,1\nx,y,z,1\nnew@x.org,New,Sales,2\n"
    file = (io.BytesIO(text.encode()), "people.csv")
    preview = desk.post("/admin/learners/import", file=file).location
    page = desk.get(preview).text
    for words in (
        "people.csv",
        "is not an e-mail address",
        "Columns that are not used: shoes",
        "&lt;b&gt;Ana",
    ):
        assert words in page
    assert "Take in 2 learners" in page
    assert "1 new, 1 changed, 0 the same" in desk.get(desk.post(preview, act="apply").location).text
    assert desk.post(preview, act="apply").status_code == 404
    listed = desk.get("/admin/learners?group=Sales").text
    assert "Group: Sales" in listed
    assert "new@x.org" in listed
    assert "Diaz, Ana" not in listed
    left = desk.post("/admin/learners/import", text="email,name\nc@x.org,C").location
    assert "Nothing was changed" in desk.get(desk.post(left, act="discard").location).text


def test_an_integration_tells_that_its_learners_are_named_another_way(
    desk: Desk, session: Session, settings: Settings
) -> None:
    where = integration(session, settings)
    page = f"/admin/integrations/{where.id}"
    report(session, where, learner="ana@x.org", course=JAVA)
    session.commit()
    assert "names learners another way" not in desk.get(page).text
    for number in ("4711", "4712"):
        report(session, where, learner=number, course=JAVA, kind=IdentityKind.USER_ID)
    session.commit()
    told = " ".join(desk.get(page).text.split())
    assert "LinkedIn names learners another way since" in told
    assert "Received: by ID, such as <code>4712</code>, in 2 messages. 2 people cannot be matched" in told
    assert "sets <strong>User Type</strong> back to email" in told
    report(session, where, learner="cora@x.org", course=JAVA)
    session.commit()
    assert "names learners another way" not in desk.get(page).text
