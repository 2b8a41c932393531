"""The form that keeps what the progress table shows under a name."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from app.access.saved_views import LONGEST_NAME
from app.admin.form_parts import stripped


class SavedViewForm(FlaskForm):
    name = StringField(
        "Name",
        [
            DataRequired("Give the view a name"),
            Length(max=LONGEST_NAME, message=f"Enter at most {LONGEST_NAME} characters"),
        ],
        description="What you look for with it, for example Failed this year.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    is_shared = BooleanField(
        "Share it with everybody who signs in here",
        description="They see it beside their own views, and only you and managers change it.",
    )
