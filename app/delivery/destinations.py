"""Receivers of results: registered, changed, tested, paused; secrets are shown once and sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import get_integration
from app.access.sealing import DESTINATION, seal
from app.delivery.events import EVENTS, TEST
from app.delivery.lanes import Result
from app.delivery.letter import CannotWrite, Letter
from app.delivery.letters import find_way, read_secrets, write_statement, write_webhook
from app.delivery.lms_letters import CUMULATIVE, DELTA, SCORE_RANGE
from app.delivery.queue import LMS, LRS, WEBHOOK, split_events
from app.delivery.targets import webhook
from app.delivery.worker import post
from app.models.base import new_id
from app.models.delivery import Destination as Row
from app.outbound.guard import CannotReach, judge
from app.settings import Settings
from app.words import worded

KINDS = {WEBHOOK: worded("Webhook"), LRS: worded("xAPI record store"), LMS: "LMS"}
TIME_MODES = (CUMULATIVE, DELTA)
# After a change of the signing secret receivers that know only the old one still believe us this long.
OVERLAP = timedelta(hours=24)
_MAX_NAME, _MAX_URL, _MAX_SECRET = 200, 2000, 1000


class UnknownDestination(LookupError):
    """There is no destination with this id."""


class BadDestination(ValueError):
    """It cannot be kept as given; the message is fit for the person who typed it, `field` is where."""

    def __init__(self, sentence: str, field: str = "url") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiver as people see it; no secrets."""

    id: str
    name: str
    kind: str
    integration_id: str | None
    url: str
    events: frozenset[str]
    options: dict[str, Any]
    state: str
    state_reason: str
    not_before: datetime | None
    failing_since: datetime | None
    delivered_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """How another record store is entered: Basic with a key and secret, or OAuth 2 with a `token_url`."""

    user: str = ""
    password: str = ""
    token_url: str = ""
    scope: str = ""


def add_webhook(
    session: Session,
    settings: Settings,
    *,
    name: str,
    url: str,
    events: Iterable[str] = tuple(EVENTS),
    integration_id: str | None = None,
) -> tuple[Destination, str]:
    """Register a webhook; returns its signing secret too, which is shown this once. Raises BadDestination."""
    secret = webhook.make_secret()
    row = _add(session, settings, WEBHOOK, name=name, url=url, integration_id=integration_id)
    row.events = _join_events(events)
    _keep_secrets(settings, row, {"signing": [{"secret": secret}]})
    session.flush()
    return to_destination(row), secret


def add_store(
    session: Session,
    settings: Settings,
    *,
    name: str,
    url: str,
    access: StoreAccess,
    integration_id: str | None = None,
) -> Destination:
    """Register another record store, by its address before `/statements`. Raises BadDestination."""
    row = _add(session, settings, LRS, name=name, url=url, integration_id=integration_id)
    _keep_access(session, settings, row, access)
    session.flush()
    return to_destination(row)


def change_destination(
    session: Session,
    settings: Settings,
    destination_id: str,
    *,
    name: str,
    url: str,
    integration_id: str | None,
    events: Iterable[str] = (),
    access: StoreAccess | None = None,
) -> Destination:
    """Change a webhook, or a record store; without a password in `access` the old one stays.

    Raises BadDestination.
    """
    row = _get(session, destination_id)
    if row.kind == LMS:
        raise BadDestination(worded("what is known of an LMS comes from its launches"), "name")
    if integration_id is not None:
        integration_id = get_integration(session, integration_id).id
    row.name, row.url = _clean_name(name), check_url(session, settings, url)
    row.integration_id = integration_id
    if row.kind == WEBHOOK:
        row.events = _join_events(events)
    elif access is not None:
        password = access.password or _read_secrets(settings, row).get("password", "")
        _keep_access(session, settings, row, replace(access, password=password))
    session.flush()
    return to_destination(row)


def change_lms(
    session: Session, destination_id: str, *, time_mode: str | None = None, has_range: bool | None = None
) -> Destination:
    """Choose how an LMS is told results; None leaves a choice as it is.

    Time: `cumulative` all of the session's, `delta` what is new. A score with its range, or alone.
    """
    row = _get(session, destination_id)
    if row.kind != LMS:
        raise BadDestination(worded("only an LMS is told results in this way"), "time_mode")
    if time_mode is not None and time_mode not in TIME_MODES:
        raise BadDestination(
            worded(
                "there is no time mode %(mode)s: %(first)s or %(second)s",
                mode=repr(time_mode),
                first=CUMULATIVE,
                second=DELTA,
            ),
            "time_mode",
        )
    chosen = {"time_mode": time_mode, SCORE_RANGE: has_range}
    known = {name: value for name, value in chosen.items() if value is not None}
    row.options = json.dumps({**json.loads(row.options), **known})
    session.flush()
    return to_destination(row)


def check_url(session: Session, settings: Settings, url: str, *, field: str = "url") -> str:
    """Return an address that may be called, as far as can be told without looking; raises BadDestination."""
    url = url.strip()
    if len(url) > _MAX_URL:
        raise BadDestination(worded("an address has at most %(n)s characters", n=_MAX_URL), field)
    try:
        judge(find_way(session, settings), url)
    except CannotReach as error:
        raise BadDestination(error.sentence, field) from error
    return url


def list_destinations(session: Session) -> list[Destination]:
    """List all, by name."""
    return [to_destination(row) for row in session.scalars(select(Row).order_by(Row.name, Row.id))]


def get_destination(session: Session, destination_id: str) -> Destination:
    """Return one; raises UnknownDestination."""
    return to_destination(_get(session, destination_id))


def rotate_secret(session: Session, settings: Settings, destination_id: str) -> str:
    """Make a new signing secret and return it; for a day messages are signed with the old one too."""
    row = _get(session, destination_id)
    if row.kind != WEBHOOK:
        raise BadDestination(worded("only webhooks have a signing secret"))
    now, secret = clock.now(), webhook.make_secret()
    old = [
        {**each, "until": min(each.get("until") or "9", (now + OVERLAP).isoformat())}
        for each in _read_secrets(settings, row).get("signing", [])
        if "until" not in each or datetime.fromisoformat(each["until"]) > now
    ]
    _keep_secrets(settings, row, {"signing": [{"secret": secret}, *old[:2]]})
    session.flush()
    return secret


def set_state(session: Session, destination_id: str, *, is_live: bool) -> Destination:
    """Pause a receiver, or let it go on at once; what is paused keeps its work."""
    row = _get(session, destination_id)
    row.state, row.state_reason = ("live", "") if is_live else ("paused", "")
    if is_live:
        row.failures, row.not_before, row.failing_since = 0, None, None
    session.flush()
    return to_destination(row)


def delete_destination(session: Session, destination_id: str) -> Destination:
    """Delete a receiver with its outbox."""
    row = _get(session, destination_id)
    found = to_destination(row)
    session.delete(row)
    session.flush()
    return found


def write_test(session: Session, settings: Settings, destination_id: str) -> Letter:
    """Return a letter that changes nothing at the receiver: a test event, or a test statement."""
    row, now = _get(session, destination_id), clock.now()
    way = find_way(session, settings)
    if row.kind == WEBHOOK:
        payload = {"type": TEST, "timestamp": now.isoformat(), "data": {"destination": row.name}}
        return write_webhook(settings, way, row, f"msg_test_{new_id()}", json.dumps(payload).encode(), at=now)
    if row.kind == LRS:
        return write_statement(settings, way, row, json.dumps(_test_statement(now)))
    raise BadDestination(worded("an LMS is tested by launching a course from it"))


def send_test(letter: Letter) -> Result:
    """Send what `write_test` gave, outside of any transaction."""
    return post(letter)


def to_destination(row: Row) -> Destination:
    """Return the value that a row keeps."""
    return Destination(
        id=row.id,
        name=row.name,
        kind=row.kind,
        integration_id=row.integration_id,
        url=row.url,
        events=split_events(row.events),
        options=json.loads(row.options),
        state=row.state,
        state_reason=row.state_reason,
        not_before=row.not_before,
        failing_since=row.failing_since,
        delivered_at=row.delivered_at,
        created_at=row.created_at,
    )


def _add(
    session: Session, settings: Settings, kind: str, *, name: str, url: str, integration_id: str | None
) -> Row:
    name = _clean_name(name)
    if integration_id is not None:
        integration_id = get_integration(session, integration_id).id
    url = check_url(session, settings, url)
    row = Row(name=name, kind=kind, integration_id=integration_id, url=url, created_at=clock.now())
    session.add(row)
    return row


def _clean_name(name: str) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name or len(name) > _MAX_NAME:
        raise BadDestination(worded("give it a name of at most %(n)s characters", n=_MAX_NAME), "name")
    return name


def _join_events(events: Iterable[str]) -> str:
    chosen = frozenset(events)
    if unknown := sorted(chosen - frozenset(EVENTS)):
        raise BadDestination(
            worded(
                "there is no event %(name)s; there are %(names)s",
                name=repr(unknown[0]),
                names=", ".join(EVENTS),
            ),
            "events",
        )
    if not chosen:
        raise BadDestination(worded("choose at least one event"), "events")
    return ",".join(event for event in EVENTS if event in chosen)


def _keep_access(session: Session, settings: Settings, row: Row, access: StoreAccess) -> None:
    for field, text in (("user", access.user), ("password", access.password), ("scope", access.scope)):
        if not text and field != "scope":
            raise BadDestination(worded("give the key and the secret that the record store issued"), field)
        if len(text) > _MAX_SECRET:
            raise BadDestination(worded("a key or secret has at most %(n)s characters", n=_MAX_SECRET), field)
    options = {"user": access.user, "auth": "basic"}
    if access.token_url:
        token_url = check_url(session, settings, access.token_url, field="token_url")
        options |= {"auth": "oauth2", "token_url": token_url, "scope": access.scope}
    row.options = json.dumps(options)
    _keep_secrets(settings, row, {"password": access.password})


def _get(session: Session, destination_id: str) -> Row:
    row = session.get(Row, destination_id)
    if row is None:
        raise UnknownDestination(f"there is no destination {destination_id!r}")
    return row


def _keep_secrets(settings: Settings, row: Row, secrets: dict[str, Any]) -> None:
    row.secrets = seal(settings, json.dumps(secrets), purpose=DESTINATION)


def _read_secrets(settings: Settings, row: Row) -> dict[str, Any]:
    """Return the secrets, none where they were sealed with another key: new ones take their place."""
    try:
        return read_secrets(settings, row)
    except CannotWrite:
        return {}


def _test_statement(now: datetime) -> dict[str, Any]:
    return {
        # Always the same one, so that a hundred tests leave one statement.
        "id": "7f6d3f0e-52a4-4d0b-8f10-6f8f4f5b9c55",
        "actor": {"objectType": "Agent", "account": {"homePage": "urn:waymark", "name": "test"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced", "display": {"en": "experienced"}},
        "object": {"id": "urn:waymark:test", "definition": {"name": {"en": "A test of the connection"}}},
        "timestamp": now.isoformat(),
    }
