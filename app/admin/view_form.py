"""The form that keeps what the progress table shows under a name."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from app.access.saved_views import LONGEST_NAME
from app.admin.form_parts import stripped
from app.words import worded


class SavedViewForm(FlaskForm):
    name = StringField(
        worded("Name"),
        [
            DataRequired(worded("Give the view a name")),
            Length(max=LONGEST_NAME, message=worded("Enter at most %(n)s characters", n=LONGEST_NAME)),
        ],
        description=worded("What you look for with it, for example Failed this year."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    is_shared = BooleanField(
        worded("Share it with everybody who signs in here"),
        description=worded("They see it beside their own views, and only you and managers change it."),
    )
