"""The form for a new token of the REST API."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from app.access.api_tokens import DEFAULT_DAYS, SCOPES
from app.admin.form_parts import options, stripped

SCOPE_WORDS = {
    "progress:read": "Read how far each learner is with each course",
    "learners:read": "Read learners, their e-mail addresses and ids",
    "learners:write": "Add and change learners",
    "courses:read": "Read courses",
    "courses:write": "Add and change courses",
    "integrations:read": "Read integrations, without their secrets",
    "launches:read": "Read launches: AICC sessions and what came of them",
    "launches:write": "Make launch links",
    "statements:read": "Read a line for each xAPI statement",
    "deliveries:read": "Read what is passed on to other systems",
    "deliveries:write": "Send deliveries again",
}


class TokenOfApiForm(FlaskForm):
    name = StringField(
        "Name",
        [InputRequired("Give the token a name"), Length(max=200)],
        description="What uses it, for example Power BI.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    scopes = SelectMultipleField(
        "What it may do", [InputRequired("Choose at least one scope")], choices=options(*SCOPES)
    )
    days = SelectField(
        "Ends after",
        choices={"7": "7 days", "30": "30 days", "90": "90 days", "180": "180 days", "365": "a year"},
        default=str(DEFAULT_DAYS),
    )
    form_id = HiddenField()
