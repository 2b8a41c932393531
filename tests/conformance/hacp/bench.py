"""What a case works with: it opens content, sends messages and looks at what became of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..checks import NotRun
from ..http_client import HttpClient, HttpReply, Request, split_url
from .encoding import FORM, form, percent
from .launching import Answer, Desk, Launch
from .reply import STATUSES, Reply

_COMMAND = re.compile(rb"(?:^|&)\s*command=([^&]*)|name=\"command\"\s+([^\r\n]*)", re.IGNORECASE)


@dataclass
class Bench:
    """One case's view of the run, with everything that it sent."""

    desk: Desk
    number: str = ""
    writes: bool = True
    exchanges: list[tuple[Request, HttpReply | None]] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)

    def open(self, *, below: str | None = None, **features: object) -> Content:
        """Return content in a running session, of an attempt of its own where there can be one.

        `below` is a status that the case will bring about: where the attempt has it or a higher one already,
        the case cannot be run.
        """
        if features or self.desk.is_fresh:
            return self.fresh(**features)
        content = self._content(self.desk.shared())
        if self.writes:
            content.forget()
        if below is not None:
            status = content.get().status
            if STATUSES.index(status) >= STATUSES.index(below):
                raise NotRun(f"the attempt is {status!r} already, and a status only rises")
        return content

    def fresh(self, **features: object) -> Content:
        """Return content of a new attempt."""
        return self._content(self.desk.fresh(features))

    def open_anew(self) -> Content:
        """Return content in a session that nobody has used, where there can be one."""
        content = self.open()
        return content if self.desk.is_fresh or not self.desk.can_launch else self.relaunch(content)

    def relaunch(self, content: Content, **of_this_launch: object) -> Content:
        """Launch the same content for the same learner again."""
        return self._content(self.desk.again(content.launch, of_this_launch))

    def later(self, content: Content) -> Reply:
        """Return what GetParam says in a new launch or, where there is none, in the same session."""
        if self.desk.can_launch:
            return self.relaunch(content).get()
        return content.get()

    def progress(self, content: Content) -> Answer:
        """Return what the LMS shows of a launch."""
        return self.desk.progress(content.launch)

    def close(self) -> None:
        """Close every connection."""
        for content in self.contents:
            content.client.close()

    def _content(self, launch: Launch) -> Content:
        origin, target = split_url(launch.aicc_url)
        client = HttpClient(origin, self.desk.timeout_seconds, self.desk.verifies_certificate)
        content = Content(self, launch, client, target)
        self.contents.append(content)
        return content


@dataclass
class Content:
    """A launched content: it knows its session id and sends messages."""

    bench: Bench
    launch: Launch
    client: HttpClient
    target: str

    def get(self) -> Reply:
        """Send GetParam, which must be answered."""
        return self.send("GetParam").accepted()

    def put(self, *core: str, lesson: str | None = None, more: str = "") -> Reply:
        """Send PutParam, which must be taken; `core` are lines, `incomplete` is said unless one says else."""
        return self.send("PutParam", aicc_data(*with_status(core), lesson=lesson, more=more)).accepted()

    def forget(self) -> None:
        """Overwrite what an earlier case has put, so that this one cannot find it and be content."""
        self.get()
        self.put("lesson_location=-", "score=", lesson="-")

    def leave(self) -> Reply:
        """Send ExitAU, which must be taken."""
        return self.send("ExitAU").accepted()

    def send(
        self,
        command: str,
        data: str | None = None,
        *,
        encode: Callable[[str], str] = percent,
        password: str | None = None,
        session_id: str | None = None,
        version: str | None = "4.0",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a command as an ordinary form, values encoded by `encode`."""
        fields = self.fields(command, data, password=password, session_id=session_id, version=version)
        return self.post(form(fields, encode), headers=headers)

    def fields(
        self,
        command: str | None,
        data: str | None = None,
        *,
        password: str | None = None,
        session_id: str | None = None,
        version: str | None = "4.0",
    ) -> list[tuple[str, str]]:
        """Return the fields of a message in the usual order; None leaves one out."""
        values = {
            "command": command,
            "version": version,
            "session_id": self.launch.session_id if session_id is None else session_id,
            "AU_password": password,
            "AICC_Data": data,
        }
        return [(name, value) for name, value in values.items() if value is not None]

    def post(
        self,
        body: bytes | None,
        content_type: str | None = FORM,
        *,
        query: bytes = b"",
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
    ) -> Reply:
        """Send exactly these bytes; raises NoReply."""
        target = self.target
        if query:
            target += ("&" if "?" in target else "?") + query.decode("ascii")
        all_headers = {"Content-Type": content_type} if content_type else {}
        request = Request(method, target, {**all_headers, **(headers or {})}, body)
        self.bench.exchanges.append((request, None))
        position = len(self.bench.exchanges) - 1
        found = (client or self.client).send(request)
        self.bench.exchanges[position] = (request, found)
        reply = Reply(found)
        if reply.error == 0 and not self.bench.desk.is_fresh and _ends(body or b"", query):
            self.bench.desk.ended_by = self.bench.number
        return reply

    def new_client(self) -> HttpClient:
        """Return a connection of its own, for sending at the same time."""
        return HttpClient(self.client.origin, self.client.timeout_seconds, self.client.verifies_certificate)


def aicc_data(*core: str, lesson: str | None = None, more: str = "") -> str:
    """Write [core], then `more` as it is, then [core_lesson]; CRLF after every line."""
    lines = ["[core]", *core]
    text = "".join(f"{line}\r\n" for line in lines) + more
    if lesson is not None:
        text += f"[core_lesson]\r\n{lesson}\r\n"
    return text


def with_status(core: tuple[str, ...]) -> tuple[str, ...]:
    """Add `incomplete` to the lines of [core] when none of them says a status."""
    if any(line.lower().lstrip().startswith("lesson_status") for line in core):
        return core
    return ("lesson_status=incomplete", *core)


def _ends(body: bytes, query: bytes) -> bool:
    """Tell whether a message ends its session; a command in the body counts before one in the query."""
    found = _COMMAND.search(body) or _COMMAND.search(query)
    command = (found.group(1) or found.group(2) or b"") if found else b""
    return command.strip(b" +").lower() in (b"exitau", b"exitparam")
