"""Words stay words where Python and WTForms hand them on."""

from __future__ import annotations

from app.words import Words, translate, worded, worded_many


def _shout(text: str) -> str:
    return text.upper().replace("%(NAME)S", "%(name)s").replace("%(TROUBLE)S", "%(trouble)s")


def _shout_many(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


def test_the_text_of_an_error_is_the_words_it_was_raised_with() -> None:
    text = str(ValueError(worded("no %(name)s", name="port")))
    assert isinstance(text, Words)
    assert (text, translate(text, _shout, _shout_many)) == ("no port", "NO port")


def test_a_message_survives_the_values_that_wtforms_offers() -> None:
    words = worded("at most 200")
    assert words % {"min": -1, "max": 200} is words


def test_words_among_the_values_are_translated_too() -> None:
    words = worded("%(name)s: %(trouble)s", name="x", trouble=worded("too long"))
    assert (words, translate(words, _shout, _shout_many)) == ("x: too long", "x: TOO LONG")


def test_numbers_choose_their_sentence() -> None:
    assert [worded_many("%(num)s row", "%(num)s rows", n) for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
