"""What browser somebody uses, in words, from the header that every browser sends."""

from __future__ import annotations

from app.words import worded

# The first that fits names it: each pretends to be those below.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """Return words like "Firefox on Windows"; "Unknown browser" when nothing is recognised."""
    browser = next((words for mark, words in _BROWSERS if mark in user_agent), worded("Unknown browser"))
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "")
    return worded("%(browser)s on %(system)s", browser=browser, system=system) if system else browser
