"""Passing results on: an outbox in the database, lanes that empty it, and the kinds of receivers."""
