"""Set JSON text out over lines without writing any value anew: numbers and escapes stay as they were sent."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s"\[\]{},:]++', re.DOTALL)
_INDENT = "  "


def format_pretty(text: str) -> str:
    """Return valid JSON text with a line for each member; linear in its length."""
    written: list[str] = []
    depth, previous = 0, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("}", "]"):
            depth -= 1
            if previous not in ("{", "["):
                written.append("\n" + _INDENT * depth)
        elif previous in ("{", "[", ","):
            written.append("\n" + _INDENT * depth)
        written.append(": " if token == ":" else token)
        if token in ("{", "["):
            depth += 1
        previous = token
    return "".join(written)
