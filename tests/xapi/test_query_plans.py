"""No allowed query reads a whole table: the planners' own choice among 200,000 statements, after ANALYZE."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.access.integrations import Kind as Of, add_integration
from app.access.organisation import load_organisation
from app.settings import Settings
from app.xapi.links import Kind, Link
from app.xapi.queries import select_page

STATEMENTS = 200_000
# How many values each kind of link has: a verb is common, a registration rare.
SPREAD = {
    Kind.VERB: 4,
    Kind.REGISTRATION: 50_000,
    Kind.ACTIVITY: 300,
    Kind.ACTIVITY_ANY: 300,
    Kind.AGENT: 5_000,
    Kind.AGENT_ANY: 5_000,
}
PRIMES = dict(zip(Kind, (7919, 7907, 7901, 7883, 7879, 7877), strict=True))
# Of everything that a credential wrote; half of the agents' links.
AUTHORITY = 0
SERIES = {
    "sqlite": (
        "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :last)"
        " {insert} FROM counted"
    ),
    "postgresql": "{insert} FROM generate_series(1, :last) AS counted(n)",
}
BYTES = {
    "sqlite": "CAST(printf('%016d', {number}) AS BLOB)",
    "postgresql": "convert_to(lpad(({number})::text, 16, '0'), 'UTF8')",
}


def value(number: int) -> bytes:
    return f"{number:016d}".encode()


@pytest.fixture
def large(session: Session, settings: Settings, database_kind: str) -> tuple[Session, str]:
    """Give a store with as many statements again of another integration, so that keys alone find nothing."""
    organisation = load_organisation(session, settings)
    ours, others = (add_integration(session, organisation, kind=Of.XAPI, name=name).id for name in "ab")
    session.flush()
    if database_kind == "postgresql":
        # Two million looks at the integrations would take longest of all.
        session.execute(text("SET LOCAL session_replication_role = replica"))
    series, digits = SERIES[database_kind], BYTES[database_kind]

    def run(insert: str, **values: object) -> None:
        ordered = f"{series.format(insert=insert)} ORDER BY 1, 2, 3"
        session.execute(text(ordered), {"last": STATEMENTS, **values})

    run(
        "INSERT INTO statement (key, integration_id, statement_id, credential_id, exchange_id, content_hash,"
        " payload) SELECT n, CASE WHEN n % 4 = 0 THEN :others ELSE :ours END, CAST(n AS TEXT), 'c', 'x',"
        f" {digits.format(number='n')}, '{{}}'",
        ours=ours,
        others=others,
    )
    for kind, spread in SPREAD.items():
        # Multiplied by a prime of its own, for the kinds must not fall together.
        number = f"1 + (CAST(n AS BIGINT) * {PRIMES[kind]}) % {spread}"
        run(
            "INSERT INTO statement_link (integration_id, kind, value, key)"
            f" SELECT CASE WHEN n % 4 = 0 THEN :others ELSE :ours END, {int(kind)},"
            f" {digits.format(number=number)}, n",
            ours=ours,
            others=others,
        )
    run(
        "INSERT INTO statement_link (integration_id, kind, value, key) SELECT"
        f" CASE WHEN n % 4 = 0 THEN :others ELSE :ours END, {int(Kind.AGENT_ANY)},"
        f" {digits.format(number=str(AUTHORITY))}, n",
        ours=ours,
        others=others,
    )
    session.commit()
    session.execute(text("ANALYZE statement"))
    session.execute(text("ANALYZE statement_link"))
    session.commit()
    return session, ours


def list_filters() -> list[tuple[Link, ...]]:
    """Return every combination of filters, in the order in which a query names them."""
    choices: list[tuple[Link | None, ...]] = [
        (None, (Kind.REGISTRATION, value(7))),
        (None, (Kind.AGENT, value(7)), (Kind.AGENT_ANY, value(7))),
        (None, (Kind.ACTIVITY, value(7)), (Kind.ACTIVITY_ANY, value(7))),
        (None, (Kind.VERB, value(2))),
    ]
    return [tuple(link for link in links if link is not None) for links in product(*choices)]


def explain(
    session: Session, integration_id: str, links: tuple[Link, ...], *, is_ascending: bool, is_own_only: bool
) -> str:
    if is_own_only:
        links = (*links, (Kind.AGENT_ANY, value(AUTHORITY)))
    query = select_page(len(links), is_ascending=is_ascending, is_own_only=is_own_only)
    if session.get_bind().dialect.name == "postgresql":
        # The plan for any values, which PostgreSQL keeps once a statement was run a few times; and for these.
        numbered = query.compile(dialect=postgresql.psycopg.dialect(paramstyle="numeric_dollar"))
        driver: Any = session.connection().connection.driver_connection
        # Straight to the library: the driver itself would ask for the values.
        result = driver.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN) {numbered}".encode())
        assert result.ntuples, result.error_message
        generic = [result.get_value(row, 0).decode() for row in range(result.ntuples)]
        return "\n".join([*generic, *_run("EXPLAIN", session, query, integration_id, links)])
    return "\n".join(_run("EXPLAIN QUERY PLAN", session, query, integration_id, links))


def _run(
    word: str, session: Session, query: Select[Any], integration_id: str, links: tuple[Link, ...]
) -> list[str]:
    values = {
        "integration_id": integration_id,
        "after": -1,
        "before": STATEMENTS * 2,
        "number": 101,
        "credential_id": "c",
        **{f"kind{position}": int(kind) for position, (kind, _) in enumerate(links)},
        **{f"value{position}": bytes_ for position, (_, bytes_) in enumerate(links)},
    }
    compiled = query.compile(dialect=session.get_bind().dialect)
    wanted = compiled.construct_params({key: values[key] for key in values if key in compiled.binds})
    names = compiled.positiontup
    parameters = wanted if names is None else tuple(wanted[name] for name in names)
    rows = session.connection().exec_driver_sql(f"{word} {compiled}", parameters)
    return [str(row[-1]) for row in rows]


@pytest.mark.timeout(240)
def test_no_filter_reads_a_whole_table_or_sorts_it(large: tuple[Session, str], database_kind: str) -> None:
    session, ours = large
    faults = []
    for links, is_ascending, is_own_only in product(list_filters(), (False, True), (False, True)):
        plan = explain(session, ours, links, is_ascending=is_ascending, is_own_only=is_own_only)
        if database_kind == "sqlite":
            is_bad = "SCAN" in plan or "TEMP B-TREE" in plan
        else:
            is_bad = "Seq Scan" in plan
        if is_bad:
            faults.append((links, is_ascending, is_own_only, plan))
    assert not faults, f"{len(faults)} plans, the first:\n{faults[0]}"
