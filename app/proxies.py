"""Believe what a proxy says of its caller, but only the proxies that the operator named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.http import parse_options_header
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the address of the real socket peer stays readable, whoever it says it speaks for.
PEER = "waymark.peer"

_LAST_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")*\Z')
# What a Forwarded element calls the values of the older headers.
_OLDER_NAMES = {
    "for": "HTTP_X_FORWARDED_FOR",
    "proto": "HTTP_X_FORWARDED_PROTO",
    "host": "HTTP_X_FORWARDED_HOST",
}


class TrustedProxyFix:
    """Take address and scheme, and the host name where the operator says so, from trusted peers alone.

    The nearest proxy's word counts: the last element of X-Forwarded-For, -Proto and -Host, or of Forwarded
    (RFC 7239). Most proxies pass Host on as it came, and a proxy that lets the caller's X-Forwarded-Host
    through would let anybody name our host, so the host name needs a switch of its own. Links are made from
    the configured public URL, whatever the host.
    """

    def __init__(
        self, wsgi_app: WSGIApplication, networks: Iterable[str], *, has_forwarded_host: bool = False
    ) -> None:
        self._plain = wsgi_app
        self._fixed = ProxyFix(wsgi_app, x_for=1, x_proto=1, x_host=int(has_forwarded_host))
        self._networks = [ip_network(network) for network in networks]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[PEER] = environ.get("REMOTE_ADDR")
        if not self._trusts(str(environ.get("REMOTE_ADDR", ""))):
            return self._plain(environ, start_response)
        if "HTTP_FORWARDED" in environ:
            _adopt_forwarded(environ)
        return self._fixed(environ, start_response)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False  # a Unix socket has no address
        return any(address in network for network in self._networks)


def _adopt_forwarded(environ: WSGIEnvironment) -> None:
    """Write the last element of Forwarded as the older headers, which it replaces."""
    found = _LAST_ELEMENT.search(str(environ["HTTP_FORWARDED"])[-2000:])
    _, pairs = parse_options_header(f"x; {found.group() if found else ''}")
    for name, older in _OLDER_NAMES.items():
        if name in pairs:
            environ[older] = _without_port(pairs[name]) if name == "for" else pairs[name]


def _without_port(node: str) -> str:
    """Return the address of a `for` node: `192.0.2.1:80` or `"[2001:db8::1]:80"`."""
    if node.startswith("["):
        return node[1:].partition("]")[0]
    return node.partition(":")[0] if node.count(":") == 1 else node
