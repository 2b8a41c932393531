"""A launch link opens a session in the browser, as often as it is visited, until it expires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app import clock
from app.access.integrations import delete_integration, set_enabled, update_integration
from app.access.launches import make_launch_link
from app.models.launches import Attempt, Launch
from tests.hacp.conftest import NewClassroom
from tests.hacp.content import FORM, Classroom, read_reply


def link_of(classroom: Classroom, **changes: str) -> str:
    names = {
        "integration_id": classroom.integration.id,
        "course_id": classroom.course.id,
        "learner_id": classroom.learner.id,
    }
    link = make_launch_link(
        classroom.settings, classroom.organisation, **{**names, **changes}, now=clock.now()
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
    assert "<h1>The course cannot be opened</h1>" in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    assert count(classroom, Launch) == 0
    return response.status_code


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "é", "W10.x", "..", "x" * 3000])
def test_a_damaged_link_is_explained(classroom: Classroom, token: str) -> None:
    assert explained(classroom, f"/launch/{token}") == 404


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
