"""Statements in the pages: found, read, taken away as files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.integrations import Kind
from app.catalog.service import add_course
from app.learners.service import add_learner
from app.settings import Settings
from tests.admin.desk import Desk
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.multipart import CONTENT_TYPE, DATA, attached, attachment, join, json_part, part
from tests.xapi.statements import UUID, Json, full, plain, with_change
from tests.xapi.test_voiding import VOIDED, about, identified

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def sender(client: FlaskClient, session: Session, settings: Settings) -> Sender:
    return make_sender(client, session, settings, kind=Kind.XAPI)


def named(number: int, name: str, **more: object) -> Json:
    return {**with_change(identified(number), "actor/name", name), **more}


def list_of(desk: Desk, query: str = "") -> str:
    reply = desk.get(f"/admin/statements{query}")
    assert reply.status_code == 200
    return unescape(reply.text)


def addresses(page: str) -> list[str]:
    return re.findall(r'statement-words"><a href="([^"]+)"', page)


def test_nothing_received_says_what_to_do(desk: Desk) -> None:
    page = list_of(desk)
    assert "No statements yet" in page
    assert "Add an integration" in page


def test_statements_are_sentences_newest_first(desk: Desk, sender: Sender) -> None:
    result = {"completion": True, "score": {"raw": 7, "max": 10}}
    sender.send([named(1, "Ana"), named(2, "Ben", result=result)])
    page = list_of(desk)
    assert page.index(">Ben<") < page.index(">Ana<")
    for words in ("completed", "https://example.org/courses/1", "score", "7 of 10", sender.integration.name):
        assert words in page


def test_the_language_of_the_reader_is_used(desk: Desk, sender: Sender) -> None:
    sender.send(with_change(plain(), "object/definition", {"name": {"en": "Knots", "de": "Knoten"}}))
    assert "Knoten" in desk.get("/admin/statements", headers={"Accept-Language": "de"}).text
    assert "Knots" in desk.get("/admin/statements", headers={"Accept-Language": "en-GB"}).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?person=ana@example.org", 2),
        ("?person=ANA@EXAMPLE.ORG", 2),
        ("?person=cora@example.org", 0),
        ("?verb=completed", 1),
        ("?verb=http://adlnet.gov/expapi/verbs/passed", 1),
        ("?activity=https://example.org/courses/1", 2),
        (f"?registration={UUID}", 1),
        ("?since=2020-01-01&until=2999-01-01", 2),
        ("?until=2020-01-01", 0),
        ("?verb=completed&person=ana@example.org&activity=https://example.org/courses/1", 1),
    ],
)
def test_filters_choose(desk: Desk, sender: Sender, query: str, found: int) -> None:
    sender.send([identified(1), {**full(), "actor": plain()["actor"]}])
    page = list_of(desk, query)
    assert len(addresses(page)) == found
    assert ("No statement matches" in page) == (not found)


def test_linkedins_people_are_found_by_their_user_id(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    linkedin = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    account = {"account": {"homePage": "https://linkedin.com", "name": "A-77"}}
    linkedin.send([{**identified(1), "actor": account}, identified(2)])
    assert len(addresses(list_of(desk, "?person=a-77"))) == 1


def test_people_and_courses_are_called_by_the_names_that_are_known(
    desk: Desk, sender: Sender, session: Session
) -> None:
    sender.send(identified(1))
    assert ">ana@example.org<" in list_of(desk)
    add_learner(session, name="Diaz, Ana", email="ANA@example.org")
    add_course(
        session,
        integration_id=sender.integration.id,
        title="Knots",
        activity_id="https://example.org/courses/1",
        launch_url=None,
    )
    session.commit()
    page = list_of(desk)
    assert ">Diaz, Ana<" in page
    assert ">Knots<" in page


def test_a_person_is_found_by_every_identity_and_by_name(
    desk: Desk, sender: Sender, session: Session
) -> None:
    add_learner(session, name="Diaz, Ana", email="ana@example.org", user_id="A-77")
    session.commit()
    account = {"homePage": "https://hr.example.org", "name": "unmatched"}
    secret = {"mbox_sha1sum": hashlib.sha1(b"mailto:ana@example.org").hexdigest()}
    sender.send(
        [identified(1), {**identified(2), "actor": secret}, {**identified(3), "actor": {"account": account}}]
    )
    for person, found in {
        "diaz, ana": 2,
        "A-77": 2,
        "ana@example.org": 2,
        secret["mbox_sha1sum"]: 1,
        "unmatched at https://hr.example.org": 1,
        "Diaz": 0,
        "cora": 0,
    }.items():
        assert len(addresses(list_of(desk, f"?person={person}"))) == found, person


def test_faulty_filters_are_named_and_left_out(desk: Desk, sender: Sender) -> None:
    sender.send(identified(1))
    reply = desk.get("/admin/statements?since=yesterday&registration=x&before=%00")
    assert reply.status_code == 400
    assert "A day is written as" in reply.text
    assert "A registration is a UUID" in reply.text
    assert len(addresses(reply.text)) == 1
    for query in ("since=yesterday", "until=%F1%B8%87%87%C2%99", "registration=%C2%99"):
        assert desk.get(f"/admin/statements.csv?{query}").status_code == 400, query


def test_pages_hold_every_statement_once(desk: Desk, sender: Sender) -> None:
    sender.send([identified(number) for number in range(1, 121)])
    seen, page = [], list_of(desk)
    while True:
        seen += addresses(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        page = list_of(desk, older[1])
    assert len(seen) == len(set(seen)) == 120


def test_pages_can_be_turned_back(desk: Desk, sender: Sender) -> None:
    sender.send([identified(number) for number in range(1, 121)])

    def turn(page: str, direction: str) -> str:
        [address] = re.findall(rf'rel="{direction}" href="([^"]+)"', page)
        reply = desk.client.get(f"/admin/statements{address}", follow_redirects=True)
        assert reply.status_code == 200
        return unescape(reply.text)

    first = list_of(desk)
    second = turn(first, "next")
    third = turn(second, "next")
    assert addresses(turn(third, "prev")) == addresses(second)
    assert addresses(turn(second, "prev")) == addresses(first)
    # From the middle of the first page there is less than a page to go back: it is shown whole.
    key = addresses(first)[9].rpartition("/")[2]
    assert desk.get(f"/admin/statements?after={key}").headers["Location"] == "/admin/statements"
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third


def test_an_id_leads_to_its_statement(desk: Desk, sender: Sender) -> None:
    sender.send(identified(1))
    reply = desk.get(f"/admin/statements?id={identified(1)['id'].upper()}")
    assert reply.status_code == 303
    assert identified(1)["id"] in desk.get(reply.headers["Location"]).text
    assert "No statement has this id" in list_of(desk, f"?id={UUID}")


def test_an_id_of_two_integrations_shows_both(
    desk: Desk, sender: Sender, client: FlaskClient, session: Session, settings: Settings
) -> None:
    other = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    for each in (sender, other):
        each.send([identified(1), identified(2)])
    other.send({**plain(), "id": "Not-A-UUID"})
    wanted = f"?id={identified(1)['id']}"
    assert len(addresses(list_of(desk, wanted))) == 2
    assert desk.get(f"/admin/statements{wanted}&integration={other.integration.id}").status_code == 303
    assert desk.get("/admin/statements?id=Not-A-UUID").status_code == 303
    assert len(desk.get(f"/admin/statements.ndjson{wanted}").text.splitlines()) == 2


def test_one_statement_tells_what_it_is_and_did(desk: Desk, sender: Sender) -> None:
    sender.send(full())
    [address] = addresses(list_of(desk))
    page = unescape(desk.get(address).text)
    for words in (
        "Instructor",
        "Registration",
        UUID,
        sender.credential.client_id,
        '"deep"',
        "its data is not here",
    ):
        assert words in page
    sender.send(identified(1))
    page = unescape(desk.get(addresses(list_of(desk, "?verb=completed"))[0]).text)
    assert "/admin/learners/" in page
    assert "/admin/courses/" in page
    assert "Completed" in page


def test_voided_and_voiding_statements_lead_to_each_other(desk: Desk, sender: Sender) -> None:
    for statement in (identified(1), about(2, 1, VOIDED), about(3, 8)):
        sender.send(statement)
    page = list_of(desk)
    assert "Voids another" in page
    assert "About another" in page
    said, voider, voided = addresses(page)
    assert len(addresses(list_of(desk, "?voided=no"))) == 2
    page = desk.get(voided).text
    assert "was voided and counts no longer" in page
    assert f'href="{voider}"' in page
    assert "taken back" in page
    assert f'href="{voided}"' in desk.get(voider).text
    assert "not received" in desk.get(said).text


def test_of_many_that_refer_to_a_statement_the_one_that_voids_it_is_shown(desk: Desk, sender: Sender) -> None:
    sender.send([identified(1), *(about(number, 1) for number in range(2, 40)), about(40, 1, VOIDED)])
    page = desk.get(addresses(list_of(desk))[-1]).text
    assert page.count("Referred to by") == 19
    assert page.count("Voided by") == 1


def test_times_and_durations_are_in_words(desk: Desk, sender: Sender) -> None:
    result = {"duration": "PT1H5M", "response": "x" * 400}
    sender.send({**identified(1), "timestamp": "2020-05-01T12:00:00+02:00", "result": result})
    page = list_of(desk)
    assert "1 h 05 min" in page
    assert "x" * 200 not in page
    page = desk.get(addresses(page)[0]).text
    assert "1 May 2020, 10:00" in page
    [row] = csv.DictReader(io.StringIO(desk.get("/admin/statements.csv").text))
    assert row["duration"] == "PT1H5M"
    assert row["response"] == "x" * 400


def test_a_message_leads_to_its_statements(desk: Desk, sender: Sender) -> None:
    sender.send([identified(1), identified(2)])
    newest, oldest = addresses(list_of(desk))
    page = unescape(desk.get(f"/admin/integrations/{sender.integration.id}").text)
    [address] = re.findall(r'href="(/admin/statements\?[^"]+)">2 statements stored', page)
    sender.send(identified(3))
    assert addresses(unescape(desk.get(address).text)) == [newest, oldest]


def test_attachments_are_files_and_never_pages(desk: Desk, sender: Sender) -> None:
    statement = identified(1, attached(attachment(contentType="text/html", display={"en": HOSTILE})))
    sender.send(
        join(json_part(statement), part(DATA, {"Content-Type": "text/html"})), content_type=CONTENT_TYPE
    )
    [address] = addresses(list_of(desk))
    assert f'href="{address}/attachments/0"' in desk.get(address).text
    reply = desk.get(f"{address}/attachments/0")
    assert reply.get_data() == DATA
    assert reply.content_type == "application/octet-stream"
    assert (
        reply.headers["Content-Disposition"]
        == 'attachment; filename="script alert 1 script img src x onerror alert 1.bin"'
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    for wrong in (f"{address}/attachments/1", "/admin/statements/1/attachments/0", "/admin/statements/1"):
        assert desk.get(wrong).status_code == 404
    assert desk.get(f"/admin/statements/{10**30}").status_code == 404
    assert desk.get(f"/admin/statements/{'9' * 5_000}").status_code == 404


def test_files_of_the_list_hold_what_the_filter_leaves(desk: Desk, sender: Sender) -> None:
    odd = '{"n": 123456789012345678901234567890, "x":1.50}'
    body = json.dumps(named(1, "=HYPERLINK(1)", result={"extensions": {"https://x.example": 0}}))
    sender.send(body.replace('"https://x.example": 0', f'"https://x.example": {odd}').encode())
    sender.send(with_change(identified(2), "verb/id", "https://example.org/verbs/other"))
    rows = list(csv.DictReader(io.StringIO(desk.get("/admin/statements.csv").text)))
    assert [row["verb"] for row in rows] == ["other", "completed"]
    assert rows[1]["actor"] == "'=HYPERLINK(1)"
    assert rows[1]["voided"] == "no"
    assert rows[1]["actor_id"] == "ana@example.org"
    assert rows[1]["verb_id"] == "http://adlnet.gov/expapi/verbs/completed"
    assert rows[1]["object_id"] == "https://example.org/courses/1"
    reply = desk.get("/admin/statements.ndjson?verb=completed")
    assert reply.headers["Content-Disposition"].startswith("attachment;")
    [line] = reply.text.splitlines()
    assert odd in line
    assert desk.get(f"{addresses(list_of(desk))[1]}/statement.json").text == line


def test_a_file_holds_every_statement_once_however_long_they_are(desk: Desk, sender: Sender) -> None:
    long = {"response": "x" * 600_000}
    ids = [identified(number)["id"] for number in range(1, 301)]
    sender.send([identified(number) for number in range(1, 281)])
    sender.send([{**identified(number), "result": long} for number in range(281, 291)])
    sender.send([identified(number) for number in range(291, 301)])
    lines = desk.get("/admin/statements.ndjson").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids[::-1]
    assert len(desk.get("/admin/statements.csv").text.splitlines()) == 301


def test_hostile_statements_are_text(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    linkedin = make_sender(client, session, settings, kind=Kind.LINKEDIN_LEARNING)
    statement = {
        "actor": {"name": HOSTILE, "mbox": f"mailto:{HOSTILE}"},
        "verb": {"id": HOSTILE, "display": {"en": HOSTILE}},
        "object": {"id": HOSTILE, "definition": {"name": {"en": HOSTILE}, "description": {"en": HOSTILE}}},
        "result": {"response": HOSTILE, "duration": HOSTILE, "score": {"raw": HOSTILE}},
        "context": {"platform": HOSTILE, "instructor": {"name": HOSTILE}},
        "timestamp": HOSTILE,
        "attachments": [
            {"display": {"en": HOSTILE}, "contentType": HOSTILE, "fileUrl": HOSTILE, "sha2": HOSTILE}
        ],
    }
    assert linkedin.send(statement).status_code == 200
    page = desk.get("/admin/statements").text
    [address] = addresses(page)
    for text in (page, desk.get(address).text):
        assert "<script>alert" not in text
        assert "<img" not in text


def test_a_very_long_statement_is_cut_on_its_page_and_whole_in_its_file(desk: Desk, sender: Sender) -> None:
    sender.send(identified(1, with_change(plain(), "result", {"response": "x" * 200_000})))
    [address] = addresses(list_of(desk))
    page = desk.get(address).text
    assert "this is its beginning" in page
    assert len(page) < 200_000
    assert len(desk.get(f"{address}/statement.json").text) > 200_000


def test_nobody_sees_statements_without_signing_in(client: FlaskClient, sender: Sender) -> None:
    sender.send(identified(1))
    for path in (
        "/admin/statements",
        "/admin/statements.csv",
        "/admin/statements.ndjson",
        "/admin/statements/1",
    ):
        assert client.get(path).status_code == 303
