"""Take secrets out of what is kept of an exchange. Sans-I/O."""

from __future__ import annotations

import re

_SECRET_FIELDS = (
    rb"client_secret|access_token|refresh_token|password|au_password|session_id|aicc_sid|authorization"
)
# Form fields and query parameters, in any case, also when the name itself is percent-encoded in part.
# An 18-character id of ours is no secret: AICC exchanges name the launch in place of its session id.
_FORM = re.compile(
    rb"(?i)((?:^|[&?;\s])(?:" + _SECRET_FIELDS + rb")\s*=)(?!(?-i:[0-9a-v]{18})(?:[&\s]|$))[^&\s]*"
)
_JSON = re.compile(rb'(?i)("(?:' + _SECRET_FIELDS + rb')"\s*:\s*)"(?:[^"\\]|\\.)*"')
# A header line is short; without a bound a body of nothing but names would take quadratic time.
_MULTIPART = re.compile(rb'(?i)(name="?(?:' + _SECRET_FIELDS + rb')"?[^\r\n]{0,80}\r?\n\r?\n)[^\r\n]*')

# A header's value that somebody put into a text. Words follow "basic" too: a token has a digit, or a capital
# after a small letter. Bounded, for the same reason.
_HEADER = re.compile(
    rb"((?i:\b(?:bearer|basic)(?:\s|%20|\+){1,3}))"
    rb"(?=[\w.~+/-]{0,200}?(?:[0-9]|[a-z][A-Z]))[\w.~+/-]{12,}(?:=|%3D){0,2}"
)


def redact(body: bytes) -> bytes:
    """Return the bytes with the values of secret fields replaced by `[redacted]`."""
    body = _FORM.sub(rb"\1[redacted]", body)
    body = _JSON.sub(rb'\1"[redacted]"', body)
    body = _MULTIPART.sub(rb"\1[redacted]", body)
    return _HEADER.sub(rb"\1[redacted]", body)
