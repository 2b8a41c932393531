"""Make the second application of a process, and the ten thousandth, cheap: nearly every test makes one.

Two things are the same for each and are worked out once: the functions that build addresses, which Werkzeug
writes as code and compiles (nine tenths of `create_app`), and the bytecode of the pages' templates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _RememberedTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _RememberedTemplates()


def share_templates(app: Flask) -> None:
    """Let the application read its templates as the ones before it compiled them."""
    app.jinja_env.bytecode_cache = _TEMPLATES


def remember_addresses() -> None:
    """Let each address be compiled once in this process: the function made of it names no application."""
    compile_builder = Rule._compile_builder
    made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple((rule.defaults or {}).items())
        key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]
