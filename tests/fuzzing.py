"""Random input for readers: the same few hundred examples in `make test`, a minute of them in `make fuzz`."""

from __future__ import annotations

import gc
import itertools
import os
import random
import time
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings, strategies as st

T = TypeVar("T")

# Set by `make fuzz`; 0 asks for the short form.
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
# `.ci/run` names one, so that only a change can turn a run red; elsewhere every run looks somewhere new.
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(2**32))
_COMMON = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
_ROUND = settings(_COMMON, max_examples=1000, derandomize=False)
# Readers are held against themselves at a tenth of the size.
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def fuzz(
    examples: st.SearchStrategy[T], check: Callable[[T], object], *, short: int = 300, databases: int = 1
) -> None:
    """Hold `check` against examples: for FUZZ_SECONDS when that is set, else against `short` of them.

    A test that is run on each of several databases takes its share of the time on each.
    """

    def examine(example: T) -> None:
        check(example)

    if not SECONDS:
        settings(_COMMON, max_examples=short, derandomize=True)(given(examples)(examine))()
        return
    end = time.monotonic() + SECONDS / databases
    for number in itertools.count(SEED):
        _ROUND(seed(number)(given(examples)(examine)))()
        if time.monotonic() > end:
            return


def mixed(pieces: list[bytes], *, longest: int = 40) -> st.SearchStrategy[bytes]:
    """Return bytes put together from pieces that mean something, and from any others."""
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=6), max_size=longest).map(b"".join)


def mixed_text(pieces: list[str], *, longest: int = 40) -> st.SearchStrategy[str]:
    """Return text put together from pieces that mean something, and from any others, surrogates too."""
    anything = st.text(st.characters(exclude_categories=[]), max_size=6)
    return st.lists(st.sampled_from(pieces) | anything, max_size=longest).map("".join)


def assert_linear(act: Callable[[int], object]) -> None:
    """Hold the processor's time at each size against that at a tenth of it.

    Quadratic work is a hundred times as much. What takes less than a second at any size is good enough, so
    that small numbers, which waver, decide nothing.
    """

    def seconds(size: int) -> float:
        start = time.process_time()
        act(size)
        return time.process_time() - start

    # What other tests left behind is no work of this reader's: the garbage collector shall not walk it.
    gc.collect()
    gc.freeze()
    try:
        before = min(seconds(SIZES[0]) for _ in range(3))
        for size in SIZES[1:]:
            limit = max(50 * before, 1.0)
            # A machine with other work may lose its caches to it; quadratic work is too slow every time.
            now = next((now for now in (seconds(size) for _ in range(3)) if now < limit), None)
            assert now is not None, f"more than {limit} s at {size}, {before} s at {size // 10}"
            before = now
    finally:
        gc.unfreeze()
