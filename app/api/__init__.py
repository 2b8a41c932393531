"""FACE 5: the REST API for programs, under /api: tokens with scopes, JSON and CSV, RFC 9457 problems."""
