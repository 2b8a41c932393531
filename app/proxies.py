"""Believe what a proxy says of its caller, but only the proxies that the operator named."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the address of the real socket peer stays readable, whoever it says it speaks for.
PEER = "waymark.peer"


class TrustedProxyFix:
    """Take address and scheme from X-Forwarded-For and -Proto of trusted peers; never X-Forwarded-Host.

    Links are made from the configured public URL, so a forwarded host has nothing to decide here.
    """

    def __init__(self, wsgi_app: WSGIApplication, networks: Iterable[str]) -> None:
        self._plain = wsgi_app
        self._fixed = ProxyFix(wsgi_app, x_for=1, x_proto=1)
        self._networks = [ip_network(network) for network in networks]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[PEER] = environ.get("REMOTE_ADDR")
        is_trusted = self._trusts(str(environ.get("REMOTE_ADDR", "")))
        return (self._fixed if is_trusted else self._plain)(environ, start_response)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False  # a Unix socket has no address
        return any(address in network for network in self._networks)
