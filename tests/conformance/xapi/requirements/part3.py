"""Part 3 of xAPI 1.0.3: data processing, validation and security."""

from __future__ import annotations

from ..coverage import must

REQUIREMENTS = (
    must("Part 3 §2.8", "answers a GET of about with 200 and the versions it speaks", "C1"),
    must("Part 3 §2.8", "gives every other version's client a way to find out which are spoken", "C1", "C2"),
)
