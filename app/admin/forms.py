"""The forms of the pages: fields, hints and the sentences said when something is wrong."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app.access.hosts import BadHost, parse_public_url
from app.access.roles import Role
from app.admin.aicc_forms import AiccPolicyFields, LaunchManner, UnitFormFields
from app.admin.form_parts import (
    NAME_KEYS,
    PASSWORD_HINT,
    check,
    check_hosts,
    check_one_line,
    options,
    stripped,
    zone_choices,
)
from app.words import worded


class TokenForm(FlaskForm):
    token = StringField(
        worded("Setup token"),
        [InputRequired(worded("Enter the setup token"))],
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )


class OwnerForm(FlaskForm):
    token = HiddenField()
    name = StringField(
        worded("Your name"),
        [InputRequired(worded("Enter your name")), Length(max=200)],
        filters=[stripped],
        render_kw=NAME_KEYS,
    )
    email = EmailField(
        worded("E-mail address"),
        [InputRequired(worded("Enter your e-mail address")), Length(max=254)],
        description=worded("You sign in with it. Nothing is sent to it."),
        filters=[stripped],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        worded("Password"),
        [InputRequired(worded("Choose a password"))],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        worded("Password again"),
        [InputRequired(worded("Enter the password a second time"))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError(worded("The two passwords differ"))


class SignInForm(FlaskForm):
    email = EmailField(
        worded("E-mail address"),
        [InputRequired(worded("Enter your e-mail address"))],
        filters=[stripped],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        worded("Password"),
        [InputRequired(worded("Enter your password"))],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(FlaskForm):
    """What somebody fills in who came by a link; the name only when they are new."""

    token = HiddenField()
    name = StringField(worded("Your name"), [Length(max=200)], filters=[stripped], render_kw=NAME_KEYS)
    password = PasswordField(
        worded("Password"),
        [InputRequired(worded("Choose a password"))],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        worded("Password again"),
        [InputRequired(worded("Enter the password a second time"))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError(worded("The two passwords differ"))


class InviteForm(FlaskForm):
    email = EmailField(
        worded("E-mail address"),
        [InputRequired(worded("Enter the person's e-mail address")), Length(max=254)],
        description=worded("They sign in with it. Nothing is sent to it."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(worded("Role"), choices=options(*Role), default=Role.VIEWER.value)


class RoleForm(FlaskForm):
    role = RadioField(worded("Role"), choices=options(*Role))


class PasswordForm(FlaskForm):
    current = PasswordField(
        worded("Current password"),
        [InputRequired(worded("Enter your current password"))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        worded("New password"),
        [InputRequired(worded("Choose a new password"))],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        worded("New password again"),
        [InputRequired(worded("Enter the new password a second time"))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError(worded("The two new passwords differ"))


class OrganisationForm(FlaskForm):
    public_url = URLField(
        worded("Public URL"),
        [InputRequired(worded("Enter the address of this server")), check(parse_public_url, BadHost)],
        description=worded(
            "The address under which LinkedIn Learning and your people reach this server, "
            "for example https://learning.example.org"
        ),
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    is_sure = BooleanField(worded("Yes, this address is right and leads to this server"))
    time_zone = SelectField(
        worded("Time zone"),
        description=worded("Pages and reports show times in this zone. Data is kept in UTC."),
        choices=zone_choices,
    )


class IntegrationForm(FlaskForm):
    kind = RadioField(
        worded("Where does the content come from?"),
        choices=options("linkedin_learning", "aicc", "xapi"),
        default="linkedin_learning",
    )
    channels = RadioField(
        worded("AICC, xAPI or both?"), choices=options("both", "aicc", "xapi"), default="both"
    )
    name = StringField(
        worded("Name of the integration"),
        [
            InputRequired(worded("Give the integration a name")),
            Length(max=200, message=worded("Use at most 200 characters")),
        ],
        description=worded("Shown here, and pasted into LinkedIn as the integration name."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    user_type = RadioField(
        worded("How does LinkedIn name your learners? (User Type)"),
        choices=options("email", "id"),
        default="email",
    )
    form_id = HiddenField()


class IntegrationEditForm(AiccPolicyFields, FlaskForm):
    name = StringField(
        worded("Name"),
        [InputRequired(worded("Give the integration a name")), Length(max=200)],
        filters=[stripped],
    )
    channels = RadioField(worded("AICC, xAPI or both?"), choices=options("both", "aicc", "xapi"))
    user_type = RadioField(worded("User Type in LinkedIn"), choices=options("email", "id"))
    host_names = TextAreaField(
        worded("Host names of this server"),
        [check_hosts],
        description=worded(
            "One a line, without https://. The names under which content may call this server. "
            "The public URL's own name always counts."
        ),
        render_kw={"rows": "3", "spellcheck": "false"},
    )
    upstream_hosts = TextAreaField(
        worded("Host names of your LMSs"),
        [check_hosts],
        description=worded(
            "One a line. Launches that name another LMS as their AICC_URL are "
            "accepted from these only. Leave empty when no LMS launches courses through this server."
        ),
        render_kw={"rows": "3", "spellcheck": "false"},
    )
    host_mode = RadioField(
        worded("A message arrives under a host name on no list"), choices=options("enforce", "observe")
    )
    allows_query_credentials = BooleanField(
        worded("Accept client ID and secret in the address of a token request"),
        description=worded(
            "Addresses end up in logs. Switch this on only for content that cannot do otherwise."
        ),
    )


class ConfirmForm(FlaskForm):
    typed_name = StringField(worded("Type the name to confirm"), render_kw={"autocomplete": "off"})

    def __init__(self, *, expected_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._expected_name = expected_name

    def validate_typed_name(self, field: Field) -> None:
        if " ".join((field.data or "").split()) != self._expected_name:
            raise ValidationError(worded("Type the name exactly as it is shown"))


class DeleteForm(ConfirmForm):
    fate = RadioField(worded("What becomes of its data?"), choices=options("keep", "erase"))


class LearnerForm(FlaskForm):
    name = StringField(
        worded("Name"),
        [InputRequired(worded("Enter the learner's name")), Length(max=300)],
        description=worded("Last name first, as in: Diaz, Ana"),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(
        worded("E-mail address"),
        [Optional(), Length(max=254)],
        description=worded("Needed when LinkedIn's User Type is email."),
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    user_id = StringField(
        worded("User ID"),
        [Optional(), Length(max=500)],
        description=worded(
            "The unique user id of your single sign-on. Needed when LinkedIn's User Type is ID."
        ),
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class CourseFactsForm(UnitFormFields, FlaskForm):
    """What can be changed of a course whose id stays."""

    title = StringField(
        worded("Title"),
        [InputRequired(worded("Give the course a title")), Length(max=500)],
        filters=[stripped],
    )
    integration = SelectField(
        worded("Integration"), description=worded("The source that reports for this course.")
    )
    launch_url = URLField(
        worded("Launch URL"),
        [Optional(), Length(max=4000)],
        description=worded(
            "The address that opens the course, from its AICC package. Needed for launch links."
        ),
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    clears_password = BooleanField(worded("Remove the AU password"))


class CourseForm(CourseFactsForm):
    activity_id = StringField(
        worded("Activity ID or URN"),
        [
            InputRequired(worded("Enter the activity id or URN of the course")),
            Length(max=2000),
            check_one_line,
        ],
        description=worded(
            "What messages call the course, for example urn:li:lyndaCourse:123456. "
            "A course already seen under this id gets this title."
        ),
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LaunchForLearnerForm(LaunchManner, FlaskForm):
    course = SelectField(worded("Course"), validate_choice=True)


class LaunchOfCourseForm(LaunchManner, FlaskForm):
    learner = SelectField(worded("Learner"), validate_choice=True)
    unit = SelectField(worded("Unit"), validate_choice=True)


class IdentityForm(FlaskForm):
    kind = SelectField(
        worded("Kind"),
        choices={"email": worded("E-mail address"), "user_id": worded("User ID")},
        description=worded("How LinkedIn names learners: by its User Type, email or ID."),
    )
    value = StringField(
        worded("E-mail address or ID"),
        [InputRequired(worded("Enter the e-mail address or ID")), Length(max=500)],
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LearnerSheetForm(FlaskForm):
    file = FileField(
        worded("CSV file"),
        description=worded(
            "With commas, semicolons or tabs between the columns, as your spreadsheet saves it."
        ),
        render_kw={"accept": ".csv,.txt,text/csv"},
    )
    text = TextAreaField(
        worded("Or paste the lines here"),
        description=worded("The first line names the columns."),
        render_kw={"rows": "6", "autocomplete": "off", "spellcheck": "false"},
    )

    def validate_text(self, field: Field) -> None:
        if not (field.data or "").strip() and not (self.file.data and self.file.data.filename):
            raise ValidationError(worded("Choose a file, or paste some lines"))
