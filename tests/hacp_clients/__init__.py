"""Clients written as the real ones are described, each playing whole courses; in Chromium: tests/browser."""
