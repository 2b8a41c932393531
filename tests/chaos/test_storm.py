"""The short form of the storm; `make chaos` runs the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import storm


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_when_workers_are_killed(database_url: str, tmp_path: Path) -> None:
    report = storm(database_url, tmp_path, seconds=6)
    assert report.faults == []
    assert report.kills >= 3
    assert report.statements > 50
    assert report.put_params > 50
