"""AICC sessions put into the words of the people who look after courses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from app.access.launches import EndReason, Launch, LaunchState
from app.admin.events import Note, to_note
from app.admin.formats import format_day
from app.inspector.exchanges import RecordedChange
from app.inspector.messages import UNREAD, Group, read_reply
from app.inspector.session_log import SessionMessage
from app.inspector.sessions import Item
from app.progress.wording import STATUS_NAMES
from app.settings import Settings
from app.words import worded, worded_many

# Longer texts are cut on the page; the log, which can be downloaded, has all of them.
SHOWN_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Badge:
    """What a tag says and how it looks."""

    tone: str
    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A decoded group as the page shows it; `rest` counts the characters left out."""

    title: str
    about: str
    lines: tuple[tuple[str, str], ...]
    text: str
    rest: int


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One line of the timeline and what is folded under it."""

    message: SessionMessage
    title: str
    command: str
    brief: str
    tone: str
    notes: tuple[Note, ...]
    sent: tuple[ShownGroup, ...]
    answered: tuple[ShownGroup, ...]
    error: str
    trouble: str
    changed: tuple[str, ...]
    changes: tuple[RecordedChange, ...]

    @property
    def at(self) -> datetime:
        return self.message.received_at


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, what was answered, and what would have been right."""

    question: str
    about: str
    type: str
    given: str
    right: str
    result: Badge | None
    latency: str
    weight: str
    received_at: datetime
    own_clock: str


def describe_state(launch: Launch) -> Badge:
    """Say how a session stands in two or three words."""
    if launch.ended_at is not None:
        return _END_BADGES.get(launch.end_reason or EndReason.EXIT, _CLOSED)
    if launch.state is LaunchState.OPENED:
        return Badge("warn", "clock", worded("No call yet"))
    return Badge("info", "circle-half", worded("Open"))


def describe_end(launch: Launch, settings: Settings) -> str:
    """Say in a sentence how a session ended, or that it has not."""
    if launch.ended_at is None:
        if launch.first_message_at is None:
            return worded("The course was opened, but it has not called this server yet.")
        return worded("Not yet: the course has not closed it (ExitAU).")
    if launch.end_reason is EndReason.IDLE:
        return worded_many(
            "Closed by this server: nothing was heard for %(num)s hour.",
            "Closed by this server: nothing was heard for %(num)s hours.",
            settings.session_idle_hours,
        )
    if launch.end_reason is EndReason.ABSOLUTE:
        return worded_many(
            "Closed by this server: it was open for more than %(num)s day.",
            "Closed by this server: it was open for more than %(num)s days.",
            settings.session_absolute_days,
        )
    if launch.end_reason is EndReason.UNUSED:
        return _NEVER_CALLED
    return worded("The course closed it (ExitAU).")


def show_message(message: SessionMessage) -> ShownMessage:
    """Turn a kept message into a line of the timeline, its bodies taken apart."""
    asked, answered = message.asked(), read_reply(message.reply_body)
    title, command = _COMMANDS.get(asked.command, (_UNKNOWN, asked.command or "?"))
    if message.face == "launch":
        title, command = worded("Course opened"), worded("Launch link")
    is_refused = message.status >= 400 or bool(answered.error)
    return ShownMessage(
        message=message,
        title=title,
        command=command,
        brief=""
        if message.result in (*_SAYS_NOTHING, f"{command} kept", f"{command} answered")
        else message.result,
        tone="bad" if is_refused else "warn" if message.findings or message.is_parked else "ok",
        notes=tuple(to_note(finding) for finding in message.findings),
        sent=tuple(_show_group(group) for group in asked.groups),
        answered=tuple(_show_group(group) for group in answered.groups),
        error="" if answered.error is None else f"error={answered.error} {answered.error_text}",
        trouble=asked.trouble,
        changed=tuple(
            _CHANGED[what][1] if what in _CHANGED else what.lower() for what, _, _ in message.changes
        ),
        changes=tuple(_show_change(change) for change in message.changes),
    )


def group_by_day(
    messages: list[ShownMessage], zone: ZoneInfo, *, now: datetime
) -> list[tuple[str, list[ShownMessage]]]:
    """Gather the messages of each local day under its name."""
    this_year = now.astimezone(zone).year
    days = groupby(messages, key=lambda shown: format_day(shown.at, zone, this_year=this_year))
    return [(day, list(group)) for day, group in days]


def show_answer(item: Item) -> Answer:
    """Put one interaction (CMI001 v4.0 §7, PutInteractions) into words; unknown codes stay as sent."""
    fields = item.fields
    return Answer(
        question=fields.get("interaction_id", "") or item.name or "–",
        about=_about(fields, _ANSWER_COLUMNS),
        type=_TYPES.get(fields.get("type_interaction", "")[:1].lower(), fields.get("type_interaction", "")),
        given=fields.get("student_response", ""),
        right=fields.get("correct_response", ""),
        result=_judge(fields.get("result", "")),
        latency=short_time(fields.get("latency", "")),
        weight=worded("weight %(weight)s", weight=weight) if (weight := fields.get("weighting", "")) else "",
        received_at=item.received_at,
        own_clock=own_clock(fields),
    )


def short_time(text: str) -> str:
    """Write `0000:00:03` as `3 s` and `0000:12:34.5` as `12:34`; anything else as it was sent."""
    found = _TIMESPAN.fullmatch(text.strip())
    if found is None:
        return text
    hours, minutes, seconds = (int(found.group(part)) for part in (1, 2, 3))
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    fraction = found.group(4) or ""
    return f"{minutes}:{seconds:02}" if minutes else f"{seconds}{fraction} s"


def own_clock(fields: Mapping[str, str]) -> str:
    """Return date and time as the content's own clock said, "" when it said neither."""
    return " ".join(filter(None, (fields.get("date", ""), fields.get("time", ""))))


def _show_change(change: RecordedChange) -> RecordedChange:
    """Say what changed in words, and the status of progress in those that the progress table uses."""
    what, before, after = change
    words, _ = _CHANGED.get(what, (what, ""))
    if what != "Status":
        return words, before, after
    return words, _STATUS_WORDS.get(before, before), _STATUS_WORDS.get(after, after)


def _judge(result: str) -> Badge | None:
    letter = result[:1].lower()
    if letter in _RESULTS and not result[1:2].isdigit():
        return _RESULTS[letter]
    return Badge("idle", "circle", result) if result else None


def _about(fields: Mapping[str, str], shown: frozenset[str]) -> str:
    """Name what the columns of the table leave out, so that nothing sent stays unseen."""
    return ", ".join(
        f"{name.removesuffix('_id')} {value}" for name, value in fields.items() if value and name not in shown
    )


def _show_group(group: Group) -> ShownGroup:
    return ShownGroup(
        title={"": worded("Data"), UNREAD: worded("The rest")}.get(group.name, f"[{group.name}]"),
        about=_GROUPS.get(group.name, ""),
        lines=tuple((name, value[:SHOWN_CHARACTERS]) for name, value in group.lines),
        text=group.text[:SHOWN_CHARACTERS],
        rest=max(0, len(group.text) - SHOWN_CHARACTERS),
    )


_CLOSED = Badge("idle", "clock", worded("Closed by the server"))
_END_BADGES = {
    EndReason.EXIT: Badge("ok", "circle-check", worded("Ended")),
    EndReason.UNUSED: Badge("idle", "circle-cross", worded("Never called back")),
}
_NEVER_CALLED = worded(
    "Closed by this server: the course never called. A pop-up blocker, a missing sign-in or a mail scanner "
    "that followed the link are the usual causes."
)
_STATUS_WORDS = {status.value: words for status, words in STATUS_NAMES.items()}
# What app/hacp/changes.py calls it, as a name and within a sentence; messages keep the English words.
_CHANGED = {
    "Lesson status": (worded("Lesson status"), worded("lesson status")),
    "Left with": (worded("Left with"), worded("left with")),
    "Score": (worded("Score"), worded("score")),
    "Location": (worded("Location"), worded("location")),
    "Time in this session": (worded("Time in this session"), worded("time in this session")),
    "Preferences": (worded("Preferences"), worded("preferences")),
    "Objectives": (worded("Objectives"), worded("objectives")),
    "Tries": (worded("Tries"), worded("tries")),
    "Suspend data": (worded("Suspend data"), worded("suspend data")),
    "Status": (worded("Status"), worded("status")),
    "Percent complete": (worded("Percent complete"), worded("percent complete")),
    "Best score": (worded("Best score"), worded("best score")),
    "Completed": (worded("Completed"), worded("completed")),
}
_UNKNOWN = worded("Message that could not be understood")
_COMMANDS = {
    "getparam": (worded("Asked where the learner left off"), "GetParam"),
    "putparam": (worded("Reported progress"), "PutParam"),
    "exitau": (worded("Closed the session"), "ExitAU"),
    "exitparam": (worded("Reported progress and closed the session"), "ExitParam"),
    "putinteractions": (worded("Sent answers to questions"), "PutInteractions"),
    "putobjectives": (worded("Sent objectives"), "PutObjectives"),
    "putcomments": (worded("Sent comments"), "PutComments"),
    "putpath": (worded("Sent the path through the course"), "PutPath"),
    "putperformance": (worded("Sent performance data"), "PutPerformance"),
}
RECORD_WORDS = {
    "putinteractions": worded("Answers to questions"),
    "putobjectives": worded("Objectives"),
    "putcomments": worded("Comments"),
    "putpath": worded("Path through the course"),
    "putperformance": worded("Performance data"),
    "comments": worded("Comments sent with progress"),
    "unread": worded("What could not be read"),
}
_SAYS_NOTHING = ("Session opened", "Session ended")
_GROUPS = {
    "core": worded("status, score, time and place"),
    "core_lesson": worded("suspend data: the course's own notes, to go on from"),
    "core_vendor": worded("what the course's vendor set"),
    "comments": worded("comments"),
    UNREAD: worded("what AICC does not define, or comes twice; kept as sent"),
    "evaluation": worded("where to send details"),
    "objectives_status": worded("objectives"),
    "student_data": worded("tries, mastery score and time allowed"),
    "student_demographics": worded("about the learner"),
    "student_preferences": worded("sound, speed, language, text"),
}
_TYPES = {
    "t": worded("True or false"),
    "c": worded("Choice"),
    "f": worded("Fill in"),
    "m": worded("Matching"),
    "p": worded("Performance"),
    "s": worded("Sequence"),
    "l": worded("Rating"),
    "n": worded("Number"),
    "u": worded("Unspecified"),
}
_RESULTS = {
    "c": Badge("ok", "circle-check", worded("Correct")),
    "w": Badge("bad", "circle-cross", worded("Wrong")),
    "u": Badge("warn", "warning", worded("Unanticipated")),
    "n": Badge("idle", "circle", worded("Neutral")),
}
_ANSWER_COLUMNS = frozenset(
    ("type_interaction", "student_response", "correct_response", "result", "latency", "weighting")
) | {"interaction_id", "date", "time", "course_id", "student_id", "lesson_id"}
_TIMESPAN = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(\.\d{1,2})?", re.ASCII)
