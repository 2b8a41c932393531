"""A launch link opens a session in the browser, as often as it is visited, until it expires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app import clock
from app.access.integrations import delete_integration, set_enabled, update_integration
from app.access.launches import LessonMode, make_launch_link
from app.access.policies import HostMode
from app.logs import configure_logs
from app.models.launches import Attempt, Launch
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import FORM, Classroom, Reply, read_reply
from tests.pseudo import speaking_pseudo


def link_of(classroom: Classroom, **changes: object) -> str:
    names: dict[str, object] = {
        "integration_id": classroom.integration.id,
        "course_id": classroom.course.id,
        "learner_id": classroom.learner.id,
    }
    link = make_launch_link(
        classroom.settings,
        classroom.organisation,
        **{**names, **changes},  # type: ignore[arg-type]
        now=clock.now(),
    )
    return link.removeprefix("http://localhost")


def count(classroom: Classroom, table: type) -> int:
    classroom.session.rollback()
    return classroom.session.query(table).count()


def test_each_visit_opens_its_own_session(classroom: Classroom) -> None:
    link = link_of(classroom)
    sessions = set()
    for _ in range(2):
        response = classroom.client.get(link)
        assert response.status_code == 303
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
        address = urlsplit(response.headers["Location"])
        assert (address.scheme, address.netloc, address.path) == ("https", "content.example", "/go")
        parameters = parse_qs(address.query)
        assert list(parameters) == ["course", "AICC_SID", "AICC_URL"]
        assert parameters["AICC_URL"] == ["http://localhost/hacp"]
        sessions.add(parameters["AICC_SID"][0])
    assert len(sessions) == 2
    assert (count(classroom, Launch), count(classroom, Attempt)) == (2, 0)
    for session_id in sessions:
        body = f"command=GetParam&session_id={session_id}"
        assert read_reply(classroom.client.post("/hacp", data=body, content_type=FORM)).error == 0
    assert count(classroom, Attempt) == 1
    for exchange in classroom.exchanges():
        assert link.split("/")[-1] not in exchange.path


def test_a_scanner_that_only_looks_opens_nothing(classroom: Classroom) -> None:
    assert classroom.client.head(link_of(classroom)).status_code == 200
    assert count(classroom, Launch) == 0
    assert classroom.client.head("/launch/nonsense").status_code == 404


@pytest.mark.parametrize("host", ["other.example", "localhost"])
def test_the_aicc_url_never_comes_from_the_request(classroom: Classroom, host: str) -> None:
    update_integration(classroom.session, classroom.integration.id, host_names=("localhost", "other.example"))
    classroom.session.commit()
    response = classroom.client.get(
        link_of(classroom), headers={"Host": host, "X-Forwarded-Host": "evil.example"}
    )
    assert "AICC_URL=http%3A%2F%2Flocalhost%2Fhacp" in response.headers["Location"]


def explained(classroom: Classroom, link: str) -> int:
    response = classroom.client.get(link)
    assert response.content_type == "text/html; charset=utf-8"
    page = response.get_data(as_text=True)
    assert "<h1>The course cannot be opened</h1>" in page
    # The Inspector finds the visit by it.
    assert f"<code>{response.headers['X-Request-Id']}</code>" in page
    assert response.headers["Cache-Control"] == "no-store"
    assert count(classroom, Launch) == 0
    return response.status_code


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "é", "W10.x", "..", "x" * 3000])
def test_a_damaged_link_is_explained(classroom: Classroom, token: str) -> None:
    assert explained(classroom, f"/launch/{token}") == 404


def test_the_explanation_is_in_the_learners_language(classroom: Classroom) -> None:
    with speaking_pseudo():
        reply = classroom.client.get(
            "/launch/nonsense", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
        )
    assert '<html lang="de">' in reply.text
    assert "<h1>\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}The course cannot be opened" in reply.text
    assert "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}This link is not complete." in reply.text
    assert '<html lang="en">' in classroom.client.get("/launch/nonsense").text


def test_a_link_of_another_server_is_explained(classroom: Classroom) -> None:
    link = link_of(classroom)
    payload, signature = link.rsplit(".", 1)
    assert explained(classroom, f"{payload}.{signature[::-1]}") == 404


def test_an_expired_link_is_explained(classroom: Classroom, pass_time: Callable[[timedelta], None]) -> None:
    link = link_of(classroom)
    pass_time(timedelta(days=classroom.settings.launch_link_days, seconds=2))
    assert explained(classroom, link) == 410


@pytest.mark.parametrize("name", ["integration_id", "course_id", "learner_id"])
def test_a_link_to_what_is_gone_is_explained(classroom: Classroom, name: str) -> None:
    assert explained(classroom, link_of(classroom, **{name: "0" * 18})) == 404


def test_a_disabled_or_deleted_integration_is_explained(classroom: Classroom) -> None:
    link = link_of(classroom)
    set_enabled(classroom.session, classroom.integration.id, is_enabled=False)
    classroom.session.commit()
    assert explained(classroom, link) == 403
    delete_integration(classroom.session, classroom.integration.id, erase_data=True)
    classroom.session.commit()
    assert explained(classroom, link) == 404


def test_a_course_without_an_address_is_explained(new_classroom: NewClassroom) -> None:
    classroom = new_classroom(launch_url=None)
    assert explained(classroom, link_of(classroom)) == 404


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("a@b", 400)])
def test_a_link_opens_only_under_a_host_name_of_ours(classroom: Classroom, host: str, status: int) -> None:
    response = classroom.client.get(link_of(classroom), headers={"Host": host})
    assert response.status_code == status
    assert "Location" not in response.headers
    assert count(classroom, Launch) == 0


def visit(classroom: Classroom, link: str) -> str:
    """Follow a link; returns the session id that the content is handed."""
    response = classroom.client.get(link)
    assert response.status_code == 303, response.text
    return parse_qs(urlsplit(response.headers["Location"]).query)["AICC_SID"][0]


def send(classroom: Classroom, command: str, session_id: str) -> Reply:
    body = f"command={command}&session_id={session_id}"
    return read_reply(classroom.client.post("/hacp", data=body, content_type=FORM))


def allow_one_use(classroom: Classroom) -> None:
    update_integration(classroom.session, classroom.integration.id, has_single_use_links=True)
    classroom.session.commit()


def test_a_single_use_link_is_spent_by_the_first_message(classroom: Classroom) -> None:
    allow_one_use(classroom)
    link = link_of(classroom)
    session_id = visit(classroom, link)
    assert send(classroom, "GetParam", session_id).error == 0
    for _ in range(2):
        response = classroom.client.get(link)
        assert response.status_code == 410
        assert "This link has been used already." in response.text
        assert response.headers["Cache-Control"] == "no-store"
    assert send(classroom, "ExitAU", session_id).error == 0
    assert classroom.client.get(link).status_code == 410
    assert count(classroom, Launch) == 1
    refused = [exchange for exchange in classroom.exchanges() if exchange.status == 410]
    assert [exchange.result for exchange in refused] == [
        "Refused: This link has been used already. Please ask the person who sent it for a new one."
    ] * 3
    assert {exchange.learner_id for exchange in refused} == {classroom.learner.id}


def test_another_link_for_the_same_course_is_not_spent_with_it(classroom: Classroom) -> None:
    allow_one_use(classroom)
    first, second = link_of(classroom), link_of(classroom)
    send(classroom, "GetParam", visit(classroom, first))
    assert send(classroom, "GetParam", visit(classroom, second)).error == 0


def test_a_link_stays_good_however_often_it_is_used_unless_that_was_chosen(classroom: Classroom) -> None:
    link = link_of(classroom)
    for _ in range(3):
        assert send(classroom, "GetParam", visit(classroom, link)).error == 0


@pytest.mark.parametrize("is_single_use", [False, True])
def test_a_scanner_that_follows_the_link_spends_and_changes_nothing(
    classroom: Classroom, is_single_use: bool
) -> None:
    if is_single_use:
        allow_one_use(classroom)
    link = link_of(classroom)
    for _ in range(50):
        visit(classroom, link)
    assert count(classroom, Attempt) == 0
    assert classroom.progress() is None
    assert send(classroom, "GetParam", visit(classroom, link)).core["lesson_status"] == (
        "not attempted,ab-initio"
    )


def test_two_who_open_a_single_use_link_before_the_first_message_both_go_on(classroom: Classroom) -> None:
    allow_one_use(classroom)
    link = link_of(classroom)
    sessions = [visit(classroom, link) for _ in range(2)]
    assert [send(classroom, "GetParam", session_id).error for session_id in sessions] == [0, 0]
    assert [send(classroom, "ExitAU", session_id).error for session_id in sessions] == [0, 0]
    assert classroom.client.get(link).status_code == 410


def test_a_link_carries_credit_and_mode_to_the_content(classroom: Classroom) -> None:
    link = link_of(classroom, is_credit=False, lesson_mode=LessonMode.REVIEW)
    core = send(classroom, "GetParam", visit(classroom, link)).core
    assert (core["credit"], core["lesson_mode"]) == ("no-credit", "review")
    core = send(classroom, "GetParam", visit(classroom, link_of(classroom))).core
    assert (core["credit"], core["lesson_mode"]) == ("credit", "normal")


def test_a_host_that_is_only_observed_is_let_in_and_noted(classroom: Classroom) -> None:
    update_integration(classroom.session, classroom.integration.id, host_mode=HostMode.OBSERVE)
    classroom.session.commit()
    assert classroom.client.get(link_of(classroom), headers={"Host": "new.example"}).status_code == 303
    (finding,) = classroom.findings()
    assert (finding.code, finding.detail) == ("H1", "the launch link was opened under new.example")


def test_a_refused_host_is_noted_for_the_admin(classroom: Classroom) -> None:
    classroom.client.get(link_of(classroom), headers={"Host": "evil.example"})
    (exchange,) = classroom.exchanges()
    assert (exchange.status, exchange.host, exchange.integration_id) == (
        421, "evil.example", classroom.integration.id,
    )  # fmt: skip
    assert [finding.code for finding in classroom.findings()] == ["H1"]


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_log_holds_a_session_id_or_a_link(
    app: Flask, classroom: Classroom, capfd: pytest.CaptureFixture[str], style: str
) -> None:
    configure_logs(level="DEBUG", style=style)
    link = link_of(classroom)
    token = link.rsplit("/", 1)[1]
    session_id = visit(classroom, link)
    for command in ("GetParam", "PutParam", "Nonsense", "ExitAU"):
        body = f"command={command}&session_id={session_id}&aicc_data=%5Bcore%5D%0D%0Atime=00:01:00"
        classroom.client.post("/hacp", data=body, content_type=FORM)
    classroom.client.get(f"/hacp?session_id={session_id}")
    app.testing = False
    app.before_request_funcs.setdefault(None, []).append(_fail)
    assert classroom.client.get(link).status_code == 500
    assert classroom.client.post(f"/hacp?session_id={session_id}").status_code == 500
    logged = "".join(capfd.readouterr())
    assert logged.count("unexpected error") >= 2
    assert "/launch/[link]" in logged
    for secret in (session_id, token, token.rsplit(".", 1)[0]):
        assert secret not in logged


def _fail() -> None:
    raise RuntimeError("a mistake of ours")
