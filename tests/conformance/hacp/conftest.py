"""One server that has an endpoint for each fault, and the whole one at its usual place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.hacp.waymark import Waymark
from tests.databases import SqliteFiles
from tests.running import RunningServer, running_server


@pytest.fixture(scope="package")
def faulty_server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_files: SqliteFiles
) -> Iterator[RunningServer]:
    directory = tmp_path_factory.mktemp("faulty")
    faulty = "tests.conformance.hacp.mutant_wsgi:app"
    with running_server(sqlite_files.fresh(directory), directory, wsgi_app=faulty) as server:
        yield server


@pytest.fixture(scope="package")
def waymark(faulty_server: RunningServer) -> Iterator[Waymark]:
    """Launch at that server."""
    waymark = Waymark.of(faulty_server.environment)
    yield waymark
    waymark.close()
