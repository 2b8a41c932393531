"""A real server for tests: gunicorn with the project's own configuration, on a port of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.databases import ROOT, SECRET_KEY


@dataclass(frozen=True)
class RunningServer:
    """A server that answers at `url`, and the environment that commands need to reach its data."""

    url: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def flask(self, *arguments: str) -> Any:
        """Run a `flask --app wsgi` command with --json on this server's data and return what it says."""
        return flask_command(self.environment, *arguments)

    def worker_pids(self) -> list[int]:
        """Return the process ids of gunicorn's workers, not that of the background worker."""
        children = psutil.Process(self.process.pid).children()
        return [child.pid for child in children if "flask" not in " ".join(_command_line(child))]


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return ["flask"]  # Gone already, or a zombie: no worker either way.


def flask_command(environment: Mapping[str, str], *arguments: str) -> Any:
    """Run a `flask --app wsgi` command with --json; raises with its error text when it fails."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments, "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"flask {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def free_port() -> int:
    """Return a port below the range that outgoing connections take theirs from."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def server_environment(database_url: str, data_dir: Path, port: int, **settings: str) -> dict[str, str]:
    """Return this process's environment with the settings of one server, and none from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")}
    return {
        **kept,
        "WAYMARK_DATABASE_URL": database_url,
        "WAYMARK_DATA_DIR": str(data_dir),
        "WAYMARK_BIND": f"127.0.0.1:{port}",
        "WAYMARK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WAYMARK_SECRET_KEY": SECRET_KEY,
        **settings,
    }


@contextmanager
def running_server(
    database_url: str, data_dir: Path, *, wsgi_app: str | None = None, **settings: str
) -> Iterator[RunningServer]:
    """Run gunicorn on a migrated database until the block ends. `settings` are `WAYMARK_*` variables."""
    port = free_port()
    environment = server_environment(database_url, data_dir, port, **settings)
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", *([wsgi_app] if wsgi_app else [])]
    log = data_dir / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    server = RunningServer(f"http://127.0.0.1:{port}", environment, process, log)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        _stop(process)


def _wait_until_ready(server: RunningServer, patience_seconds: float = 60) -> None:
    deadline = time.monotonic() + patience_seconds
    while True:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{server.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as reply:
                # The greeting comes last: only then does the setup link exist.
                if reply.status == 200 and "Waymark is running" in server.log.read_text():
                    return
                trouble = "it has not said where to go"
        except OSError as error:
            trouble = str(error)
        if time.monotonic() > deadline:
            raise RuntimeError(f"the server is not ready ({trouble}):\n{server.log.read_text()}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
