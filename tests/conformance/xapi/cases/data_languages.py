"""Language maps and language tags (Part 2 §2.2, §4.2; RFC 5646)."""

from __future__ import annotations

from ..places import CONTEXTS, LANGUAGE_MAPS, within
from ..tables import rule

_GOOD = (
    *("de", "es", "ja", "ase", "cmn", "tlh", "en-US", "de-DE", "es-MX", "fr-CA", "zh-Hant", "sr-Cyrl"),
    *("sr-Latn-RS", "zh-Hans-CN", "zh-cmn-Hans-CN", "es-419", "sl-rozaj-biske", "de-CH-1901"),
    *("hy-Latn-IT-arevela", "az-Arab-x-AZE-derbend", "x-whatever", "en-a-myext-b-another", "i-enochian"),
    *("en-us", "DE-de", "zh-min-nan"),
)
_BAD = (
    *("", "something", "a12345678", "zh-z-aaa-z-bbb-c-ccc", "ar-a-aaa-b-bbb-a-ccc", "de-419-DE", "a-DE", "a"),
    *(
        "en_US",
        "en-",
        "-en",
        "en--US",
        "e n",
        "en-US ",
        "12",
        "en-toolongsubtag",
        "x",
        "en-a",
        "en-x",
        "d\u00e9",
    ),
)

rule(
    "D90",
    section="Part 2 §4.2",
    holds="the keys of a language map are language tags, and its values are texts",
    places=LANGUAGE_MAPS,
    good=[{}, dict.fromkeys(_GOOD, "x"), {"en": ""}, {"ar": "حضر", "ja": "出席した"}],
    bad=[
        *[{"en": "x", tag: "x"} for tag in _BAD],
        *[{"en": value} for value in (1, None, True, {}, ["x"])],
        "x",
        12345,
        None,
        [],
        [{"en": "x"}],
    ],
)
rule(
    "D91",
    section="Part 2 §2.4.6",
    holds="the language of a context is a language tag",
    places=within(CONTEXTS, lambda value: {"language": value}, "language"),
    good=_GOOD,
    bad=[*_BAD, 1, {"en": "x"}, ["en"], None],
)
