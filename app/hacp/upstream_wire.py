"""Requests to an LMS and its replies, where we are the content (AICC CMI001 v4.0 §6.4.1 and §6.4.3).

What we send pleases the strictest LMS we know of, what we read the most careless. A reply that holds no error
line (a login page, an error page of a proxy) is no answer, whatever its HTTP status says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from urllib.parse import quote

from app.hacp import wire, wire_encoding
from app.hacp.aicc_data import AiccData, parse_groups
from app.hacp.attempt_rules import storable
from app.words import worded

_HEADER = re.compile(r"[ \t]*(error|error_text|error_txt|version|aicc_data)[ \t]*=[ \t]*", re.IGNORECASE)
_FIRST_HEADER = re.compile(r"[\s\ufeff]*error[ \t]*=", re.IGNORECASE)
_ENCODED_REPLY = re.compile(r"[\s\ufeff]*error(?:[ \t+]|%20|%09)*(?:%3D|=[^\r\n]*%0[DA])", re.IGNORECASE)
_MARKUP = re.compile(
    r"<(?:!doctype|!--|html|head|body|meta|title|br|p|div|form|script|h[1-6]|\?xml)\b", re.IGNORECASE
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?", re.ASCII)


class UpstreamCommand(StrEnum):
    """What content has to say to an LMS, in the spelling of the standard."""

    GET_PARAM = "GetParam"
    PUT_PARAM = "PutParam"
    EXIT_AU = "ExitAU"


class NoAnswer(ValueError):
    """The reply is none of HACP's; `code` says what it is, the message is a sentence for an admin."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class LmsAnswer:
    """One reply of an LMS; `version` is empty when it named none, `data` when it sent no aicc_data."""

    code: int
    text: str = ""
    version: str = ""
    data: AiccData = field(default_factory=AiccData)

    @property
    def is_success(self) -> bool:
        """Tell whether the LMS took the message."""
        return self.code == 0

    @property
    def has_lost_session(self) -> bool:
        """Tell whether the LMS no longer knows the session: only its next launch brings another."""
        return self.code == 3


def format_request(
    command: UpstreamCommand,
    *,
    session_id: str,
    version: str = "",
    au_password: str | None = None,
    aicc_data: str = "",
) -> bytes:
    """Return the body of a POST, each value percent-encoded once; `version` is what the LMS last answered.

    The order of the fields matters: Skillport fails when the command comes last. A lone surrogate, which no
    UTF-8 can carry, leaves as U+FFFD.
    """
    fields = [("command", command.value), ("version", version or wire.VERSION), ("session_id", session_id)]
    if au_password:
        fields.append(("AU_password", au_password))
    fields.append(("AICC_Data", aicc_data))
    return "&".join(f"{name}={_encode(value)}" for name, value in fields).encode("ascii")


def parse_answer(body: bytes, *, status: int = 200) -> LmsAnswer:
    """Return what an LMS answered; raises NoAnswer when this is no HACP reply.

    A proper error line counts whatever the HTTP status is, except that success needs one of 2xx.
    """
    text = _decode(body)
    if _FIRST_HEADER.match(text) is None:
        raise _explain(text, status)
    headers, aicc_data = _split(text)
    found = _CODE.match(headers.get("error", ""))
    if found is None:
        raise NoAnswer("no_error_code", worded("The LMS's reply has an error line without a number."))
    answer = LmsAnswer(
        code=int(found.group()),
        text=storable(headers.get("error_text") or headers.get("error_txt", ""), 255),
        version=storable(headers.get("version", ""), 32),
        data=parse_groups(aicc_data),
    )
    if answer.is_success and not 200 <= status < 300:
        raise _explain("", status)
    return answer


def speaks_decimals(version: str) -> bool:
    """Tell whether an LMS of this version takes fractions: one below 3, or that names none, may not."""
    found = _VERSION.match(version)
    return found is not None and Decimal(found.group()) >= 3


def _encode(value: str) -> str:
    return quote(value.encode("utf-8", "replace").decode("utf-8"), safe="")


def _decode(body: bytes) -> str:
    """Return the reply's text; one that was url-encoded as a whole (uLearning does so) is decoded first."""
    text = wire_encoding.decode_value(body, True, [])
    return wire_encoding.decode_again(text) if _ENCODED_REPLY.match(text) else text


def _split(text: str) -> tuple[dict[str, str], str]:
    """Return the header lines by name, and all that follows aicc_data or the first group."""
    headers: dict[str, str] = {}
    position = 0
    while position < len(text):
        end = _LINE_END.search(text, position)
        line_end, next_line = (end.start(), end.end()) if end else (len(text), len(text))
        found = _HEADER.match(text, position, line_end)
        if found is not None and found.group(1).lower() == "aicc_data":
            return headers, _decode_groups(text[found.end() :])
        if found is not None:
            headers.setdefault(found.group(1).lower(), text[found.end() : line_end].strip())
        elif text[position:line_end].lstrip(" \t").startswith("["):
            return headers, text[position:]
        position = next_line
    return headers, ""


def _decode_groups(text: str) -> str:
    """Decode groups that an LMS percent-encoded though its header lines are plain (early Chamilo)."""
    repairs: list[str] = []
    decoded = wire.decode_twice_encoded(text.strip("\r\n"), repairs)
    return decoded if repairs else text


def _explain(text: str, status: int) -> NoAnswer:
    if 300 <= status < 400:
        return NoAnswer(
            "redirect", worded("The LMS sent the message on to another page, such as its sign-in page.")
        )
    if status >= 400:
        return NoAnswer("http_status", worded("The LMS answered with HTTP status %(status)s.", status=status))
    if _MARKUP.search(text[:4000]):
        return NoAnswer("html", worded("The LMS answered with a web page, such as its sign-in page."))
    if not text.strip():
        return NoAnswer("empty", worded("The LMS answered with nothing."))
    return NoAnswer(
        "no_error_line", worded("The LMS's reply does not begin with an error line, as HACP's do.")
    )
