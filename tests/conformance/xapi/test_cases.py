"""Every case of the suite over HTTP against gunicorn, on SQLite and on PostgreSQL, in both versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.http_client import HttpClient
from tests.conformance.xapi.lrs import Lrs
from tests.conformance.xapi.registry import Trial, list_cases, list_trials
from tests.conformance.xapi.runner import Outcome, run_one
from tests.conformance.xapi.waymark import running_store

pytestmark = pytest.mark.timeout(180)

TRIALS = list_trials(list_cases())
NAMES = [f"{trial.label} {trial.case.section.replace('§', '')}" for trial in TRIALS]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    separate_database: Callable[[str, Path], str],
) -> Iterator[Lrs]:
    """Run one server for all cases."""
    directory = tmp_path_factory.mktemp("xapi")
    with running_store(separate_database(request.param, directory), directory) as store:
        yield store


@pytest.mark.parametrize("trial", TRIALS, ids=NAMES)
def test_case(store: Lrs, trial: Trial) -> None:
    lrs = store.under(trial.version)
    lrs.client, lrs.exchanges = HttpClient(store.client.origin), []
    result = run_one(lrs, trial)
    lrs.client.close()
    assert result.outcome is Outcome.PASSED, os.linesep.join(result.lines)
