"""The OpenAPI document and the API agree: schemathesis sends what it allows and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.access.api_tokens import SCOPES
from app.demo import load_demo
from tests.databases import ROOT
from tests.running import running_server

# More by hand: SCHEMATHESIS_EXAMPLES=300 .venv/bin/pytest tests/api/test_schemathesis.py
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "8")


@pytest.mark.timeout(1800)
def test_schemathesis_finds_no_fault(app: Flask, database_url: str, tmp_path: Path) -> None:
    with app.app_context():
        load_demo(app, learners=3, courses=2)
    with running_server(database_url, tmp_path, wsgi_app="tests.api.from_everywhere:app") as server:
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        token = server.flask("token", "add", "--name", "schemathesis", *scopes)["token"]
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("--config-file", str(ROOT / "tests/api/schemathesis.toml")),
                *("run", f"{server.url}/api/openapi.json"),
                *("--url", server.url, "--header", f"Authorization: Bearer {token}"),
                *("--max-examples", EXAMPLES, "--seed", "1", "--no-color"),
            ],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
