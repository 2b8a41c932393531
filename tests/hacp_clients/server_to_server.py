"""A server that calls on behalf of its learners: nothing of a browser, every reply read with suspicion."""

from __future__ import annotations

from urllib.parse import quote

from tests.hacp_clients.client import Client, Post, Wire, clock_text
from tests.hacp_clients.scripts import Seen, State


class ServerToServer(Client):
    """One request after the other, PutParam answered before ExitAU; may send the AU password."""

    def __init__(self, session_id: str, wire: Wire, au_password: str | None = None) -> None:
        super().__init__(session_id, wire)
        self.au_password = au_password
        self.vendor: dict[str, str] = {}

    def begin(self) -> Seen:
        head, groups = _read(self._send("GetParam", None))
        core = groups["core"]
        self.vendor = groups.get("core_vendor", {})
        assert core["student_id"], "this client needs to know who it is"
        status, _, entry = core["lesson_status"].partition(",")
        return Seen(
            name=core["student_name"],
            location=core["lesson_location"],
            status=status,
            entry=entry,
            score=core["score"],
            time=core["time"],
            suspend=head["core_lesson"],
        )

    def put(self, state: State) -> None:
        exit_word = "logout" if state.status in ("completed", "passed") else "suspend"
        data = (
            f"[core]\r\nlesson_location={state.location}\r\nlesson_status={state.status},{exit_word}\r\n"
            f"score={state.score}\r\ntime={clock_text(state.seconds)}\r\n[core_lesson]\r\n{state.suspend}\r\n"
        )
        _read(self._send("PutParam", data))

    def leave(self, state: State) -> None:
        self.put(state)
        _read(self._send("ExitAU", None))

    def _send(self, command: str, data: str | None) -> str:
        fields = {"command": command, "version": "4.0", "session_id": self.session_id}
        if self.au_password is not None:
            fields["AU_password"] = self.au_password
        if data is not None:
            fields["AICC_Data"] = data
        return self.wire(Post("&".join(f"{k}={quote(v, safe='')}" for k, v in fields.items()).encode()))


def _read(reply: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the header's fields, with core_lesson's text, and the keyword groups.

    The first line must be `error`; what follows `aicc_data=` may be the first group, a comment or nothing.
    """
    assert reply.startswith("error=0\r\n"), reply
    head_text, _, data = reply.partition("aicc_data=")
    head = dict(line.split("=", 1) for line in head_text.split("\r\n") if line)
    groups: dict[str, dict[str, str]] = {}
    before, _, rest = data.partition("[core_lesson]\r\n")
    lesson, vendor, after = rest.partition("[core_vendor]\r\n")
    head["core_lesson"] = lesson.removesuffix("\r\n")
    for line in (before + vendor + after).split("\r\n"):
        if line.startswith("["):
            group = groups.setdefault(line.strip("[] ").lower(), {})
        elif "=" in line and groups:
            name, _, value = line.partition("=")
            group.setdefault(name.strip().lower(), value.strip())
    return head, groups
