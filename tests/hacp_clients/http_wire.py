"""A wire over HTTP, each request on a connection of its own, without a cookie and without an Origin."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from tests.hacp_clients.client import Post, Wire


def http_wire(url: str) -> Wire:
    """Return a wire to this address."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    host, port = parts.hostname, parts.port
    target = parts.path + (f"?{parts.query}" if parts.query else "")

    def carry(post: Post) -> str:
        connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            connection.request("POST", target, post.body, {"Content-Type": post.content_type})
            reply = connection.getresponse()
            text = reply.read().decode()
        finally:
            connection.close()
        assert reply.status == 200, text
        return text

    return carry
