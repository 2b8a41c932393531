"""`python -m tests.bench.library`: import a library in the background beside learners who send PutParam.

Says how long reading and taking in take, how much memory the worker needs at most, and the latency of
PutParam beside it against that of the idle server.
"""

from __future__ import annotations

import argparse
import http.client
import io
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from app import create_app
from app.catalog import import_jobs
from app.catalog.import_file import CHUNK_BYTES
from app.catalog.import_jobs import State
from app.db import db, reading, transact
from app.settings import Settings
from tests.arranging import arrange, put_param_body
from tests.bench.scenarios import FORM
from tests.catalog.packages import course_files
from tests.databases import SECRET_KEY, PostgresServer, SqliteFiles
from tests.running import RunningServer, running_server

# Together some forty messages a second: a school in the middle of its lessons.
_LEARNERS = 8
_PAUSE_SECONDS = 0.2


def main() -> int:
    options = _read_options()
    with (
        tempfile.TemporaryDirectory(prefix="waymark-library-", dir="/var/tmp") as directory,
        ExitStack() as stack,
    ):
        postgres = PostgresServer(is_durable=True, directory=Path(directory) / "pg")
        data = make_library(options.courses, is_nested=options.nested)
        print(f"{options.courses} courses, {len(data) / 1e6:.1f} MB{', nested' if options.nested else ''}")
        for kind in ("sqlite", "postgresql"):
            if options.database in (kind, "both"):
                home = Path(directory) / kind
                home.mkdir()
                url = SqliteFiles(home).fresh(home) if kind == "sqlite" else postgres.fresh()
                server = stack.enter_context(running_server(url, home))
                _measure(kind, server, data, idle_seconds=options.idle)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--courses", type=int, default=20_000)
    parser.add_argument("--nested", action="store_true", help="each hundred courses in a zip of their own")
    parser.add_argument("--idle", type=float, default=30, help="seconds of the comparison without an import")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    return parser.parse_args()


def make_library(courses: int, *, is_nested: bool = False) -> bytes:
    """Return a zip file with so many courses, by LinkedIn's URN."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for start in range(0, courses, 100):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as part:
                target = part if is_nested else archive
                for number in range(start, min(start + 100, courses)):
                    urn = f"urn:li:lyndaCourse:{5_000_000 + number}"
                    url = f"https://www.linkedin.com/learning/made-up-course-{number}?u=77&auth=true"
                    files = course_files(
                        f"c{number}", course_id=urn, url=url, title=f"Made-up course {number}"
                    )
                    for path, content in files.items():
                        target.writestr(path, content)
            if is_nested:
                archive.writestr(f"part{start}.zip", inner.getvalue())
    return buffer.getvalue()


def _measure(kind: str, server: RunningServer, data: bytes, *, idle_seconds: float) -> None:
    arrangement = arrange(server.environment, learners=_LEARNERS, courses=1, sessions=_LEARNERS)
    with _learners(server, arrangement.session_ids) as idle:
        time.sleep(idle_seconds)
    print(f"{kind}, idle: {_latency(idle)}")
    with ExitStack() as stack:
        latencies = stack.enter_context(_learners(server, arrangement.session_ids))
        memory = stack.enter_context(_watch_memory(server))
        stages = _import(server, data)
    words = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items())
    print(f"{kind}, import: {_latency(latencies)}; {words}; worker at most {max(memory) / 1e6:.0f} MB")


def _import(server: RunningServer, data: bytes) -> dict[str, float]:
    environment = server.environment
    settings = Settings(
        data_dir=Path(environment["WAYMARK_DATA_DIR"]),
        database_url=environment["WAYMARK_DATABASE_URL"],
        secret_key=SECRET_KEY,
        public_url=environment["WAYMARK_PUBLIC_URL"],
    )
    made = server.flask("integration", "add", "--kind", "linkedin_learning", "--name", "Library")
    stages: dict[str, float] = {}
    with create_app(settings).app_context():
        start = time.monotonic()
        job_id = _upload(str(made["id"]), data)
        stages["upload"] = time.monotonic() - start
        stages["reading"] = _wait(job_id, State.PLANNED)
        transact(lambda session: import_jobs.start_applying(session, job_id))
        stages["taking in"] = _wait(job_id, State.DONE)
        with reading() as session:
            counts = import_jobs.count_outcomes(session, job_id)
        print({outcome.value: number for outcome, number in counts.items()})
        db.engine.dispose()
    return stages


def _upload(integration_id: str, data: bytes) -> str:
    job_id = transact(
        lambda session: import_jobs.begin_upload(
            session, integration_id=integration_id, file_name="library.zip", started_by="bench"
        )
    )
    for number in range(-(-len(data) // CHUNK_BYTES)):
        piece = data[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        transact(lambda session, n=number, p=piece: import_jobs.add_chunk(session, job_id, n, p))
    transact(lambda session: import_jobs.finish_upload(session, job_id, size_bytes=len(data)))
    return job_id


def _wait(job_id: str, wanted: State, patience_seconds: float = 900) -> float:
    start = time.monotonic()
    while True:
        with reading() as session:
            job = import_jobs.get_import(session, job_id)
        if job.state is wanted:
            return time.monotonic() - start
        if job.state is State.FAILED or time.monotonic() - start > patience_seconds:
            raise RuntimeError(f"{job.state}: {job.trouble}, at {job.position} of {job.total}")
        time.sleep(0.2)


@contextmanager
def _learners(server: RunningServer, session_ids: tuple[str, ...]) -> Iterator[list[float]]:
    """Let each learner send a PutParam every so often until the block ends; yields all latencies."""
    stop = threading.Event()
    latencies: list[float] = []

    def learn(session_id: str) -> None:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        number = 0
        while not stop.wait(_PAUSE_SECONDS):
            number += 1
            body = put_param_body(session_id, f"page{number}", number % 100)
            start = time.monotonic()
            connection.request("POST", "/hacp", body, {"Content-Type": FORM})
            reply = connection.getresponse()
            if b"rror=0" not in reply.read():
                raise RuntimeError(f"a PutParam was refused: {reply.status}")
            latencies.append(time.monotonic() - start)

    threads = [threading.Thread(target=learn, args=(session_id,)) for session_id in session_ids]
    for thread in threads:
        thread.start()
    try:
        yield latencies
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def _watch_memory(server: RunningServer) -> Iterator[list[int]]:
    """Yield the resident sizes of the background worker, looked at twice a second."""
    stop = threading.Event()
    sizes: list[int] = [0]
    requests = set(server.worker_pids())
    [worker] = [child for child in psutil.Process(server.process.pid).children() if child.pid not in requests]

    def watch() -> None:
        while not stop.wait(0.5):
            sizes.append(worker.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        stop.set()
        thread.join()


def _latency(latencies: list[float]) -> str:
    ordered = sorted(latencies)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return f"PutParam p50 {p50:.1f} ms, p99 {p99:.1f} ms of {len(ordered)}"


if __name__ == "__main__":
    sys.exit(main())
