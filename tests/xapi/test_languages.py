"""One language of a map by Accept-Language (RFC 4647)."""

from __future__ import annotations

import pytest

from app.xapi.languages import keep_one_language, parse_accept_language


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        (None, ()),
        ("", ()),
        ("en-GB", ("en-gb",)),
        ("de;q=0.2, en ; q=0.9, fr", ("fr", "en", "de")),
        ("en;q=0, de", ("de", "*", "en")),
        ("nonsense!, de", ("de",)),
        ("*", ("*",)),
        ("a,b", ("a", "b")),
    ],
)
def test_ranges_come_in_order_of_their_quality(header: str | None, ranges: tuple[str, ...]) -> None:
    assert parse_accept_language(header) == ranges


@pytest.mark.parametrize(
    ("header", "tags", "chosen"),
    [
        ("en-GB", ["en-US", "en-GB"], "en-GB"),
        ("EN-gb", ["en-US", "en-GB"], "en-GB"),
        ("en", ["de", "en-US"], "en-US"),
        ("en-GB", ["de", "en"], "en"),
        ("en-GB", ["de", "en-US"], "en-US"),
        ("en-GB, de", ["en-US", "de"], "de"),
        ("zh-Hant-TW", ["zh", "zh-Hant"], "zh-Hant"),
        ("fr", ["de", "en"], "de"),
        ("*", ["de", "en"], "de"),
        ("de;q=0.1, *;q=0.5", ["de", "de-AT", "en"], "en"),
        ("*, de;q=0.1", ["de"], "de"),
        ("de;q=0", ["de", "en"], "en"),
        ("de;q=0", ["de"], "de"),
        ("de;q=0, fr", ["de", "en", "fr"], "fr"),
        ("fr;q=0.9, en;q=1", ["fr", "en"], "en"),
    ],
)
def test_the_tag_that_fits_best_is_kept_alone(header: str, tags: list[str], chosen: str) -> None:
    texts: dict[str, object] = {tag: tag for tag in tags}
    assert keep_one_language(texts, parse_accept_language(header)) == {chosen: chosen}


def test_an_empty_map_stays_empty() -> None:
    assert keep_one_language({}, ("en",)) == {}
