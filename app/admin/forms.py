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


class TokenForm(FlaskForm):
    token = StringField(
        "Setup token",
        [InputRequired("Enter the setup token")],
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )


class OwnerForm(FlaskForm):
    token = HiddenField()
    name = StringField(
        "Your name",
        [InputRequired("Enter your name"), Length(max=200)],
        filters=[stripped],
        render_kw=NAME_KEYS,
    )
    email = EmailField(
        "E-mail address",
        [InputRequired("Enter your e-mail address"), Length(max=254)],
        description="You sign in with it. Nothing is sent to it.",
        filters=[stripped],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Password again",
        [InputRequired("Enter the password a second time")],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError("The two passwords differ")


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        [InputRequired("Enter your e-mail address")],
        filters=[stripped],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password", [InputRequired("Enter your password")], render_kw={"autocomplete": "current-password"}
    )


class NewPasswordForm(FlaskForm):
    """What somebody fills in who came by a link; the name only when they are new."""

    token = HiddenField()
    name = StringField("Your name", [Length(max=200)], filters=[stripped], render_kw=NAME_KEYS)
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "Password again",
        [InputRequired("Enter the password a second time")],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError("The two passwords differ")


class InviteForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        [InputRequired("Enter the person's e-mail address"), Length(max=254)],
        description="They sign in with it. Nothing is sent to it.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField("Role", choices=options(*Role), default=Role.VIEWER.value)


class RoleForm(FlaskForm):
    role = RadioField("Role", choices=options(*Role))


class PasswordForm(FlaskForm):
    current = PasswordField(
        "Current password",
        [InputRequired("Enter your current password")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        [InputRequired("Choose a new password")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password again",
        [InputRequired("Enter the new password a second time")],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: Field) -> None:
        if self.password.data and field.data != self.password.data:
            raise ValidationError("The two new passwords differ")


class OrganisationForm(FlaskForm):
    public_url = URLField(
        "Public URL",
        [InputRequired("Enter the address of this server"), check(parse_public_url, BadHost)],
        description="The address under which LinkedIn Learning and your people reach this server, "
        "for example https://learning.example.org",
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    is_sure = BooleanField("Yes, this address is right and leads to this server")
    time_zone = SelectField(
        "Time zone",
        description="Pages and reports show times in this zone. Data is kept in UTC.",
        choices=zone_choices,
    )


class IntegrationForm(FlaskForm):
    kind = RadioField(
        "Where does the content come from?",
        choices=options("linkedin_learning", "aicc", "xapi"),
        default="linkedin_learning",
    )
    channels = RadioField("AICC, xAPI or both?", choices=options("both", "aicc", "xapi"), default="both")
    name = StringField(
        "Name of the integration",
        [InputRequired("Give the integration a name"), Length(max=200, message="Use at most 200 characters")],
        description="Shown here, and pasted into LinkedIn as the integration name.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    user_type = RadioField(
        "How does LinkedIn name your learners? (User Type)",
        choices=options("email", "id"),
        default="email",
    )
    form_id = HiddenField()


class IntegrationEditForm(AiccPolicyFields, FlaskForm):
    name = StringField(
        "Name", [InputRequired("Give the integration a name"), Length(max=200)], filters=[stripped]
    )
    channels = RadioField("AICC, xAPI or both?", choices=options("both", "aicc", "xapi"))
    user_type = RadioField("User Type in LinkedIn", choices=options("email", "id"))
    host_names = TextAreaField(
        "Host names of this server",
        [check_hosts],
        description="One a line, without https://. The names under which content may call this server. "
        "The public URL's own name always counts.",
        render_kw={"rows": "3", "spellcheck": "false"},
    )
    upstream_hosts = TextAreaField(
        "Host names of your LMSs",
        [check_hosts],
        description="One a line. Launches that name another LMS as their AICC_URL are "
        "accepted from these only. Leave empty when no LMS launches courses through this server.",
        render_kw={"rows": "3", "spellcheck": "false"},
    )
    host_mode = RadioField(
        "A message arrives under a host name on no list", choices=options("enforce", "observe")
    )
    allows_query_credentials = BooleanField(
        "Accept client ID and secret in the address of a token request",
        description="Addresses end up in logs. Switch this on only for content that cannot do otherwise.",
    )


class ConfirmForm(FlaskForm):
    typed_name = StringField("Type the name to confirm", render_kw={"autocomplete": "off"})

    def __init__(self, *, expected_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._expected_name = expected_name

    def validate_typed_name(self, field: Field) -> None:
        if " ".join((field.data or "").split()) != self._expected_name:
            raise ValidationError("Type the name exactly as it is shown")


class DeleteForm(ConfirmForm):
    fate = RadioField("What becomes of its data?", choices=options("keep", "erase"))


class LearnerForm(FlaskForm):
    name = StringField(
        "Name",
        [InputRequired("Enter the learner's name"), Length(max=300)],
        description="Last name first, as in: Diaz, Ana",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(
        "E-mail address",
        [Optional(), Length(max=254)],
        description="Needed when LinkedIn's User Type is email.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    user_id = StringField(
        "User ID",
        [Optional(), Length(max=500)],
        description="The unique user id of your single sign-on. Needed when LinkedIn's User Type is ID.",
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class CourseFactsForm(UnitFormFields, FlaskForm):
    """What can be changed of a course whose id stays."""

    title = StringField(
        "Title", [InputRequired("Give the course a title"), Length(max=500)], filters=[stripped]
    )
    integration = SelectField("Integration", description="The source that reports for this course.")
    launch_url = URLField(
        "Launch URL",
        [Optional(), Length(max=4000)],
        description="The address that opens the course, from its AICC package. Needed for launch links.",
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    clears_password = BooleanField("Remove the AU password")


class CourseForm(CourseFactsForm):
    activity_id = StringField(
        "Activity ID or URN",
        [InputRequired("Enter the activity id or URN of the course"), Length(max=2000), check_one_line],
        description="What messages call the course, for example urn:li:lyndaCourse:123456. "
        "A course already seen under this id gets this title.",
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LaunchForLearnerForm(LaunchManner, FlaskForm):
    course = SelectField("Course", validate_choice=True)


class LaunchOfCourseForm(LaunchManner, FlaskForm):
    learner = SelectField("Learner", validate_choice=True)
    unit = SelectField("Unit", validate_choice=True)


class IdentityForm(FlaskForm):
    kind = SelectField(
        "Kind",
        choices={"email": "E-mail address", "user_id": "User ID"},
        description="How LinkedIn names learners: by its User Type, email or ID.",
    )
    value = StringField(
        "E-mail address or ID",
        [InputRequired("Enter the e-mail address or ID"), Length(max=500)],
        filters=[stripped],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LearnerSheetForm(FlaskForm):
    file = FileField(
        "CSV file",
        description="With commas, semicolons or tabs between the columns, as your spreadsheet saves it.",
        render_kw={"accept": ".csv,.txt,text/csv"},
    )
    text = TextAreaField(
        "Or paste the lines here",
        description="The first line names the columns.",
        render_kw={"rows": "6", "autocomplete": "off", "spellcheck": "false"},
    )

    def validate_text(self, field: Field) -> None:
        if not (field.data or "").strip() and not (self.file.data and self.file.data.filename):
            raise ValidationError("Choose a file, or paste some lines")
