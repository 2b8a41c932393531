"""Clients in headless Chromium: content pages of another origin report to a real server."""
