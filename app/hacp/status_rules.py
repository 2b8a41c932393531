"""Who decides the final lesson status: the content or the mastery score (AICC CMI001 v4.0, "Lesson Status
Determination"; before it AICC 2.2 p. 94).

The standard lets the LMS judge a lesson that is complete, for credit, with a score and a mastery score. It
must not judge without a mastery score; Moodle once failed people who had completed with a score of 0. Judging
an incomplete lesson would pass people in its middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.access.policies import MasteryPolicy
from app.hacp.vocabulary import LessonStatus, Score


class Effect(StrEnum):
    """As the content said; by the score; what is stored already stays."""

    AS_SENT = "as sent"
    BY_SCORE = "by score"
    KEPT = "kept"


_SENT, _SCORE, _KEPT = Effect.AS_SENT, Effect.BY_SCORE, Effect.KEPT
_NEVER, _COMPLETED, _ALWAYS = MasteryPolicy.NEVER, MasteryPolicy.COMPLETED_ONLY, MasteryPolicy.ALWAYS

EFFECTS: Mapping[LessonStatus | None, Mapping[MasteryPolicy, Effect]] = MappingProxyType(
    {
        # what the content says:     policy never, completed_only, always
        LessonStatus.COMPLETED: {_NEVER: _SENT, _COMPLETED: _SCORE, _ALWAYS: _SCORE},
        LessonStatus.PASSED: {_NEVER: _SENT, _COMPLETED: _SENT, _ALWAYS: _SCORE},
        LessonStatus.FAILED: {_NEVER: _SENT, _COMPLETED: _SENT, _ALWAYS: _SCORE},
        LessonStatus.INCOMPLETE: {_NEVER: _SENT, _COMPLETED: _SENT, _ALWAYS: _SENT},
        LessonStatus.BROWSED: {_NEVER: _SENT, _COMPLETED: _SENT, _ALWAYS: _SENT},
        LessonStatus.NOT_ATTEMPTED: {_NEVER: _SENT, _COMPLETED: _SENT, _ALWAYS: _SENT},
        None: {_NEVER: _KEPT, _COMPLETED: _KEPT, _ALWAYS: _KEPT},
    }
)
"""What a message's status word does, by policy. None is a missing or unreadable word."""

EFFECTS_AT_EXIT: Mapping[MasteryPolicy, Effect] = MappingProxyType(
    {_NEVER: _KEPT, _COMPLETED: _SCORE, _ALWAYS: _SCORE}
)
"""What ExitAU does for content that has never said a status: it leaves the judging to the LMS."""


def decide(
    said: LessonStatus | None, score: Score, mastery: Decimal | None, policy: MasteryPolicy
) -> LessonStatus | None:
    """Return the status that a message reports, None for none.

    `not attempted` after a message is `incomplete`: Storyline says it until the course sets a status. A
    status is judged only with a mastery score and a score to hold against it; otherwise it is as sent.
    """
    effect = EFFECTS[said][policy]
    if effect is Effect.KEPT:
        return None
    if said is LessonStatus.NOT_ATTEMPTED:
        return LessonStatus.INCOMPLETE
    judged = _by_score(score, mastery) if effect is Effect.BY_SCORE else None
    return judged or said


def decide_at_exit(
    score: Score, mastery: Decimal | None, policy: MasteryPolicy, *, has_status: bool
) -> LessonStatus | None:
    """Return the status that ending a session brings about, None when the stored one stays."""
    if has_status or EFFECTS_AT_EXIT[policy] is Effect.KEPT:
        return None
    return _by_score(score, mastery)


def _by_score(score: Score, mastery: Decimal | None) -> LessonStatus | None:
    """Hold the raw score against mastery, which is on the same scale unless it is above the score's maximum:
    then it can only be a percentage. A score outside of its own scale judges nobody."""
    number = score.raw
    if mastery is not None and score.maximum is not None and mastery > score.maximum:
        number = score.hundredths
    if mastery is None or number is None or not 0 <= (score.hundredths or 0) <= 100:
        return None
    return LessonStatus.PASSED if number >= mastery else LessonStatus.FAILED
