"""One HTTP exchange on one connection to a judged address, within a deadline and a fixed amount of memory.

Python's own http.client writes and reads the messages: it follows no redirects, unpacks nothing, and knows
neither proxies nor .netrc. It reads from `_Wire`, which ends every wait at the deadline and counts bytes.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, cast

from app.outbound.addresses import Address, Target
from app.outbound.calls import Answer, Call
from app.version import VERSION

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BODY_BYTES = 64 * 1024
# An answer's head, and what a kept body may weigh on the wire: in chunks of one byte each it is six times as
# long. Beyond that somebody only wants to fill our memory.
HEAD_BYTES = 32 * 1024
BODY_WIRE_BYTES = 8 * BODY_BYTES
# A name with more addresses than this is down for us when the first ones do not answer.
MOST_TRIED_ADDRESSES = 4

# Looks a name up: (name, port) to addresses; raises socket.gaierror.
Resolver = Callable[[str, int], Sequence[str]]


class Deadline:
    """One end for everything that a call waits for."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._ends = self._began + seconds

    def left(self) -> float:
        """Return the seconds left; raises TimeoutError when there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def passed(self) -> float:
        return time.monotonic() - self._began


def resolve_name(name: str, port: int) -> list[str]:
    """Ask the machine's resolver, which knows DNS, /etc/hosts and whatever else the operator set up."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def look_up(resolve: Resolver, target: Target, deadline: Deadline) -> Sequence[str]:
    """Resolve a name within the deadline; raises TimeoutError or socket.gaierror.

    The system's resolver cannot be interrupted, so it runs in a thread that is left behind when it is late.
    """
    future: Future[Sequence[str]] = Future()

    def work() -> None:
        try:
            future.set_result(resolve(target.name, target.port))
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits
            future.set_exception(error)

    Thread(target=work, name="resolver", daemon=True).start()
    return future.result(deadline.left())


def is_our_own(address: Address) -> bool:
    """Tell whether an address is one of this machine's; sends nothing.

    The kernel talks to an address of its own from that very address, and tells so for a UDP socket at once.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
        except OSError:
            return False
        return str(probe.getsockname()[0]) == str(address)


def exchange(
    target: Target,
    addresses: Sequence[Address],
    call: Call,
    *,
    context: ssl.SSLContext | None,
    deadline: Deadline,
) -> Answer:
    """Send one request to the first of the addresses that listens; without a context in plain text."""
    with closing(_connect(addresses, target.port, deadline)) as plain:
        if context is None:
            return _speak(plain, target, call, deadline)
        plain.settimeout(deadline.left())
        with context.wrap_socket(plain, server_hostname=target.name) as secure:
            return _speak(secure, target, call, deadline)


def _connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    tried = addresses[:MOST_TRIED_ADDRESSES]
    trouble: OSError = ConnectionRefusedError()
    for index, address in enumerate(tried):
        try:
            # An address in digits is not looked up again.
            return socket.create_connection((str(address), port), deadline.left() / (len(tried) - index))
        except OSError as error:
            trouble = error
    raise trouble


def _speak(sock: socket.socket, target: Target, call: Call, deadline: Deadline) -> Answer:
    wire = _Wire(sock, deadline)
    writer = http.client.HTTPConnection(target.name, target.port)
    writer.sock = cast(socket.socket, wire)
    writer.request(call.method, target.request_target, call.body or None, _headers(target, call))
    with http.client.HTTPResponse(cast(socket.socket, wire), method=call.method) as reply:
        wire.budget = HEAD_BYTES
        reply.begin()
        wire.budget = BODY_WIRE_BYTES
        body = reply.read(BODY_BYTES + 1)
        is_cut = len(body) > BODY_BYTES
        if reply.length and not is_cut:
            raise http.client.IncompleteRead(body, reply.length)
        names = dict.fromkeys(name.lower() for name in reply.headers)
        # White space within a value may be a folded line.
        headers = {name: " ".join((reply.getheader(name) or "").split()) for name in names}
        return Answer(reply.status, headers, body[:BODY_BYTES], is_cut, deadline.passed())


def _headers(target: Target, call: Call) -> Mapping[str, str]:
    ours = {"Host": str(target.host), "Accept-Encoding": "identity", "Connection": "close"}
    taken = {"content-length", "transfer-encoding", *(name.lower() for name in ours)}
    theirs = {name: value for name, value in call.headers.items() if name.lower() not in taken}
    return {**ours, "User-Agent": f"Waymark/{VERSION}", **theirs}


class _Wire(io.RawIOBase):
    """The connection as http.client sees it: waits end at the deadline, reads after `budget` bytes."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self.budget = 0

    def sendall(self, data: ReadableBuffer) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._deadline.left())
            rest = rest[self._sock.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self.budget <= 0:
            raise http.client.HTTPException("it does not come to an end")
        self._sock.settimeout(self._deadline.left())
        count = self._sock.recv_into(buffer)
        self.budget -= count
        return count
