"""A record store for clients that somebody else has written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.xapi.lrs import Lrs
from tests.conformance.xapi.waymark import running_store


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def record_store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    separate_database: Callable[[str, Path], str],
) -> Iterator[Lrs]:
    directory = tmp_path_factory.mktemp("clients")
    with running_store(separate_database(request.param, directory), directory) as store:
        yield store
