"""The fields that only AICC needs: an integration's manner, a unit's facts, how a launch is taken."""

from __future__ import annotations

from typing import cast

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, ValidationError

from app.access.integrations import Integration, Policy
from app.access.launches import LessonMode
from app.access.policies import MasteryPolicy, StudentId
from app.admin.form_parts import options, stripped, text_of
from app.catalog.service import Unit
from app.catalog.units import UnitFields
from app.words import worded

SWITCHES = (
    "score_is_percent",
    "has_single_use_links",
    "is_strict",
    "enforces_au_password",
    "shares_demographics",
    "escapes_percent",
)
_ACTIONS = {
    "": worded("Nothing"),
    "exit,message": worded("End the lesson, with a message"),
    "exit,no message": worded("End the lesson without a word"),
    "continue,message": worded("Let the learner go on, with a message"),
    "continue,no message": worded("Let the learner go on without a word"),
}
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def check_number(form: Form, field: Field) -> None:
    if field.data and _parse_number(field.data) is None:
        raise ValidationError(worded("Enter a number, for example 80 or 72.5"))


class AiccPolicyFields:
    """What an admin may choose of an integration that reports over AICC."""

    mastery_policy = RadioField(
        worded("Who decides whether a learner has passed?"),
        choices=options(*MasteryPolicy),
        description=worded(
            "A course may name a mastery score. LinkedIn Learning’s scores are never judged by it."
        ),
    )
    score_is_percent = BooleanField(
        worded("The score is the percentage done"),
        description=worded(
            "LinkedIn Learning reports progress as the score. Most other content reports a result."
        ),
    )
    student_id_is = RadioField(
        worded("What does the content hear as student_id?"), choices=options(*StudentId)
    )
    has_single_use_links = BooleanField(
        worded("A launch link is good for one use"),
        description=worded(
            "It is spent once the course it opened has called; a mail scanner spends nothing. Two "
            "people who open it at the same moment both get in."
        ),
    )
    is_strict = BooleanField(
        worded("Hold content to the letter of AICC"),
        description=worded(
            "For testing content. Messages out of order and late ones are refused, where this server "
            "otherwise takes what it can use."
        ),
    )
    enforces_au_password = BooleanField(
        worded("Refuse messages without the course’s AU password"),
        description=worded(
            "Where a course has one. Most content never sends it; a wrong one is always refused."
        ),
    )
    shares_demographics = BooleanField(
        worded("Tell the content about the learner"),
        description=worded("City, company, title and the like, where known. Off: only name and student_id."),
    )
    escapes_percent = BooleanField(
        worded("Write % as %25 in answers"),
        description=worded(
            "For old content that decodes every answer once more. Wrong for all other content."
        ),
    )


class UnitFormFields:
    """What AICC knows of a course beside its title and address; read by the content, seldom needed."""

    mastery_score = StringField(
        worded("Mastery score"),
        [check_number],
        description=worded("Passed from this score on. Empty: the course itself decides."),
        filters=[stripped],
        render_kw={**_PLAIN, "inputmode": "decimal"},
    )
    max_score = StringField(
        worded("Greatest score"),
        [check_number],
        description=worded("The scale of a score that names no maximum. Empty: it counts as sent."),
        filters=[stripped],
        render_kw={**_PLAIN, "inputmode": "decimal"},
    )
    max_time_allowed = StringField(
        worded("Time allowed"),
        [Optional(), Length(max=32)],
        description=worded("Hours, minutes, seconds: 01:30:00. The course keeps watch, not this server."),
        filters=[stripped],
        render_kw=_PLAIN,
    )
    time_limit_action = SelectField(
        worded("When the time is over"),
        description=worded("What the course is told to do."),
        choices=_ACTIONS,
        default="",
    )
    web_launch = StringField(
        worded("Web launch"),
        [Optional(), Length(max=4096)],
        description=worded("Parameters from the AICC package that follow in the launch URL."),
        filters=[stripped],
        render_kw=_PLAIN,
    )
    core_vendor = TextAreaField(
        worded("Core vendor"),
        [Optional(), Length(max=4096)],
        description=worded("Text from the AICC package that the course reads at each start."),
        render_kw={"rows": "3", "spellcheck": "false"},
    )
    comments = TextAreaField(
        worded("Comment to learners"),
        [Optional(), Length(max=4096)],
        description=worded("Some courses show it."),
        render_kw={"rows": "2"},
    )
    au_password = PasswordField(
        worded("AU password"),
        [Optional(), Length(max=255)],
        description=worded(
            "What the course must send with each message. It is kept unreadable and never shown."
        ),
        filters=[stripped],
        render_kw={"autocomplete": "new-password"},
    )


class LaunchManner:
    """How the course is taken; hidden away, since nearly every launch is a normal one for credit."""

    mode = RadioField(
        worded("How is the course taken?"), choices=options(*LessonMode), default=LessonMode.NORMAL.value
    )
    credit = RadioField(worded("Does it count?"), choices=options("credit", "no-credit"), default="credit")

    @property
    def is_credit(self) -> bool:
        return str(self.credit.data) != "no-credit"

    @property
    def lesson_mode(self) -> LessonMode:
        return LessonMode(self.mode.data)


def read_policy(form: FlaskForm) -> Policy:
    """Return what the form says of an integration's manner over AICC."""
    values: dict[str, object] = {name: bool(form[name].data) for name in SWITCHES}
    values["mastery_policy"] = MasteryPolicy(form["mastery_policy"].data)
    values["student_id_is"] = StudentId(form["student_id_is"].data)
    return cast(Policy, values)


def drop_policy(form: FlaskForm) -> None:
    """Take the fields away for an integration that does not report over AICC."""
    for name in (*SWITCHES, "mastery_policy", "student_id_is"):
        del form[name]


def policy_values(integration: Integration) -> dict[str, object]:
    """Return an integration's manner as the form's fields hold it."""
    return {name: getattr(integration, name) for name in (*SWITCHES, "mastery_policy", "student_id_is")}


def read_unit_fields(form: FlaskForm, *, clears_password: bool = False) -> UnitFields:
    """Return what the form says of a unit; an AU password that was left empty stays as it is."""
    texts = ("max_time_allowed", "time_limit_action", "web_launch", "core_vendor", "comments")
    values: dict[str, object] = {name: text_of(form[name]) for name in texts}
    for name in ("mastery_score", "max_score"):
        values[name] = _parse_number(text_of(form[name]))
    if password := text_of(form["au_password"]):
        values["au_password"] = password
    elif clears_password:
        values["au_password"] = ""
    return cast(UnitFields, values)


def unit_values(unit: Unit) -> dict[str, object]:
    """Return a unit's facts as the form's fields hold them; the AU password is not among them."""
    return {
        "mastery_score": _write_number(unit.mastery_score),
        "max_score": _write_number(unit.max_score),
        "max_time_allowed": unit.max_time_allowed or "",
        "time_limit_action": unit.time_limit_action or "",
        "web_launch": unit.web_launch,
        "core_vendor": unit.core_vendor,
        "comments": unit.comments,
    }


def offer_action(form: FlaskForm, action: str | None) -> None:
    """Let the form keep an action that is written another way than ours."""
    field = form["time_limit_action"]
    if action and action not in _ACTIONS:
        field.choices = {**_ACTIONS, action: action}


def unit_field_of(form: FlaskForm, message: str) -> Field | None:
    """Find the field that a refusal of the catalog speaks of."""
    return next((form[name] for words, name in _REFUSED if words in message), None)


_REFUSED = (
    ("mastery score", "mastery_score"),
    ("greatest score", "max_score"),
    ("time allowed", "max_time_allowed"),
    ("time limit action", "time_limit_action"),
    ("core vendor", "core_vendor"),
    ("web launch", "web_launch"),
    ("comment", "comments"),
    ("AU password", "au_password"),
)


def _parse_number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        return None


def _write_number(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"
