"""How the simulator's requests travel: over HTTP to a server, or straight into a WSGI application.

A transport serves one origin only (the address the operator named), so that an AICC_URL found in a
reply can never make the simulator call anybody else.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

import requests

TIMEOUT_SECONDS = 30.0
_DEFAULT_PORTS = {"http": 80, "https": 443}


class TransportError(Exception):
    """No answer came: nobody knows whether the message arrived."""


class ForeignAddress(Exception):
    """The URL is not on the server under test."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Transport(Protocol):
    """Anything that can carry one request and bring the reply, without following redirects."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """Carry one request; raise TransportError without an answer, ForeignAddress for other servers."""
        ...


def origin_of(url: str) -> tuple[str, str, int]:
    """Take apart a URL's (scheme, host, port), with the scheme's own port when none is written."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ForeignAddress(f"not an http or https address: {url!r}")
    try:
        port = parts.port
    except ValueError:
        raise ForeignAddress(f"not a port: {url!r}") from None
    return parts.scheme, parts.hostname.lower(), port or _DEFAULT_PORTS[parts.scheme]


class HttpTransport:
    """Sends to `reach_url`, also what is addressed to `public_url` (then under the public host name).

    Links that the server makes carry its public address. Where that cannot be reached from here (a
    proxy in front, no DNS yet), the requests go to `reach_url` and keep the public name in `Host`.
    Connections are kept alive, one set per thread. Proxies and credentials of the environment are not
    used.
    """

    def __init__(
        self, reach_url: str, *, public_url: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._reach = urlsplit(reach_url)
        self._reach_origin = origin_of(reach_url)
        self._public_origin = origin_of(public_url) if public_url else self._reach_origin
        self._timeout_seconds = timeout_seconds
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        sent_headers = dict(headers or {})
        origin = origin_of(url)
        parts = urlsplit(url)
        if origin != self._reach_origin:
            if origin != self._public_origin:
                raise ForeignAddress(f"not the server under test: {parts.scheme}://{parts.netloc}")
            sent_headers["Host"] = parts.netloc
            parts = parts._replace(scheme=self._reach.scheme, netloc=self._reach.netloc)
        try:
            answer = self._session().request(
                method,
                parts.geturl(),
                headers=sent_headers,
                data=body,
                timeout=self._timeout_seconds,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as error:
            raise TransportError(f"{type(error).__name__}: {error}") from error
        return Reply(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
        )

    def close(self) -> None:
        """Close the kept connections of all threads."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()
        self._local = threading.local()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session


class WsgiTransport:
    """Hands requests to a WSGI application in this process, as a server at `public_url` would."""

    def __init__(self, application: Callable[..., Iterable[bytes]], public_url: str) -> None:
        self._application = application
        self._origin = origin_of(public_url)

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        if origin_of(url) != self._origin:
            raise ForeignAddress(f"not the server under test: {url.partition('?')[0]}")
        environ = _environ(method, urlsplit(url), headers or {}, body)
        started: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(status: str, reply_headers: list[tuple[str, str]], _error: object = None) -> Any:
            started.append((status, reply_headers))
            return written.append

        chunks = self._application(environ, start_response)
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if not started:
            raise TransportError("the application did not answer")
        status, reply_headers = started[-1]
        return Reply(
            status=int(status.split(" ", 1)[0]),
            headers={name.lower(): value for name, value in reply_headers},
            body=b"".join(written),
        )


def _environ(
    method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes | None
) -> dict[str, Any]:
    """Make the environ of PEP 3333: bytes travel as latin-1 text, the path unquoted."""
    content = body or b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or _DEFAULT_PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(content))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ
