"""A client of CourseLab's kind: version 2.0, `error=0` anywhere in the reply, CRLF and both groups wanted."""

from __future__ import annotations

import re

from tests.hacp_clients.client import Client, Post, clock_text, keyword
from tests.hacp_clients.encodings import encode_uri_component, unescape
from tests.hacp_clients.scripts import Seen, State


class CourseLab(Client):
    """Synchronous posts; the singular `[student_preference]`."""

    def begin(self) -> Seen:
        reply = unescape(self._send("GetParam", ""))
        groups = re.search(
            r"\[core\]\r\n(.*?)\[core_lesson\]\r\n(.*?)\r\n\[core_vendor\]", reply, re.I | re.S
        )
        empty = re.search(r"\[core\]\r\n(.*?)\[core_lesson\]\r\n\[core_vendor\]", reply, re.I | re.S)
        assert groups or empty, "this client gives up without both groups"
        core = (empty or groups).group(1)  # type: ignore[union-attr]
        status, _, entry = keyword(core, "lesson_status").partition(",")
        return Seen(
            name=keyword(core, "student_name"),
            location=keyword(core, "lesson_location"),
            status=status,
            entry=entry,
            score=keyword(core, "score"),
            time=keyword(core, "time"),
            suspend="" if empty or not groups else groups.group(2),
        )

    def put(self, state: State) -> None:
        self._send("PutParam", _data(state))

    def leave(self, state: State) -> None:
        self.put(state)
        self._send("ExitAU", "")

    def _send(self, command: str, data: str) -> str:
        fields = {"command": command, "version": "2.0", "session_id": self.session_id, "AICC_Data": data}
        body = "&".join(f"{name}={encode_uri_component(value)}" for name, value in fields.items())
        reply = self.wire(Post(body.encode()))
        assert "error=0" in reply.lower()
        return reply


def _data(state: State) -> str:
    return (
        f"[core]\r\nlesson_location={state.location}\r\nlesson_status={state.status}\r\n"
        f"score={state.score},100,0\r\ntime={clock_text(state.seconds)}\r\n"
        f"[student_preference]\r\naudio=50\r\n[core_lesson]\r\n{state.suspend}\r\n"
    )
