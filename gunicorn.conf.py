"""How Waymark runs: `gunicorn -c gunicorn.conf.py` is a complete server, background worker included.

Everything that an operator may want to change is a `WAYMARK_*` setting; the numbers here say why they are
what they are. The arbiter (gunicorn's parent process) never imports the application: it starts processes.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from app.settings import BadSettings, load_settings

try:
    _settings = load_settings()
except BadSettings as error:
    for line in error.lines:
        print(line, file=sys.stderr)
    sys.exit(2)

_ROOT = Path(__file__).resolve().parent

wsgi_app = "wsgi:app"
chdir = str(_ROOT)
bind = _settings.bind

# --- Processes and threads -------------------------------------------------------------------------------
# Threads serve slow clients and waiting requests (a `sync` worker freezes on two slow clients). Python runs
# one thread of a process at a time, so there are as many processes as cores, and at least two: one process
# alone is three times slower than two, and leaves nobody to answer while it restarts.
worker_class = "gthread"
workers = _settings.workers
# More threads than cores because a thread mostly waits: for the disk, the database or a client. 16 cost no
# measurable CPU over 8 and hold 16 slow uploads at once; each may hold a database connection, so not more.
threads = _settings.threads
# Open connections per process, idle kept-alive ones included: many times a load balancer's pool, and still
# below the usual limit of 1,024 open files per process.
worker_connections = 900
# Every process has its own listening socket and the kernel spreads connections evenly; with a shared socket
# all kept-alive connections may land on one process. Linux only: elsewhere the option means something else.
reuse_port = sys.platform == "linux" and not bind.startswith("unix:")
# The kernel's queue of connections not yet accepted. A burst of 2,048 is two seconds of full load; the
# kernel's own limit (net.core.somaxconn, 4096) would be the next bound.
backlog = 2048

# --- Times -----------------------------------------------------------------------------------------------
# An idle connection is kept for 75 s, longer than the 60 s of common proxies and load balancers: who keeps
# it shorter than its proxy gives that proxy a 502 now and then. Keeping connections nearly doubles the rate.
keepalive = 75
# A process whose main loop gives no sign of life for 60 s is killed. Slow requests do not count: they run
# in threads. So this means a hung process, and a minute lets a machine short of memory recover.
timeout = 60
# At a stop or reload a request may end within 20 s; the longest wait on our side is 8 s for the database.
graceful_timeout = 20
# Processes are never recycled by count: nothing here is known to leak, and each recycling resets the
# connections that wait in the old process's queue, which content over AICC does not try again.
max_requests = 0
# The sign of life is a file touched every second: on a disk that stalls, a healthy process would look hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# --- Limits on a request's head --------------------------------------------------------------------------
# The longest that gunicorn allows: xAPI puts whole agents in query strings, and launches carry URLs in URLs.
limit_request_line = 8190
# Browsers send about 20 header fields, proxies add about 10.
limit_request_fields = 100
# A field of 8 KiB holds any cookie and token of ours.
limit_request_field_size = 8190

# --- What gunicorn must not do ---------------------------------------------------------------------------
# X-Forwarded-* are judged in one place, the application, by WAYMARK_TRUSTED_PROXIES.
forwarded_allow_ips = ""
secure_scheme_headers = {}
# No control socket: a way in that nothing uses.
control_socket_disable = True

# --- Logs ------------------------------------------------------------------------------------------------
# No access log: it costs 17 % of the rate, and would hold query strings with session ids. The exchange log
# keeps every protocol message instead, redacted, and /metrics counts requests.
accesslog = None
errorlog = "-"
loglevel = _settings.log_level.lower()
proc_name = "waymark"

# Prometheus' client shares its counters among processes through files in this directory. It must be named
# before the client is imported; the arbiter empties it at each start. The files are mapped into memory, and
# writing to one on a full disk kills the process: so they are kept in memory where there is such a place.
_METRICS_DIR = _settings.data_dir / "metrics"
if os.access("/dev/shm", os.W_OK):
    _data_dir_digest = hashlib.sha256(str(_settings.data_dir.resolve()).encode()).hexdigest()[:16]
    _METRICS_DIR = Path(f"/dev/shm/waymark-{os.getuid()}-{_data_dir_digest}")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_METRICS_DIR)


def on_starting(server):
    """Refuse to share the port with another server, and begin with empty metrics."""
    if "GUNICORN_PID" in os.environ:
        return  # The second half of an upgrade by SIGUSR2: the first server still runs, on purpose.
    for address in server.cfg.address:
        _refuse_taken_address(server, address)
    shutil.rmtree(_METRICS_DIR, ignore_errors=True)
    # Fails when it is there still, as another user's: nobody else may read or write it.
    _METRICS_DIR.mkdir(parents=True, mode=0o700)


def when_ready(server):
    """Start the background worker, and tell the person at the terminal where to go."""
    _in_a_child(_announce)
    # The supervisor hangs on the server object: a SIGHUP loads this file anew and forgets its variables.
    server.waymark_background = BackgroundWorker(server.log)
    server.waymark_background.start()


def post_worker_init(worker):
    """Take what the application loaded out of the garbage collector's sight: it lives as long as we do."""
    gc.collect()
    gc.freeze()
    # A request makes some thousand short-lived objects; looking for cycles every 700 costs time for nothing.
    gc.set_threshold(50_000, 20, 100)


def child_exit(server, worker):
    """Drop the gauges of a process that ended; its counts stay."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    """Stop the background worker with the server."""
    background = getattr(server, "waymark_background", None)
    if background is not None:
        background.stop()
    if "GUNICORN_PID" not in os.environ and server.reexec_pid == 0:
        shutil.rmtree(_METRICS_DIR, ignore_errors=True)


class BackgroundWorker:
    """Keeps one `flask --app wsgi worker` running; a daemon thread starts it anew when it ends.

    The worker ends by itself when this process is gone, even by kill -9: it is told our process id.
    """

    PAUSE_SECONDS = 1.0
    LONGEST_PAUSE_SECONDS = 60.0
    # A worker that ran this long was healthy: the next one starts at once.
    HEALTHY_SECONDS = 60.0

    def __init__(self, log):
        self._log = log
        self._is_stopping = threading.Event()
        self._pid = None

    def start(self):
        self._pid = self._spawn()
        threading.Thread(target=self._watch, name="background-worker", daemon=True).start()

    def stop(self):
        """Ask it to end; kill it when it has not within five seconds."""
        self._is_stopping.set()
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 1.0)):
            deadline = time.monotonic() + patience
            while self._is_running():
                os.kill(self._pid, number)
                time.sleep(0.1)
                if time.monotonic() > deadline:
                    break

    def _watch(self):
        pause, started = self.PAUSE_SECONDS, time.monotonic()
        while not self._is_stopping.wait(1.0):
            if self._is_running():
                continue
            if time.monotonic() - started > self.HEALTHY_SECONDS:
                pause = self.PAUSE_SECONDS
            self._log.warning("The background worker ended; a new one starts in %.0f s", pause)
            if self._is_stopping.wait(pause):
                return
            pause = min(pause * 2, self.LONGEST_PAUSE_SECONDS)
            self._pid, started = self._spawn(), time.monotonic()

    def _spawn(self):
        # Not subprocess: its pipe for errors would be inherited by a process that gunicorn forks meanwhile,
        # and this thread would wait on it for as long as that process lives.
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--leader", str(os.getpid())]
        return os.posix_spawn(sys.executable, command, os.environ)

    def _is_running(self):
        try:
            return os.waitpid(self._pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False  # The arbiter reaps every child it sees end, this one too.


def _refuse_taken_address(server, address):
    """Fail when somebody listens already: with SO_REUSEPORT two servers would silently share the port."""
    if isinstance(address, str):
        return
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            server.log.error("Cannot listen at %s:%s: %s", address[0], address[1], error.strerror)
            server.log.error("Is Waymark running already? Set WAYMARK_BIND to use another address.")
            sys.exit(1)


def _in_a_child(work):
    """Run `work` in a forked process, which may import the application; gunicorn reaps it."""
    if os.fork():
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        work()
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - a server that runs is worth more than its greeting
        print(f"Waymark could not say where to go: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(0)


def _announce():
    """Print the public URL and, as long as there is no owner account, the link that makes one."""
    from app.access.organisation import load_organisation
    from app.access.people import ensure_setup_token
    from app.db import transact
    from wsgi import app

    with app.app_context():
        url = transact(lambda session: load_organisation(session, _settings)).public_url
        token = transact(lambda session: ensure_setup_token(session, _settings))
    _wait_until_it_answers()
    print(f"\n  Waymark is running: {url}")
    if token is not None:
        print("  It has no owner yet. Open this link once to make the owner's account:")
        print(f"\n    {url}/setup?token={token}\n")
    else:
        print(f"  Progress: {url}/admin/progress\n")


def _wait_until_it_answers():
    host, _, port = bind.removeprefix("unix:").rpartition(":")
    if bind.startswith("unix:") or not port.isdigit():
        return
    host = host.strip("[]") if host not in ("", "0.0.0.0", "[::]") else "127.0.0.1"
    for _ in range(300):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
