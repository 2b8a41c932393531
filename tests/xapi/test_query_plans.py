"""No allowed query reads a whole table: the planners' own choice among 200,000 statements, after ANALYZE."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product, zip_longest
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.access.integrations import Kind as Of, add_integration
from app.access.organisation import load_organisation
from app.db import db
from app.postgres_line import Rows, Statement
from app.rounds import submit
from app.settings import Settings
from app.xapi.browsing import Wanted, list_lines
from app.xapi.links import Kind, Link
from app.xapi.people_filter import find_agents
from app.xapi.queries import select_page
from app.xapi.statement_view import get_shown, read_file
from tests.xapi.conftest import Sender, make_sender
from tests.xapi.large_store import AUTHORITY, QUIET_FROM, STATEMENTS, TABLES, fill, value
from tests.xapi.multipart import CONTENT_TYPE, attached, attachment, join, json_part, part
from tests.xapi.resources import ACTIVITY, ANA, ask
from tests.xapi.statements import full, plain
from tests.xapi.test_documents import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, place
from tests.xapi.test_voiding import VOIDED, about, identified

# Bounds of keys: none, `since`, `until`, and both.
RANGES = (
    (-1, 2 * STATEMENTS),
    (QUIET_FROM - 1_000, 2 * STATEMENTS),
    (-1, 1_000),
    (90_000, 91_000),
)
# Lists of the API, lists of a credential that sees its own statements only; and what the export reads.
FORMS = ((False, False), (True, False), (False, None))
# What SQLite may read whole: the settings, what a query itself makes of one row, and the list of erased
# people, of which only the first row is asked for: whether there is one.
FEW_ROWS = ("setting", "CONSTANT", "one", "last", "counted", "erased_identity")
Plan = Sequence[str]


@pytest.fixture
def large(session: Session, settings: Settings, client: FlaskClient, database_kind: str) -> Sender:
    """Give a client of a store among whose statements lie as many of another integration."""
    ours = make_sender(client, session, settings, kind=Of.XAPI)
    others = add_integration(session, load_organisation(session, settings), kind=Of.XAPI, name="b").id
    session.flush()
    fill(session, database_kind, ours=ours.integration.id, others=others)
    return ours


@pytest.mark.timeout(300)
def test_no_query_reads_a_whole_table_or_sorts_it(large: Sender, session: Session, app: Flask) -> None:
    faults = [*_faults_of_lists(session, large.integration.id), *_faults_of_requests(large, app)]
    assert not faults, f"{len(faults)} plans, the first:\n{faults[0]}"


def _faults_of_lists(session: Session, integration_id: str) -> Iterator[str]:
    """Explain every combination of filters, directions and bounds."""
    for links, is_ascending, (is_own_only, is_voided) in product(list_filters(), (False, True), FORMS):
        if is_own_only:
            links = (*links, (Kind.AGENT_ANY, value(AUTHORITY)))
        query = select_page(
            len(links),
            session.get_bind().dialect.name,
            is_ascending=is_ascending,
            is_own_only=is_own_only,
            is_voided=is_voided,
        )
        plans = [_explain_for(session, query, integration_id, links, bounds) for bounds in RANGES]
        if session.get_bind().dialect.name == "postgresql":
            plans.append(_explain_for_any(session, query))
        for plan in plans:
            if _reads_all(plan) or any("Sort" in line or "TEMP B-TREE" in line for line in plan):
                yield "\n".join([repr((links, is_ascending, is_own_only, is_voided)), *plan])


def list_filters() -> list[tuple[Link, ...]]:
    """Return every combination of filters, in the order in which a query names them."""
    choices: list[tuple[Link | None, ...]] = [
        (None, (Kind.REGISTRATION, value(7))),
        (None, (Kind.AGENT, value(7)), (Kind.AGENT_ANY, value(7))),
        (None, (Kind.ACTIVITY, value(7)), (Kind.ACTIVITY_ANY, value(7))),
        (None, (Kind.VERB, value(2))),
    ]
    return [tuple(link for link in links if link is not None) for links in product(*choices)]


def _explain_for(
    session: Session,
    query: Select[Any],
    integration_id: str,
    links: tuple[Link, ...],
    bounds: tuple[int, int],
) -> Plan:
    """Return the plan for these values."""
    values = {
        "integration_id": integration_id,
        "after": bounds[0],
        "before": bounds[1],
        "number": 101,
        "credential_id": "c",
        **{f"kind{position}": int(kind) for position, (kind, _) in enumerate(links)},
        **{f"value{position}": bytes_ for position, (_, bytes_) in enumerate(links)},
    }
    dialect = session.get_bind().dialect
    compiled = query.compile(dialect=dialect)
    wanted = compiled.construct_params({key: values[key] for key in values if key in compiled.binds})
    names = compiled.positiontup
    parameters = wanted if names is None else tuple(wanted[name] for name in names)
    word = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{word} {compiled}", parameters)
    return [str(row[-1]) for row in rows]


def _explain_for_any(session: Session, query: Select[Any]) -> Plan:
    """Return the plan for any values, which PostgreSQL keeps once a statement was run a few times."""
    numbered = query.compile(dialect=postgresql.psycopg.dialect(paramstyle="numeric_dollar"))
    driver: Any = session.connection().connection.driver_connection
    # Straight to the library: the driver itself would ask for the values.
    result = driver.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN) {numbered}".encode())
    assert result.ntuples, result.error_message
    return [result.get_value(row, 0).decode() for row in range(result.ntuples)]


def _faults_of_requests(sender: Sender, app: Flask) -> Iterator[str]:
    """Explain every statement that each kind of request gives to the database."""
    with app.app_context():
        engine = db.engine
    with _heard(engine) as heard:
        _send_every_request(sender)
        with Session(engine) as session:
            _browse(session, sender.integration.id)
    assert len(heard) > 40
    with Session(engine) as session:
        for sql, values in heard:
            plan = _explain_heard(session, sql, values)
            if _reads_all(plan):
                yield "\n".join([sql, *plan])


def _explain_heard(session: Session, sql: str, values: Any) -> Plan:
    """Explain a statement of SQLAlchemy's or of the hot path's, which marks its values otherwise."""
    connection = session.connection()
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    found: list[Rows] = []
    if isinstance(values, Mapping):
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{word} {sql}", values)]
    submit(session, connection, Statement(f"{word} {sql}", values, is_kept=False), found.append)
    return [str(row[-1]) for row in found[0].rows]


@contextmanager
def _heard(engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """Listen to what the database is asked, each statement once."""
    known: dict[str, Any] = {}

    def hear(_connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, is_many: bool) -> None:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)", sql):
            known.setdefault(sql, values[0] if is_many else values)

    heard: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)
        heard += known.items()


def _send_every_request(sender: Sender) -> None:
    statuses = [
        sender.send(statement).status_code for statement in (full(), about(1, 2), about(3, 1, VOIDED))
    ]
    statuses.append(sender.put(identified(2), str(uuid.UUID(int=2))).status_code)
    with_data = join(json_part(attached(attachment())), part())
    statuses.append(sender.send(with_data, content_type=CONTENT_TYPE).status_code)
    statuses.append(sender.send([identified(2), plain()]).status_code)
    for query in (
        {"statementId": str(uuid.UUID(int=2))},
        {"voidedStatementId": str(uuid.UUID(int=1))},
        {"limit": "5", "attachments": "true"},
        {"agent": ANA, "related_agents": "true", "format": "canonical", "activity": ACTIVITY},
    ):
        statuses.append(ask(sender, "GET", "statements", **query).status_code)
    more = ask(sender, "GET", "statements", limit="1").get_json()["more"]
    statuses.append(sender.client.get(more, headers=sender.headers).status_code)
    for resource in (STATE, ACTIVITY_PROFILE, AGENT_PROFILE):
        for method in ("POST", "GET", "DELETE"):
            body = {"body": b"{}", "content_type": "application/json"} if method == "POST" else {}
            statuses.append(ask(sender, method, resource, **body, **place(resource)).status_code)
        listed = place(resource, None, since="2020-01-01T00:00:00Z")
        statuses.append(ask(sender, "GET", resource, **listed).status_code)
    statuses.append(ask(sender, "DELETE", STATE, **place(STATE, None)).status_code)
    statuses.append(ask(sender, "GET", "agents", agent=ANA).status_code)
    statuses.append(ask(sender, "GET", "activities", activityId=ACTIVITY).status_code)
    assert all(status in (200, 204) for status in statuses), statuses


def _browse(session: Session, integration_id: str) -> None:
    """Ask all that the pages ask."""
    agents = find_agents(session, "ana@example.org")
    assert agents
    for wanted in (
        Wanted((integration_id,)),
        Wanted((integration_id,), agents, ((Kind.VERB, value(2)),), hides_voided=True),
        Wanted((integration_id, "other"), statement_id=str(uuid.UUID(int=1))),
    ):
        for is_ascending in (False, True):
            lines = list_lines(session, wanted, limit=51, languages=(), is_ascending=is_ascending)
    shown = get_shown(session, lines[0].key, languages=())
    assert shown is not None
    assert shown.referrers
    read_file(session, lines[0].key, 0, languages=())


def _reads_all(plan: Plan) -> bool:
    """Tell whether a plan goes through the whole of one of the store's tables, or the whole of an index."""
    for line, condition in zip_longest(plan, plan[1:], fillvalue=""):
        scan = re.search(r"(?:Seq Scan|Index (?:Only )?Scan(?: Backward)?(?: using (\w+))?) on (\w+)", line)
        if scan and scan[2] in TABLES and "Index Cond" not in condition:
            return True
        # A range of keys alone is that of all integrations.
        if scan and scan[1] == "pk_statement" and "(key = " not in condition:
            return True
        scan = re.match(r"SCAN (\w+)(?! CONSTANT)", line)
        if scan and scan[1] not in FEW_ROWS:
            return True
    return False
