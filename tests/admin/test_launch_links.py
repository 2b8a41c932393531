"""The launch links' page: links built and taken apart, the pattern for an LMS, many links at once."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from app import clock
from app.access.integrations import update_integration
from app.access.launches import make_launch_link, read_launch_link
from app.access.organisation import load_organisation
from app.admin.link_batch import BadList, read_people
from app.admin.link_check import BAD, OK, WARN, Checked, check_link
from app.catalog.service import add_course, get_unit
from app.learners.service import add_learner
from tests.admin.desk import Desk
from tests.hacp.content import Classroom

PAGE = "/admin/launch-links"
HACP = quote("http://localhost/hacp", safe="")


def link_on(page: str, id: str = "launch-link") -> str:
    found = re.search(rf'id="{id}" value="([^"]+)"', page)
    assert found
    return unescape(found.group(1))


def send(desk: Desk, form: str, **fields: object) -> TestResponse:
    """Send one of the page's forms, whose fields are named after it."""
    return desk.post(f"{PAGE}/{form}", **{f"{form}-{name}": value for name, value in fields.items()})


def checked(classroom: Classroom, link: str) -> Checked:
    organisation = load_organisation(classroom.session, classroom.settings)
    return check_link(classroom.session, classroom.settings, organisation, link, now=clock.now())


def faults(found: Checked) -> str:
    return "; ".join(f"{part.name}: {part.words}" for part in found.parts if part.tone != OK)


def test_without_a_course_the_page_says_what_to_do(desk: Desk) -> None:
    page = desk.get(PAGE).text
    assert "No course can be launched yet" in page
    assert "without https" in page


def test_a_link_is_built_and_explained(desk: Desk, classroom: Classroom) -> None:
    page = send(desk, "build", course="knots", learner="ana@example.com", hours="8", mode="normal")
    assert page.status_code == 200
    link = link_on(page.text)
    ticket = read_launch_link(classroom.settings, link.rsplit("/", 1)[1], now=clock.now())
    assert ticket.learner_id == classroom.learner.id
    assert not ticket.is_single_use
    assert 7.9 < (ticket.expires_at - clock.now()).total_seconds() / 3600 < 8.1
    for words in ("Diaz, Ana in Knots, until", "https://content.example/go?course=7", HACP, "AICC_SID"):
        assert words in unescape(page.text), words
    assert "Launch link made" in desk.get("/admin/audit").text


def test_a_link_for_one_use_is_spent_by_its_course(desk: Desk, classroom: Classroom) -> None:
    fields = {"course": classroom.course.id, "learner": classroom.learner.id, "hours": "0"}
    link = link_on(send(desk, "build", is_single_use="y", **fields).text)
    path = link.removeprefix("http://localhost")
    opened = classroom.client.get(path)
    assert opened.status_code == 303
    session_id = re.search(r"AICC_SID=(\w+)", opened.location)
    assert session_id
    assert checked(classroom, link).tone == OK
    classroom.client.post("/hacp", data={"command": "GetParam", "session_id": session_id.group(1)})
    assert classroom.client.get(path).status_code == 410
    classroom.session.rollback()
    assert "Used: a course that it opened has reported" in faults(checked(classroom, link))


def test_what_is_missing_is_told_beside_its_field(desk: Desk, classroom: Classroom) -> None:
    session, where = classroom.session, classroom.integration.id
    add_course(session, integration_id=where, title="Splices", activity_id="urn:x:2", launch_url=None)
    add_learner(session, name="Diaz, Ana", email="ana2@example.com")
    session.commit()
    for fields, words in (
        ({"course": "", "learner": "x"}, "Enter a course"),
        ({"course": "nothing", "learner": "ana@example.com"}, "There is no such course here"),
        ({"course": "Knots", "learner": "nobody"}, "There is no such learner here"),
        ({"course": "Knots", "learner": "Diaz, Ana"}, "Several learners are called so"),
        ({"course": "Splices", "learner": "ana@example.com"}, "This course has no launch URL"),
    ):
        reply = send(desk, "build", hours="0", **fields)
        assert reply.status_code == 422, fields
        assert words in reply.text, fields
        assert 'id="launch-link"' not in reply.text


def test_the_launch_url_for_an_lms_is_the_exported_one(desk: Desk, classroom: Classroom) -> None:
    page = send(desk, "pattern", course="Knots").text
    unit = get_unit(classroom.session, classroom.course.id)
    url = f"http://localhost/aicc/{classroom.integration.id}/{unit.id}"
    assert link_on(page, "pattern-1") == url
    assert "No LMS is registered" in page
    update_integration(classroom.session, classroom.integration.id, upstream_hosts=["lms.example.org"])
    classroom.session.commit()
    assert "Launches are taken from" in send(desk, "pattern", course="Knots").text
    assert checked(classroom, url).tone == OK
    own = f"{url}?AICC_SID=x&AICC_URL="
    assert checked(classroom, f"{own}https%3A%2F%2Flms.example.org%2Fhacp").tone == OK
    assert "is not among the LMSs" in faults(checked(classroom, f"{own}https%3A%2F%2Fevil.example"))
    assert "did not say where" in faults(checked(classroom, own))
    assert "no such course" in faults(
        checked(classroom, f"http://localhost/aicc/{classroom.integration.id}/x")
    )


def test_our_own_links_are_taken_apart(classroom: Classroom) -> None:
    organisation = load_organisation(classroom.session, classroom.settings)
    who = {"course_id": classroom.course.id, "learner_id": classroom.learner.id}
    link = make_launch_link(
        classroom.settings, organisation, integration_id=classroom.integration.id, now=clock.now(), **who
    )
    assert checked(classroom, f" {link[:40]}\n{link[40:]}").tone == OK
    assert "damaged" in faults(checked(classroom, link[:-3]))
    assert "not the public address" in faults(checked(classroom, link.replace("localhost", "old.example")))
    old = make_launch_link(
        classroom.settings,
        organisation,
        integration_id="x",
        now=clock.from_microseconds(1_000_000_000_000_000),
        **who,
    )
    assert "its time is over" in faults(checked(classroom, old))
    gone = make_launch_link(
        classroom.settings,
        organisation,
        integration_id="x",
        course_id="y",
        learner_id="z",
        now=clock.now(),
    )
    assert faults(checked(classroom, gone)).count("is no longer here") == 3


def test_links_to_content_are_taken_apart(classroom: Classroom) -> None:
    content = classroom.open()
    session_id = content.launch.session_id
    base = f"https://content.example/go?course=7&AICC_SID={session_id}"
    for link, tone, words in (
        (f"{base}&AICC_URL={HACP}", OK, ""),
        (f"{base}&aicc_url=http://localhost/hacp", WARN, "should be percent-encoded"),
        (f"{base}&AICC_URL={quote(HACP, safe='')}", BAD, "percent-encoded twice"),
        (f"{base}&AICC_URL={HACP}x", BAD, "not this server’s AICC address"),
        (f"{base}&AICC_URL=https%3A%2F%2Fother.example%2Fhacp", WARN, "another server"),
        (base, BAD, "AICC_URL: missing"),
        ("https://content.example/go", BAD, "AICC_SID: missing"),
        (f"https://content.example/go?AICC_SID=abc&AICC_URL={HACP}", BAD, "no session here has this id"),
        (f"https://content.example/#/go?AICC_SID=abc&AICC_URL={HACP}", BAD, "what stands behind #"),
        ("content.example/go", BAD, "It begins with https://"),
        ("https://[", BAD, "It begins with https://"),
    ):
        found = checked(classroom, link)
        assert found.tone == tone, link
        assert words in faults(found), link
    content.get()
    content.leave()
    classroom.session.rollback()
    assert "a session that has ended" in faults(checked(classroom, f"{base}&AICC_URL={HACP}"))


def test_a_pasted_link_is_text_alone(desk: Desk, classroom: Classroom) -> None:
    page = send(desk, "check", link='https://x.example/"><script>alert(1)</script>')
    assert page.status_code == 200
    assert "It does not work as it is" in page.text
    assert "<script>alert" not in page.text
    assert send(desk, "check", link="").status_code == 422


def test_a_list_of_learners_comes_back_with_links(desk: Desk, classroom: Classroom) -> None:
    people = "E-Mail;User ID;Team\nANA@example.com;;A\n;=1+1;B\n;;C\n"
    reply = send(desk, "batch", course="Knots", people=people, hours="24", is_single_use="y")
    assert reply.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["email"] for row in rows] == ["ANA@example.com", "", ""]
    token = rows[0]["launch_link"].rsplit("/", 1)[1]
    ticket = read_launch_link(classroom.settings, token, now=clock.now())
    assert (ticket.learner_id, ticket.is_single_use) == (classroom.learner.id, True)
    assert rows[1]["user_id"] == "'=1+1"
    assert rows[1]["problem"] == "nobody here is known by this"
    assert rows[2]["problem"] == "neither an e-mail address nor a user ID"
    assert "Launch links made" in desk.get("/admin/audit").text
    file = (io.BytesIO("ana@example.com\n".encode("utf-8-sig")), "people.csv")
    reply = send(desk, "batch", course="Knots", file=file, hours="0")
    assert "/launch/" in reply.text
    for fields, words in (
        ({"course": "Knots", "people": ""}, "The list is empty"),
        ({"course": "Knots", "file": (io.BytesIO(b"\xff\xfe\xfa"), "x.csv")}, "not in UTF-8"),
        ({"course": "nothing", "people": "a@example.org"}, "There is no such course here"),
    ):
        reply = send(desk, "batch", hours="0", **fields)
        assert reply.status_code == 422
        assert words in reply.text


def test_lists_are_read_as_people_write_them() -> None:
    assert [row.email for row in read_people("a@x.org\nb@x.org")] == ["a@x.org", "b@x.org"]
    [row] = read_people("Name\tUser-ID\temail\nAna\t7\ta@x.org\textra")
    assert (row.email, row.user_id) == ("a@x.org", "7")
    for bad in ("", "\n", "name\nAna", "email\n" + "a@x.org\n" * 5001):
        with pytest.raises(BadList):
            read_people(bad)
