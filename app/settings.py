"""Every setting, read once from `WAYMARK_*` variables into one frozen value.

A bad value or an unknown name stops the start with one line each. Secrets may come from a file named by
the variable's `_FILE` twin.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import ssl
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

from environs import Env, EnvError, validate
from flask import Flask
from marshmallow import ValidationError

from app.access.hosts import BadHost, parse_public_url

PREFIX = "WAYMARK_"
SECRETS = ("SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN")


class BadSettings(Exception):
    """One or more variables cannot be used; `lines` says each in a sentence."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Settings:
    """The effective settings. Field `x_y` is the variable `WAYMARK_X_Y`."""

    data_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str | None = None
    time_zone: str | None = None
    bind: str = "127.0.0.1:8080"
    workers: int = 2
    threads: int = 16
    trusted_proxies: tuple[str, ...] = ()
    forwarded_host: bool = False
    metrics_token: str | None = field(default=None, repr=False)
    token_ttl_seconds: int = 3600
    session_idle_hours: int = 24
    session_absolute_days: int = 7
    grace_minutes: int = 15
    launch_link_days: int = 30
    lms_delay_seconds: int = 5
    exchange_days: int = 30
    exchange_max_mb: int = 512
    document_max_mb: int = 10
    attachment_max_mb: int = 1024
    outbound_allow: tuple[str, ...] = ()
    outbound_ca_file: str | None = None
    log_level: str = "INFO"
    log_format: str = "text"

    @property
    def lms_delay(self) -> timedelta:
        """How long results wait for more of the same session before they go to an LMS."""
        return timedelta(seconds=self.lms_delay_seconds)


def settings_of(app: Flask) -> Settings:
    """Return the settings that this app was made with."""
    settings = app.config["WAYMARK"]
    assert isinstance(settings, Settings)
    return settings


def load_settings() -> Settings:
    """Read the environment; raises BadSettings naming every fault at once.

    Makes the data directory, and in it the secret key when none is given.
    """
    lines = _unknown_names()
    env = Env(eager=False, prefix=PREFIX)
    secret_values = {name: _secret(env, name, lines) for name in SECRETS}
    data_dir = Path(env.str("DATA_DIR", "data")).absolute()
    settings = Settings(
        data_dir=data_dir,
        database_url=secret_values["DATABASE_URL"] or f"sqlite:///{data_dir / 'waymark.db'}",
        secret_key=secret_values["SECRET_KEY"] or "",
        public_url=env.str("PUBLIC_URL", None, validate=_public_url),
        time_zone=env.str("TIME_ZONE", None, validate=_time_zone),
        bind=env.str("BIND", Settings.bind),
        workers=env.int("WORKERS", max(2, os.cpu_count() or 2), validate=validate.Range(1, 256)),
        threads=env.int("THREADS", Settings.threads, validate=validate.Range(1, 256)),
        trusted_proxies=_networks(env, "TRUSTED_PROXIES"),
        forwarded_host=env.bool("FORWARDED_HOST", Settings.forwarded_host),
        metrics_token=secret_values["METRICS_TOKEN"],
        token_ttl_seconds=env.int(
            "TOKEN_TTL_SECONDS", Settings.token_ttl_seconds, validate=validate.Range(60)
        ),
        session_idle_hours=env.int(
            "SESSION_IDLE_HOURS", Settings.session_idle_hours, validate=validate.Range(1)
        ),
        session_absolute_days=env.int(
            "SESSION_ABSOLUTE_DAYS", Settings.session_absolute_days, validate=validate.Range(1)
        ),
        grace_minutes=env.int("GRACE_MINUTES", Settings.grace_minutes, validate=validate.Range(0)),
        launch_link_days=env.int("LAUNCH_LINK_DAYS", Settings.launch_link_days, validate=validate.Range(1)),
        lms_delay_seconds=env.int(
            "LMS_DELAY_SECONDS", Settings.lms_delay_seconds, validate=validate.Range(0, 3600)
        ),
        exchange_days=env.int("EXCHANGE_DAYS", Settings.exchange_days, validate=validate.Range(1)),
        exchange_max_mb=env.int("EXCHANGE_MAX_MB", Settings.exchange_max_mb, validate=validate.Range(16)),
        document_max_mb=env.int("DOCUMENT_MAX_MB", Settings.document_max_mb, validate=validate.Range(1, 50)),
        attachment_max_mb=env.int(
            "ATTACHMENT_MAX_MB", Settings.attachment_max_mb, validate=validate.Range(1, 1_000_000)
        ),
        outbound_allow=_networks(env, "OUTBOUND_ALLOW"),
        outbound_ca_file=env.str("OUTBOUND_CA_FILE", None, validate=_certificates),
        log_level=env.str(
            "LOG_LEVEL", Settings.log_level, validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])
        ),
        log_format=env.str("LOG_FORMAT", Settings.log_format, validate=validate.OneOf(["text", "json"])),
    )
    lines += _faults(env)
    if lines:
        raise BadSettings(lines)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.secret_key:
        return settings
    return _with_secret_key(settings)


def _unknown_names() -> list[str]:
    known = {PREFIX + f.name.upper() for f in fields(Settings)} | {f"{PREFIX}{name}_FILE" for name in SECRETS}
    names = (name for name in os.environ if name.startswith(PREFIX))
    return [f"{name}: there is no such setting" for name in sorted(names) if name not in known]


def _faults(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvError as error:
        messages = getattr(error, "error_messages", {})
        return [f"{name}: {' '.join(map(str, texts))}" for name, texts in sorted(messages.items())]
    return []


def _secret(env: Env, name: str, lines: list[str]) -> str | None:
    value: str | None = env.str(name, None)
    path: str | None = env.str(f"{name}_FILE", None)
    if path is None:
        if name == "SECRET_KEY" and value is not None and len(value) < 32:
            lines.append(f"{PREFIX}SECRET_KEY: use at least 32 characters")
        return value or None
    if value is not None:
        lines.append(f"{PREFIX}{name}: set this or {PREFIX}{name}_FILE, not both")
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        lines.append(f"{PREFIX}{name}_FILE: {path} cannot be read ({error.strerror})")
        return None


def _public_url(value: str) -> None:
    try:
        parse_public_url(value)
    except BadHost as error:
        raise ValidationError(str(error)) from error


def _time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"{value!r} is not a time zone; write it as Europe/Madrid")


def _certificates(path: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError as error:
        raise ValidationError(f"{path} holds no certificates in PEM form") from error
    except OSError as error:
        raise ValidationError(f"{path} cannot be read ({error.strerror})") from error


def _networks(env: Env, name: str) -> tuple[str, ...]:
    def check(values: list[str]) -> None:
        for value in values:
            try:
                ipaddress.ip_network(value)
            except ValueError as error:
                raise ValidationError(f"{value!r} is not an address or network (CIDR)") from error

    # With a fault the list is None; the fault itself is told with all others.
    return tuple(env.list(name, [], validate=check) or ())


def _with_secret_key(settings: Settings) -> Settings:
    path = settings.data_dir / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text(encoding="ascii").strip()
        if len(key) < 32:
            raise BadSettings(
                [f"{path}: the key in it is too short; delete the file to make a new one"]
            ) from None
    else:
        key = secrets.token_urlsafe(48)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")
    values = {f.name: getattr(settings, f.name) for f in fields(settings)}
    return Settings(**{**values, "secret_key": key})
