"""The Inspector: one timeline, found by every filter, and one exchange with all that is known of it."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access.credentials import issue_credential
from app.access.integrations import Kind
from app.admin.inspector_filter import format_mark, read_mark
from app.inspector.timeline import Mark, Wanted, count_newer, list_lines
from app.models.delivery import Delivery, DeliveryTry, Destination
from app.settings import Settings
from tests.admin.desk import Desk
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import Classroom
from tests.xapi.conftest import make_sender


def page_of(desk: Desk, address: str) -> str:
    reply = desk.get(address)
    assert reply.status_code == 200, address
    return unescape(reply.text)


def rows_of(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="nowrap"><a href="/admin/inspector/([0-9a-z]+)"', page)


def test_every_message_is_on_the_timeline_and_found_by_each_filter(
    desk: Desk, client: FlaskClient, classroom: Classroom
) -> None:
    assert "Nothing received yet" in page_of(desk, "/admin/inspector")
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|score=40|time=00:02:00")
    refused = client.post("/oauth/token", data={"grant_type": "password", "client_secret": "s3cr3t"})
    request_id = refused.headers["X-Request-Id"]
    shown = rows_of(page_of(desk, "/admin/inspector"))
    assert shown[0] == request_id
    assert shown == sorted(shown, reverse=True)
    assert len(shown) >= 3
    of_session = rows_of(page_of(desk, f"/admin/inspector?q={content.launch.launch_id}"))
    assert set(of_session) == set(shown) - {request_id}
    learner = classroom.learner
    for query, expected in {
        "kind=oauth": {request_id},
        "result=refused": {request_id},
        "code=X2": {request_id},
        "kind=delivery": set(),
        "result=parked": set(),
        f"q={learner.id}": set(of_session),
        f"q={learner.name[:3].lower()}": set(of_session),
        f"integration={classroom.integration.id}&result=ok": set(of_session),
        "since=2030-01-01T00:00": set(),
        "until=2030-01-01T00:00&kind=hacp": set(of_session) & set(shown),
        "q=nobody": set(),
    }.items():
        found = set(rows_of(page_of(desk, f"/admin/inspector?{query}")))
        assert found == expected or (query.startswith("until") and found <= expected and found), query
    assert desk.get("/admin/inspector?since=yesterday").status_code == 400
    assert desk.get("/admin/inspector?before=99999999999999999-&q=%00").status_code == 200
    assert desk.get(f"/admin/inspector?q={request_id}").location.endswith(f"/admin/inspector/{request_id}")


def test_an_exchange_tells_what_was_said_what_was_wrong_and_who_fixes_it(
    desk: Desk, client: FlaskClient, classroom: Classroom
) -> None:
    content = classroom.open()
    content.get()
    content.put("lesson_status=incomplete|score=40|time=00:02:00")
    newest = rows_of(page_of(desk, "/admin/inspector"))[0]
    page = page_of(desk, f"/admin/inspector/{newest}")
    for words in ("putparam", "lesson_status", "What it changed", "The same session", "curl -i -X POST"):
        assert words in page
    assert content.launch.session_id not in page
    asked = {"grant_type": "password", "client_id": "<b>x</b>", "client_secret": "s3cr3t"}
    refused = client.post("/oauth/token", data=asked).headers["X-Request-Id"]
    raw = desk.get(f"/admin/inspector/{refused}").text
    assert "<b>x</b>" not in raw
    page = unescape(raw)
    for words in ("X2", "Who fixes it: LinkedIn Learning admin", "grant_type", "this is it"):
        assert words in page
    assert "s3cr3t" not in page
    assert b"grant_type=password" in desk.get(f"/admin/inspector/{refused}/request.txt").data
    for missing in ("nothing", "%00", f"{refused}/other.txt"):
        assert desk.get(f"/admin/inspector/{missing}").status_code == 404


def test_a_curl_command_says_what_the_body_is_and_is_left_out_when_it_would_lie(
    desk: Desk, client: FlaskClient, session: Session, settings: Settings
) -> None:
    sender = make_sender(client, session, settings, kind=Kind.XAPI)
    for body, words in (
        (b'{"actor": 1}', "Content-Type: application/json"),
        (b"--x\r\n\r\n{}\r\n--x--", 'Content-Type: multipart/mixed; boundary="x"'),
        (b"[" + b" " * 20_000 + b"]", "no curl command that would send it again"),
    ):
        asked = client.post("/xapi/statements", data=body, headers=sender.headers).headers["X-Request-Id"]
        page = page_of(desk, f"/admin/inspector/{asked}")
        assert words in page
        assert ("curl -i" in page) == ("curl command" not in words)
    unknown = client.post("/hacp", data=b"command=GetParam&x=" + b"y" * 5000).headers["X-Request-Id"]
    assert "Only the first 2 KiB are kept." in page_of(desk, f"/admin/inspector/{unknown}")


def test_the_list_says_how_much_is_newer_without_moving(desk: Desk, classroom: Classroom) -> None:
    content = classroom.open()
    content.get()
    page = page_of(desk, "/admin/inspector")
    address = re.search(r'data-poll="([^"]+)"', page)
    assert address
    quiet = desk.get(address[1])
    assert "Listening" in quiet.text
    again = desk.get(address[1], headers={"If-None-Match": quiet.headers["ETag"]})
    assert again.status_code == 304
    content.put("lesson_status=incomplete|score=40")
    assert "1 new" in desk.get(address[1], headers={"If-None-Match": quiet.headers["ETag"]}).text


def test_pages_of_the_timeline_follow_each_other_without_gap(session: Session, classroom: Classroom) -> None:
    content = classroom.open()
    for _ in range(4):
        content.get()
    whole = [line.id for line in list_lines(session, Wanted(), limit=50)]
    turned: list[str] = []
    mark = None
    while lines := list_lines(session, Wanted(), before=mark, limit=2):
        turned += [line.id for line in lines]
        mark = lines[-1].mark
    assert turned == whole


def test_tries_of_one_microsecond_are_neither_skipped_nor_repeated(
    session: Session, classroom: Classroom
) -> None:
    content = classroom.open()
    content.get()
    at = classroom.exchanges()[0].received_at
    where = Destination(name="Hook", kind="webhook", url="https://hook.example/", state="live", created_at=at)
    session.add(where)
    session.flush()
    for number in range(5):
        one = Delivery(
            destination_id=where.id,
            kind="progress.updated",
            message_id=f"m{number}",
            created_at=at,
            due_at=at,
        )
        session.add(one)
        session.flush()
        session.add(DeliveryTry(delivery_id=one.id, started_at=at, code=""))
    session.commit()
    whole = [line.mark for line in list_lines(session, Wanted(), limit=50)]
    assert len(set(whole)) == 6
    for size in (1, 2, 4):
        turned: list[Mark] = []
        mark = None
        while lines := list_lines(session, Wanted(), before=mark, limit=size):
            turned += [line.mark for line in lines]
            mark = read_mark(format_mark(lines[-1].mark))
        assert turned == whole
    assert [count_newer(session, Wanted(), mark) for mark in whole] == list(range(6))


def test_a_statement_leads_to_its_message_and_the_message_says_it_in_words(
    desk: Desk, client: FlaskClient, session: Session, new_classroom: NewClassroom
) -> None:
    classroom = new_classroom(Kind.LINKEDIN_LEARNING)
    credential = issue_credential(session, classroom.integration.id)
    session.commit()
    batch = [
        {
            "actor": {"mbox": f"mailto:{name}@example.com"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
            "object": {"id": f"https://content.example/{name}"},
        }
        for name in ("cora", "ana")
    ]
    sent = client.post(
        "/xapi/statements",
        json=batch,
        auth=(credential.client_id, credential.client_secret),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert sent.status_code == 200, sent.text
    exchange_id = sent.headers["X-Request-Id"]
    page = page_of(desk, f"/admin/inspector/{exchange_id}")
    assert "completed</bdi>" in page
    key = re.search(r'href="/admin/statements/(\d+)"', desk.get("/admin/statements").text)
    assert key
    assert f'href="/admin/inspector/{exchange_id}"' in desk.get(f"/admin/statements/{key[1]}").text
    packed = desk.get(f"/admin/inspector/{exchange_id}/evidence.zip")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert ("cora@example.com" in text) is not ("ana@example.com" in text)
    assert credential.client_secret not in text
    assert sent.json
    other = {**batch[0], "id": sent.json[0], "result": {"completion": True}}
    again = client.post(
        "/xapi/statements",
        json=other,
        auth=(credential.client_id, credential.client_secret),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    found = rows_of(page_of(desk, f"/admin/inspector?q={sent.json[0]}"))
    assert set(found) == {exchange_id, again.headers["X-Request-Id"]}, again.text
    asked = client.put(
        "/xapi/activities/state",
        query_string={"agent": '{"mbox":"mailto:cora@example.com"}', "stateId": "Bearer abc123.def456-xyz"},
        json={"mbox": "mailto:ana@example.com"},
        auth=(credential.client_id, credential.client_secret),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    packed = desk.get(f"/admin/inspector/{asked.headers['X-Request-Id']}/evidence.zip")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert 'agent={"mbox":"mailto:cora@example.com"}&stateId=Bearer [redacted]' in text
    assert "ana@example.com" not in text
