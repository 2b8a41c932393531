"""Servers that answer as told, or never should be asked: raw sockets, so that they can misbehave."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GREETING = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@dataclass
class Listener:
    """What one server saw. `is_closing` ends an answer that would otherwise never end."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    is_closing: Event = field(default_factory=Event)


@contextmanager
def listener(
    answer: Callable[[Listener], Iterable[bytes]] | bytes = GREETING,
    *,
    context: ssl.SSLContext | None = None,
    address: str = "127.0.0.1",
) -> Iterator[Listener]:
    """Listen until the block ends and answer each connection, one after the other."""
    with socket.create_server((address, 0)) as server:
        seen = Listener(server.getsockname()[1])
        pieces = answer if callable(answer) else lambda _seen: [answer]
        thread = Thread(target=_serve, args=(server, seen, pieces, context))
        thread.start()
        try:
            yield seen
        finally:
            seen.is_closing.set()
            # Closing would not wake a thread that waits for a connection.
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, seen: Listener, pieces, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        seen.connections += 1
        with connection:
            try:
                _answer(connection, seen, pieces, context)
            except OSError:
                continue  # The caller had enough.


def _answer(connection: socket.socket, seen: Listener, pieces, context: ssl.SSLContext | None) -> None:
    connection.settimeout(10)
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: seen.server_names.append(name)
        with context.wrap_socket(connection, server_side=True) as secure:
            _exchange(secure, seen, pieces)
    else:
        _exchange(connection, seen, pieces)


def _exchange(connection: socket.socket, seen: Listener, pieces) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65536)
        if not piece:
            return
        request += piece
    seen.requests.append(request)
    for piece in pieces(seen):
        connection.sendall(piece)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the tests' own: its file, and a maker of files with certificate and key."""

    ca_file: str
    certify: Callable[[str], Path]

    def serve_as(self, host: str) -> ssl.SSLContext:
        """Give the context of a server that has this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certify(host))
        return context


def make_authority(folder: Path) -> Authority:
    """Make an authority whose certificates hold for one day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example authority")])
    own = _builder(name, name, key.public_key()).add_extension(x509.BasicConstraints(True, None), True)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(own.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def certify(host: str) -> Path:
        server_key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = _builder(subject, name, server_key.public_key()).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), False
        )
        private = server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = folder / f"{host}.pem"
        file.write_bytes(
            private + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        return file

    return Authority(str(ca_file), certify)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
