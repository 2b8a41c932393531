"""Forms for AICC packages and for what messages call a course."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app.admin.form_parts import check_one_line, stripped
from app.words import worded


class ImportForm(FlaskForm):
    integration = SelectField(
        worded("Integration"),
        description=worded("The source that the courses come from."),
    )
    files = MultipleFileField(
        worded("Zip files"),
        description=worded("One course, many, or a whole library; up to 512 MB in one go."),
        render_kw={"accept": ".zip,application/zip", "multiple": True},
    )

    def validate_files(self, field: Field) -> None:
        if not any(file and file.filename for file in field.data or ()):
            raise ValidationError(worded("Choose a zip file with AICC packages"))


class CourseIdentifierForm(FlaskForm):
    identifier = StringField(
        worded("Add an identifier"),
        [InputRequired(worded("Enter an identifier")), Length(max=2000), check_one_line],
        description=worded(
            "An activity id, URN or address that means this course. What was reported under it "
            "counts here from then on."
        ),
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    is_sure = BooleanField(worded("Yes, take it from that course"))
