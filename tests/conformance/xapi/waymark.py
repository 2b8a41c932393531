"""Waymark itself, running, as the suite wants a record store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.xapi.lrs import Lrs
from tests.running import running_server


@contextmanager
def running_store(database_url: str, directory: Path, *, workers: int = 1) -> Iterator[Lrs]:
    """Run one server with an integration of kind xapi until the block ends."""
    with running_server(database_url, directory, WAYMARK_WORKERS=str(workers)) as server:
        made = server.flask("integration", "add", "--kind", "xapi", "--name", "A record store")
        store = Lrs.at(f"{server.url}/xapi", made["client_id"], made["client_secret"], "1.0.3")
        yield store
        store.client.close()
