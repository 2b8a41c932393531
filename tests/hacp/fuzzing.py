"""Random input for readers: the same few hundred examples in `make test`, ever new ones in `make fuzz`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, settings, strategies as st

T = TypeVar("T")

# Set by `make fuzz`; 0 asks for the short form.
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
_COMMON = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
_ROUND = settings(_COMMON, max_examples=1000, derandomize=False)


def fuzz(examples: st.SearchStrategy[T], check: Callable[[T], object], *, short: int = 300) -> None:
    """Hold `check` against examples: for FUZZ_SECONDS when that is set, else against `short` of them."""

    def examine(example: T) -> None:
        check(example)

    if not SECONDS:
        settings(_COMMON, max_examples=short, derandomize=True)(given(examples)(examine))()
        return
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        _ROUND(given(examples)(examine))()


def mixed(pieces: list[bytes], *, longest: int = 40) -> st.SearchStrategy[bytes]:
    """Return bytes put together from pieces that mean something, and from any others."""
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=6), max_size=longest).map(b"".join)


def mixed_text(pieces: list[str], *, longest: int = 40) -> st.SearchStrategy[str]:
    """Return text put together from pieces that mean something, and from any others, surrogates too."""
    anything = st.text(st.characters(exclude_categories=[]), max_size=6)
    return st.lists(st.sampled_from(pieces) | anything, max_size=longest).map("".join)
