"""What is kept of how a message ended, put into words that a page can say in its reader's language. Sans-I/O.

It is kept as an English sentence, for logs and files have it too; what is not recognised stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.words import N_, Words, worded, worded_many

_WHOLE = {
    N_("GetParam answered"),
    N_("PutParam kept"),
    N_("PutComments kept"),
    N_("PutObjectives kept"),
    N_("PutInteractions kept"),
    N_("PutPath kept"),
    N_("PutPerformance kept"),
    N_("Session opened"),
    N_("Session ended"),
    N_("Nothing new"),
    N_("Statement read"),
    N_("Activity read"),
    N_("Person read"),
}
_STATUSES = {"Not started", "In progress", "Failed", "Completed", "Passed"}
_PROGRESS = re.compile(r"([A-Z][a-z ]+), ([^,]+?)(, as before)?")
_NUMBERED: tuple[tuple[re.Pattern[str], Callable[[int], Words]], ...] = (
    (
        re.compile(r"(\d+) statements? stored"),
        lambda number: worded_many("%(num)s statement stored", "%(num)s statements stored", number),
    ),
    (
        re.compile(r"(\d+) statements read"),
        lambda number: worded_many("%(num)s statement read", "%(num)s statements read", number),
    ),
    (
        re.compile(r"(\d+) repeated"),
        lambda number: worded_many("%(num)s repeated", "%(num)s repeated", number),
    ),
    (
        re.compile(r"(\d+) parked"),
        lambda number: worded_many("%(num)s parked", "%(num)s parked", number),
    ),
    (
        re.compile(r"(\d+) without progress"),
        lambda number: worded_many("%(num)s without progress", "%(num)s without progress", number),
    ),
)


def tell_result(result: str) -> str:
    """Return the result of an exchange as words; a part that is not known as it is."""
    part, semicolon, rest = result.partition("; ")
    if semicolon and not result.startswith("Refused: "):
        return worded("%(one)s; %(more)s", one=_tell(part), more=tell_result(rest))
    return _tell(result)


def _tell(text: str) -> str:
    if text in _WHOLE:
        return worded(text)
    if found := _PROGRESS.fullmatch(text):
        status, percent, is_same = found.groups()
        if status in _STATUSES:
            told = worded(status)
            if is_same:
                return worded("%(status)s, %(percent)s, as before", status=told, percent=percent)
            return worded("%(status)s, %(percent)s", status=told, percent=percent)
    for pattern, words in _NUMBERED:
        if found := pattern.fullmatch(text):
            return words(int(found[1]))
    if text.startswith("Token issued for "):
        return worded("Token issued for %(scope)s", scope=text.removeprefix("Token issued for "))
    if text.startswith("Refused: "):
        return worded("Refused: %(why)s", why=text.removeprefix("Refused: "))
    return text
