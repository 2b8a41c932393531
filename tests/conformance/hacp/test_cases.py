"""Every case of the suite over HTTP against gunicorn, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.hacp.launching import Desk
from tests.conformance.hacp.registry import Trial, list_cases, list_trials
from tests.conformance.hacp.runner import Outcome, Result, run_one
from tests.conformance.hacp.waymark import Waymark
from tests.running import running_server

pytestmark = pytest.mark.timeout(180)

TRIALS = list_trials(list_cases())
# Waymark hosts no content that a path could lead to, and takes no address with blanks for a course.
NOT_ASKED = ("79 [relative]", "79 [blanks]")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    separate_database: Callable[[str, Path], str],
) -> Iterator[Desk]:
    """Run one server for all cases; each takes a learner of its own."""
    directory = tmp_path_factory.mktemp("hacp")
    with running_server(separate_database(request.param, directory), directory) as server:
        waymark = Waymark.of(server.environment)
        yield Desk(source=waymark, progress_source=waymark, log_files=(str(server.log),))
        waymark.close()


@pytest.mark.parametrize("trial", TRIALS, ids=[trial.label for trial in TRIALS])
def test_case(desk: Desk, trial: Trial) -> None:
    result = run_one(desk, trial)
    if trial.label in NOT_ASKED:
        assert result.outcome is Outcome.NOT_RUN
        return
    assert result.outcome is Outcome.PASSED, _explain(result)


def _explain(result: Result) -> str:
    lines = [result.trial.title, f"clause    {result.trial.case.clause}", *result.messages]
    return "\n".join([*lines, f"expected  {result.expected}", f"received  {result.received}{result.reason}"])
