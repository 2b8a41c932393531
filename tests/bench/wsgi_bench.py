"""The product with two routes more: one that does nothing inside it, and one in a bare Flask beside it."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from wsgi import app as product

bare = Flask("bare")


@bare.post("/noop")
def bare_noop() -> tuple[str, int]:
    return "", 200


@product.post("/bench/noop")
def noop() -> tuple[str, int]:
    return "", 200


app = DispatcherMiddleware(product, {"/bare": bare})
