"""Learners, and the identities by which sources name them."""
