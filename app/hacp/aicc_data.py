"""The groups inside aicc_data, parsed and formatted (AICC CMI001 v4.0 §6.4.2, §6.5 and chapter 9).

Two sorts of group: keyword groups hold `name=value` lines, free-form groups hold text that is kept character
for character. Inside free-form text only a line that is exactly the header of a group AICC defines begins the
next group, so suspend data that happens to start with `[1]` stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

FREE_FORM_GROUPS = frozenset({"core_lesson", "core_vendor", "comments"})

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
"""Every group AICC defines, in the order in which the most particular clients want them answered."""

ALWAYS_ANSWERED = ("core", "core_lesson", "core_vendor")
"""e-LfH's and CourseLab's clients read nothing at all when [core] is not followed by another group."""

PUT_GROUPS = ("core", "core_lesson", "objectives_status")
"""The groups that we send to an LMS, in their order."""

_ALIASES = {"student_preference": "student_preferences"}
_KNOWN_HEADER = re.compile(
    r"[ \t]*\[[ \t]*(" + "|".join(sorted({*GROUPS, *_ALIASES}, key=len, reverse=True)) + r")[ \t]*\][ \t]*",
    re.IGNORECASE | re.ASCII,
)
_ANY_HEADER = re.compile(r"[ \t]*\[([^\[\]]{1,255})\][ \t]*")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_CORE_KEYWORDS = frozenset({"lesson_status", "score", "time", "lesson_location"})
_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")

MAX_KEYWORDS = 2000


@dataclass(frozen=True, slots=True)
class AiccData:
    """The groups of one message: keyword groups by name and keyword, free-form groups by name.

    `unread` is the rest: unknown groups, second occurrences and lines that say nothing to us, as sent.
    """

    keywords: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    unread: str = ""

    def find_value(self, group: str, keyword: str) -> str | None:
        """Return a keyword's value, blanks trimmed; None when the message does not have it."""
        return self.keywords.get(group, {}).get(keyword)

    def find_text(self, group: str) -> str | None:
        """Return a free-form group as it was sent; None when the message does not have it."""
        return self.texts.get(group)


def parse_groups(text: str) -> AiccData:
    """Return the groups of `text`; any text is accepted and what cannot be read is named in `repairs`.

    Lines end with CRLF, LF or CR. The first occurrence of a keyword, and of a free-form group, wins. Keywords
    before any header count as [core] when one of them is a core keyword. Linear in the length of `text`.
    """
    return _Parser(text).parse()


def format_getparam(data: AiccData) -> str:
    """Return the groups in canonical order, CRLF line ends, for a GetParam reply.

    Values lose line breaks and control characters; optional keywords and groups without a value are left out
    (Rustici's client takes an empty mastery_score for an error); those of [core] are sent blank. Text of
    [core_lesson] goes out as it came in.
    """
    return "".join(_format_groups(data, GROUPS, ALWAYS_ANSWERED))


def format_putparam(data: AiccData) -> str:
    """Return the groups of a PutParam: [core] first, [core_lesson] even if empty, CRLF line ends.

    No line break comes before [core]: Skillport deletes what it had when one does.
    """
    return "".join(_format_groups(data, PUT_GROUPS, ("core", "core_lesson")))


class _Parser:
    """One pass over the lines; a new one per message, so that nothing leaks into the next request."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.keywords: dict[str, dict[str, str]] = {}
        self.texts: dict[str, str] = {}
        self.repairs: dict[str, None] = {}
        self.group = ""
        self.header_start = 0
        self.text_start = 0
        self.count = 0
        self.unread: list[str] = []
        self.orphan_lines: list[str] = []
        self.core_lines: dict[str, str] = {}

    def parse(self) -> AiccData:
        if self.text[:1] in ("\r", "\n"):
            self._note("leading line break dropped")
        position = 0
        while position < len(self.text):
            found = _LINE.match(self.text, position)
            assert found is not None  # every part of the pattern may be empty
            self._read_line(found.group(1), found.start(), found.end())
            position = found.end()
        self._close_text(len(self.text))
        self._adopt_headless_core()
        return AiccData(self.keywords, self.texts, tuple(self.repairs), "".join(self.unread))

    def _read_line(self, line: str, start: int, end: int) -> None:
        header = _KNOWN_HEADER.fullmatch(line) if "[" in line else None
        if header is not None:
            self._open_group(header.group(1).lower(), start, end)
        elif self._is_free_form():
            return
        elif "[" in line and (unknown := _ANY_HEADER.fullmatch(line)):
            self._open_group(unknown.group(1).strip().lower(), start, end)
        else:
            self._read_keyword(line, self.text[start:end])

    def _is_free_form(self) -> bool:
        return self.group in FREE_FORM_GROUPS or (self.group != "" and self.group not in GROUPS)

    def _open_group(self, name: str, start: int, end: int) -> None:
        self._close_text(start)
        self.group = _ALIASES.get(name, name)
        self.header_start, self.text_start = start, end
        if self.group in self.keywords or self.group in self.texts:
            self._note(f"group [{self.group[:40]}] repeated")
        if self.group not in GROUPS:
            self._note(f"unknown group [{self.group[:40]}] kept as sent")
        elif self.group not in FREE_FORM_GROUPS:
            self.keywords.setdefault(self.group, {})

    def _close_text(self, end: int) -> None:
        """Keep a free-form group's text, without the one line break that belongs to the next header."""
        if not self._is_free_form():
            return
        if self.group not in FREE_FORM_GROUPS or self.group in self.texts:
            self.unread.append(self.text[self.header_start : end])
            return
        self.texts[self.group] = _without_final_break(self.text[self.text_start : end])

    def _read_keyword(self, line: str, whole_line: str) -> None:
        name, equals, value = line.partition("=")
        if not name.isprintable():
            # The reply has no control characters: two names must not become one there.
            name = _CONTROLS.sub("", name)
        name = name.strip(" \t").lower()
        if not name or name.startswith(";"):
            return
        if not equals:
            self._leave(whole_line, "line without = kept as sent")
            return
        self.count += 1
        if self.count > MAX_KEYWORDS:
            self._leave(whole_line, f"more than {MAX_KEYWORDS} keywords, the rest kept as sent")
            return
        keywords = self.keywords.setdefault(self.group, {})
        if name in keywords:
            self._leave(whole_line, f"keyword {name[:40]} repeated, the first one counts")
            return
        keywords[name] = value.strip(" \t")
        if not self.group:
            self.orphan_lines.append(whole_line)
        elif self.group == "core":
            self.core_lines[name] = whole_line

    def _adopt_headless_core(self) -> None:
        orphans = self.keywords.pop("", None)
        if orphans is None:
            return
        if not _CORE_KEYWORDS & orphans.keys():
            self.unread += self.orphan_lines
            self._note("lines before the first group kept as sent")
            return
        self._note("[core] header missing")
        core = self.keywords.get("core", {})
        overruled = [name for name in core if name in orphans]
        for name in overruled:
            self._note(f"keyword {name[:40]} repeated, the first one counts")
        # In front: only the last line of a text may be without a line break.
        self.unread[:0] = (self.core_lines[name].rstrip("\r\n") + "\r\n" for name in overruled)
        self.keywords["core"] = {**core, **orphans}

    def _leave(self, line: str, repair: str) -> None:
        self.unread.append(line)
        self._note(repair)

    def _note(self, repair: str) -> None:
        if len(self.repairs) < 20:
            self.repairs[repair] = None


def _without_final_break(text: str) -> str:
    for line_break in ("\r\n", "\n", "\r"):
        if text.endswith(line_break):
            return text[: -len(line_break)]
    return text


def _format_groups(data: AiccData, groups: Iterable[str], always: Container[str]) -> Iterator[str]:
    for group in groups:
        if group in FREE_FORM_GROUPS:
            text = _neutralise(group, data.texts.get(group, ""))
            if text or group in always:
                yield f"[{group}]\r\n"
            if text:
                yield f"{text}\r\n"
            continue
        lines = [
            f"{_one_line(name).lower()}={line}\r\n"
            for name, value in data.keywords.get(group, {}).items()
            if (line := _one_line(value)) or group == "core"
        ]
        if lines or group in always:
            yield f"[{group}]\r\n"
            yield from lines


def _neutralise(group: str, text: str) -> str:
    """Suspend data is the course's own; text of ours must not be able to open a group."""
    if group == "core_lesson":
        return text
    return "\r\n".join(line for line in re.split(r"\r\n|\r|\n", text) if not _opens_group(line))


def _opens_group(line: str) -> bool:
    """Rustici's client takes `[core]` for a header whatever follows it on its line."""
    return _ANY_HEADER.fullmatch(line) is not None or _KNOWN_HEADER.match(line) is not None


def _one_line(value: str) -> str:
    return _CONTROLS.sub("", value).strip(" \t")
