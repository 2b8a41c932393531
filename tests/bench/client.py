"""A small load generator: processes with many keep-alive connections each, driven by one selector loop."""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Makes the next request's bytes; called once for every request.
Requests = Iterator[bytes]
MakeRequests = Callable[[int], Requests]


@dataclass(frozen=True, slots=True)
class Measured:
    """One round: answered requests, wrong answers, the time it took, and every latency in seconds."""

    answered: int
    wrong: int
    seconds: float
    latencies: list[float]
    example: str

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def http_request(url: str, path: str, body: bytes, *, method: str = "POST", **headers: str) -> bytes:
    """Return the bytes of a request to a path of that server; header names are given with underscores."""
    host = urllib.parse.urlsplit(url).netloc
    fields = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def send_one(url: str, request: bytes) -> bytes:
    """Send one request on a connection of its own and return the whole answer."""
    parts = urllib.parse.urlsplit(url)
    connection = _Connection((parts.hostname or "", parts.port or 80), iter([request]))
    connection.send()
    while (answer := connection.receive()) is None:
        pass
    connection.socket.close()
    if not answer.startswith(b"HTTP/1.1 20"):
        raise RuntimeError(answer[:600].decode("latin-1"))
    return answer


def measure(
    url: str,
    make_requests: MakeRequests,
    is_right: bytes,
    *,
    seconds: float,
    connections: int,
    processes: int = 2,
) -> Measured:
    """Load the server for some seconds. An answer is right when it is good and holds `is_right`."""
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    context = multiprocessing.get_context("fork")
    results: multiprocessing.queues.Queue[Measured] = context.Queue()
    processes = min(processes, connections)
    each = connections // processes

    def work(number: int) -> None:
        results.put(
            _drive(address, make_requests, is_right, seconds, range(number * each, (number + 1) * each))
        )

    children = [context.Process(target=work, args=(number,)) for number in range(processes)]
    for child in children:
        child.start()
    parts_measured = [results.get(timeout=seconds + 60) for _ in children]
    for child in children:
        child.join()
    return Measured(
        answered=sum(part.answered for part in parts_measured),
        wrong=sum(part.wrong for part in parts_measured),
        seconds=max(part.seconds for part in parts_measured),
        latencies=[latency for part in parts_measured for latency in part.latencies],
        example=next((part.example for part in parts_measured if part.example), ""),
    )


class _Connection:
    """One connection: a request in flight, the bytes of its answer so far, and when it was sent."""

    def __init__(self, address: tuple[str, int], requests: Requests) -> None:
        self._address = address
        self._requests = requests
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def receive(self) -> bytes | None:
        """Return the whole answer, or None while some of it is missing."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed a kept-alive connection")
        self._buffer += chunk
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = _content_length(head)
        if len(rest) < length:
            return None
        answer, self._buffer = self._buffer, b""
        return answer


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _drive(
    address: tuple[str, int], make_requests: MakeRequests, is_right: bytes, seconds: float, numbers: range
) -> Measured:
    selector = selectors.DefaultSelector()
    for number in numbers:
        connection = _Connection(address, make_requests(number))
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    latencies: list[float] = []
    wrong, example = 0, ""
    started = time.perf_counter()
    end = started + seconds
    # What is on its way at the end is waited for and counts, as does the time that it takes: else slow
    # requests would be left out, and weigh on whatever is measured next.
    while selector.get_map():
        for key, _ in selector.select(timeout=1):
            connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            if not answer.startswith(b"HTTP/1.1 20") or is_right not in answer:
                wrong += 1
                example = example or answer[:600].decode("latin-1")
            if now < end:
                connection.send()
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
    return Measured(len(latencies), wrong, time.perf_counter() - started, latencies, example)
