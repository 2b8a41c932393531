"""How long the pages take with a million rows of progress: `python -m tests.bench.pages --help`.

The real gunicorn is asked over HTTP by somebody signed in, one page after the other. Then the whole table is
taken as CSV while the server's memory is watched. With `--keep` the filled database stays for the next run.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil

from app import clock
from tests.bench.users import Users, fill
from tests.databases import PostgresServer, SqliteFiles, migrate
from tests.running import RunningServer, flask_command, free_port, running_server, server_environment

PASSWORD = "correct trail blaze 7"
LIMIT_MILLISECONDS = 300
# Stands beside a database that is filled whole.
_FILLED = "filled"


def main() -> int:
    options = _read_options()
    users = Users(options.rows)
    with tempfile.TemporaryDirectory(prefix="waymark-pages-", dir="/var/tmp") as name:
        directory = options.keep or Path(name)
        postgres = PostgresServer(directory=directory / "pg", is_kept=options.keep is not None)
        url = _find_database(options, directory, postgres) or _fill(options, users, directory, postgres)
        with running_server(url, directory) as server:
            reader = Reader(server)
            reader.sign_in()
            slow = sum(
                _measure(reader, page, options.rounds) for page in _pages(users) if options.only in page
            )
            if not options.only:
                _watch_csv(reader, server)
        postgres.close()
    return 1 if slow else 0


def _find_database(options: argparse.Namespace, directory: Path, postgres: PostgresServer) -> str | None:
    """Return the URL of a database that an earlier run has filled, brought to the newest migration."""
    if not (directory / _FILLED).exists():
        return None
    is_sqlite = options.database == "sqlite"
    url = f"sqlite:///{directory / 'waymark.db'}" if is_sqlite else postgres.kept_database()
    migrate(url, directory)
    return url


def _fill(options: argparse.Namespace, users: Users, directory: Path, postgres: PostgresServer) -> str:
    """Return the URL of a new database with these users, and Ben who may look at them."""
    is_sqlite = options.database == "sqlite"
    url = SqliteFiles(directory).fresh(directory) if is_sqlite else postgres.fresh()
    started = time.perf_counter()
    fill(url, users)
    print(f"{options.rows} rows, {users.people} learners, {options.database}: filled in", end=" ")
    print(f"{time.perf_counter() - started:.0f} s", flush=True)
    environment = server_environment(url, directory, free_port())
    ben = ("--email", "ben@example.org", "--name", "Ben", "--password", PASSWORD)
    flask_command(environment, "admin", "create", *ben)
    (directory / _FILLED).touch()
    return url


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--rounds", type=int, default=30, help="how often each page is asked for")
    parser.add_argument(
        "--keep", type=Path, help="a directory for the filled database: filled once, then used"
    )
    parser.add_argument("--only", default="", help="measure addresses that hold this, and no CSV")
    return parser.parse_args()


@dataclass
class Reader:
    """Somebody signed in, on one connection."""

    server: RunningServer
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(self.server.url).netloc, timeout=120
        )

    def sign_in(self) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/login").decode())
        assert token is not None
        form = {"csrf_token": token.group(1), "email": "ben@example.org", "password": PASSWORD}
        self._ask("POST", "/login", urllib.parse.urlencode(form), 303)

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None, 200)

    def stream(self, path: str) -> Iterator[bytes]:
        self.connection.request("GET", path, headers={"Cookie": self.cookie})
        reply = self.connection.getresponse()
        while piece := reply.read(1 << 20):
            yield piece

    def _ask(self, method: str, path: str, body: str | None, status: int) -> bytes:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != status:
            raise RuntimeError(f"{method} {path}: {reply.status}\n{text[:2000].decode()}")
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.split(";")[0]
        return text


def _pages(users: Users) -> Iterator[str]:
    """Yield addresses; of those with `{...}` each request has another."""
    yield from ("/admin/?days=7", "/admin/", "/admin/?days=90")
    yield "/admin/progress"
    table = "/admin/progress?"
    for status in ("not_started", "in_progress", "failed", "completed", "passed"):
        yield f"{table}status={status}"
    yield from (f"{table}status=completed&status=passed", f"{table}status=failed&status=not_started")
    yield from (
        f"{table}min=30&max=60",
        f"{table}min={{percent}}&max={{percent}}",
        f"{table}min=99.5&max=99.9",
    )
    yield from (f"{table}channel={name}" for name in ("aicc", "xapi", "both"))
    yield from (f"{table}since={{day}}", f"{table}until={{day}}", f"{table}since={{day}}&until={{day}}")
    yield from (f"{table}band={band}" for band in ("0", "25-49", "100"))
    yield from (f"{table}completed_since={{day}}", f"{table}completed_since={{day}}&completed_until={{day}}")
    yield f"{table}demo=no"
    yield from (f"{table}learner_id={{learner}}", f"{table}course_id={{course}}")
    for text in ("{number}", "diaz", "diaz, ana", "ana.{number}@", "nobody at all", "e"):
        yield f"{table}learner={urllib.parse.quote_plus(text, safe='{}')}"
    for text in ("part {part}", "java", "urn:li:lyndaCourse:{part}", "nothing at all", "e"):
        yield f"{table}course={urllib.parse.quote_plus(text, safe='{}')}"
    yield f"{table}learner=diaz&course=java&status=failed"
    yield f"{table}learner=nobody&status=in_progress&channel=both"
    for name in ("learner", "course", "percent", "status", "first_seen", "completed_at", "time"):
        yield from (f"{table}sort={name}", f"{table}sort=-{name}")
    yield "/admin/learners/{learner}"
    yield "/admin/courses/{course}"
    yield "/admin/courses/c00000"
    yield from ("/admin/learners", "/admin/learners?q={number}", "/admin/learners?q=nobody")
    yield from ("/admin/courses", "/admin/courses?q=java", "/admin/courses?q=nothing")


def _measure(reader: Reader, page: str, rounds: int) -> bool:
    """Print how long a page took; returns whether it is slow."""
    chance, times = random.Random(page), []
    people, courses = 1000, Users(1).courses
    for number in range(rounds + 2):
        person = chance.randrange(people)
        path = page.format(
            percent=chance.randrange(1, 100),
            day=clock.now().date() - timedelta(days=chance.randrange(300)),
            learner=f"l{person:06}",
            course=f"c{chance.randrange(courses):05}",
            number=person,
            part=chance.randrange(courses),
        )
        started = time.perf_counter()
        reader.get(path)
        # Each of the server's processes makes its queries once.
        if number >= 2:
            times.append((time.perf_counter() - started) * 1000)
    p95 = sorted(times)[int((len(times) - 1) * 0.95)]
    mark = "  SLOW" if p95 > LIMIT_MILLISECONDS else ""
    print(f"{page:75} p50 {statistics.median(times):6.0f}  p95 {p95:6.0f} ms{mark}", flush=True)
    return bool(mark)


def _watch_csv(reader: Reader, server: RunningServer) -> None:
    peak, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            used = [psutil.Process(pid).memory_info().rss / 1e6 for pid in server.worker_pids()]
            peak[0] = max(peak[0], *used)

    before = max(psutil.Process(pid).memory_info().rss / 1e6 for pid in server.worker_pids())
    watcher = threading.Thread(target=watch)
    watcher.start()
    started, size, lines = time.perf_counter(), 0, 0
    for piece in reader.stream("/admin/progress.csv"):
        size += len(piece)
        lines += piece.count(b"\n")
    is_over.set()
    watcher.join()
    print(f"CSV: {lines} lines, {size / 1e6:.0f} MB in {time.perf_counter() - started:.0f} s;", end=" ")
    print(f"the largest process had {before:.0f} MB before and {peak[0]:.0f} MB at most")


if __name__ == "__main__":
    sys.exit(main())
