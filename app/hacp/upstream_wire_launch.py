"""The address by which an LMS launches content, taken apart (AICC CMI001 v4.0 §6.3). Sans-I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.words import worded

MAX_SESSION_ID = 255
MAX_URL = 2000

# Some LMSs join their parameters with a second `?`.
_SECOND_MARK = re.compile(r"\?(?=AICC_(?:SID|URL)=)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^/?#:]+:[0-9]{1,5}(?:[/?#]|\Z)")


class BadLmsLaunch(ValueError):
    """This is no launch of an LMS; the message is a sentence for whoever opened the address."""


@dataclass(frozen=True, slots=True)
class LmsLaunch:
    """What an LMS said: its session, where it is to be called, and the rest as it was written."""

    session_id: str
    url: str
    extras: str = ""

    @property
    def host(self) -> str:
        """Return `host` or `host:port` of the LMS's address as written; "" when it has none."""
        try:
            return urlsplit(self.url).netloc
        except ValueError:
            return ""


def parse_lms_launch(query: bytes) -> LmsLaunch:
    """Return what the query string says; raises BadLmsLaunch.

    Names count in any case, the first of each. An AICC_URL without a scheme is taken for https. What else
    there is goes on to the content as it is.
    """
    text = _SECOND_MARK.sub("&", query.decode("latin-1"))
    found: dict[str, str] = {}
    extras: list[str] = []
    for piece in text.split("&"):
        name, _, value = piece.partition("=")
        key = unquote(name).strip().lower()
        if key in ("aicc_sid", "aicc_url"):
            found.setdefault(key, unquote(value).strip())
        elif piece:
            extras.append(piece)
    return LmsLaunch(
        session_id=_check_session_id(found.get("aicc_sid", "")),
        url=_check_url(found.get("aicc_url", "")),
        extras="&".join(extras),
    )


def _check_session_id(value: str) -> str:
    """A CMIIdentifier: visible ASCII without white space; whatever else the LMS puts there is its own."""
    if not value:
        raise BadLmsLaunch(
            worded(
                "This address is for an LMS, which adds a session of its own. Please start the course from"
                " there."
            )
        )
    if len(value) > MAX_SESSION_ID or not all("!" <= c <= "~" for c in value):
        raise BadLmsLaunch(worded("The LMS sent a session id that cannot be one."))
    return value


def _check_url(value: str) -> str:
    if not value:
        raise BadLmsLaunch(worded("The LMS did not say where it can be reached (AICC_URL)."))
    if re.match(r"https?%3a", value, re.IGNORECASE):
        value = unquote(value)
    if value.startswith("//"):
        value = f"https:{value}"
    elif _SCHEME.match(value) is None or _HOST_AND_PORT.match(value):
        value = f"https://{value}"
    if len(value) > MAX_URL or not value.isprintable():
        raise BadLmsLaunch(worded("The LMS sent an address of its own (AICC_URL) that cannot be one."))
    return value
