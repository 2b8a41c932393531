"""Liveness, readiness and who may see the metrics."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import health
from app.settings import Settings

MakeApp = Callable[[Settings], Flask]

TOKEN = "a token for Prometheus"


def test_livez_answers_without_a_database(tmp_path: Path, make_app: MakeApp) -> None:
    settings = Settings(data_dir=tmp_path, database_url="sqlite:////no/such/dir/x.db", secret_key="k" * 40)
    reply = make_app(settings).test_client().get("/livez")
    assert (reply.status_code, reply.text) == (200, "ok\n")


def test_readyz_says_ok_on_a_migrated_database(client: FlaskClient) -> None:
    reply = client.get("/readyz")
    assert (reply.status_code, reply.text) == (200, "ok\n")


def test_readyz_lists_its_checks_when_asked(client: FlaskClient) -> None:
    assert client.get("/readyz?verbose").text == "[+]db ok\n[+]migrations ok\n[+]disk ok\nok\n"


def test_readyz_says_that_migrations_are_missing(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_known_migrations", lambda: frozenset({"older"}))
    session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    session.commit()
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "[-]migrations failed: the database is at older: flask --app wsgi db upgrade" in reply.text
    assert reply.text.endswith("not ready\n")
    newest = health._newest_migration()
    session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    session.commit()


def test_readyz_says_that_no_migration_ran(
    empty_database_url: str, settings: Settings, make_app: MakeApp
) -> None:
    app = make_app(dataclasses.replace(settings, database_url=empty_database_url))
    reply = app.test_client().get("/readyz")
    assert reply.status_code == 503
    assert "[-]migrations failed: no migration has run" in reply.text


def test_readyz_says_that_the_database_is_gone(tmp_path: Path, make_app: MakeApp) -> None:
    settings = Settings(data_dir=tmp_path, database_url="sqlite:////no/such/dir/x.db", secret_key="k" * 40)
    reply = make_app(settings).test_client().get("/readyz")
    assert reply.status_code == 503
    assert "[-]db failed: the database cannot be reached" in reply.text


def test_readyz_says_that_the_disk_is_full(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 62)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "[-]disk failed" in reply.text


def test_metrics_count_requests_without_ids_in_labels(client: FlaskClient) -> None:
    client.get("/livez")
    client.get("/no/such/page/learner-x")
    client.open("/livez", method="INVENTED")
    body = client.get("/metrics").text
    assert 'waymark_http_requests_total{code="200",endpoint="health.livez",method="GET"}' in body
    assert 'endpoint="none"' in body
    assert 'method="other"' in body
    assert "learner-x" not in body
    assert "INVENTED" not in body


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("", {}, 403),
        # Somebody else's request, brought by a proxy that runs on this machine.
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("192.0.2.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("192.0.2.7", {"Authorization": f"bearer {TOKEN}"}, 200),
        ("192.0.2.7", {"Authorization": "Bearer wrong"}, 403),
        ("192.0.2.7", {"Authorization": "Bearer "}, 403),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
    ],
)
def test_metrics_are_for_this_machine_or_with_the_token(
    tmp_path: Path, make_app: MakeApp, peer: str, headers: dict[str, str], status: int
) -> None:
    settings = Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/x.db", secret_key="k" * 40, metrics_token=TOKEN
    )
    client = make_app(settings).test_client()
    reply = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert reply.status_code == status


def test_a_trusted_proxys_word_does_not_open_the_metrics(tmp_path: Path, make_app: MakeApp) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path}/x.db",
        secret_key="k" * 40,
        trusted_proxies=("192.0.2.0/24",),
    )
    client = make_app(settings).test_client()
    headers = {"X-Forwarded-For": "127.0.0.1"}
    reply = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert reply.status_code == 403


def test_without_a_token_set_no_bearer_opens_the_metrics(app: Flask) -> None:
    reply = app.test_client().get(
        "/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert reply.status_code == 403
