"""The forms of destinations and deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    Field,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
)
from wtforms.validators import DataRequired, InputRequired, ValidationError

from app.admin.form_parts import options, stripped, text_of
from app.delivery.destinations import TIME_MODES, StoreAccess
from app.delivery.events import EVENTS
from app.delivery.queue import LRS, WEBHOOK
from app.words import worded

BASIC, OAUTH2 = "basic", "oauth2"
WITH_RANGE, ALONE = "range", "alone"
_QUIET = {"autocomplete": "off", "spellcheck": "false"}
_EARLIEST_YEAR = 2000


class _Asked:
    """Marks a field that the chosen kind needs: it is not shown as optional."""

    field_flags: ClassVar = {"plain": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Leave the judgement to the service, which knows the kind."""


class DestinationForm(FlaskForm):
    """What both kinds want to know; the service says what is wrong with it."""

    kind = RadioField(worded("What is it?"), choices=options(WEBHOOK, LRS), default=WEBHOOK)
    name = StringField(
        worded("Name"),
        [DataRequired(worded("Give the destination a name"))],
        description=worded("What it is called on these pages."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    url = URLField(
        worded("Address"),
        [DataRequired(worded("Enter the address that is to be called"))],
        description=worded("It begins with https://. Of a record store the part before /statements."),
        filters=[stripped],
        render_kw=_QUIET,
    )
    events = SelectMultipleField(worded("Which events?"), choices=dict(EVENTS), default=list(EVENTS))
    auth = RadioField(worded("How is it entered?"), choices=options(BASIC, OAUTH2), default=BASIC)
    user = StringField(
        worded("Key or client ID"),
        [_Asked()],
        description=worded("As the record store issued it."),
        filters=[stripped],
        render_kw=_QUIET,
    )
    password = PasswordField(worded("Secret"), [_Asked()], render_kw={"autocomplete": "new-password"})
    token_url = URLField(
        worded("Token address"),
        [_Asked()],
        description=worded("Where access tokens are asked for. It begins with https://."),
        filters=[stripped],
        render_kw=_QUIET,
    )
    scope = StringField(worded("Scope"), filters=[stripped], render_kw=_QUIET)
    integration = SelectField(
        worded("Whose results?"), description=worded("Those of all integrations, or of one alone.")
    )
    form_id = HiddenField()

    def validate_token_url(self, field: Field) -> None:
        if self.kind.data == LRS and self.auth.data == OAUTH2 and not field.data:
            raise ValidationError(worded("Enter the address where access tokens are asked for"))

    @property
    def access(self) -> StoreAccess:
        """How the record store is entered, as typed."""
        is_oauth = self.auth.data == OAUTH2
        return StoreAccess(
            user=text_of(self.user),
            password=text_of(self.password),
            token_url=text_of(self.token_url) if is_oauth else "",
            scope=text_of(self.scope) if is_oauth else "",
        )


class LmsForm(FlaskForm):
    time_mode = RadioField(worded("Which time is the LMS told?"), choices=options(*TIME_MODES))
    score = RadioField(worded("How is it told a score?"), choices=options(WITH_RANGE, ALONE))


class ReplayForm(FlaskForm):
    destination = SelectField(worded("Destination"))
    since = DateTimeLocalField(
        worded("Since"),
        [InputRequired(worded("Choose the day and hour since when"))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def validate_since(self, field: Field) -> None:
        if field.data is not None and field.data.year < _EARLIEST_YEAR:
            raise ValidationError(worded("Choose a day after %(year)s", year=_EARLIEST_YEAR))

    def moment(self, zone: ZoneInfo) -> datetime:
        """Return the moment that was chosen in this zone."""
        chosen = self.since.data
        assert isinstance(chosen, datetime)
        return chosen.replace(tzinfo=zone).astimezone(UTC)
