"""Compares the ledger with what the database holds after the storm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import create_engine, select

from app.db import normalise_url
from app.models.launches import Attempt
from app.models.records import Exchange, Statement
from tests.chaos.load import Ledger, Message
from tests.running import RunningServer

LOCATION = re.compile(rb"lesson_location=(s\d+p\d+)")


def faults(server: RunningServer, ledger: Ledger) -> list[str]:
    """Return a sentence for each promise that was broken; empty when all were kept."""
    found = [f"unexpected answer: {text}" for text in ledger.unexpected]
    statements, put_params, locations = _stored(server.environment["WAYMARK_DATABASE_URL"])
    by_kind = {kind: [m for m in ledger.sent if m.kind == kind] for kind in ("statement", "put_param")}
    found += _compare_statements(by_kind["statement"], ledger.acknowledged, statements)
    found += _compare_put_params(by_kind["put_param"], ledger, put_params)
    found += _compare_locations(by_kind["put_param"], ledger.acknowledged, locations)
    before = server.flask("progress", "list")
    found += _compare_progress(ledger, before)
    server.flask("progress", "rebuild")
    if server.flask("progress", "list") != before:
        found.append("a rebuild gives other progress than what was stored")
    return found


def _stored(database_url: str) -> tuple[Counter[str], Counter[str], set[str]]:
    engine = create_engine(normalise_url(database_url))
    with engine.connect() as connection:
        statements = Counter(connection.scalars(select(Statement.statement_id)))
        bodies = connection.scalars(
            select(Exchange.request_body).where(Exchange.face == "hacp", Exchange.request_body.is_not(None))
        )
        put_params = Counter(match[1].decode() for body in bodies if (match := LOCATION.search(bytes(body))))
        locations = set(connection.scalars(select(Attempt.location)))
    engine.dispose()
    return statements, put_params, locations


def _compare_statements(
    sent: Iterable[Message], acknowledged: set[Message], stored: Counter[str]
) -> list[str]:
    found = [f"lost: statement {m.key}" for m in sent if m in acknowledged and not stored[m.key]]
    found += [f"stored {number} times: statement {key}" for key, number in stored.items() if number > 1]
    unknown = set(stored) - {m.key for m in sent}
    return found + [f"never sent: statement {key}" for key in unknown]


def _compare_put_params(sent: Iterable[Message], ledger: Ledger, stored: Counter[str]) -> list[str]:
    found = []
    for message in sent:
        least = 1 if message in ledger.acknowledged else 0
        if not least <= stored[message.key] <= ledger.sent[message]:
            times = f"stored {stored[message.key]} times, sent {ledger.sent[message]} times"
            found.append(f"PutParam {message.key}: {times}")
    return found


def _compare_locations(sent: Iterable[Message], acknowledged: set[Message], kept: set[str]) -> list[str]:
    """The bookmark of each session is that of its last acknowledged PutParam, or of a later one."""
    last: dict[str, int] = {}
    for message in sent:
        session, _, counter = message.key.partition("p")
        if message in acknowledged:
            last[session] = max(last.get(session, 0), int(counter))
    bookmarks = {
        session: int(counter) for session, _, counter in (text.partition("p") for text in kept) if counter
    }
    return [
        f"session {session}: bookmark {bookmarks.get(session)}, acknowledged up to {counter}"
        for session, counter in last.items()
        if bookmarks.get(session, -1) < counter
    ]


def _compare_progress(ledger: Ledger, rows: list[Mapping[str, object]]) -> list[str]:
    """Each percent lies between the greatest acknowledged and the greatest sent; one row for each pair."""
    least: dict[tuple[str, str], int] = {}
    most: dict[tuple[str, str], int] = {}
    for message in ledger.sent:
        pair = (message.email, message.activity_id)
        most[pair] = max(most.get(pair, 0), message.percent)
        if message in ledger.acknowledged:
            least[pair] = max(least.get(pair, 0), message.percent)
    shown: Counter[tuple[str, str]] = Counter()
    found = []
    for row in rows:
        email = next(i["value"] for i in row["learner"]["identities"] if i["kind"] == "email")  # type: ignore[index]
        pair = (email, row["course"]["activity_id"])  # type: ignore[index]
        shown[pair] += 1
        if not least.get(pair, 0) <= float(row["percent"]) <= most.get(pair, 0):  # type: ignore[arg-type]
            found.append(f"{pair}: {row['percent']} %, not within {least.get(pair)} and {most.get(pair)}")
    found += [f"{pair}: no row" for pair in least if not shown[pair]]
    return found + [f"{pair}: {number} rows" for pair, number in shown.items() if number > 1]
