"""Run migrations on the app's own engine, one process at a time."""

from collections.abc import Iterable

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

import app.models.access
import app.models.delivery
import app.models.erased
import app.models.imports
import app.models.launches
import app.models.learning
import app.models.records
import app.models.store  # noqa: F401  (the tables register themselves)
from app.models.base import Instant, Span

database = current_app.extensions["migrate"].db

# Any number will do; it only has to be the same for every process that migrates.
ADVISORY_LOCK = 7_202_611_22


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as what they are in the database, so that old migrations need no app code."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, (Instant, Span)) else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        # One transaction for the whole run: a server that dies in the middle finds the old schema.
        transaction_per_migration=False,
    )
    refuse_newer(context.get_context().get_current_heads())
    with context.begin_transaction():
        context.run_migrations()


def refuse_newer(found: Iterable[str]) -> None:
    """Stop with one line when a newer version of the code has migrated this database already."""
    known = {script.revision for script in context.script.walk_revisions()}
    if unknown := sorted(set(found) - known):
        raise SystemExit(
            f"The database is at migration {', '.join(unknown)}, which this version of Waymark does not know:"
            " a newer version made it. Run that version, or restore a backup."
        )


if context.is_offline_mode():
    raise SystemExit("migrations need a database: run them without --sql")

with database.engine.connect() as plain:
    is_sqlite = plain.dialect.name == "sqlite"
    # BEGIN IMMEDIATE or an advisory lock makes a second process wait, then find nothing to do.
    connection = plain.execution_options(waymark_write=True)
    with connection.begin():
        if not is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        run(connection)
