"""A HACP reply as a patient reader takes it apart; the impatient ones are in `readers.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..checks import Failed, expect, expect_equal
from ..http_client import HttpReply

GROUPS = (
    "core",
    "core_lesson",
    "core_vendor",
    "student_data",
    "objectives_status",
    "comments",
    "evaluation",
    "student_demographics",
    "student_preferences",
)
FREE_FORM = ("core_lesson", "core_vendor", "comments")
STATUSES = ("not attempted", "browsed", "incomplete", "failed", "completed", "passed")
"""Lowest first: a status gives way to those after it, whatever the order in which they arrive."""

_HEADER = re.compile(r"^[ \t]*\[(" + "|".join(GROUPS) + r")\][ \t]*(?:\r\n|\r|\n|\Z)", re.I | re.M)
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Reply:
    """One reply, with what was sent to get it."""

    http: HttpReply

    @cached_property
    def text(self) -> str:
        """The body, read as the charset that the reply names."""
        found = re.search(r"charset=\"?([\w-]+)", self.http.header("content-type"), re.I)
        try:
            return self.http.body.decode(found.group(1) if found else "utf-8", "replace")
        except LookupError:
            return self.http.body.decode("latin-1")

    @cached_property
    def head(self) -> Mapping[str, str]:
        """The lines before the groups: error, error_text, version, aicc_data."""
        head, _ = self._parts
        values: dict[str, str] = {}
        for line in _BREAK.split(head):
            name, equals, value = line.partition("=")
            if equals:
                values.setdefault(name.strip().lower(), value.strip())
        return values

    @property
    def error(self) -> int | None:
        """The error number; None when there is none, as in a page of HTML."""
        value = self.head.get("error", "")
        return int(value) if value.isascii() and value.isdigit() else None

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The text of each group as it stands between its header and the next one, the first of a name."""
        _, data = self._parts
        headers = list(_HEADER.finditer(data))
        texts: dict[str, str] = {}
        for position, header in enumerate(headers):
            end = headers[position + 1].start() if position + 1 < len(headers) else len(data)
            texts.setdefault(header.group(1).lower(), data[header.end() : end])
        return texts

    @cached_property
    def keywords(self) -> Mapping[str, Mapping[str, str]]:
        """The keywords of each keyword group, names in lower case, the first of a name."""
        found: dict[str, dict[str, str]] = {}
        for group, text in self.groups.items():
            if group not in FREE_FORM:
                values = found.setdefault(group, {})
                for line in _BREAK.split(text):
                    name, equals, value = line.partition("=")
                    if equals and not line.lstrip().startswith(";"):
                        values.setdefault(name.strip().lower(), value.strip())
        return found

    def core(self, keyword: str) -> str:
        """Return a keyword of [core]; fails when the reply does not have it."""
        value = self.keywords.get("core", {}).get(keyword)
        if value is None:
            raise Failed(f"{keyword} in [core]", self._short)
        return value

    def value(self, group: str, keyword: str) -> str | None:
        """Return a keyword of any group, None when it is absent."""
        return self.keywords.get(group, {}).get(keyword)

    @property
    def status(self) -> str:
        """The status word by its first letter, without the entry flag."""
        word = self.core("lesson_status").partition(",")[0].strip()
        for status in STATUSES:
            if word[:1].lower() == status[0]:
                return status
        raise Failed("a lesson_status of the standard", repr(word))

    @property
    def lesson(self) -> str:
        """The suspend data: the group's text without its final line break."""
        return _without_final_break(self._free_form("core_lesson"))

    @property
    def vendor(self) -> str:
        """The text of [core_vendor] without its final line break."""
        return _without_final_break(self._free_form("core_vendor"))

    @property
    def seconds(self) -> int:
        """The time in [core], whole seconds."""
        text = self.core("time")
        found = re.fullmatch(r"(\d{2,4}):([0-5]\d):([0-5]\d)(?:\.\d{1,2})?", text)
        if found is None:
            raise Failed("time as HH:MM:SS", repr(text))
        hours, minutes, seconds = (int(part) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds

    @property
    def objectives(self) -> Mapping[str, tuple[str, str]]:
        """Score and status of each objective by its id."""
        values = self.keywords.get("objectives_status", {})
        return {
            value: (values.get(f"j_score.{number}", ""), values.get(f"j_status.{number}", ""))
            for name, value in values.items()
            if name.startswith("j_id.") and (number := name.removeprefix("j_id."))
        }

    def accepted(self) -> Reply:
        """Fail unless the message was taken: HTTP 200 and error=0."""
        self._is_hacp()
        expect(self.error == 0, "error=0", self._short)
        return self

    def refused(self, code: int) -> Reply:
        """Fail unless the message was refused with this error and no data, HTTP 200 all the same."""
        self._is_hacp()
        expect(self.error == code, f"error={code}", self._short)
        expect("[core]" not in self.text.lower(), "no groups in a refusal", self._short)
        return self

    def _is_hacp(self) -> None:
        expect_equal("the HTTP status", self.http.status, 200)
        kind = self.http.header("content-type")
        expect(kind.lower().startswith("text/plain"), "Content-Type: text/plain", kind)
        expect("<html" not in self.text.lower(), "no HTML", self._short)

    @property
    def _short(self) -> str:
        text = self.text[:300]
        return f"HTTP {self.http.status} {text!r}"

    def _free_form(self, group: str) -> str:
        text = self.groups.get(group)
        if text is None:
            raise Failed(f"the group [{group}]", self._short)
        return text

    @cached_property
    def _parts(self) -> tuple[str, str]:
        found = re.search(r"^[ \t]*aicc_data[ \t]*=", self.text, re.I | re.M)
        if found is None:
            return self.text, ""
        return self.text[: found.end()], self.text[found.end() :].lstrip("\r\n")


def _without_final_break(text: str) -> str:
    for line_break in ("\r\n", "\n", "\r"):
        if text.endswith(line_break):
            return text[: -len(line_break)]
    return text
