"""HTTP around HACP: status codes, CORS, hosts, limits, and whatever strangers send."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from app import db
from app.access.integrations import Kind, add_integration, delete_integration, set_enabled, update_integration
from app.hacp.vocabulary import parse_timespan
from app.hacp.wire import MAX_BODY_BYTES
from tests.hacp.content import FORM, Classroom, Content, read_reply


@pytest.mark.parametrize("path", ["/hacp", "/hacp/"])
def test_both_spellings_of_the_path_answer(classroom: Classroom, path: str) -> None:
    content = classroom.open()
    body = f"command=GetParam&session_id={content.launch.session_id}".encode()
    assert read_reply(classroom.client.post(path, data=body, content_type=FORM)).error == 0


@pytest.mark.parametrize("version", ["", "2.2", "3.5", "4", "abc"])
def test_the_version_is_never_a_reason(classroom: Classroom, version: str) -> None:
    assert classroom.open().send("GETPARAM", "", version=version).error == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", 1),
        (b"session_id=SID", 1),
        (b"command=&session_id=SID", 1),
        (b"command=Foo&session_id=SID", 1),
        (b"command=Foo", 1),
        (b"command=GetParam&command=ExitAU&session_id=SID", 1),
        (b"command=GetParam&session_id=SID&session_id=other", 1),
        (b"command=GetParam", 3),
        (b"command=GetParam&session_id=", 3),
        (b"command=GetParam&session_id=unknown", 3),
        (b"command=PutParam&session_id=" + b"A" * 32, 3),
        (b"command=ExitAU&session_id=" + b"A" * 300, 3),
        (b"command=ExitAU&session_id=%00%01%0D%0A", 3),
        (b"command=ExitAU&session_id=%uD83D", 3),
        (b"command=GetParam&session_id=SID", 0),
        (b"command=%20getPARAM%20&session_id=SID%20", 0),
    ],
)
def test_errors_travel_with_200_and_tell_why(classroom: Classroom, body: bytes, error: int) -> None:
    content = classroom.open()
    reply = content.post(body.replace(b"SID", content.launch.session_id.encode()))
    texts = {0: "Successful", 1: "Invalid Command", 3: "Invalid Session ID"}
    assert (reply.error, reply.error_text, reply.response.status_code) == (error, texts[error], 200)
    (exchange,) = classroom.exchanges()
    assert exchange.is_anonymous == (error != 0)


def test_a_get_is_an_invalid_command_and_changes_nothing(classroom: Classroom) -> None:
    content = classroom.open()
    query = {"command": "GetParam", "session_id": content.launch.session_id}
    reply = read_reply(classroom.client.get("/hacp", query_string=query))
    assert (reply.error, reply.response.status_code) == (1, 200)
    assert classroom.client.head("/hacp").status_code == 200
    assert classroom.attempt() is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_in_hacp_form(client: FlaskClient, method: str) -> None:
    reply = read_reply(client.open("/hacp", method=method))
    assert (reply.error, reply.response.status_code) == (1, 405)


def test_an_unknown_path_is_refused_in_hacp_form(client: FlaskClient) -> None:
    reply = read_reply(client.post("/hacp/nothing", data=b"command=GetParam"))
    assert (reply.error, reply.response.status_code) == (1, 404)


def test_a_preflight_is_answered(client: FlaskClient) -> None:
    response = client.options(
        "/hacp", headers={"Origin": "https://content.example", "Access-Control-Request-Method": "POST"}
    )
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_no_origin_cookie_or_fetch_mode_is_a_reason_to_refuse(classroom: Classroom) -> None:
    content = classroom.open(
        Origin="null", Cookie="session=x", **{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site"}
    )
    assert content.get().error == 0


def test_a_body_above_one_mebibyte_is_refused_with_and_without_a_length(classroom: Classroom) -> None:
    content = classroom.open()
    body = f"command=PutParam&session_id={content.launch.session_id}&aicc_data=".encode()
    body += b"x" * (MAX_BODY_BYTES + 1 - len(body))
    reply = content.post(body)
    assert (reply.error, reply.response.status_code) == (1, 413)
    reply = read_reply(
        classroom.client.post(
            "/hacp",
            input_stream=io.BytesIO(body * 2),
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
            content_type=FORM,
        )
    )
    assert (reply.error, reply.response.status_code) == (1, 413)
    assert content.post(body[:-1]).error == 0
    results = sorted(exchange.result for exchange in classroom.exchanges())
    assert [result[:8] for result in results] == ["In progr", "Refused:", "Refused:"]
    assert all(result.endswith("(error 1)") for result in results[1:])


def test_a_chunked_body_within_the_limit_is_read(classroom: Classroom) -> None:
    content = classroom.open()
    body = f"command=GetParam&session_id={content.launch.session_id}".encode()
    response = classroom.client.post(
        "/hacp",
        input_stream=io.BytesIO(body),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
        content_type=FORM,
    )
    assert read_reply(response).error == 0


@pytest.mark.parametrize("size", [4096, 4097, 65536])
def test_suspend_data_of_any_usual_size_comes_back(classroom: Classroom, size: int) -> None:
    content = classroom.open()
    content.put("lesson_status=i", lesson="é" * size)
    assert classroom.open().get().data.find_text("core_lesson") == "é" * size


def test_trouble_with_the_database_is_503_and_never_looks_successful(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: object) -> None:
        raise db.DatabaseUnavailable("busy")

    content = classroom.open()
    monkeypatch.setattr("app.hacp.routes.transact_together", fail)
    reply = content.put("lesson_status=passed")
    assert reply.response.status_code == 503
    assert int(reply.response.headers["Retry-After"]) > 0
    assert b"error=0" not in reply.response.get_data()


def test_an_error_of_ours_is_answered_in_hacp_form(
    app: Flask, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise ValueError("unforeseen")

    content = classroom.open()
    monkeypatch.setattr("app.hacp.service.answer", fail)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    reply = content.get()
    assert (reply.error, reply.response.status_code) == (1, 500)
    assert b"unforeseen" not in reply.response.get_data()


def add_neighbour(classroom: Classroom, *hosts: str) -> None:
    add_integration(
        classroom.session, classroom.organisation, kind=Kind.AICC, name="Neighbour", host_names=hosts
    )
    classroom.session.commit()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "localhost:80"])
def test_the_public_host_is_ours_however_it_is_written(classroom: Classroom, host: str) -> None:
    assert classroom.open(Host=host).get().error == 0


def test_a_registered_host_is_accepted(classroom: Classroom) -> None:
    update_integration(
        classroom.session, classroom.integration.id, host_names=["learn.example.com", "other.example:8443"]
    )
    classroom.session.commit()
    assert classroom.open(Host="Learn.Example.com:8080").get().error == 0
    assert classroom.open(Host="other.example:8443").get().error == 0
    assert classroom.open(Host="other.example:8444").get().response.status_code == 421


def test_a_host_on_no_list_is_misdirected_and_found(classroom: Classroom) -> None:
    reply = classroom.open(Host="evil.example").get()
    assert (reply.error, reply.response.status_code) == (3, 421)
    (finding,) = classroom.findings()
    assert finding.code == "H1"
    assert "evil.example" in finding.detail
    assert classroom.attempt() is None


def test_a_host_of_another_integration_is_an_invalid_session_and_found(classroom: Classroom) -> None:
    add_neighbour(classroom, "neighbour.example")
    reply = classroom.open(Host="neighbour.example").put("lesson_status=passed")
    assert (reply.error, reply.response.status_code) == (3, 200)
    (finding,) = classroom.findings()
    assert (finding.code, finding.integration_id) == ("H2", classroom.integration.id)
    assert "neighbour.example" in finding.detail
    (exchange,) = classroom.exchanges()
    assert exchange.is_parked
    assert classroom.progress() is None


def test_an_observing_integration_accepts_any_host_and_tells(classroom: Classroom) -> None:
    update_integration(classroom.session, classroom.integration.id, host_mode="observe")
    classroom.session.commit()
    assert classroom.open(Host="new.example").get().error == 0
    (finding,) = classroom.findings()
    assert (finding.code, "new.example" in finding.detail) == ("H1", True)


@pytest.mark.parametrize(
    "host", ["", "a b", "user@localhost", "localhost:99999", "local\\host", "[::1", "%00"]
)
def test_a_host_that_is_none_is_a_bad_request(classroom: Classroom, host: str) -> None:
    response = classroom.client.post("/hacp", data=b"command=GetParam", environ_overrides={"HTTP_HOST": host})
    reply = read_reply(response)
    assert (reply.error, reply.response.status_code) == (1, 400)


def test_forwarded_headers_of_strangers_are_not_believed(classroom: Classroom) -> None:
    content = classroom.open(
        Host="evil.example", **{"X-Forwarded-Host": "localhost", "Forwarded": "host=localhost"}
    )
    assert content.get().response.status_code == 421


def test_a_disabled_or_deleted_integration_takes_nothing(classroom: Classroom) -> None:
    content = classroom.open()
    set_enabled(classroom.session, classroom.integration.id, is_enabled=False)
    classroom.session.commit()
    assert content.put("lesson_status=passed").error == 3
    assert [finding.code for finding in classroom.findings()] == ["I1"]
    assert [exchange.is_parked for exchange in classroom.exchanges()] == [True]
    delete_integration(classroom.session, classroom.integration.id, erase_data=False)
    classroom.session.commit()
    assert content.put("lesson_status=passed").error == 3


def test_twenty_puts_at_once_all_count(app: Flask, classroom: Classroom) -> None:
    content = classroom.open()
    content.get()

    def put(number: int) -> tuple[int, int]:
        own = Content(app.test_client(), content.launch, {})
        core = f"lesson_status=incomplete|score={number}|time=00:{number:02}:00"
        reply = own.put(core, lesson=f"data {number}")
        return reply.error, reply.response.status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(put, range(20))) == {(0, 200)}
    progress = classroom.progress()
    assert progress is not None
    assert (progress.score, progress.time.total_seconds()) == (19, 19 * 60)
    data = classroom.open().get().data
    assert (data.find_text("core_lesson") or "").startswith("data ")
    assert len([each for each in classroom.exchanges() if not each.result.startswith("Refused")]) == 22


STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 1), st.just("get"), st.just(0)),
        st.tuples(st.integers(0, 1), st.just("exit"), st.just(0)),
        st.tuples(st.integers(0, 1), st.just("put"), st.integers(0, 300)),
    ),
    max_size=12,
)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_time_is_the_sum_of_the_greatest_of_each_segment(
    classroom: Classroom, steps: list[tuple[int, str, int]]
) -> None:
    """Two sessions of one learner, their messages in any order and any number."""
    told_before = parse_timespan(classroom.open().get().core["time"])
    assert told_before is not None
    contents = [classroom.open(), classroom.open()]
    segments: list[list[int]] = [[0], [0]]
    for which, command, seconds in steps:
        content = contents[which]
        if command == "get":
            content.get()
            segments[which].append(0)
        elif command == "put":
            content.put(f"time={seconds}")
            segments[which][-1] = max(segments[which][-1], seconds)
        else:
            content.leave()
    expected = told_before.total_seconds() + sum(segments[0]) + sum(segments[1])
    told = parse_timespan(classroom.open().get().core["time"])
    assert told is not None
    assert told.total_seconds() == expected
    progress = classroom.progress()
    assert progress is not None
    assert progress.time.total_seconds() == expected


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tail=st.binary(max_size=300),
    command=st.sampled_from([b"PutParam", b"PutInteractions", b"ExitParam", b"GetParam"]),
    content_type=st.sampled_from([FORM, "text/plain", "multipart/form-data; boundary=x"]),
)
def test_hostile_data_is_never_an_error_of_ours(
    hostile_content: Content, tail: bytes, command: bytes, content_type: str
) -> None:
    body = b"command=%s&session_id=%s&aicc_data=" % (command, hostile_content.launch.session_id.encode())
    for groups in (b"", b"[core]\nlesson_location=", b"[core_lesson]\n", b"[objectives_status]\nj_id.1="):
        reply = hostile_content.post(body + groups + tail, content_type=content_type)
        assert reply.response.status_code == 200


@pytest.fixture
def hostile_content(classroom: Classroom) -> Content:
    return classroom.open()


@pytest.mark.parametrize(
    "body",
    [
        b"&" * 200_000,
        b"command=PutParam&session_id=" + b"%" * 200_000,
        b"=" * 200_000,
        b"command=" + b"A" * 1_000_000,
        b"\x00" * 1000,
        b"\xff\xfe" * 1000,
        b'{"command":"GetParam"}',
        b"<xml/>",
    ],
)
def test_nonsense_is_an_invalid_command_and_stores_nothing(classroom: Classroom, body: bytes) -> None:
    reply = classroom.open().post(body)
    assert (reply.error in (1, 3), reply.response.status_code) == (True, 200)
    assert classroom.attempt() is None
    assert all(len(exchange.request_body or b"") <= 4096 for exchange in classroom.exchanges())
