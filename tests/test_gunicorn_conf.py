"""The server as an operator runs it: gunicorn, its processes, and what they do when some of them die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.databases import ROOT, SqliteFiles
from tests.running import RunningServer, free_port, running_server, server_environment

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(sqlite_files.fresh(tmp_path), tmp_path) as server:
        yield server


def _until(condition: Callable[[], object], patience_seconds: float = 30) -> bool:
    deadline = time.monotonic() + patience_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _background_pid(server: RunningServer) -> int | None:
    for child in psutil.Process(server.process.pid).children():
        if "worker" in child.cmdline():
            return child.pid
    return None


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return str(reply.read().decode())


def test_the_start_prints_the_setup_link_and_runs_the_background_worker(server: RunningServer) -> None:
    assert _until(lambda: "/setup?token=" in server.log.read_text())
    assert _until(lambda: "worker started" in server.log.read_text())
    assert f"Waymark is running: {server.url}" in server.log.read_text()


def test_metrics_add_up_what_all_processes_did(server: RunningServer) -> None:
    for _ in range(40):
        _get(f"{server.url}/livez")
    lines = _get(f"{server.url}/metrics").splitlines()
    count = next(line for line in lines if line.startswith("waymark_http_requests_total") and "livez" in line)
    assert float(count.split()[-1]) == 40


def test_metrics_are_kept_in_memory_since_a_full_disk_kills_who_maps_its_files(
    server: RunningServer, tmp_path: Path
) -> None:
    _get(f"{server.url}/livez")
    mapped = [
        Path(line.split()[-1])
        for pid in server.worker_pids()
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines()
        if line.endswith(f"_{pid}.db")
    ]
    assert mapped
    # Where the system has no place for files in memory, the data directory must do.
    has_memory = os.access("/dev/shm", os.W_OK)
    assert {path.parent.parent for path in mapped} == {Path("/dev/shm") if has_memory else tmp_path}
    assert (tmp_path / "metrics").exists() is not has_memory


def test_a_killed_background_worker_is_replaced(server: RunningServer) -> None:
    assert _until(lambda: _background_pid(server))
    first = _background_pid(server)
    assert first
    os.kill(first, signal.SIGKILL)
    assert _until(lambda: _background_pid(server) not in (None, first))


def test_nothing_outlives_a_killed_parent(server: RunningServer) -> None:
    assert _until(lambda: "worker started" in server.log.read_text())
    family = psutil.Process(server.process.pid).children(recursive=True)
    assert len(family) >= 3
    server.process.kill()
    server.process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


def test_a_stop_is_quick_and_takes_the_background_worker_along(server: RunningServer) -> None:
    assert _until(lambda: "worker started" in server.log.read_text())
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.terminate()
    assert server.process.wait(20) == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_a_reload_serves_on(server: RunningServer) -> None:
    before = set(server.worker_pids())
    server.process.send_signal(signal.SIGHUP)
    assert _until(lambda: set(server.worker_pids()).isdisjoint(before) and len(server.worker_pids()) >= 2)
    assert _get(f"{server.url}/readyz") == "ok\n"


def test_a_taken_port_stops_the_start(server: RunningServer) -> None:
    done = _start(dict(server.environment))
    assert done.returncode == 1
    assert "Is Waymark running already?" in done.stderr


def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    environment = server_environment(
        "sqlite://", tmp_path, free_port(), WAYMARK_THREADS="many", WAYMARK_X="1"
    )
    done = _start(environment)
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["WAYMARK_X", "WAYMARK_THREADS"]


def _start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_forwarded_headers_of_strangers_change_nothing(server: RunningServer) -> None:
    request = urllib.request.Request(f"{server.url}/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(request, timeout=10)
    caught.value.close()
