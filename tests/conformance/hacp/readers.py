"""How known content reads a reply to GetParam: written anew from what was observed, faults included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

_UNIT = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")


def unescape(text: str) -> str:
    """Undo JavaScript's escape()."""
    return _UNIT.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), text)


@dataclass
class Lesson:
    """What a client took from a reply; `faults` are what it would complain of."""

    error: str = ""
    version: float | None = None
    values: dict[str, str] = field(default_factory=dict)
    suspend_data: str = ""
    entry: str = ""
    faults: list[str] = field(default_factory=list)


class Rustici:
    """Rustici's driver, which is also in Captivate, Storyline and many others.

    It unescapes the reply, finds `error` at the start of a line, takes the first keyword of a name whatever
    its group, ends a group at any line that begins with a word in brackets, and drops lines with `;` before
    them. An entry flag with a blank before it and a mastery score without digits are errors to it.
    """

    _GROUP = re.compile(r"\[\w+\]")
    _ENTRIES: ClassVar = {"a": "ab-initio", "r": "resume"}

    def read(self, reply: str) -> Lesson:
        """Return what the driver knows after GetParam."""
        lesson = Lesson()
        group = ""
        kept: list[str] = []
        for line in re.split(r"\r\n|\r|\n", unescape(reply)):
            line = line.removeprefix("aicc_data=") if line.lower().startswith("aicc_data=[") else line
            if self._GROUP.match(line):
                group = line.strip()[1:].partition("]")[0].lower()
            elif line.startswith(";"):
                continue
            elif group == "core_lesson":
                kept.append(line)
            elif "=" in line:
                name, _, value = line.partition("=")
                lesson.values.setdefault(name.strip().lower(), value.strip())
        lesson.suspend_data = "\r\n".join(kept).strip("\r\n")
        lesson.error = lesson.values.get("error", "")
        self._read_version(lesson)
        self._read_status(lesson)
        self._read_numbers(lesson)
        return lesson

    def score_to_send(self, lesson: Lesson, raw: float, maximum: float, minimum: float) -> str:
        """Return the score of the next PutParam: without a version of 3 or more, a bare integer."""
        if lesson.version is None or lesson.version < 3:
            return f"{int(raw)}"
        return f"{raw:g},{maximum:g},{minimum:g}"

    def _read_version(self, lesson: Lesson) -> None:
        found = re.match(r"\d+(\.\d+)?", lesson.values.get("version", ""))
        lesson.version = float(found.group()) if found else None

    def _read_status(self, lesson: Lesson) -> None:
        _, comma, flag = lesson.values.get("lesson_status", "").partition(",")
        if comma and flag[:1].lower() not in self._ENTRIES:
            lesson.faults.append(f"-9: the entry flag {flag!r}")
        lesson.entry = self._ENTRIES.get(flag[:1].lower(), "")

    def _read_numbers(self, lesson: Lesson) -> None:
        mastery = lesson.values.get("mastery_score")
        if mastery is not None and re.fullmatch(r"-?\d+(\.\d+)?", mastery) is None:
            lesson.faults.append(f"-6: the mastery score {mastery!r}")
        action = lesson.values.get("time_limit_action")
        if action is not None and re.fullmatch(r"[ec]\w*,[mn].*|[mn][^,]*,[ec]\w*", action, re.I) is None:
            lesson.faults.append(f"the time limit action {action!r}")
        for name in ("time", "max_time_allowed"):
            time = lesson.values.get(name)
            if time is not None and re.fullmatch(r"\d{1,4}:\d{1,2}:\d{1,2}(\.\d+)?", time) is None:
                lesson.faults.append(f"{name} {time!r}")


class OldElfh:
    """Adapt's AICC extension before 2021: it reads the text between `aicc_data=[core]` and the next group.

    Without a second group it reads nothing; without `Successful` it does not connect. A value ends at its
    second `=`.
    """

    def read(self, reply: str) -> Lesson:
        """Return what the extension knows after GetParam."""
        lesson = Lesson()
        text = unescape(reply)
        for line in text.split("\r\n")[:3]:
            name, _, value = line.partition("=")
            lesson.values[name.lower()] = value
        lesson.error = lesson.values.get("error", "")
        if lesson.values.get("error_text", "").lower() not in ("successful", ""):
            lesson.faults.append("error_text is not Successful: no connection")
        found = re.search(r"aicc_data=\[core\]\r?\n(.*?)\r?\n\[", text, re.I | re.S)
        if found is None:
            lesson.faults.append("no [core] on the line of aicc_data, or no second group")
            return lesson
        for line in found.group(1).split("\n"):
            parts = line.strip("\r").split("=")
            if len(parts) > 1:
                lesson.values.setdefault(parts[0].strip().lower(), parts[1].strip())
        return lesson


class SouthRiver:
    """South River's adapter: lower-case names only, suspend data is what stands before [core_vendor]."""

    def read(self, reply: str) -> Lesson:
        """Return what the adapter knows after GetParam."""
        lesson = Lesson()
        for name in ("error", "student_id", "student_name", "lesson_location", "lesson_status", "score"):
            found = re.search(rf"^{name}[ ]*=[ ]*(.*)$", reply, re.M)
            if found is None:
                lesson.faults.append(f"no {name}")
            else:
                lesson.values[name] = found.group(1).strip()
        lesson.error = lesson.values.get("error", "")
        found = re.search(r"\[core_lesson\]\r?\n(.*?)\[core_vendor\]", reply, re.S)
        if found is None:
            lesson.faults.append("no [core_lesson] followed by [core_vendor]")
        else:
            lesson.suspend_data = found.group(1).rstrip("\r\n")
        return lesson


class CourseLab:
    """CourseLab's client: `error=0` anywhere in the lower-cased reply, [core] by CRLF, then [core_lesson]."""

    def read(self, reply: str) -> Lesson:
        """Return what the client knows after GetParam."""
        lesson = Lesson()
        text = unescape(reply)
        numbers = [n for n in range(4) if f"error={n}" in text.lower()]
        lesson.error = (
            "" if not numbers else str(min(numbers, key=lambda n: text.lower().index(f"error={n}")))
        )
        found = re.search(r"\[core\]\r\n(.*?)\[core_lesson\]\r\n(.*)", text, re.I | re.S)
        if found is None:
            lesson.faults.append("no [core] with CRLF, followed by [core_lesson]")
            return lesson
        for line in found.group(1).split("\r\n"):
            name, equals, value = line.partition("=")
            if equals:
                lesson.values[name.strip().lower()] = value.strip()
        lesson.suspend_data = found.group(2).partition("\r\n[")[0]
        return lesson


class ServerToServer:
    """A relay that is content on one side: the first line is `error`, the learner has an id."""

    def read(self, reply: str) -> Lesson:
        """Return what the relay knows after GetParam."""
        lesson = Lesson()
        lines = iter(reply.splitlines())
        name, _, value = next(lines, "").partition("=")
        if name.strip().lower() != "error":
            lesson.faults.append("the first line is not error=")
        lesson.error = value.strip()
        for group, keyword, text in self._keywords(lines):
            lesson.values.setdefault(f"{group}.{keyword}", text)
        if not lesson.values.get("core.student_id"):
            lesson.faults.append("no student_id")
        return lesson

    def _keywords(self, lines: Iterator[str]) -> Iterator[tuple[str, str, str]]:
        group = ""
        for line in lines:
            name, equals, value = line.partition("=")
            if name.strip().lower() == "aicc_data" and not group:
                line = value
            if found := re.fullmatch(r"\s*\[(\w+)\]\s*", line):
                group = found.group(1).lower()
            elif equals and not line.lstrip().startswith(";"):
                yield group, name.strip().lower(), value.strip()
