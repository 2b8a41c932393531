"""Courses, and the identifiers by which messages mean them."""
