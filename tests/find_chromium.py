"""Says where Chromium is, or how to get it; `make test-browser` asks before it starts."""

from __future__ import annotations

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of the system's Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    if find_chromium() is None:
        sys.exit(
            "The browser tests need Chromium, and none was found. On Debian and Ubuntu: apt install chromium"
            " (Ubuntu's is a snap: snap install chromium); on Fedora: dnf install chromium."
        )
