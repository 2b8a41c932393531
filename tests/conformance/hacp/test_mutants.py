"""A server that is broken on purpose fails the suite each time; the same server unbroken passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.hacp.launching import Desk
from tests.conformance.hacp.mutants import ENVIRONMENT, MUTANTS, Mutant
from tests.conformance.hacp.registry import Trial, list_cases, list_trials
from tests.conformance.hacp.runner import Outcome, run_all
from tests.conformance.hacp.waymark import Waymark
from tests.databases import SqliteFiles
from tests.running import RunningServer, running_server

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_broken_server_fails_each_case_that_is_to_notice(
    mutant: Mutant, faulty_server: RunningServer, waymark: Waymark
) -> None:
    broken = f"{faulty_server.url}/{mutant.name}/hacp"
    desk = Desk(source=waymark, progress_source=waymark, url=broken)
    for number in mutant.noticed_by:
        results = list(run_all(desk, _trials({number}), stops_at_failure=True))
        assert results[-1].outcome is Outcome.FAILED, f"case {number} did not notice"


def test_the_unbroken_server_passes_the_same_cases(waymark: Waymark) -> None:
    desk = Desk(source=waymark, progress_source=waymark)
    results = list(run_all(desk, _trials({number for mutant in MUTANTS for number in mutant.noticed_by})))
    assert [result for result in results if result.outcome is not Outcome.PASSED] == []


def test_a_server_can_be_broken_as_a_whole(tmp_path: Path, sqlite_files: SqliteFiles) -> None:
    settings = {"wsgi_app": "tests.conformance.hacp.mutant_wsgi:app", ENVIRONMENT: "no_version_line"}
    with running_server(sqlite_files.fresh(tmp_path), tmp_path, WAYMARK_WORKERS="1", **settings) as server:
        waymark = Waymark.of(server.environment)
        (result,) = run_all(Desk(source=waymark), _trials({"1"}))
        waymark.close()
    assert result.outcome is Outcome.FAILED
    assert "version" in result.expected


def _trials(numbers: set[str]) -> list[Trial]:
    return list_trials(case for case in list_cases() if case.number in numbers)
