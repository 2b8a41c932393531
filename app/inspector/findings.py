"""Findings: a stable code, and the one catalogue of what each means and who can fix it. Sans-I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.inspector.meanings import Meaning, Seen
from app.inspector.meanings_of_aicc import AICC, LMS
from app.inspector.meanings_of_server import CONNECTION, DELIVERY, SERVER
from app.inspector.meanings_of_xapi import PEOPLE, XAPI
from app.words import worded


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen in one exchange; `detail` names it exactly and holds no secret."""

    code: str
    detail: str = ""


# In the order in which the documents list them.
AREAS: tuple[tuple[str, Mapping[str, Meaning]], ...] = (
    (worded("Connection and host names"), CONNECTION),
    (worded("AICC messages and sessions"), AICC),
    (worded("Courses opened by an LMS"), LMS),
    (worded("xAPI and its tokens"), XAPI),
    (worded("Learners, courses and progress"), PEOPLE),
    (worded("Passing results on"), DELIVERY),
    (worded("This server"), SERVER),
)
CATALOGUE: Mapping[str, Meaning] = {code: each for _, area in AREAS for code, each in area.items()}
# Those that stand beside an exchange; the others are worked out when somebody looks.
IN_MESSAGES = {code: each for code, each in CATALOGUE.items() if each.seen is Seen.IN_MESSAGE}


def describe(code: str) -> Meaning:
    """Return what a code means; raises KeyError for one of a newer version."""
    return CATALOGUE[code]
