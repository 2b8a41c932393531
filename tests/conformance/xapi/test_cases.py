"""Every case of the suite over HTTP against gunicorn, on SQLite and on PostgreSQL, in both versions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.http_client import HttpClient
from tests.conformance.xapi.lrs import Lrs
from tests.conformance.xapi.registry import Trial, list_cases, list_trials
from tests.conformance.xapi.runner import Outcome, run_one
from tests.databases import SqliteFiles, migrate
from tests.running import running_server

pytestmark = pytest.mark.timeout(180)

TRIALS = list_trials(list_cases())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_files: SqliteFiles
) -> Iterator[Lrs]:
    """Run one server for all cases, with an integration of kind xapi."""
    directory = tmp_path_factory.mktemp("xapi")
    with running_server(
        _new_database(request, directory, sqlite_files), directory, WAYMARK_WORKERS="1"
    ) as server:
        made = server.flask("integration", "add", "--kind", "xapi", "--name", "Conformance")
        yield Lrs.at(f"{server.url}/xapi", made["client_id"], made["client_secret"], "1.0.3")


@pytest.mark.parametrize("trial", TRIALS, ids=[trial.label for trial in TRIALS])
def test_case(store: Lrs, trial: Trial) -> None:
    lrs = store.under(trial.version)
    lrs.client, lrs.exchanges = HttpClient(store.client.origin), []
    result = run_one(lrs, trial)
    lrs.client.close()
    assert result.outcome is Outcome.PASSED, os.linesep.join(result.lines)


def _new_database(request: pytest.FixtureRequest, directory: Path, sqlite_files: SqliteFiles) -> str:
    if request.param == "sqlite":
        return sqlite_files.fresh(directory)
    # Not the one that every test shares: it is emptied whenever a test asks for it.
    url = str(request.getfixturevalue("postgres_server").new_database())
    migrate(url, directory)
    return url
