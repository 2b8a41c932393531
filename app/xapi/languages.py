"""Choose one language of a language map by Accept-Language (RFC 9110 §12.5.4, RFC 4647 §3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.xapi.wire import JsonObject

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*", re.ASCII
)
# Nobody speaks more; a header is free to name thousands.
_MOST_RANGES = 50


def parse_accept_language(header: str | None) -> tuple[str, ...]:
    """Return the language ranges from the most wanted to the least; unreadable ones are left out.

    What is not wanted at all (q=0) comes after everything else: one language of a map must be given.
    """
    found, unwanted = [], []
    for part in (header or "").split(",")[:_MOST_RANGES]:
        match = _RANGE.fullmatch(part)
        quality = float(match[2] or 1) if match else 0.0
        if match and quality > 0:
            found.append((-quality, match[1].lower()))
        elif match:
            unwanted.append(match[1].lower())
    wanted = [text for _, text in sorted(found, key=lambda pair: pair[0])]
    return (*wanted, "*", *unwanted) if unwanted else tuple(wanted)


def keep_one_language(texts: JsonObject, wanted: Sequence[str]) -> JsonObject:
    """Return a language map with the entry that fits best; any one if none fits."""
    tags = {tag.lower(): tag for tag in texts}
    chosen = next(
        (
            tag
            for find in (_find_close, _find_related)
            for each in wanted
            if (tag := find(each, tags, wanted))
        ),
        None,
    )
    chosen = chosen or next(iter(texts), None)
    return {} if chosen is None else {chosen: texts[chosen]}


def _find_close(wanted: str, tags: dict[str, str], ranges: Sequence[str]) -> str | None:
    """Find the tag itself, else a narrower one, else a wider one: for en-GB also en.

    "*" means every tag that no other range of the header means.
    """
    if wanted == "*":
        return next((whole for tag, whole in tags.items() if not _is_named(tag, ranges)), None)
    if wanted in tags:
        return tags[wanted]
    narrower = next((whole for tag, whole in tags.items() if tag.startswith(f"{wanted}-")), None)
    wider = wanted
    while narrower is None and "-" in wider:
        wider = wider.rpartition("-")[0]
        narrower = tags.get(wider)
    return narrower


def _find_related(wanted: str, tags: dict[str, str], ranges: Sequence[str]) -> str | None:
    """Find another kind of the same language: for en-GB also en-US."""
    language = wanted.partition("-")[0]
    return next((whole for tag, whole in tags.items() if tag.partition("-")[0] == language), None)


def _is_named(tag: str, ranges: Sequence[str]) -> bool:
    return any(tag == each or tag.startswith(f"{each}-") for each in ranges)
