"""South River's adapter: lower case only, on both sides, and no time at all."""

from __future__ import annotations

from tests.hacp_clients.client import FORM, Client, Post
from tests.hacp_clients.encodings import encode_uri_component
from tests.hacp_clients.scripts import Seen, State


class SouthRiver(Client):
    """Posts with a charset in the content type; its data begins with a line break."""

    def begin(self) -> Seen:
        reply = self._send("GetParam", None)
        status, _, entry = _value(reply, "lesson_status").partition(",")
        return Seen(
            name=_value(reply, "student_name"),
            location=_value(reply, "lesson_location"),
            status=status,
            entry=entry,
            score=_value(reply, "score"),
            time="",
            suspend=_suspend_data(reply),
        )

    def put(self, state: State) -> None:
        assert "error=0\r\n" in self._send("PutParam", _data(state))

    def leave(self, state: State) -> None:
        self.put(state)
        self._send("ExitAU", None)

    def _send(self, command: str, data: str | None) -> str:
        fields = {"command": command, "version": "4.0", "session_id": self.session_id}
        if data is not None:
            fields["aicc_data"] = data
        body = "&".join(f"{name}={encode_uri_component(value)}" for name, value in fields.items())
        return self.wire(Post(body.encode(), f"{FORM}; charset=UTF-8"))


def _data(state: State) -> str:
    return (
        f"\r\n[core]\r\nlesson_location={state.location}\r\nlesson_status={state.status}\r\n"
        f"score={state.score}\r\n[core_lesson]\r\nsuspend_data={state.suspend}\r\n"
    )


def _value(reply: str, name: str) -> str:
    """Return what follows the first `name=` at the start of a line, in lower case only."""
    _, found, rest = reply.partition(f"\n{name}=")
    return rest.partition("\r\n")[0] if found else ""


def _suspend_data(reply: str) -> str:
    lesson = reply.partition("[core_lesson]")[2].partition("[core_vendor]")[0]
    return lesson.strip("\r\n").removeprefix("suspend_data=")
