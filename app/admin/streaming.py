"""Send a long file in pieces of many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

# Rows leave in pieces of this many: one system call a row would be most of the work.
ROWS_A_PIECE = 200


def in_pieces(rows: Iterable[str]) -> Iterator[str]:
    """Yield the rows, joined into pieces."""
    rows = iter(rows)
    while piece := "".join(islice(rows, ROWS_A_PIECE)):
        yield piece
