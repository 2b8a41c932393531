"""The X-Experience-API-Version header (xAPI 1.0.3 Part 3 §3.3; IEEE 9274.1.1 §4.3)."""

from __future__ import annotations

import re
from enum import StrEnum


class Version(StrEnum):
    """The two versions spoken here; the value is what the reply's header says."""

    V1 = "1.0.3"
    V2 = "2.0.0"

    @property
    def default_statement_version(self) -> str:
        """The `version` of a statement that carries none."""
        return "1.0.0" if self is Version.V1 else "2.0.0"


_PATTERN = re.compile(r"(1|2)\.0(\.[0-9]+)?", re.ASCII)


def find_version(header: str | None) -> Version | None:
    """Return the version a header asks for; None when it is missing or not one of ours."""
    match = _PATTERN.fullmatch(header.strip()) if header is not None else None
    if match is None:
        return None
    return Version.V1 if match[1] == "1" else Version.V2
