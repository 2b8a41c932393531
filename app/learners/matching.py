"""Which known learner somebody seen in messages may be, and why. Sans-I/O; never decides by itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.learners.values import IdentityKind, Learner, name_key, stem_of
from app.words import worded

MOST_SUGGESTIONS = 3
# Two that are as close as this are both worth a look, and neither is taken unseen.
AMBIGUOUS_PERCENT = 5
# What is less likely than this is shown, and never assigned together with others.
SURE_PERCENT = 75
_ALIKE = 0.84


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A known learner, how likely it is they, and why."""

    learner: Learner
    percent: int
    reason: str


def suggest(stranger: Learner, candidates: Iterable[Learner]) -> tuple[Suggestion, ...]:
    """Rank the candidates who have something in common with a stranger, the likeliest first."""
    found = [
        Suggestion(candidate, *reason)
        for candidate in candidates
        if (reason := _compare(stranger, candidate))
    ]
    found.sort(key=lambda each: (-each.percent, each.learner.name, each.learner.id))
    return tuple(found[:MOST_SUGGESTIONS])


def choose(suggestions: Sequence[Suggestion]) -> Suggestion | None:
    """Return the one suggestion that is likely and stands alone; None where somebody must look."""
    if not suggestions or suggestions[0].percent < SURE_PERCENT:
        return None
    first, *others = suggestions
    if any(first.percent - each.percent <= AMBIGUOUS_PERCENT for each in others):
        return None
    return first


def name_keys_of(learner: Learner) -> set[str]:
    """Return the forms of the names by which a learner goes, those that an e-mail address spells out too."""
    values = {value.casefold() for _, value in learner.identities}
    keys = {name_key(re.sub(r"[._\-+\d]+", " ", stem_of(value))) for value in values}
    if learner.name.casefold() not in values:
        keys.add(name_key(learner.name))
    return {key for key in keys if " " in key}


def digest_of(email: str) -> str:
    """Return an e-mail address as xAPI's mbox_sha1sum gives it."""
    return hashlib.sha1(f"mailto:{email}".encode(), usedforsecurity=False).hexdigest()


def _compare(stranger: Learner, candidate: Learner) -> tuple[int, str] | None:
    """Return percent and words of the strongest thing in common; each further one adds a little."""
    reasons = [reason for rule in _RULES if (reason := rule(stranger, candidate))]
    if not reasons:
        return None
    percent, words = max(reasons)
    return min(99, percent + 3 * (len(reasons) - 1)), words


def _same_value(stranger: Learner, candidate: Learner) -> tuple[int, str] | None:
    common = _folded(stranger) & _folded(candidate)
    if not common:
        return None
    value = sorted(common)[0]
    if "@" in value:
        return 97, worded("same e-mail address, sent as another kind of name")
    exact = {value for _, value in stranger.identities} & {value for _, value in candidate.identities}
    return (
        (92, worded("same ID, from another source"))
        if exact
        else (90, worded("same ID, apart from capital letters"))
    )


def _same_digest(stranger: Learner, candidate: Learner) -> tuple[int, str] | None:
    digests = {value for kind, value in stranger.identities if kind == IdentityKind.MBOX_SHA1SUM}
    emails = [value for kind, value in candidate.identities if kind == IdentityKind.EMAIL]
    if any(digest_of(each) in digests for each in emails):
        return 97, worded("the digest of this learner’s e-mail address")
    return None


def _same_stem(stranger: Learner, candidate: Learner) -> tuple[int, str] | None:
    theirs, ours = _folded(stranger), _folded(candidate)
    for one in sorted(theirs):
        for other in sorted(ours):
            if one == other or stem_of(one) != stem_of(other):
                continue
            if "@" in one and "@" in other:
                return 70, worded("same name before the @ of another e-mail address")
            return 80, worded("the ID is what stands before the @ of the e-mail address")
    return None


def _same_name(stranger: Learner, candidate: Learner) -> tuple[int, str] | None:
    ours = name_key(candidate.name)
    if " " not in ours:
        return None
    if stranger.name.casefold() not in _folded(stranger) and name_key(stranger.name) == ours:
        return 78, worded("same name")
    if ours in name_keys_of(stranger):
        return 76, worded("the e-mail address or ID spells this name")
    likeness = max((_likeness(key, ours) for key in name_keys_of(stranger)), default=0.0)
    return (int(likeness * 65), worded("similar name")) if likeness >= _ALIKE else None


def is_alike(one: str, other: str) -> bool:
    """Tell whether two names, in the form of `name_key`, may be one that was misspelt."""
    return _likeness(one, other) >= _ALIKE


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _folded(learner: Learner) -> set[str]:
    return {value.casefold() for _, value in learner.identities}


_RULES: tuple[Callable[[Learner, Learner], tuple[int, str] | None], ...] = (
    _same_value,
    _same_digest,
    _same_stem,
    _same_name,
)
