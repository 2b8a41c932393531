"""What operators and their machines ask: is the process alive, is it ready, and how much has it done."""

from __future__ import annotations

import hmac
import ipaddress
import shutil
import time
from collections.abc import Callable
from functools import lru_cache

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, g, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import metrics
from app.db import DatabaseUnavailable, reading
from app.proxies import PEER
from app.settings import Settings, settings_of

blueprint = Blueprint("health", __name__)

# Below this SQLite may not be able to write its log, and a PUT of a page may fail half-way.
LEAST_FREE_BYTES = 50 * 1024 * 1024

# Any of these means that somebody else's request came through a proxy on this machine.
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


class NotReady(Exception):
    """One check failed; the message is for operators and holds no secret."""


@blueprint.get("/livez")
def livez() -> Response:
    """Say that the process answers; looks at nothing else, so that a sick database restarts nobody."""
    return _plain("ok\n", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether requests can be served; `?verbose` lists the checks."""
    settings = settings_of(current_app)
    lines, is_ready = [], True
    for name, check in _CHECKS.items():
        try:
            check(settings)
            lines.append(f"[+]{name} ok")
        except NotReady as error:
            lines.append(f"[-]{name} failed: {error}")
            is_ready = False
    summary = "ok" if is_ready else "not ready"
    body = "\n".join([*lines, summary] if "verbose" in request.args or not is_ready else [summary])
    return _plain(body + "\n", 200 if is_ready else 503)


@blueprint.get("/metrics")
def prometheus() -> Response:
    """Give Prometheus' text to callers on this machine, or with the token."""
    if not may_see_metrics(settings_of(current_app).metrics_token):
        return _plain(
            "metrics are for loopback callers, or with the bearer token WAYMARK_METRICS_TOKEN\n", 403
        )
    return Response(metrics.render(), content_type=metrics.CONTENT_TYPE)


def may_see_metrics(token: str | None) -> bool:
    """Judge the caller by its bearer token, else by the address of the socket itself."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    # What the socket said, kept apart from what a trusted proxy's header says of its own caller.
    peer = request.environ.get(PEER, request.remote_addr)
    try:
        return ipaddress.ip_address(peer or "").is_loopback
    except ValueError:
        return False


def _check_database(_settings: Settings) -> None:
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
    except (DatabaseUnavailable, DBAPIError) as error:
        raise NotReady("the database cannot be reached") from error


def _check_migrations(_settings: Settings) -> None:
    try:
        with reading() as session:
            found = session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except (DatabaseUnavailable, DBAPIError) as error:
        raise NotReady("no migration has run: flask --app wsgi db upgrade") from error
    if not set(found) <= _known_migrations():
        raise NotReady(f"the database is at {', '.join(found)}, made by a newer version: run that one")
    if found != [_newest_migration()]:
        raise NotReady(f"the database is at {', '.join(found) or 'nothing'}: flask --app wsgi db upgrade")


def _check_disk(settings: Settings) -> None:
    free = shutil.disk_usage(settings.data_dir).free
    if free < LEAST_FREE_BYTES:
        raise NotReady(f"{free // 1024 // 1024} MB free in the data directory")


_CHECKS: dict[str, Callable[[Settings], None]] = {
    "db": _check_database,
    "migrations": _check_migrations,
    "disk": _check_disk,
}


def _newest_migration() -> str | None:
    return _migrations().get_current_head()


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[str]:
    return frozenset(script.revision for script in _migrations().walk_revisions())


@lru_cache(maxsize=1)
def _migrations() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


@blueprint.before_app_request
def _start_clock() -> None:
    g.started = time.perf_counter()


@blueprint.after_app_request
def _count(response: Response) -> Response:
    started = g.get("started")
    seconds = 0.0 if started is None else time.perf_counter() - started
    metrics.count_request(request.method, request.endpoint, response.status_code, seconds)
    return response


def _plain(text_: str, status: int) -> Response:
    response = Response(text_, status=status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
