"""The catalogue of findings as docs/findings.md: `python -m app.inspector.findings_document`. Sans-I/O."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.inspector.findings import AREAS
from app.inspector.meanings import Meaning, Place, Who

_HEAD = """\
# Findings

A finding is something odd that was noticed: in a message as it came, or by looking over what is kept. Each
kind has a code that stays the same for good. In the pages every code is a link to what it means, under
`/admin/help/findings/CODE`. This page is made from the same table by
`python -m app.inspector.findings_document`.
"""


def format_document() -> str:
    """Write the catalogue in Markdown."""
    return "\n".join([_HEAD, *_lines()])


def _lines() -> Iterator[str]:
    for name, area in AREAS:
        yield f"## {name}\n"
        for code, meaning in area.items():
            yield from _entry(code, meaning)


def _entry(code: str, meaning: Meaning) -> Iterator[str]:
    yield f"### {code}: {meaning.title}\n"
    yield f"{meaning.sentence}\n"
    yield f"- Who fixes it: {'nobody needs to' if meaning.who is Who.NOBODY else meaning.who}"
    yield f"- Noticed: {meaning.seen}"
    if meaning.place is not Place.NONE:
        yield f"- Page: {meaning.place}"
    if meaning.clause:
        yield f"- Rule: {meaning.clause}"
    yield ""
    yield from (f"{number}. {step}" for number, step in enumerate(meaning.changes, 1))
    yield ""


if __name__ == "__main__":
    sys.stdout.write(format_document())
