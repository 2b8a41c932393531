"""An LMS that is registered opens courses here; every other launch is explained to the learner."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access.audit import COMMAND_LINE
from app.access.integrations import set_enabled, update_integration
from app.access.launches import OpenLaunch
from app.access.policies import StudentId
from app.access.sealing import LMS_SESSION, unseal
from app.catalog.service import get_unit, own_identifier
from app.catalog.units import set_unit
from app.hacp import lms_launch, lms_routes
from app.inspector.findings import describe
from app.keeping.erasure import erase_learner
from app.learners.service import get_learner, own_identity
from app.logs import configure_logs
from app.models.delivery import Delivery, Destination
from app.models.launches import Attempt, Launch, UpstreamSession
from app.models.learning import ProgressRow
from app.models.records import Exchange, FindingRow
from app.progress.service import Evidence, record
from app.progress.values import Channel, Report, Status
from app.settings import Settings
from tests.delivery.receiver import Receiver, receiving
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import Classroom, Content
from tests.outbound.servers import listener

DATA = (
    "[core]\r\nstudent_id=1001\r\nstudent_name=Diaz, Ana\r\nlesson_location=p4\r\ncredit=credit\r\n"
    "lesson_status=incomplete,resume\r\nscore=40\r\ntime=00:10:00\r\n[core_lesson]\r\nchapter=4\r\n"
    "[core_vendor]\r\n[student_data]\r\nmastery_score=75\r\n[objectives_status]\r\nj_id.1=J1\r\n"
)
SID = "Their-Session|77"


def answered(data: str = DATA, head: str = "error=0\r\nerror_text=Successful\r\nversion=4.0\r\n") -> bytes:
    return f"{head}aicc_data={data}".encode()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let the LMS of these tests be reached."""
    return dataclasses.replace(settings, outbound_allow=("127.0.0.0/8",))


@pytest.fixture
def lms() -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.answer = lambda _got: (200, {}, answered())
        yield receiver


def register(classroom: Classroom, lms: Receiver) -> None:
    host = urlsplit(lms.url).netloc
    update_integration(classroom.session, classroom.integration.id, upstream_hosts=[host])
    classroom.session.commit()


@pytest.fixture
def school(classroom: Classroom, lms: Receiver) -> Classroom:
    """A classroom whose integration lets this LMS launch."""
    register(classroom, lms)
    return classroom


def address(classroom: Classroom, url: str, *, sid: str = SID, extras: str = "") -> str:
    unit = get_unit(classroom.session, classroom.course.id)
    classroom.session.commit()
    query = f"AICC_SID={quote(sid, safe='')}&AICC_URL={quote(url, safe='')}{extras}"
    return f"/aicc/{classroom.integration.id}/{unit.id}?{query}"


def launch(classroom: Classroom, lms: Receiver, **changes: str) -> Content:
    response = classroom.client.get(address(classroom, f"{lms.url}/hacp", **changes))
    assert response.status_code == 303, response.text
    session_id = parse_qs(urlsplit(response.headers["Location"]).query)["AICC_SID"][0]
    classroom.session.rollback()
    row = classroom.session.scalars(select(Launch).order_by(Launch.id.desc())).first()
    assert row is not None
    opened = OpenLaunch(row.id, session_id, response.headers["Location"], "", row.opened_at, is_demo=False)
    return Content(classroom.client, opened, {})


def rows(classroom: Classroom, table: type) -> list:
    classroom.session.rollback()
    return list(classroom.session.scalars(select(table)))


def explained(classroom: Classroom, url: str, status: int, *words: str, code: str = "") -> str:
    """Open an address that opens nothing; returns the page."""
    response = classroom.client.get(url)
    assert response.status_code == status, response.text
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    for word in words:
        assert word in response.text
    assert rows(classroom, Launch) == rows(classroom, Attempt) == []
    assert [finding.code for finding in rows(classroom, FindingRow)] == ([code] if code else [])
    return response.text


def test_a_launch_asks_the_lms_and_sends_the_learner_to_the_content(school: Classroom, lms: Receiver) -> None:
    response = school.client.get(address(school, f"{lms.url}/hacp?x=1", extras="&acct=77&u=%C3%A9"))
    assert response.status_code == 303
    assert (response.headers["Referrer-Policy"], response.headers["Cache-Control"]) == (
        "no-referrer", "no-store",
    )  # fmt: skip
    target = urlsplit(response.headers["Location"])
    assert (target.netloc, target.path) == ("content.example", "/go")
    assert list(parse_qs(target.query)) == ["course", "AICC_SID", "AICC_URL", "acct", "u"]
    assert parse_qs(target.query)["AICC_URL"] == ["http://localhost/hacp"]
    (asked,) = lms.got
    assert (asked.method, asked.path) == ("POST", "/hacp?x=1")
    assert asked.body == f"command=GetParam&version=4.0&session_id={quote(SID)}&AICC_Data=".encode()
    (upstream,) = rows(school, UpstreamSession)
    assert unseal(school.settings, upstream.session_id, purpose=LMS_SESSION) == SID
    assert (upstream.url, upstream.version, upstream.student_id, upstream.objective_ids) == (
        f"{lms.url}/hacp?x=1", "4.0", "1001", '["J1"]',
    )  # fmt: skip
    assert rows(school, Launch)[0].destination_id == rows(school, Destination)[0].id


def test_what_the_lms_knows_of_the_learner_is_taken_over(school: Classroom, lms: Receiver) -> None:
    content = launch(school, lms)
    reply = content.get()
    assert (reply.core["student_name"], reply.core["credit"]) == ("Diaz, Ana", "credit")
    assert (reply.core["lesson_location"], reply.core["lesson_status"]) == ("p4", "incomplete,resume")
    assert (reply.core["score"], reply.core["time"]) == ("40", "00:10:00")
    assert reply.data.find_text("core_lesson") == "chapter=4"
    assert reply.data.find_value("student_data", "mastery_score") == "75"
    learner = get_learner(school.session, rows(school, Launch)[0].learner_id)
    assert (learner.name, learner.is_provisional) == ("Diaz, Ana", True)
    assert learner.identities == (("aicc_student_id", "1001"),)
    assert [(each.code, each.detail) for each in rows(school, FindingRow)] == [
        ("M1", f"student_id 1001 of {urlsplit(lms.url).netloc}")
    ]


def test_the_lms_s_mastery_score_judges(school: Classroom, lms: Receiver) -> None:
    set_unit(school.session, school.settings, school.course.id, mastery_score=95.0)
    school.session.commit()
    content = launch(school, lms)
    content.get()
    content.put("lesson_status=completed|score=80")
    assert rows(school, Attempt)[0].lesson_status == "passed"


def test_a_relaunch_keeps_what_we_hold_and_the_same_learner(school: Classroom, lms: Receiver) -> None:
    content = launch(school, lms)
    content.put("lesson_status=incomplete|lesson_location=p9|time=00:05:00", lesson="chapter=9")
    content.leave()
    reply = launch(school, lms, sid="second").get()
    assert (reply.core["lesson_location"], reply.core["time"]) == ("p9", "00:15:00")
    assert reply.data.find_text("core_lesson") == "chapter=9"
    assert len({each.learner_id for each in rows(school, Launch)}) == 1
    assert len(rows(school, Destination)) == 1


def test_a_learner_who_was_erased_is_not_let_in_again(app: Flask, school: Classroom, lms: Receiver) -> None:
    launch(school, lms)
    learner_id = rows(school, Launch)[0].learner_id
    school.session.rollback()
    with app.app_context():
        erase_learner(school.settings, learner_id, actor=COMMAND_LINE)
    reply = school.client.get(address(school, f"{lms.url}/hacp", sid="second"))
    assert reply.status_code == 403
    assert "Your data was erased here" in reply.text
    assert rows(school, Launch) == []
    assert rows(school, FindingRow)[-1].code == "M8"
    bodies = [each.request_body or each.reply_body or b"" for each in rows(school, Exchange)]
    assert not [body for body in bodies if b"Diaz" in body]


def test_credit_and_mode_are_taken_over(school: Classroom, lms: Receiver) -> None:
    data = DATA.replace("credit=credit", "credit=no-credit\r\nlesson_mode=review")
    lms.answer = lambda _got: (200, {}, answered(data))
    core = launch(school, lms).get().core
    assert (core["credit"], core["lesson_mode"]) == ("no-credit", "review")


def test_an_id_that_is_an_e_mail_finds_the_known_learner(school: Classroom, lms: Receiver) -> None:
    update_integration(school.session, school.integration.id, student_id_is=StudentId.EMAIL)
    school.session.commit()
    lms.answer = lambda _got: (200, {}, answered(DATA.replace("1001", "ana@example.com")))
    launch(school, lms)
    assert rows(school, Launch)[0].learner_id == school.learner.id
    assert rows(school, FindingRow) == []


def test_the_lms_hears_at_the_launch_of_a_completion_that_it_lacks(school: Classroom, lms: Receiver) -> None:
    content = launch(school, lms)
    content.get()
    assert rows(school, Delivery) == []
    content.put("lesson_status=completed|score=90")
    assert rows(school, ProgressRow)[0].status == "passed"
    again = launch(school, lms, sid="second")
    waiting = [each.launch_id for each in rows(school, Delivery) if each.kind == "aicc_put"]
    assert waiting == [content.launch.launch_id, again.launch.launch_id]
    lms.answer = lambda _got: (200, {}, answered(DATA.replace("incomplete,resume", "passed")))
    launch(school, lms, sid="third")
    assert len([each for each in rows(school, Delivery) if each.kind == "aicc_put"]) == 2


def test_a_completion_that_came_by_xapi_alone_is_told_at_the_next_launch(
    school: Classroom, lms: Receiver
) -> None:
    launch(school, lms)
    learner_id, now = rows(school, Launch)[0].learner_id, clock.now()
    record(
        school.session,
        identity=own_identity(school.session, learner_id),
        identifier=own_identifier(school.session, school.course.id),
        report=Report(Channel.XAPI, "statement", Status.COMPLETED, now, now, completion=True),
        evidence=Evidence("statement", "s1"),
        integration_id=school.integration.id,
    )
    school.session.commit()
    assert rows(school, Delivery) == []
    launch(school, lms, sid="second")
    assert [each.kind for each in rows(school, Delivery)] == ["aicc_put"]


def test_whatever_an_lms_answers_is_kept_or_refused_and_never_a_fault(
    school: Classroom, lms: Receiver
) -> None:
    data = DATA.replace("=", "=\x00\u202e").replace("1001", "1" * 999)
    lms.answer = lambda _got: (200, {}, answered(data))
    content = launch(school, lms)
    assert content.get().error == 0
    (upstream,) = rows(school, UpstreamSession)
    assert upstream.student_id.startswith("\ufffd")
    assert len(upstream.student_id) == 255


def test_whoever_only_looks_asks_nobody(school: Classroom, lms: Receiver) -> None:
    assert school.client.head(address(school, f"{lms.url}/hacp")).status_code == 200
    bare = address(school, lms.url).partition("?")[0]
    explained(school, bare, 400, "Please start the course from there.")
    assert lms.got == []


def test_an_lms_that_is_not_registered_is_named_to_learner_and_admin(
    classroom: Classroom, lms: Receiver
) -> None:
    host = urlsplit(lms.url).netloc
    explained(classroom, address(classroom, lms.url), 403, host, "LMS hosts", "Try again", code="L1")
    assert rows(classroom, FindingRow)[0].detail == host
    assert rows(classroom, Exchange)[0].integration_id == classroom.integration.id
    assert lms.got == []
    register(classroom, lms)
    launch(classroom, lms)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://lms.example@127.0.0.1/",
        "https://localhost/hacp",
        "https://lms.example:99999/",
        "https://2130706433/",
    ],
)
def test_an_address_that_is_never_called_is_explained(classroom: Classroom, lms: Receiver, url: str) -> None:
    explained(classroom, address(classroom, url), 400, "does not call", code="L2")
    assert lms.got == []


@pytest.mark.parametrize(
    ("reply", "status", "word", "code"),
    [
        ((200, {}, b"<html><form>Sign in</form></html>"), 502, "sign-in page", "L4"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), 502, "another page", "L4"),
        ((500, {}, b"oops"), 502, "HTTP status 500", "L4"),
        ((200, {}, b"error=3\r\nerror_text=Invalid Session ID\r\n"), 403, "start the course", "L5"),
        ((200, {}, answered("[core]\r\nstudent_id=\r\n")), 502, "did not say who", "L6"),
    ],
)
def test_an_lms_that_does_not_answer_as_it_should_is_explained(
    school: Classroom,
    lms: Receiver,
    reply: tuple[int, dict[str, str], bytes],
    status: int,
    word: str,
    code: str,
) -> None:
    lms.answer = lambda _got: reply
    page = explained(school, address(school, lms.url), status, word, '<a href="">Try again</a>', code=code)
    assert SID not in page
    assert len(lms.got) == 1


def test_an_lms_that_is_down_is_explained(school: Classroom, lms: Receiver) -> None:
    update_integration(school.session, school.integration.id, upstream_hosts=["127.0.0.1"])
    explained(
        school, address(school, "http://127.0.0.1:1/"), 502, "cannot be reached", "Try again", code="L3"
    )


def test_an_lms_that_does_not_answer_in_time_is_explained(
    school: Classroom, lms: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lms_launch, "DEADLINE_SECONDS", 0.2)
    update_integration(school.session, school.integration.id, upstream_hosts=["127.0.0.1"])
    with listener(lambda seen: [b""] * seen.is_closing.wait(10)) as silent:
        url = f"http://127.0.0.1:{silent.port}/"
        explained(school, address(school, url), 504, "cannot be reached", "Try again", code="L3")


def test_only_a_few_wait_for_lmss_at_once(app: Flask, school: Classroom, lms: Receiver) -> None:
    calls = app.extensions[lms_routes.CALLS]
    while calls.acquire(blocking=False):
        pass
    response = school.client.get(address(school, lms.url))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Please try again in a few seconds." in response.text
    calls.release()
    launch(school, lms)
    launch(school, lms)


def test_a_bad_host_a_lost_unit_and_a_disabled_integration_are_explained(
    school: Classroom, lms: Receiver
) -> None:
    url = address(school, lms.url)
    integration_id = school.integration.id
    for path in (url.replace(integration_id, "0" * 18), f"/aicc/{integration_id}/x?{urlsplit(url).query}"):
        assert school.client.get(path).status_code == 404
    assert school.client.get(url, headers={"Host": "evil.example"}).status_code == 421
    set_enabled(school.session, integration_id, is_enabled=False)
    school.session.commit()
    assert school.client.get(url).status_code == 403
    assert lms.got == []
    assert rows(school, Launch) == []


def test_a_unit_without_an_address_is_explained(new_classroom: NewClassroom, lms: Receiver) -> None:
    classroom = new_classroom(launch_url=None)
    register(classroom, lms)
    explained(classroom, address(classroom, lms.url), 404, "no address yet", code="L8")


def test_a_plain_lms_needs_the_operators_leave(
    settings: Settings, new_classroom: NewClassroom, make_app, lms: Receiver
) -> None:
    classroom = new_classroom()
    register(classroom, lms)
    strict = make_app(dataclasses.replace(settings, outbound_allow=()))
    response = strict.test_client().get(address(classroom, lms.url))
    assert response.status_code == 400
    assert "WAYMARK_OUTBOUND_ALLOW" in response.text
    assert lms.got == []


def test_neither_logs_nor_exchanges_hold_the_lms_s_session(
    app: Flask, school: Classroom, lms: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs(level="DEBUG", style="json")
    content = launch(school, lms, sid="TopSecret77")
    lms.answer = lambda _got: (500, {}, b"")
    school.client.get(address(school, lms.url, sid="TopSecret77"))
    app.testing = False
    app.before_request_funcs.setdefault(None, []).append(_fail)
    assert school.client.get(address(school, lms.url, sid="TopSecret77")).status_code == 500
    logged = "".join(capfd.readouterr())
    assert "unexpected error" in logged
    kept = "".join(
        f"{each.path}{each.result}{each.request_body}{each.reply_body}" for each in rows(school, Exchange)
    )
    assert "/aicc/" in kept
    for secret in ("TopSecret77", content.launch.session_id):
        assert secret not in logged
        assert secret not in kept


def test_every_finding_of_a_launch_is_explained() -> None:
    for code in ("L1", "L2", "L3", "L4", "L5", "L6", "L8"):
        assert describe(code).sentence.endswith(".")


def _fail() -> None:
    raise RuntimeError("a mistake of ours")
