"""What all forms share: cleaning, checks that say what is wrong, and how a field names its hint and error."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import available_timezones

from wtforms import Field, Form, SelectField
from wtforms.validators import ValidationError

from app.access.hosts import BadHost, parse_host
from app.access.passwords import MIN_LENGTH
from app.languages import in_language
from app.words import worded

PASSWORD_HINT = worded(
    "At least %(n)s characters. A few words in a row are easy to remember and hard to guess.", n=MIN_LENGTH
)
NAME_KEYS = {"autocomplete": "name", "spellcheck": "false"}


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def text_of(field: Field) -> str:
    """Return what was typed into a field, "" for nothing."""
    return field.data or ""


def options(*values: str) -> dict[str, str]:
    """Return choices whose words stand in the template."""
    return {value: value for value in values}


def aria(field: Field) -> dict[str, str]:
    """Return the attributes that tie a field to its hint and its error."""
    about = [f"{field.id}-hint"] if field.description else []
    if field.errors:
        about.append(f"{field.id}-error")
    described = {"aria-describedby": " ".join(about)} if about else {}
    return {**described, **({"aria-invalid": "true"} if field.errors else {})}


def lines(text: str | None) -> list[str]:
    """Return the lines of a text box that hold something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def check(rule: Callable[[str], object], *errors: type[Exception]) -> Callable[[Form, Field], None]:
    """Make a validator of a function that raises one of `errors` with a sentence fit to show."""

    def validate(form: Form, field: Field) -> None:
        try:
            rule(field.data or "")
        except errors as error:
            raise ValidationError(sentence(str(error))) from error

    return validate


def check_hosts(form: Form, field: Field) -> None:
    for line in lines(field.data):
        try:
            parse_host(line)
        except BadHost as error:
            raise ValidationError(worded("%(line)s: %(trouble)s", line=line, trouble=str(error))) from error


def sentence(text: str) -> str:
    """Return words in this page's language, beginning with a capital."""
    said = str(in_language(text))
    return said[:1].upper() + said[1:]


def with_said_choices(field: SelectField) -> SelectField:
    """Return a select field whose options are in this page's language: WTForms prints them itself."""
    given = field.choices
    if isinstance(given, dict):
        field.choices = {value: in_language(words) for value, words in given.items()}
    else:
        field.choices = [
            (each[0], in_language(each[1]), *each[2:]) if isinstance(each, tuple) else each
            for each in given or ()
        ]
    return field


def zone_choices() -> dict[str, str]:
    """List the time zones people look for by name: regions and UTC, not the historical aliases."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    names = sorted(name for name in available_timezones() if name.startswith(regions))
    return {name: name.replace("_", " ") for name in ["UTC", *names]}


def check_one_line(form: Form, field: Field) -> None:
    """Refuse control characters: no identifier holds them, and PostgreSQL keeps no NUL."""
    if not (field.data or "").isprintable():
        raise ValidationError(
            worded("%(field)s holds characters that cannot be shown", field=field.label.text)
        )
