"""The product's own application, of which each request comes from another address.

So tests may send bad tokens as often as they like: guessing is slowed down by address.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from wsgi import app as product

_numbers = count(1)


def app(environ: Any, start_response: Any) -> Any:
    number = next(_numbers)
    environ["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return product(environ, start_response)
