"""POST /oauth/token over HTTP: every answer is RFC 6749's, and nothing that is refused changes anything."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from app import db
from app.access.credentials import NewCredential, issue_credential, list_credentials
from app.access.integrations import (
    Integration,
    Kind,
    add_integration,
    get_integration,
    set_enabled,
    update_integration,
)
from app.access.organisation import load_organisation
from app.access.tokens import find_token
from app.models.records import Exchange, FindingRow
from app.settings import Settings


class Endless(io.RawIOBase):
    """A body that never ends."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = b"a" * len(buffer)
        return len(buffer)


@dataclass(frozen=True)
class Registered:
    integration: Integration
    credential: NewCredential

    @property
    def form(self) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": self.credential.client_id,
            "client_secret": self.credential.client_secret,
            "scope": "xapi:write",
        }

    @property
    def basic(self) -> dict[str, str]:
        pair = f"{self.credential.client_id}:{self.credential.client_secret}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def register(session: Session, settings: Settings, kind: Kind, *, is_demo: bool = False) -> Registered:
    integration = add_integration(session, load_organisation(session, settings), kind=kind, name=kind.value)
    credential = issue_credential(session, integration.id, is_demo=is_demo)
    session.commit()
    return Registered(integration, credential)


@pytest.fixture
def linkedin(session: Session, settings: Settings) -> Registered:
    return register(session, settings, Kind.LINKEDIN_LEARNING)


@pytest.fixture
def store(session: Session, settings: Settings) -> Registered:
    return register(session, settings, Kind.XAPI)


def check_headers(response: TestResponse) -> None:
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert response.headers["X-Request-Id"]
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers


def check_refusal(response: TestResponse, status: int, code: str) -> None:
    check_headers(response)
    assert (response.status_code, response.get_json()["error"]) == (status, code), response.data
    assert set(response.get_json()) == {"error", "error_description"}
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


def test_linkedins_request_gets_a_token(
    client: FlaskClient, session: Session, linkedin: Registered, settings: Settings
) -> None:
    response = client.post("/oauth/token", data=linkedin.form)
    check_headers(response)
    assert response.status_code == 200
    body = response.get_json()
    assert body == {
        "access_token": body["access_token"],
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "xapi:write",
    }
    token = find_token(session, body["access_token"])
    assert token is not None
    assert token.scopes == {"xapi:write"}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "x-www-form-urlencoded",
        "text/plain",
        "",
        None,
    ],
)
def test_the_body_is_read_whatever_its_content_type(
    client: FlaskClient, linkedin: Registered, content_type: str | None
) -> None:
    form = linkedin.form
    body = "&".join(f"{name}={value}" for name, value in form.items())
    response = client.post("/oauth/token", data=body, content_type=content_type)
    assert response.status_code == 200, response.data


def test_basic_credentials_and_a_trailing_slash_work(client: FlaskClient, store: Registered) -> None:
    for path in ("/oauth/token", "/oauth/token/"):
        response = client.post(path, data={"grant_type": "client_credentials"}, headers=store.basic)
        assert response.status_code == 200
        assert response.get_json()["scope"] == "all"


def test_a_new_token_ends_no_other(client: FlaskClient, session: Session, linkedin: Registered) -> None:
    texts = [client.post("/oauth/token", data=linkedin.form).get_json()["access_token"] for _ in range(5)]
    assert len(set(texts)) == 5
    assert all(find_token(session, text) is not None for text in texts)


@pytest.mark.parametrize(
    ("scope", "granted"),
    [(None, "xapi:write"), ("xapi:all", "xapi:write"), ("xapi:read xapi:write", "xapi:write")],
)
def test_linkedins_scope_is_narrowed_and_the_reply_says_so(
    client: FlaskClient, linkedin: Registered, scope: str | None, granted: str
) -> None:
    form = linkedin.form | {"scope": scope or ""}
    assert client.post("/oauth/token", data=form).get_json()["scope"] == granted


def test_a_scope_of_which_nothing_is_allowed_is_refused(client: FlaskClient, linkedin: Registered) -> None:
    check_refusal(
        client.post("/oauth/token", data=linkedin.form | {"scope": "xapi:read"}), 400, "invalid_scope"
    )


def test_widened_scopes_let_linkedin_read(
    client: FlaskClient, session: Session, linkedin: Registered
) -> None:
    update_integration(session, linkedin.integration.id, has_widened_scopes=True)
    session.commit()
    response = client.post("/oauth/token", data=linkedin.form | {"scope": "xapi:read"})
    assert response.get_json()["scope"] == "xapi:read"


def test_unknown_client_and_wrong_secret_answer_alike(client: FlaskClient, linkedin: Registered) -> None:
    unknown = client.post("/oauth/token", data=linkedin.form | {"client_id": "waymark-0000000000000000"})
    wrong = client.post("/oauth/token", data=linkedin.form | {"client_secret": "x" * 43})
    check_refusal(unknown, 401, "invalid_client")
    assert unknown.data == wrong.data
    ignored = {"X-Request-Id", "Date"}
    assert {k: v for k, v in unknown.headers if k not in ignored} == {
        k: v for k, v in wrong.headers if k not in ignored
    }
    assert wrong.headers["WWW-Authenticate"].startswith("Basic ")


def test_unknown_client_and_wrong_secret_ask_the_same_of_the_database(
    client: FlaskClient, app: Flask, linkedin: Registered
) -> None:
    # What takes time here is the database; the comparison itself runs in constant time in both cases.
    with app.app_context():
        engine = db.db.engine
    done: dict[str, list[str]] = {}
    for name in ("client_id", "client_secret"):
        statements = done.setdefault(name, [])

        def note(_c: object, _u: object, text: str, *_more: object, kept: list[str] = statements) -> None:
            kept.append(" ".join(text.split()[:3]))

        event.listen(engine, "before_cursor_execute", note)
        client.post("/oauth/token", data=linkedin.form | {name: "x" * 30})
        event.remove(engine, "before_cursor_execute", note)
    assert len(done["client_id"]) > 3
    assert done["client_id"] == done["client_secret"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": 'x"\\\r\né'}, 400, "unsupported_grant_type"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_id": "\x00"}, 401, "invalid_client"),
        ({"client_id": "x" * 5_000}, 401, "invalid_client"),
        ({"scope": "nonsense"}, 400, "invalid_scope"),
    ],
)
def test_each_wrong_field_has_its_answer(
    client: FlaskClient, linkedin: Registered, changes: dict[str, str], status: int, code: str
) -> None:
    check_refusal(client.post("/oauth/token", data=linkedin.form | changes), status, code)


def test_a_repeated_parameter_is_invalid_request(client: FlaskClient, linkedin: Registered) -> None:
    form = [*linkedin.form.items(), ("scope", "xapi:write")]
    body = "&".join(f"{name}={value}" for name, value in form)
    check_refusal(client.post("/oauth/token", data=body), 400, "invalid_request")


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ("Basic:xxxx", 401, "invalid_client"),
        ("Basic ****", 401, "invalid_client"),
        ("Basic " + base64.b64encode(b"\xff:\xff").decode(), 401, "invalid_client"),
        ("Basic " + base64.b64encode(b"waymark-00:x").decode(), 401, "invalid_client"),
        ("Bearer abc", 400, "invalid_request"),
    ],
)
def test_a_bad_authorization_header_has_its_answer(
    client: FlaskClient, header: str, status: int, code: str
) -> None:
    response = client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header}
    )
    check_refusal(response, status, code)


def test_credentials_in_the_url_need_the_switch(
    client: FlaskClient, session: Session, linkedin: Registered
) -> None:
    response = client.post("/oauth/token", query_string=linkedin.form)
    check_refusal(response, 400, "invalid_request")
    update_integration(session, linkedin.integration.id, allows_query_credentials=True)
    session.commit()
    assert client.post("/oauth/token", query_string=linkedin.form).status_code == 200
    wrong = client.post("/oauth/token", query_string=linkedin.form | {"client_secret": "x"})
    check_refusal(wrong, 400, "invalid_request")
    session.rollback()
    for row in session.scalars(select(Exchange)):
        assert linkedin.credential.client_secret not in row.path


def test_a_disabled_integration_gets_no_token(
    client: FlaskClient, session: Session, linkedin: Registered
) -> None:
    set_enabled(session, linkedin.integration.id, is_enabled=False)
    session.commit()
    check_refusal(client.post("/oauth/token", data=linkedin.form), 401, "invalid_client")
    session.rollback()
    assert session.scalars(select(FindingRow.code)).all() == ["I1"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_any_other_method_is_405_in_json(client: FlaskClient, method: str) -> None:
    response = client.open("/oauth/token", method=method)
    check_refusal(response, 405, "invalid_request")
    assert response.headers["Allow"] == "POST"


def test_an_unknown_path_is_404_in_json(client: FlaskClient) -> None:
    check_refusal(client.post("/oauth/tokens"), 404, "invalid_request")


def test_a_large_body_is_413_also_in_chunks(app: Flask, client: FlaskClient) -> None:
    check_refusal(client.post("/oauth/token", data=b"a" * 20_000), 413, "invalid_request")

    environ = EnvironBuilder("/oauth/token", method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {
        "wsgi.input": Endless(),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    check_refusal(TestResponse(*run_wsgi_app(app, environ), request=Request(environ)), 413, "invalid_request")


def test_an_unregistered_host_is_421(client: FlaskClient, linkedin: Registered) -> None:
    response = client.post("/oauth/token", data=linkedin.form, headers={"Host": "evil.example"})
    check_refusal(response, 421, "invalid_request")
    response = client.post("/oauth/token", data=linkedin.form, headers={"Host": "a b"})
    assert response.status_code == 400


def test_any_registered_host_will_do(client: FlaskClient, session: Session, linkedin: Registered) -> None:
    update_integration(session, linkedin.integration.id, host_names=["Other.Example.org"])
    session.commit()
    response = client.post("/oauth/token", data=linkedin.form, headers={"Host": "OTHER.example.org.:8443"})
    assert response.status_code == 200


def test_database_trouble_is_503_and_never_invalid_client(
    app: Flask, client: FlaskClient, linkedin: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: object) -> None:
        raise db.DatabaseUnavailable("gone")

    monkeypatch.setattr("app.oauth.routes.transact_together", fail)
    response = client.post("/oauth/token", data=linkedin.form)
    check_refusal(response, 503, "temporarily_unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_every_answer_is_in_the_log_without_secrets(
    client: FlaskClient, session: Session, linkedin: Registered
) -> None:
    token = client.post("/oauth/token", data=linkedin.form).get_json()["access_token"]
    client.post("/oauth/token", data=linkedin.form | {"client_secret": "wrong-secret"})
    client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=linkedin.basic)
    client.post("/oauth/token", data=b"")
    session.rollback()
    rows = session.scalars(select(Exchange).order_by(Exchange.id)).all()
    assert sorted(row.status for row in rows) == [200, 200, 400, 401]
    assert {row.integration_id for row in rows if row.status != 400} == {linkedin.integration.id}
    for row in rows:
        kept = f"{row.request_body!r}{row.reply_body!r}{row.path}{row.result}"
        for secret in (token, linkedin.credential.client_secret, "wrong-secret"):
            assert secret not in kept
    codes = session.scalars(select(FindingRow.code).order_by(FindingRow.id)).all()
    assert codes == ["X1", "X2"]


def test_the_first_token_turns_the_checklist_green_and_notes_the_use(
    client: FlaskClient, session: Session, linkedin: Registered
) -> None:
    assert linkedin.integration.first_token_at is None
    client.post("/oauth/token", data=linkedin.form)
    session.rollback()
    session.expire_all()
    assert get_integration(session, linkedin.integration.id).first_token_at is not None
    assert list_credentials(session, linkedin.integration.id)[0].last_used_at is not None


def test_a_rehearsal_leaves_the_checklist_alone(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    demo = register(session, settings, Kind.LINKEDIN_LEARNING, is_demo=True)
    assert client.post("/oauth/token", data=demo.form).status_code == 200
    session.rollback()
    session.expire_all()
    assert get_integration(session, demo.integration.id).first_token_at is None
    assert session.scalars(select(Exchange.is_demo)).all() == [True]
