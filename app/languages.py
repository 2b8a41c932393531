"""The languages of the pages: which one a reader gets, and how words are put into it."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_context

from app.words import Words, translate, worded

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By their codes, each in its own name; the first is the language that the sentences are written in."""
LANGUAGE_COOKIE = "waymark_language"


def init_languages(app: Flask) -> None:
    """Let templates translate: `_`, `ngettext` and `trans` for their own words, `worded` ones on printing."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    Babel(app, locale_selector=choose_language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.finalize = in_language
    app.jinja_env.globals["worded"] = worded
    # With the context, or a constant would be said once, as the template is compiled.
    app.jinja_env.filters["said"] = pass_context(lambda _context, text: say(text))


def choose_language() -> str:
    """Return what the reader chose, else what the browser asks for, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    # Best first; German is German in every country.
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((code for code in wanted if code in LANGUAGES), "en")


def language() -> str:
    """Return the code of this page's language."""
    locale = get_locale()
    return locale.language if locale else "en"


def say(text: Any) -> Any:
    """Return a text of the catalogue, or words, in this page's language: as a value in another sentence."""
    # What has no letters is asked of no catalogue: under "" they keep their own header.
    return in_language(text if isinstance(text, Words) or not text else worded(str(text)))


def in_language(value: Any) -> Any:
    """Return words in this page's language, and everything else as it is."""
    if not isinstance(value, Words):
        return value
    catalogue = get_translations()
    return translate(value, catalogue.ugettext, catalogue.ungettext)
