"""Words for people, kept with what they were made of, so that a page can say them in its reader's language.

Rooms write English. What may end on a page is `worded`: a str as any other to a command, a log or a client,
and to a page the sentence of the catalogue that it is, with its values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Words(str):
    """An English sentence that remembers its entry in the catalogue: `one` and, for numbers, `many`."""

    one: str
    many: str | None
    number: int
    values: dict[str, object]

    def __str__(self) -> str:
        """Stay what it is: `str(error)` of an error raised with words is these words."""
        return self

    def __mod__(self, values: Any) -> str:
        """Stay what it is where nothing is left to fill in: WTForms offers its values to every message."""
        text = super().__mod__(values)
        return self if text == self else text


def worded(text: str, /, **values: object) -> Words:
    """Return a sentence; with values, `%(name)s` in it stands for them, and `%%` for a percent sign."""
    words = Words(text % values if values else text)
    words.one, words.many, words.number, words.values = text, None, 1, values
    return words


def worded_many(one: str, many: str, number: int, /, **values: object) -> Words:
    """Return the sentence for a number, `%(num)s` in it: `one` at 1, else `many`."""
    values = {"num": number, **values}
    words = Words((one if number == 1 else many) % values)
    words.one, words.many, words.number, words.values = one, many, number, values
    return words


def N_(text: str) -> str:  # noqa: N802  # gettext's own name: a string for the catalogue, said later
    """Return the text as it is: what is printed later by the filter `said`."""
    return text


def translate(words: Words, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> str:
    """Return the sentence in another language, and the sentences among its values too."""
    text = ngettext(words.one, words.many, words.number) if words.many is not None else gettext(words.one)
    if not words.values:
        return text
    return text % {
        name: translate(value, gettext, ngettext) if isinstance(value, Words) else value
        for name, value in words.values.items()
    }
