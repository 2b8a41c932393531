"""A small HTTP client over http.client: exact bytes out, status, headers and exact bytes in."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class NoReply(Exception):
    """The line broke, or nothing came in time."""


@dataclass(frozen=True)
class Request:
    """One HTTP request; `target` is path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True)
class HttpReply:
    """One HTTP reply; header names are lower case, repeated ones are joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, empty when it is absent."""
        return self.headers.get(name.lower(), "")


@dataclass
class HttpClient:
    """Sends requests to one host, on a connection that is kept and made anew when it breaks."""

    origin: str
    timeout_seconds: float = 30
    verifies_certificate: bool = True
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def send(self, request: Request) -> HttpReply:
        """Return the reply; raises NoReply."""
        is_reused = self._connection is not None
        try:
            return self._send(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A server may close an idle connection just as we write to it: that is nobody's fault.
            if not is_reused or isinstance(error, TimeoutError):
                raise NoReply(f"{type(error).__name__}: {error}") from error
        try:
            return self._send(request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoReply(f"{type(error).__name__}: {error}") from error

    def send_bytes(self, *pieces: bytes, pause_seconds: float = 0) -> bytes:
        """Send bytes on a connection of their own, piece by piece with pauses between them.

        Returns all that comes until the server closes the connection.
        """
        connection = self._connect()
        try:
            connection.connect()
            for number, data in enumerate(pieces):
                time.sleep(pause_seconds if number else 0)
                connection.sock.sendall(data)
            received = b""
            while piece := connection.sock.recv(65_536):
                received += piece
            return received
        except OSError as error:
            raise NoReply(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _send(self, request: Request) -> HttpReply:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request(request.method, request.target, request.body, dict(request.headers))
        response = self._connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return HttpReply(response.status, headers, body)

    def _connect(self) -> http.client.HTTPConnection:
        address = urlsplit(self.origin)
        if address.scheme != "https":
            return http.client.HTTPConnection(address.netloc, timeout=self.timeout_seconds)
        context = ssl.create_default_context()
        if not self.verifies_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(address.netloc, timeout=self.timeout_seconds, context=context)


def split_url(url: str) -> tuple[str, str]:
    """Return origin (scheme and host) and target (path and query) of an address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url!r} is not a whole http or https address")
    return f"{parts.scheme}://{parts.netloc}", (parts.path or "/") + (
        f"?{parts.query}" if parts.query else ""
    )
