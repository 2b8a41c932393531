"""Adapt with e-Learning for Healthcare's AICC extension, before and since January 2021."""

from __future__ import annotations

import re

from tests.hacp_clients.client import Client, Post, clock_text
from tests.hacp_clients.encodings import escape, multipart, unescape
from tests.hacp_clients.scripts import Seen, State


class AdaptOld(Client):
    """Synchronous posts, ExitParam as a multipart beacon; `[core]` must stand on the line of aicc_data."""

    version = "4.0"
    core = re.compile(r"aicc_data=\[core\](.*?)\r\n\[", re.IGNORECASE | re.DOTALL)
    restores_suspend_data = True

    def begin(self) -> Seen:
        reply = unescape(self.wire(self._post("GetParam", None)))
        head = _pairs(reply)
        assert head["error"] == "0"
        assert head["error_text"].lower() in ("successful", ""), "this client does not connect"
        found = self.core.search(reply)
        core = _pairs(found.group(1)) if found else {}
        status, _, entry = core.get("lesson_status", "").partition(",")
        return Seen(
            name=core.get("student_name", ""),
            location=core.get("lesson_location", ""),
            status=status,
            entry=entry,
            score=core.get("score", ""),
            time=core.get("time", ""),
            suspend=_pairs(reply).get("suspend_data", "") if self.restores_suspend_data else "",
        )

    def put(self, state: State) -> None:
        """Send a PutParam; the exit word is blank, its comma stays."""
        reply = self.wire(self._post("PutParam", _data(state, "")))
        assert _pairs(reply)["error"] == "0"

    def leave(self, state: State) -> None:
        """Send PutParam and ExitAU as one beacon, whose reply nobody reads."""
        exit_word = "suspend" if state.status == "incomplete" else "logout"
        fields = {**self._fields("ExitParam"), "AICC_Data": _data(state, exit_word)}
        boundary = "----WebKitFormBoundaryLZkVbMWGnd7oHhLq"
        self.wire(Post(multipart(fields, boundary), f"multipart/form-data; boundary={boundary}"))

    def _fields(self, command: str) -> dict[str, str]:
        return {"command": command, "version": self.version, "session_id": self.session_id}

    def _post(self, command: str, data: str | None) -> Post:
        fields = self._fields(command) | ({} if data is None else {"AICC_Data": data})
        return Post("&".join(f"{name}={escape(value)}" for name, value in fields.items()).encode())


class AdaptNew(AdaptOld):
    """Takes `[core]` on the next line too, and never its suspend data."""

    version = "4.1"
    core = re.compile(r"aicc_data=\s*\[core\](.*?)\r\n\[", re.IGNORECASE | re.DOTALL)
    restores_suspend_data = False


def _data(state: State, exit_word: str) -> str:
    score = str(int(float(state.score))) if state.score else ""
    return (
        f"[core]\r\nlesson_location={state.location}\r\nlesson_status={state.status},{exit_word}\r\n"
        f"score={score}\r\ntime={clock_text(state.seconds)}\r\n[core_lesson]\r\nsuspend_data={state.suspend}"
    )


def _pairs(text: str) -> dict[str, str]:
    """Split lines at every `=`: a line with two of them is lost."""
    lines = [line.split("=") for line in text.split("\r\n")]
    return {line[0].strip().lower(): line[1] for line in lines if len(line) == 2}
