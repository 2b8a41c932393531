"""Where sessions come from: one that was given, or a command that launches the content."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from ..checks import Failed, NotRun
from .features import OF_ONE_LAUNCH

ENVIRONMENT = "HACP_LAUNCH"
PLACEHOLDER = "{learner}"
PATIENCE_SECONDS = 120

Answer = Mapping[str, Any]


class Source(Protocol):
    """Something that can be asked for a launch, or for what became of one."""

    def ask(self, request: Answer) -> Answer:
        """Return the JSON object that answers; raises Failed."""


@dataclass(frozen=True)
class CommandSource:
    """A command that is run for each question, which stands in the environment as JSON."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> CommandSource:
        """Split a command as a shell would."""
        return cls(tuple(shlex.split(line)))

    def ask(self, request: Answer) -> Answer:
        """Run the command with the request's texts in the place of `{learner}` and the like."""
        texts = {**request, **request.get("launch", {})}
        words = [_filled(word, texts) for word in self.words]
        environment = {**os.environ, ENVIRONMENT: json.dumps(request)}
        try:
            done = subprocess.run(
                words, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(f"the command {words[0]!r} to run", str(error)) from error
        if done.returncode != 0:
            raise Failed(
                f"the command {words[0]!r} to succeed", f"exit {done.returncode}: {done.stderr[-500:]}"
            )
        return _read_object(done.stdout)


class ServiceSource:
    """A command that is started once and answers each line of JSON with a line of JSON."""

    def __init__(self, line: str) -> None:
        self._words = shlex.split(line)
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: Answer) -> Answer:
        """Write the request, read the answer."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Failed(f"the command {self._words[0]!r} to go on", str(error)) from error
        return _read_object(self._process.stdout.readline())

    def close(self) -> None:
        """End the command by closing what it reads."""
        if self._process is not None:
            self._process.communicate()


@dataclass(frozen=True)
class Launch:
    """One session, and how it was asked for."""

    session_id: str
    aicc_url: str
    learner: str
    features: Mapping[str, object] = field(default_factory=dict)
    answer: Answer = field(default_factory=dict)


@dataclass
class Desk:
    """Gives out launches for a whole run, and remembers what can be had here and what cannot."""

    source: Source | None = None
    progress_source: Source | None = None
    url: str | None = None
    session_id: str | None = None
    log_files: tuple[str, ...] = ()
    verifies_certificate: bool = True
    timeout_seconds: float = 30
    session_ids: list[str] = field(default_factory=list)
    ended_by: str | None = None
    _shared: Launch | None = None
    _is_fresh: bool | None = None
    _knows_features: bool = False
    _refused: set[str] = field(default_factory=set)
    _run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def can_launch(self) -> bool:
        """True when there is a command that launches."""
        return self.source is not None

    @property
    def is_fresh(self) -> bool:
        """True when a launch for a new learner name begins a new attempt."""
        if self._is_fresh is None:
            self._look_at_first_launch()
        return bool(self._is_fresh)

    def fresh(self, features: Mapping[str, object]) -> Launch:
        """Launch for a learner nobody heard of; raises NotRun where that cannot be had."""
        if not self.can_launch:
            raise NotRun("it needs a launch of its own, and one session was given: see --launch-command")
        if not self.is_fresh:
            raise NotRun(f"it needs a learner of its own: the launch command has no {PLACEHOLDER}")
        return self.launch(f"hacp-{self._run}-{next(self._numbers)}", features)

    def shared(self) -> Launch:
        """Return the session that the cases share where none can have a learner of its own."""
        if self.ended_by is not None and not self.can_launch:
            raise NotRun(f"case {self.ended_by} has ended the one session that was given")
        if self._shared is None or self.ended_by is not None:
            self._shared = self._given() if not self.can_launch else self.launch(f"hacp-{self._run}", {})
            self.ended_by = None
        return self._shared

    def again(self, launch: Launch, of_this_launch: Mapping[str, object]) -> Launch:
        """Launch once more for the same learner and the same unit."""
        if not self.can_launch:
            raise NotRun("it needs a second launch, and one session was given: see --launch-command")
        lasting = {name: value for name, value in launch.features.items() if name not in OF_ONE_LAUNCH}
        found = self.launch(launch.learner, {**lasting, **of_this_launch})
        if not self.is_fresh:
            self._shared, self.ended_by = found, None
        return found

    def launch(self, learner: str, features: Mapping[str, object]) -> Launch:
        """Ask for a launch; raises NotRun when a feature is not given."""
        assert self.source is not None
        self._refuse_known(features)
        answer = self.source.ask({"ask": "launch", "learner": learner, "features": features})
        missing = [name for name in features if name not in answer.get("given", ())]
        if missing:
            self._refused |= {_key(name, features[name]) for name in missing}
            raise NotRun(_not_given(missing))
        session_id = answer.get("session_id")
        aicc_url = self.url or answer.get("aicc_url")
        if not isinstance(session_id, str) or not isinstance(aicc_url, str):
            raise Failed("session_id and aicc_url from the launch command", repr(sorted(answer)))
        self.session_ids.append(session_id)
        return Launch(session_id, aicc_url, learner, features, answer)

    def progress(self, launch: Launch) -> Answer:
        """Return what the LMS itself says of a launch; raises NotRun where nobody can be asked."""
        if self.progress_source is None:
            raise NotRun("it needs to see what the LMS shows: see --progress-command")
        asked = {"ask": "progress", "learner": launch.learner, "features": launch.features}
        return self.progress_source.ask({**asked, "launch": launch.answer})

    def hide(self, text: str) -> str:
        """Take every session id of this run out of a text."""
        for session_id in sorted(set(self.session_ids), key=len, reverse=True):
            encoded = "".join(f"%{byte:02X}" for byte in session_id.encode())
            for form in (session_id, encoded, encoded.replace("%", "%25")):
                text = text.replace(form, "[session id]")
        return text

    def _given(self) -> Launch:
        assert self.url is not None
        assert self.session_id is not None
        self.session_ids.append(self.session_id)
        return Launch(self.session_id, self.url, "")

    def _look_at_first_launch(self) -> None:
        self._is_fresh = False
        if self.source is None:
            return
        first = self.launch(f"hacp-{self._run}", {})
        given = first.answer.get("given")
        self._knows_features = given is not None
        words = getattr(self.source, "words", ())
        self._is_fresh = "learner" in (given or ()) or any(PLACEHOLDER in word for word in words)
        self._shared = first

    def _refuse_known(self, features: Mapping[str, object]) -> None:
        """Do not launch for what was refused before."""
        if features and not self._knows_features:
            raise NotRun(_not_given(list(features)))
        missing = [name for name, value in features.items() if _key(name, value) in self._refused]
        if missing:
            raise NotRun(_not_given(missing))


def _key(name: str, value: object) -> str:
    return f"{name}={json.dumps(value, sort_keys=True)}"


def _not_given(names: list[str]) -> str:
    return f"the launch command does not give {', '.join(names)}"


def _filled(word: str, texts: Answer) -> str:
    for name, value in texts.items():
        if isinstance(value, str):
            word = word.replace("{" + name + "}", value)
    return word


def _read_object(text: str) -> Answer:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failed("a JSON object from the command", repr(text[:300]))
    return found
