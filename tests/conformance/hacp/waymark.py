"""The launch command for Waymark: `python -m tests.conformance.hacp.waymark`, with the server's settings.

It answers the question in HACP_LAUNCH, or with `--serve` one question a line until its input ends. It serves
every feature through the product's own commands and services; only what makes a session old is moved in the
database.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, create_app
from app.access.launches import LessonMode, hash_session_id, make_launch_link, open_launch
from app.access.organisation import load_organisation
from app.db import db, transaction
from app.learners.service import add_learner
from app.models.launches import Launch
from app.settings import Settings, load_settings
from tests.command_line import CommandLine

from .features import FEATURES, OF_ONE_LAUNCH
from .launching import ENVIRONMENT, Answer

FILE_NAME = "https://content.example/go?course=7"

# Feature to option. The value follows the option, or the option depends on the value.
_OF_INTEGRATION: dict[str, Mapping[object, str] | str] = {
    "mastery_policy": "--mastery",
    "score_is_percent": {True: "--score-is-percent", False: "--score-is-score"},
    "strict": {True: "--strict", False: "--lenient"},
    "au_password_enforced": {True: "--enforce-au-password", False: "--no-enforce-au-password"},
    "escapes_percent": {True: "--escape-percent", False: "--no-escape-percent"},
    "host_name": "--host",
}
_OF_COURSE: dict[str, Mapping[object, str] | str] = {
    "mastery_score": "--mastery-score",
    "max_time_allowed": "--max-time",
    "time_limit_action": "--time-limit-action",
    "core_vendor": "--core-vendor",
    "comments": "--comments",
    "web_launch": "--web-launch",
    "au_password": "--au-password",
}


class Waymark:
    """Answers the suite's questions about one Waymark database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: Flask = create_app(settings)
        self._command_line = CommandLine(self._app)
        self._integrations: dict[str, str] = {}
        self._courses: dict[str, str] = {}
        self._learners: dict[tuple[str, str], str] = {}

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Waymark:
        """Answer for the server that runs with these settings."""
        return cls(
            Settings(
                data_dir=Path(environment["WAYMARK_DATA_DIR"]),
                database_url=environment["WAYMARK_DATABASE_URL"],
                secret_key=environment["WAYMARK_SECRET_KEY"],
                public_url=environment["WAYMARK_PUBLIC_URL"],
            )
        )

    def ask(self, request: Answer) -> Answer:
        """Launch, or tell what Waymark shows of a launch."""
        return self.show(request) if request["ask"] == "progress" else self.launch(request)

    def close(self) -> None:
        """Close the connections to the database."""
        with self._app.app_context():
            db.engine.dispose()

    def launch(self, request: Answer) -> Answer:
        """Open a session for the named learner, with the features that were asked for."""
        asked: dict[str, Any] = dict(request["features"])
        features = {name: value for name, value in asked.items() if _is_given(name, value)}
        lasting = {name: value for name, value in features.items() if name not in OF_ONE_LAUNCH}
        opened = self._open(self._course(lasting), request["learner"], features)
        if "session" in features:
            self._age(opened["session_id"], features["session"])
        return {**opened, "given": ["learner", *features]}

    def show(self, request: Answer) -> Answer:
        """Return what an administrator sees of a launch, and of the learner's progress in its course."""
        shown = self._run("launch", "show", request["launch"]["launch_id"])
        whose = ("--learner", shown["learner_id"], "--course", shown["course_id"])
        progress = self._run("progress", "list", *whose)
        return {**shown, "progress": progress[0] if progress else None}

    def _course(self, lasting: dict[str, Any]) -> tuple[str, str]:
        """Find or make the integration and the course that have these features."""
        ours = {name: value for name, value in lasting.items() if name in _OF_INTEGRATION}
        if "demographics" in lasting:
            ours["demographics"] = True
        name = f"HACP suite {_digest(ours)}"
        if name not in self._integrations:
            self._integrations |= {each["name"]: each["id"] for each in self._run("integration", "list")}
        if name not in self._integrations:
            options = [*_options(_OF_INTEGRATION, ours)]
            options += ["--share-demographics"] if "demographics" in ours else []
            made = self._run("integration", "add", "--kind", "aicc", "--name", name, *options)
            self._integrations[name] = made["id"]
        key = _digest(lasting)
        if key not in self._courses:
            options = [*_options(_OF_COURSE, lasting)]
            options += ["--launch-url", str(lasting.get("file_name", FILE_NAME))]
            named = ("--title", f"HACP suite {key}", "--activity-id", f"urn:hacp-suite:{key}")
            made = self._run("course", "add", "--integration", self._integrations[name], *named, *options)
            self._courses[key] = made["id"]
        return self._integrations[name], self._courses[key]

    def _open(self, ids: tuple[str, str], learner: str, features: dict[str, Any]) -> dict[str, Any]:
        """Do what `learner add` and `launch create` do, in one transaction: the suite launches often."""
        with self._app.app_context(), transaction() as session:
            organisation = load_organisation(session, self._settings)
            learner_id = self._learner(session, learner, features)
            of_whom = {"integration_id": ids[0], "course_id": ids[1], "learner_id": learner_id}
            manner: dict[str, Any] = {
                "is_credit": features.get("credit") != "no-credit",
                "lesson_mode": LessonMode(features.get("mode", "normal")),
            }
            opened = open_launch(session, self._settings, organisation, **of_whom, **manner)
            link = make_launch_link(self._settings, organisation, **of_whom, **manner, now=clock.now())
        return {
            "launch_id": opened.launch_id,
            "launch_url": link,
            "content_url": opened.content_url,
            "session_id": opened.session_id,
            "aicc_url": opened.aicc_url,
        }

    def _learner(self, session: Session, learner: str, features: dict[str, Any]) -> str:
        """Find or make the learner; what was made once is not made again for the next launch."""
        name = str(features.get("student_name", "Diaz, Ana"))
        if (learner, name) not in self._learners:
            attributes = features.get("demographics")
            made = add_learner(session, name=name, user_id=learner, attributes=attributes)
            self._learners[learner, name] = made.id
        return self._learners[learner, name]

    def _age(self, session_id: str, how: str) -> None:
        """Let a session be as old as the feature says, and hardly older: the limit itself is asked for."""
        for command in {"long_ended": ("GetParam", "ExitAU"), "too_old": ("GetParam",)}.get(how, ()):
            self._send(command, session_id)
        age = (
            timedelta(minutes=1)
            + {
                "expired": timedelta(hours=self._settings.session_idle_hours),
                "too_old": timedelta(days=self._settings.session_absolute_days),
                "long_ended": timedelta(minutes=self._settings.grace_minutes),
            }[how]
        )
        moments = ["opened_at", "first_message_at", "last_message_at", "ended_at"]
        if how == "too_old":
            moments.remove("last_message_at")
        is_this = Launch.session_hash == hash_session_id(session_id)
        with self._app.app_context(), transaction() as session:
            launch = session.scalars(select(Launch).where(is_this)).one()
            for name in moments:
                if (moment := getattr(launch, name)) is not None:
                    setattr(launch, name, moment - age)

    def _send(self, command: str, session_id: str) -> None:
        data = {"command": command, "version": "4.0", "session_id": session_id}
        url = self._settings.public_url
        reply = self._app.test_client().post("/hacp", data=data, base_url=url)
        assert reply.data.startswith(b"error=0"), reply.data

    def _run(self, *arguments: str) -> Any:
        return self._command_line.json(*arguments)


def _is_given(name: str, value: object) -> bool:
    """A unit has a whole address, without blanks: Waymark hosts no content that a path could lead to."""
    if name == "file_name":
        return str(value).startswith(("http://", "https://")) and " " not in str(value)
    return name in FEATURES


def _digest(features: Mapping[str, object]) -> str:
    text = json.dumps(features, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if features else "plain"


def _options(table: Mapping[str, Mapping[object, str] | str], features: Mapping[str, Any]) -> list[str]:
    options: list[str] = []
    for name, option in table.items():
        if name in features:
            value = features[name]
            options.append(f"{option}={value}" if isinstance(option, str) else option[value])
    return options


def main() -> None:
    """Answer one question or, with `--serve`, many."""
    waymark = Waymark(load_settings())
    if "--serve" in sys.argv[1:]:
        for line in sys.stdin:
            print(json.dumps(waymark.ask(json.loads(line))), flush=True)
    else:
        print(json.dumps(waymark.ask(json.loads(os.environ[ENVIRONMENT]))))
    waymark.close()


if __name__ == "__main__":
    main()
