"""The audit log in the pages."""

from __future__ import annotations

import re
from pathlib import Path

import app
from app.admin.pages.audit import WORDS


def test_every_act_has_a_name() -> None:
    written = set()
    for file in Path(app.__file__).parent.rglob("*.py"):
        written |= set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', file.read_text()))
    assert len(written) > 15
    assert written <= WORDS.keys()
