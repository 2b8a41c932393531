"""The bad habits of real LMSs, to be switched on: how a right answer comes out wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import quote_plus

_LOGIN_PAGE = (
    "<!doctype html>\n<html><head><title>Sign in</title></head><body><form>...</form></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; a status of 0 is none at all: the connection is closed."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


DOWN = Answer(0)


@dataclass(frozen=True, slots=True)
class Quirks:
    """Which habits are on. `broken` answers with HTTP 500 as often as it says, and counts down."""

    slow_seconds: float = 0.0
    down: bool = False
    html: bool = False
    error_txt: bool = False
    url_encoded: bool = False
    next_line: bool = False
    version: str = "4.0"
    """Empty for an LMS that names none."""
    lost_after: int = -1
    """So many answers after which a session is not known any more (error=3); -1 for never."""
    broken: int = 0

    def changed(self, values: Mapping[str, object]) -> Quirks:
        """Return the quirks with these values; raises ValueError for a name or kind of value not there is."""
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no quirk {name!r}; there are {', '.join(kinds)}")
            if type(value) is not kinds[name] and not (kinds[name] is float and type(value) is int):
                raise ValueError(f"{name} is a {kinds[name].__name__}")
        return replace(self, **values)  # type: ignore[arg-type]  # names and kinds are checked above

    def write(self, error: int, text: str, aicc_data: str = "") -> Answer:
        """Return a HACP reply as this LMS writes it."""
        if self.html:
            return Answer(200, _LOGIN_PAGE.encode(), "text/html; charset=utf-8")
        lines = [f"error={error}", f"{'error_txt' if self.error_txt else 'error_text'}={text}"]
        if self.version:
            lines.append(f"version={self.version}")
        if aicc_data:
            lines.append("aicc_data=" + ("\r\n" if self.next_line else "") + aicc_data)
        reply = "\r\n".join([*lines, ""]) if not aicc_data else "\r\n".join(lines)
        return Answer(200, (quote_plus(reply) if self.url_encoded else reply).encode())
