"""What the one organisation of this deployment chose: its public URL and its time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.access.hosts import HostName, parse_public_url
from app.db import on_conflict_insert
from app.models.access import Setting
from app.models.base import table_of
from app.prepared import Prepared
from app.settings import Settings

_SELECT_SETTINGS = Prepared(select(table_of(Setting)))
_PUBLIC_URL, _TIME_ZONE = "public_url", "time_zone"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The effective choices; `public_url_source` says who decided: env, database or default."""

    public_url: str
    public_url_source: str
    time_zone: str

    @property
    def public_host(self) -> HostName:
        return _parse_once(self.public_url)[1]

    @property
    def has_public_url(self) -> bool:
        """False while the address is only guessed from the bind address."""
        return self.public_url_source != "default"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def default_port(self) -> int:
        return 443 if self.is_https else 80

    @property
    def auth_url(self) -> str:
        return f"{self.public_url}/oauth/token"

    @property
    def tracking_url(self) -> str:
        return f"{self.public_url}/xapi/statements"

    @property
    def hacp_url(self) -> str:
        return f"{self.public_url}/hacp"

    @property
    def lms_launch_url(self) -> str:
        """What an LMS's launch URLs begin with; integration and unit follow."""
        return f"{self.public_url}/aicc/"


def load_organisation(session: Session, settings: Settings) -> Organisation:
    """Read the choices; the environment wins over the pages."""
    return ask_organisation(session, settings)()


def ask_organisation(session: Session, settings: Settings) -> Callable[[], Organisation]:
    """Ask for the choices; what is returned gives them."""
    asked = _SELECT_SETTINGS.ask(session)
    return lambda: _choose(settings, {row.name: row.value for row in asked.all()})


def _choose(settings: Settings, saved: Mapping[str, str]) -> Organisation:
    url, source = settings.public_url, "env"
    if url is None:
        url, source = saved.get(_PUBLIC_URL), "database"
    if url is None:
        url, source = _guess_url(settings.bind), "default"
    zone = settings.time_zone or saved.get(_TIME_ZONE) or "UTC"
    return Organisation(public_url=_parse_once(url)[0], public_url_source=source, time_zone=zone)


def save_organisation(
    session: Session, *, public_url: str | None = None, time_zone: str | None = None
) -> None:
    """Keep what a person chose in the pages; raises BadHost for an unusable address."""
    if public_url is not None:
        put_setting(session, _PUBLIC_URL, parse_public_url(public_url)[0])
    if time_zone is not None:
        put_setting(session, _TIME_ZONE, time_zone)


def get_setting(session: Session, name: str) -> str | None:
    return session.execute(select(Setting.value).where(Setting.name == name)).scalar_one_or_none()


def put_setting(session: Session, name: str, value: str) -> None:
    session.execute(
        on_conflict_insert(session, Setting)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def drop_setting(session: Session, name: str) -> None:
    session.execute(delete(Setting).where(Setting.name == name))


_parse_once = lru_cache(maxsize=64)(parse_public_url)


def _guess_url(bind: str) -> str:
    host, _, port = bind.rpartition(":")
    if host in ("", "0.0.0.0", "[::]", "unix"):
        host = "127.0.0.1"
    return f"http://{host}:{port}" if port.isdigit() else "http://127.0.0.1:8080"
