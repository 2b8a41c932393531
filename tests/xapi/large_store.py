"""A store of 200,000 statements and what belongs to them, written by the databases themselves."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.xapi.links import Kind

STATEMENTS = 200_000
OTHERS = 20_000
# From here on only the other integration has stored anything: ours must not be looked for among it.
QUIET_FROM = 180_000
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
TABLES = ("statement", "statement_link", "document", "xapi_activity", "xapi_agent", "attachment")
_OWNER = f"CASE WHEN n % 4 = 0 OR n > {QUIET_FROM} THEN :others ELSE :ours END"
_SERIES = {
    "sqlite": (
        "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :last)"
        " {insert} FROM counted"
    ),
    "postgresql": "{insert} FROM generate_series(1, :last) AS counted(n)",
}
_BYTES = {
    "sqlite": "CAST(printf('%016d', {number}) AS BLOB)",
    "postgresql": "convert_to(lpad(({number})::text, 16, '0'), 'UTF8')",
}


def value(number: int) -> bytes:
    """Return the digest of the value with this number."""
    return f"{number:016d}".encode()


def fill(session: Session, database_kind: str, *, ours: str, others: str) -> None:
    """Fill two integrations, whose statements lie among each other until ours falls silent."""
    if database_kind == "postgresql":
        # Two million looks at the integrations would take longest of all.
        session.execute(text("SET LOCAL session_replication_role = replica"))
    bytes_ = _BYTES[database_kind]
    digits = bytes_.format(number="n")

    def run(insert: str, last: int) -> None:
        ordered = f"{_SERIES[database_kind].format(insert=insert)} ORDER BY 1, 2, 3"
        session.execute(text(ordered), {"last": last, "ours": ours, "others": others})

    run(
        "INSERT INTO statement (key, integration_id, statement_id, credential_id, exchange_id, content_hash,"
        f" payload, target_id) SELECT n, {_OWNER}, CAST(n AS TEXT), 'c', 'x', {digits}, '{{}}',"
        " CASE WHEN n % 100 = 0 THEN CAST(n - 1 AS TEXT) END",
        STATEMENTS,
    )
    # Multiplied by a prime of its own, for the kinds must not fall together.
    numbers = [
        (kind, f"1 + (CAST(n AS BIGINT) * {PRIMES[kind]}) % {spread}") for kind, spread in SPREAD.items()
    ]
    for kind, number in (*numbers, (Kind.AGENT_ANY, str(AUTHORITY))):
        run(
            "INSERT INTO statement_link (integration_id, kind, value, key)"
            f" SELECT {_OWNER}, {int(kind)}, {bytes_.format(number=number)}, n",
            STATEMENTS,
        )
    for insert in _inserts_of_others(digits):
        run(insert, OTHERS)
    session.commit()
    for table in TABLES:
        session.execute(text(f"ANALYZE {table}"))
    session.commit()


def _inserts_of_others(digits: str) -> tuple[str, ...]:
    return (
        "INSERT INTO document (integration_id, kind, name, activity, agent, registration, name_digest,"
        f" content_type, body, etag, updated_at) SELECT {_OWNER}, CASE n % 3 WHEN 0 THEN 'state' WHEN 1"
        f" THEN 'agent' ELSE 'activity' END, CAST(n AS TEXT), {digits}, {digits}, '', {digits}, 'text/plain',"
        f" {digits}, '', n",
        f"INSERT INTO xapi_activity (integration_id, digest, activity_id, definition) SELECT {_OWNER},"
        f" {digits}, CAST(n AS TEXT), '{{}}'",
        f"INSERT INTO xapi_agent (integration_id, digest, name) SELECT {_OWNER}, {digits}, 'Ana'",
        "INSERT INTO attachment (integration_id, sha2, content_type, body, size_bytes, created_at)"
        f" SELECT {_OWNER}, CAST(n AS TEXT), 'text/plain', {digits}, 16, n",
    )
