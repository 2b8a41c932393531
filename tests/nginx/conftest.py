"""contrib/nginx.conf as it stands, with other ports and files, before a real server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.outbound.guard import Answer, Call, Way, send
from tests.databases import ROOT, SqliteFiles
from tests.find_nginx import find_nginx
from tests.outbound.servers import Authority, make_authority
from tests.running import RunningServer, free_port, running_server

HOST = "waymark.example.org"
PUBLIC_URL = f"https://{HOST}"

# What the distribution's nginx.conf has around the included file, and places that any user may write to.
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/rest-error.log;
events {{}}
http {{
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/waymark.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A running nginx; `https_port` stands for 443, `http_port` for 80."""

    https_port: int
    http_port: int
    folder: Path
    way: Way

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send a request as a browser or a course would, to the host's name by https."""
        call = Call(method, f"https://{HOST}:{self.https_port}{path}", headers, body)
        return send(self.way, call, resolve=lambda *_: ["127.0.0.1"])

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def logs_with(self, line: str) -> str:
        """Return the logs once they hold this: nginx writes of a request after its answer has left."""
        give_up = time.monotonic() + 20
        while line not in (logs := self.logs()):
            assert time.monotonic() < give_up, f"no {line} in:\n{logs}"
            time.sleep(0.05)
        return logs


@contextmanager
def running_nginx(upstream_port: int, authority: Authority, folder: Path) -> Iterator[Proxy]:
    """Run the sample before a server at this port until the block ends."""
    nginx = find_nginx()
    if nginx is None:
        pytest.fail("these tests need nginx: `make test-nginx` says how to get it")
    way = Way(allow=(ip_network("127.0.0.0/8"),), ca_file=authority.ca_file)
    proxy = Proxy(free_port(), free_port(), folder, way)
    certificate = authority.certify(HOST)
    changes = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "listen 80;": f"listen 127.0.0.1:{proxy.http_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.https_port} ssl;",
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{upstream_port};",
        "/etc/ssl/waymark/fullchain.pem": str(certificate),
        "/etc/ssl/waymark/privkey.pem": str(certificate),
        "/var/log/nginx": str(folder),
    }
    text = (ROOT / "contrib" / "nginx.conf").read_text()
    for theirs, ours in changes.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    (folder / "waymark.conf").write_text(text)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    command = [
        nginx,
        "-p",
        str(folder),
        "-e",
        str(folder / "rest-error.log"),
        "-c",
        str(folder / "nginx.conf"),
    ]
    process = subprocess.Popen(command)
    try:
        _wait_until_it_listens(process, proxy)
        yield proxy
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_listens(process: subprocess.Popen[bytes], proxy: Proxy) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", proxy.https_port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nginx is not ready:\n{proxy.logs()}")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    told = {"WAYMARK_PUBLIC_URL": PUBLIC_URL, "WAYMARK_TRUSTED_PROXIES": "127.0.0.1"}
    with running_server(sqlite_files.fresh(folder), folder, **told) as server:
        yield server


@pytest.fixture(scope="session")
def proxy(
    server: RunningServer, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    port = int(server.url.rpartition(":")[2])
    with running_nginx(port, authority, tmp_path_factory.mktemp("nginx")) as proxy:
        yield proxy
