"""Make a request body that ends too early, or does not come, an error: it must not pass for a whole one.

A server hands over what it got, and Werkzeug takes a stream that may end by itself at its word. Half of a
PutParam would replace the learner's suspend data.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment


# Without a byte for so long, a body is given up; the sender hears 400 and may come again.
PATIENCE_SECONDS = 20


class WholeBodies:
    """Watch over the body of every request; what is wrong with it reaches Werkzeug as an OSError: 400."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            # gunicorn's own timeout does not watch threads: a body that never comes would hold one for ever.
            connection.settimeout(PATIENCE_SECONDS)
        length = environ.get("CONTENT_LENGTH") or ""
        environ["wsgi.input"] = _WholeBody(environ["wsgi.input"], int(length) if length.isdecimal() else 0)
        return self._app(environ, start_response)


class _WholeBody:
    """A stream that may not end before its announced length; a body in chunks announces none."""

    def __init__(self, stream: InputStream, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except Exception as error:  # Every server has errors of its own for broken chunks.
            raise OSError("the body cannot be read") from error
        self._missing -= len(data)
        is_at_end = size < 0 or (size > 0 and not data)
        if is_at_end and self._missing > 0:
            raise OSError("the body ended before its announced length")
        return data
