"""The form for a new token of the REST API."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from app.access.api_tokens import DEFAULT_DAYS, SCOPES
from app.admin.form_parts import options, stripped
from app.words import worded

SCOPE_WORDS = {
    "progress:read": worded("Read how far each learner is with each course"),
    "learners:read": worded("Read learners, their e-mail addresses and ids"),
    "learners:write": worded("Add and change learners"),
    "courses:read": worded("Read courses"),
    "courses:write": worded("Add and change courses"),
    "integrations:read": worded("Read integrations, without their secrets"),
    "launches:read": worded("Read launches: AICC sessions and what came of them"),
    "launches:write": worded("Make launch links"),
    "statements:read": worded("Read a line for each xAPI statement"),
    "deliveries:read": worded("Read what is passed on to other systems"),
    "deliveries:write": worded("Send deliveries again"),
}


class TokenOfApiForm(FlaskForm):
    name = StringField(
        worded("Name"),
        [InputRequired(worded("Give the token a name")), Length(max=200)],
        description=worded("What uses it, for example Power BI."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    scopes = SelectMultipleField(
        worded("What it may do"),
        [InputRequired(worded("Choose at least one scope"))],
        choices=options(*SCOPES),
    )
    days = SelectField(
        worded("Ends after"),
        choices={
            "7": worded("7 days"),
            "30": worded("30 days"),
            "90": worded("90 days"),
            "180": worded("180 days"),
            "365": worded("a year"),
        },
        default=str(DEFAULT_DAYS),
    )
    form_id = HiddenField()
