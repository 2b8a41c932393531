"""The forms of the launch links' page."""

from __future__ import annotations

from datetime import timedelta

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.admin.aicc_forms import LaunchManner
from app.admin.form_parts import stripped
from app.words import worded

# How long a link may be good, by hours; 0 for what the server is set to.
_HOURS = {
    "8": worded("8 hours"),
    "24": worded("1 day"),
    "168": worded("7 days"),
    "720": worded("30 days"),
    "8760": worded("1 year"),
}
_QUIET = {"autocomplete": "off", "spellcheck": "false"}


class _LinkFields(FlaskForm):
    course = StringField(
        worded("Course"),
        [DataRequired(worded("Enter a course")), Length(max=2000)],
        description=worded("Its title, activity ID or id."),
        filters=[stripped],
        render_kw={**_QUIET, "list": "courses"},
    )
    hours = SelectField(worded("Good for"), coerce=int, default=0)
    is_single_use = BooleanField(worded("Good for one use"))

    def offer_hours(self, days: int) -> None:
        """Offer the times; the server's own comes first."""
        self.hours.choices = {"0": worded("%(n)s days, as this server is set", n=days), **_HOURS}

    @property
    def valid(self) -> timedelta | None:
        """How long the link is to be good; None for as long as the server is set to."""
        return timedelta(hours=self.hours.data) if self.hours.data else None


class BuildForm(LaunchManner, _LinkFields):
    learner = StringField(
        worded("Learner"),
        [DataRequired(worded("Enter a learner")), Length(max=500)],
        description=worded("Name, e-mail address, user ID or id."),
        filters=[stripped],
        render_kw=_QUIET,
    )


class BatchForm(_LinkFields):
    people = TextAreaField(
        worded("Learners"),
        description=worded("A list with a column email or user_id, or just one e-mail address a line."),
        render_kw={"rows": "4", "spellcheck": "false"},
    )
    file = FileField(worded("Or a CSV file"), render_kw={"accept": ".csv,.txt,text/csv"})


class PatternForm(FlaskForm):
    course = StringField(
        worded("Course"),
        [DataRequired(worded("Enter a course")), Length(max=2000)],
        filters=[stripped],
        render_kw={**_QUIET, "list": "courses"},
    )


class CheckForm(FlaskForm):
    link = TextAreaField(
        worded("The link"),
        [
            DataRequired(worded("Paste a link")),
            Length(max=8000, message=worded("A link has at most 8000 characters")),
        ],
        render_kw={"rows": "3", "spellcheck": "false"},
    )
