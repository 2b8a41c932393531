"""Clients that report progress without pause, and a ledger of what they meant to send and what was taken."""

from __future__ import annotations

import http.client
import random
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import orjson

from tests.arranging import Arrangement, put_param_body, statement

TIMEOUT_SECONDS = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TROUBLE = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Message:
    """One statement (`key` is its id) or one PutParam (`key` is its location, which no other carries)."""

    kind: str
    key: str
    email: str
    activity_id: str
    percent: int


@dataclass
class Ledger:
    """Every message: an intent before the first byte is sent, an ack after the whole answer is read."""

    path: Path
    sent: dict[Message, int] = field(default_factory=dict)
    acknowledged: set[Message] = field(default_factory=set)
    unexpected: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _file: TextIO | None = None

    def intend(self, message: Message) -> None:
        with self._lock:
            self.sent[message] = self.sent.get(message, 0) + 1
            self._write("intent", message)

    def acknowledge(self, message: Message) -> None:
        with self._lock:
            self.acknowledged.add(message)
            self._write("ack", message)

    def complain(self, text: str) -> None:
        with self._lock:
            self.unexpected.append(text)

    def _write(self, event: str, message: Message) -> None:
        if self._file is None:
            self._file = self.path.open("a")
        self._file.write(f"{event} {message.kind} {message.key} {message.email} {message.percent}\n")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Client:
    """A keep-alive connection that is made anew whenever it breaks."""

    def __init__(self, url: str) -> None:
        self._address = urllib.parse.urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            self._connection.request("POST", path, body, headers)
            reply = self._connection.getresponse()
            return reply.status, reply.read()
        except TROUBLE:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Sender(threading.Thread):
    """Sends messages one after another until told to stop; half of the failed ones are sent again."""

    def __init__(
        self, url: str, arrangement: Arrangement, ledger: Ledger, stop: threading.Event, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.arrangement = arrangement
        self.random = random.Random(seed)
        self.client = Client(url)
        self._ledger = ledger
        self._stop_event = stop

    def run(self) -> None:
        while not self._stop_event.is_set():
            self._deliver(self.next_message())
        self.client.close()

    def next_message(self) -> Message:
        raise NotImplementedError

    def send(self, message: Message) -> str | None:
        """Send once: None when it was taken, else what the server said; raises when the line broke."""
        raise NotImplementedError

    def _deliver(self, message: Message) -> None:
        will_retry = self.random.random() < 0.5
        while True:
            self._ledger.intend(message)
            try:
                complaint = self.send(message)
            except TROUBLE:
                complaint = ""
            if complaint is None:
                self._ledger.acknowledge(message)
                return
            if complaint and not complaint.startswith("503"):
                self._ledger.complain(f"{message.kind} {message.key}: {complaint}")
                return
            if not will_retry or self._stop_event.is_set():
                return
            time.sleep(0.05)


class StatementSender(Sender):
    """Posts statements about any learner and course."""

    _token: str | None = None

    def next_message(self) -> Message:
        return Message(
            kind="statement",
            key=str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
            email=self.random.choice(self.arrangement.emails),
            activity_id=self.random.choice(self.arrangement.activity_ids),
            percent=self.random.randint(0, 99),
        )

    def send(self, message: Message) -> str | None:
        if self._token is None:
            self._token = self._ask_for_token()
        body = orjson.dumps(
            statement(message.email, message.activity_id, message.percent, statement_id=message.key)
        )
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        headers["X-Experience-API-Version"] = "1.0.3"
        status, reply = self.client.post("/xapi/statements", body, headers)
        return None if status == 200 else f"{status} {reply[:200]!r}"

    def _ask_for_token(self) -> str:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.arrangement.client_id,
            "client_secret": self.arrangement.client_secret,
        }
        status, reply = self.client.post("/oauth/token", urllib.parse.urlencode(fields).encode(), FORM)
        if status != 200:
            raise OSError(f"no token: {status} {reply[:200]!r}")
        return str(orjson.loads(reply)["access_token"])


class PutParamSender(Sender):
    """Plays one AICC session: ever new locations, for one learner on the first course."""

    number = 0
    counter = 0

    def next_message(self) -> Message:
        self.counter += 1
        return Message(
            kind="put_param",
            key=f"s{self.number}p{self.counter}",
            email=self.arrangement.emails[self.number % len(self.arrangement.emails)],
            activity_id=self.arrangement.activity_ids[0],
            percent=self.random.randint(0, 99),
        )

    def send(self, message: Message) -> str | None:
        session_id = self.arrangement.session_ids[self.number]
        status, reply = self.client.post(
            "/hacp", put_param_body(session_id, message.key, message.percent), FORM
        )
        if status == 200 and reply.lower().startswith(b"error=0"):
            return None
        return f"{status} {reply[:200]!r}"


def start_senders(
    url: str, arrangement: Arrangement, ledger: Ledger, stop: threading.Event, *, posters: int
) -> list[Sender]:
    """Start the posters of statements, and a player for each AICC session."""
    senders: list[Sender] = [StatementSender(url, arrangement, ledger, stop, seed) for seed in range(posters)]
    for number in range(len(arrangement.session_ids)):
        player = PutParamSender(url, arrangement, ledger, stop, 1000 + number)
        player.number = number
        senders.append(player)
    for sender in senders:
        sender.start()
    return senders
