"""Waymark's version, the one that CHANGELOG.md and pyproject.toml name."""

VERSION = "0.1.0"
