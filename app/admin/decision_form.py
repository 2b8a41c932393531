"""The form by which an admin decides what progress rows say: one for a single row and for many."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from app.admin.form_parts import check, options, stripped
from app.models.base import new_id
from app.progress.days import start_of_day
from app.progress.decision_rules import MAX_REASON, BadDecision, Override, clean_reason, make_override
from app.progress.values import DecisionKind, Status
from app.progress.wording import STATUS_NAMES
from app.words import worded

_NEEDS_PERCENT = (Status.IN_PROGRESS, Status.FAILED)
_ID_LENGTH = 18


class DecisionForm(FlaskForm):
    kind = RadioField(
        worded("What to do"), choices=options(*DecisionKind), default=DecisionKind.OVERRIDE.value
    )
    status = SelectField(
        worded("Status"),
        choices={status.value: words for status, words in STATUS_NAMES.items()},
        default=Status.COMPLETED.value,
    )
    percent = StringField(
        worded("Progress (%)"),
        description=worded(
            "For “in progress” and “failed”. Completed and passed are 100 %, not started is 0 %."
        ),
        filters=[stripped],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    completed_on = DateField(
        worded("Completed on"),
        [Optional()],
        description=worded("For completed and passed. Today if you leave it empty."),
    )
    reason = StringField(
        worded("Reason"),
        [InputRequired(worded("Say why, for whoever asks later")), check(clean_reason, BadDecision)],
        description=worded("Kept beside the decision, with your name."),
        filters=[stripped],
        render_kw={"autocomplete": "off", "maxlength": str(MAX_REASON)},
    )
    # One for each form that is shown: sent twice, it decides once.
    act = HiddenField(default=new_id)

    def validate_percent(self, field: Field) -> None:
        if self.is_override and Status(self.status.data) in _NEEDS_PERCENT and self.parsed_percent is None:
            raise ValidationError(worded("Enter the percentage, a number from 0 to 100"))

    def validate_completed_on(self, field: Field) -> None:
        if self.is_override and field.data and not Status(self.status.data).is_complete:
            raise ValidationError(worded("Only what is completed or passed has a completion date"))

    def validate_act(self, field: Field) -> None:
        if not (len(field.data or "") == _ID_LENGTH and field.data.isascii() and field.data.isalnum()):
            field.data = new_id()

    def renew_act(self) -> None:
        """Begin another act: whoever comes back to the form and wants something else has not done it yet."""
        self.act.data = new_id()

    @property
    def is_override(self) -> bool:
        return bool(self.kind.data == DecisionKind.OVERRIDE.value)

    @property
    def parsed_percent(self) -> Decimal | None:
        """What was typed as a number from 0 to 100; None for anything else."""
        try:
            value = Decimal((self.percent.data or "").removesuffix("%").strip().replace(",", "."))
        except InvalidOperation:
            return None
        return value if value.is_finite() and 0 <= value <= 100 else None

    def override(self, *, now: datetime, zone: ZoneInfo) -> Override | None:
        """Return what the form says of the rows, None for a new attempt; raises BadDecision."""
        if not self.is_override:
            return None
        day = self.completed_on.data
        return make_override(
            Status(self.status.data),
            percent=self.parsed_percent,
            completed_at=start_of_day(day, zone) if day else None,
            now=now,
        )
