"""The bytes of a course structure file made text (AICC CMI001 v4.0 chapter 7). Sans-I/O.

The standard knows Latin-1 alone; authoring tools write UTF-8, with and without a mark, UTF-16 out of Windows'
Notepad, and Windows' own code page, with any line ends.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# NUL, which PostgreSQL takes in no text, and what else has no place in one.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode_text(raw: bytes) -> str:
    """Return the text with LF line ends and without control characters; any bytes are accepted.

    What is not UTF-8 is taken for Windows-1252, the superset of Latin-1 that such tools really write.
    """
    text = _decode(raw).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def _decode(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
